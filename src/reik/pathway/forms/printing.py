"""Papers that were printed for a client: kept with what stood on them, and told when that changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from reik.kernel.ids import new_id
from reik.pathway.forms import beside
from reik.pathway.forms.catalogue import SELECTION
from reik.pathway.forms.gathering import gather
from reik.pathway.forms.known import Known
from reik.pathway.forms.markup import fields_of
from reik.pathway.forms.printing_rules import CARD, ON_CARD, STAYING, changed, marks_of
from reik.pathway.forms.sentences import values_of
from reik.pathway.forms.versions import holding
from reik.pathway.models import CarePath, Printed
from reik.pathway.selection.questions import FORM
from reik.people.models import Client
from reik.people.queries import ClientCard, card_of
from reik.tasks.operations import DONE, DROPPED, NewTask, end_tasks, open_tasks

TASK = "path.print_anew"
BY = "reik"
WITHIN = timedelta(days=7)
LOOKED_EVERY = timedelta(minutes=30)
MOST = 20  # at one look: each client is read by a dozen statements


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedSeen:
    """The newest print of one paper in one language; `changes`: groups of `printing_rules` that changed since."""

    what: str
    language: str
    at: datetime
    by: str
    changes: tuple[str, ...]


@transaction.atomic
def note(card: ClientCard, known: Known, what: str, language: str, *, by: str, now: datetime) -> None:
    """This paper was printed now: the one before it does not count any more, and its task is done."""
    rows = Printed.objects.filter(client_id=card.id, what=what, language=language, replaced_at=None)
    rows.update(replaced_at=now)
    Printed.objects.create(
        id=new_id(now), organisation_id=card.organisation_id, client_id=card.id, what=what, language=language,
        marks=marks(card.organisation_id, known, what, language), printed_at=now, printed_by=by, looked_at=now,
    )  # fmt: skip
    end_tasks([card.id], TASK, as_=DONE, by=by, now=now, key=_key(what, language))


def _key(what: str, language: str) -> str:
    return f"{what} {language}"


def marks(organisation_id: UUID, known: Known, what: str, language: str) -> dict[str, str]:
    """What stands on this paper today."""
    if what == CARD:
        return marks_of(values_of(known, "nl"), ON_CARD, beside.text_of(language))
    held = holding(organisation_id, what, language)
    # The questions of client selection are no part of the text: they have a version of their own.
    text = held.body + FORM if what == SELECTION else held.body
    return marks_of(values_of(known, language), fields_of(held.blocks), text)


def printed_for(card: ClientCard, known: Known) -> list[PrintedSeen]:
    """What was printed for this client, the newest of each paper and language, with what changed since."""
    rows = Printed.objects.filter(client_id=card.id, replaced_at=None).order_by("-printed_at", "-id")
    return [
        PrintedSeen(
            what=each.what, language=each.language, at=each.printed_at, by=each.printed_by,
            changes=tuple(changed(each.marks, marks(card.organisation_id, known, each.what, each.language))),
        )
        for each in rows
    ]  # fmt: skip


def look_at_papers(now: datetime) -> bool:
    """A paper that lies in a home and is old asks to be printed anew, once for each change. For `reik watch`.

    By turns, the one that was looked at longest ago first; gives whether there is more.
    """
    walks = CarePath.objects.filter(client_id=OuterRef("client_id"), ended_at=None)
    with transaction.atomic():
        rows = list(
            Printed.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
            .filter(Q(looked_at=None) | Q(looked_at__lt=now - LOOKED_EVERY), Exists(walks))
            .filter(what__in=STAYING, replaced_at=None)
            .order_by(F("looked_at").asc(nulls_first=True), "id")[:MOST]
        )
        people = Client.objects.filter(id__in={each.client_id for each in rows}).select_related("team")
        cards = {each.id: card_of(each) for each in people}
        known = {id: gather(card, now) for id, card in cards.items()}
        for each in rows:
            _tell(each, known[each.client_id], now)
    return len(rows) == MOST


def _tell(row: Printed, known: Known, now: datetime) -> None:
    today = marks(row.organisation_id, known, row.what, row.language)
    whys, key = changed(row.marks, today), _key(row.what, row.language)
    if not whys and row.told:  # it is again as it was printed
        end_tasks([row.client_id], TASK, as_=DROPPED, by=BY, now=now, key=key)
    if whys and row.told != today:
        open_tasks(
            [
                NewTask(
                    organisation_id=row.organisation_id, client_id=row.client_id, kind=TASK, key=key,
                    owner_role="nurse", due_at=now + WITHIN, by=BY,
                    detail={"what": row.what, "language": row.language, "whys": whys},
                )
            ],
            now,
        )  # fmt: skip
    row.told, row.looked_at = _told(today, whys), now
    row.save(update_fields=["told", "looked_at"])


def _told(today: Mapping[str, str], whys: list[str]) -> dict[str, str]:
    """Of which state a person was told; who ended the task by her own word is not told of the same again."""
    return dict(today) if whys else {}
