"""Everything that waits for this pharmacy, over all care organisations and brands, as one kind of row.

Nothing is decided here: each source says what is open, and how soon. What Reik cannot date waits "today".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.dispensing.queries import dispensers_of
from reik.medication.changes.seen import ChangeSeen, open_changes
from reik.medication.requests.seen import RequestSeen, open_requests
from reik.medication.rolls.life_seen import RollDue, rolls_due
from reik.medication.seen.pharmacy import findings_for
from reik.medication.times import written
from reik.medication.times.schedule import local_day
from reik.people.queries import ClientCard
from reik.tasks.queries import TaskSeen, open_tasks_of
from reik.web.answer.words import kind_words
from reik.web.pharmacy.whose import Served
from reik.web.task_words import task_words
from reik.web.work.task_links import address_of, is_said
from reik.web.work.words import days_of_finding, finding_words, unplannable_words

NOW, TODAY, WEEK = "now", "today", "week"
RANK = {NOW: 0, TODAY: 1, WEEK: 2}
SOON_DAYS, WEEK_DAYS = 2, 7
CHOSEN = "chosen"
"""The state of a change whose choice waits for the pharmacy."""
DECIDES = frozenset({"chosen", "confirmed", "carried_out"})
"""States of a change in which its own row, or the pharmacy's word, stands for the differences of its roll."""
SERVING = frozenset({"start_client", "stop_client"})
STANDS_FOR = {
    "pharmacy_request": "request", "confirm_change": "change", "roll_order": "roll", "unplannable": "message",
}  # fmt: skip
"""Kinds of task that another kind of row stands for, when that is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One row. `until`: when it must be done, None where nothing says so; `late`: that is over."""

    key: str
    kind: str
    urgency: str
    card: ClientCard
    house: str
    text: str
    more: str
    since: datetime
    until: datetime | None
    late: bool
    address: str
    dispenser: str = ""
    about: frozenset[object] = frozenset()
    """The rows, and the client, that it stands for: no task about them needs a row of its own."""


def of(served: Served, now: datetime) -> list[Item]:
    """All that waits, the most urgent first; within one urgency what must be done first."""
    sources = _Sources(served=served, now=now, models=_models(served), asked=open_requests(served.ids))
    found = [
        *sources.requests(), *sources.changes(), *sources.messages(), *sources.differences(), *sources.rolls(),
        *sources.schedules(),
    ]  # fmt: skip
    found += sources.tasks({(each.kind, about) for each in found for about in each.about})
    last = datetime.max.replace(tzinfo=UTC)
    return sorted(
        found, key=lambda each: (RANK[each.urgency], not each.late, each.until or last, each.since, each.key)
    )


def _models(served: Served) -> dict[UUID, str]:
    """The brand and type of each client's dispenser, as it says it itself."""
    return {id: each.model or each.device for id, each in dispensers_of(served.ids).items()}


@dataclass(frozen=True, slots=True)
class _Sources:
    """Each kind of what waits. One read per kind, whatever the number of clients."""

    served: Served
    now: datetime
    models: Mapping[UUID, str]

    asked: Sequence[RequestSeen]

    def requests(self) -> Iterator[Item]:
        """Questions of care teams to the pharmacy; also those by mail or phone, so that nothing is asked twice."""
        for each in self.asked:
            if each.kind == "confirm_change":
                continue  # the change itself is the row
            yield self._request(each)

    def _request(self, each: RequestSeen) -> Item:
        kind = "serving" if each.kind in SERVING else "request"
        return self._item(
            kind, each.id, each.client_id, _sooner(each.urgency, each.answer_by, self.now),
            kind_words(each.kind), _("gevraagd door %(who)s") % {"who": each.asked_by},
            each.asked_at, each.answer_by, f"/apotheek/vraag/{each.id}", (each.id,),
        )  # fmt: skip

    def changes(self) -> Iterator[Item]:
        """Changes that wait for the pharmacy's word: asked, or chosen and not confirmed."""
        asked = {each.about: each for each in self.asked if each.kind == "confirm_change"}
        for each in open_changes(self.served.ids):
            request = asked.get(each.id)
            if request is None and each.state != CHOSEN:
                continue
            yield self._change(each, request)

    def _change(self, each: ChangeSeen, request: RequestSeen | None) -> Item:
        count = sum(len(one.sequences) for one in each.affected)
        more = ngettext("%(n)s zakje van rol %(roll)s", "%(n)s zakjes van rol %(roll)s", count) % {
            "n": count, "roll": each.roll_number,
        }  # fmt: skip
        until = request.answer_by if request else each.first_at
        return self._item(
            "change", each.id, each.client_id, _sooner(each.urgency, until, self.now), _("Wijziging van de rol"),
            more, each.found_at, until, f"/apotheek/vraag/{request.id}" if request
            else f"/apotheek/wijziging/{each.id}", (each.id, *([request.id] if request else [])),
        )  # fmt: skip

    def messages(self) -> Iterator[Item]:
        """By client her newest message, where parts could not be planned."""
        for each in written.not_planned(self.served.ids):
            reasons = dict.fromkeys(unplannable_words(str(one.get("reason", ""))) for one in each.unplannable)
            count = len(each.unplannable)
            text = ngettext("%(n)s afspraak niet te plannen", "%(n)s afspraken niet te plannen", count)
            yield self._item(
                "message", f"m{each.client_id}", each.client_id, NOW, text % {"n": count}, "; ".join(reasons),
                each.received_at, None, f"/apotheek/client/{each.client_id}#afspraken", (each.client_id,),
            )  # fmt: skip

    def differences(self) -> Iterator[Item]:
        """By client what differs between plan and roll, and between agreements and schedule.

        What the pharmacy says, or said, about a change of a roll decides its differences too: they are no row.
        """
        decided = {each.roll_id for each in open_changes(self.served.ids) if each.state in DECIDES}
        by_client: dict[UUID, list[Any]] = {}
        for each in findings_for(self.served.ids):
            if each.roll_id is None or each.roll_id not in decided:
                by_client.setdefault(each.client_id, []).append(each)
        for client_id, found in by_client.items():
            first = found[0]
            of_roll = first.roll_id is not None
            text = ngettext("%(n)s verschil", "%(n)s verschillen", len(found)) % {"n": len(found)}
            said = finding_words(first.kind, first.key, first.sentence, of_roll=of_roll)
            if not of_roll:
                said += " " + days_of_finding(first.first_day, first.days)
            yield self._item(
                "difference", f"d{client_id}", client_id, _by_day(first.first_day, self._today(client_id)), text, said,
                min(each.found_at for each in found), self._begin(first.first_day, client_id),
                f"/apotheek/client/{client_id}#verschillen",
            )  # fmt: skip

    def rolls(self) -> Iterator[Item]:
        """Clients whose rolls run out."""
        for each in rolls_due(self.served.ids, self.now):
            if each.acknowledged_at is None:
                yield self._roll(each)

    def _roll(self, each: RollDue) -> Item:
        urgency = {"order": WEEK, "alarm_72": TODAY}.get(each.stage, NOW)
        left = ngettext("nog %(n)s dag gedekt", "nog %(n)s dagen gedekt", each.days_left) % {
            "n": each.days_left
        }
        text = {
            "order": _("Rol bestellen"),
            "alarm_72": _("Rol is over 3 werkdagen op"),
            "alarm_24": _("Rol is over een werkdag op"),
            "no_roll": _("Geen rol voor het volgende moment"),
        }.get(each.stage, each.stage)
        return self._item(
            "roll", f"r{each.client_id}", each.client_id, urgency, text, left, each.told_at or self.now,
            each.uncovered_at, f"/clienten/{each.client_id}/rollen", (each.client_id,),
        )  # fmt: skip

    def schedules(self) -> Iterator[Item]:
        """Schedules that a second person, or the pharmacy, has to read back (R15)."""
        for each in written.newest(self.served.ids).values():
            if each.is_draft:
                by = _("getypt door %(who)s") % {"who": each.written_by}
                yield self._item(
                    "schedule", each.id, each.client_id, TODAY, _("Schema teruglezen"), by, each.written_at,
                    self._begin(each.starts_on, each.client_id), f"/werklijst/schema/{each.id}",
                )  # fmt: skip

    def tasks(self, there: Collection[tuple[str, object]]) -> Iterator[Item]:
        """Tasks of the pharmacy that no other row stands for."""
        for each in open_tasks_of(self.served.ids, ["pharmacist"]):
            kind = STANDS_FOR.get(each.kind, "")
            about = each.client_id if kind in ("roll", "message") else each.about
            kinds = ("request", "serving", "change") if kind == "request" else (kind,)
            if not any((one, about) in there for one in kinds):
                yield self._task(each)

    def _task(self, each: TaskSeen) -> Item:
        urgency = _sooner(NOW if each.high_risk else WEEK, each.due_at, self.now)
        more = each.owner_name or _("gemaakt door %(who)s") % {"who": each.opened_by}
        return self._item(
            "task", each.id, each.client_id, urgency, task_words(each.kind, each.detail), more, each.opened_at,
            each.due_at, f"/werklijst#t-{each.id}" if is_said(each) else address_of(each, "pharmacist"),
        )  # fmt: skip

    def _today(self, client_id: UUID) -> date:
        return local_day(self.now, ZoneInfo(self.served.cards[client_id].zone))

    def _begin(self, day: date | None, client_id: UUID) -> datetime | None:
        """The beginning of a day, at the client's, that is still to come; None for one that has begun."""
        zone = ZoneInfo(self.served.cards[client_id].zone)
        at = datetime.combine(day, time(), zone) if day else None
        return at if at is not None and at > self.now else None

    def _item(
        self, kind: str, key: object, client_id: UUID, urgency: str, text: str, more: str, since: datetime,
        until: datetime | None, address: str, about: Collection[object] = (),
    ) -> Item:  # fmt: skip
        return Item(
            key=str(key), kind=kind, urgency=urgency, card=self.served.cards[client_id],
            house=self.served.house(client_id), text=text, more=more, since=since, until=until,
            late=until is not None and until < self.now, address=address, dispenser=self.models.get(client_id, ""),
            about=frozenset(about),
        )  # fmt: skip


def _sooner(urgency: str, until: datetime | None, now: datetime) -> str:
    """As urgent as was said; sooner when the time says so: over or within two hours is now, within a day is today."""
    urgency = urgency if urgency in RANK else TODAY
    if until is None:
        return urgency
    left = until - now
    by_time = NOW if left < timedelta(hours=2) else TODAY if left < timedelta(days=1) else WEEK
    return min(urgency, by_time, key=RANK.__getitem__)


def _by_day(day: date, today: date) -> str:
    """A difference that begins today or tomorrow is for now, in the week ahead for today, else for this week."""
    ahead = (day - today).days
    return NOW if ahead < SOON_DAYS else TODAY if ahead < WEEK_DAYS else WEEK
