"""Letters to pharmacies without an account: an e-mail that says no more than that there is a question (R55).

A letter has one link for each question and one code for all of them. The code is not in the letter: a nurse reads
it out. Of token and code only digests are kept; the letter waits sealed in the outbox.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.db import transaction

from reik.kernel import outbox
from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.kernel.operations import add_destination, compact, installation_kind, is_on_this_machine
from reik.kernel.outbox import REPORT, Message, MessageFailed
from reik.kernel.queries import email_destinations, organisation_names
from reik.kernel.rows import Table
from reik.medication.models import PharmacyRequest, ReplyLetter, ReplyLink, RequestDesk
from reik.medication.requests.rules import LINK, WEEK, RequestRefused, expires_at, letter_is_due
from reik.medication.requests.tasks import phone_task
from reik.people.pharmacies import PharmacyCard, card_of
from reik.tasks.operations import open_tasks

QUESTIONS, WEEKLY = "pharmacy_questions", "pharmacy_week"
"""The letters that `reik.interop.email` knows how to write."""
TOKEN_BYTES = 32
GIVES_UP = timedelta(hours=24)

_LETTERS = Table(
    "medication_replyletter",
    id="uuid", organisation_id="uuid", pharmacy_id="uuid", weekly="bool", sent_at="timestamptz",
    expires_at="timestamptz", code_made_by="text", wrong="smallint",
)  # fmt: skip
_LINKS = Table(
    "medication_replylink",
    id="uuid", organisation_id="uuid", letter_id="uuid", request_id="uuid", token_digest="bytea",  # noqa: S106 - a type
)  # fmt: skip

Asked = tuple[PharmacyRequest, PharmacyCard]


def digest_of(token: str) -> bytes:
    """What is kept of a token; it has 256 random bits, so a plain digest cannot be guessed back."""
    return hashlib.sha256(token.encode()).digest()


@transaction.atomic
def set_desk(*, organisation_id: UUID, phone: str, site: str, mail: str, by: str, now: datetime) -> None:
    """How pharmacies reach this organisation, and by which mailbox it writes to them. Raises RequestRefused.

    `site`: where its reply pages are (https, or this machine). `mail`: as a destination of e-mail, without `to`.
    """
    parts, box = urlsplit(site), urlsplit(mail)
    if not phone.strip() or not by.strip():
        raise RequestRefused("desk", "Give the number at which a pharmacy reaches you, and your name.")
    if not (parts.scheme == "https" or is_on_this_machine(site)) or not parts.hostname:
        raise RequestRefused("desk", "The address of Reik begins with https://.")
    if box.scheme != "smtp" or not box.hostname or not dict(parse_qsl(box.query)).get("from"):
        raise RequestRefused("desk", "The mailbox is smtp://user:password@host:port/?from=…&tls=….")
    if installation_kind() == "demo" and not is_on_this_machine(mail):
        raise RequestRefused("desk", "This is a demo: it sends to this machine only.")
    RequestDesk.objects.update_or_create(
        organisation_id=organisation_id,
        defaults={
            "phone": phone.strip(), "site": site.rstrip("/"), "set_by": by.strip(), "set_at": now,
            "mail": vault().seal_text(organisation_id, mail),
        },
        create_defaults={
            "id": new_id(now), "phone": phone.strip(), "site": site.rstrip("/"), "set_by": by.strip(),
            "set_at": now, "mail": vault().seal_text(organisation_id, mail),
        },
    )  # fmt: skip


def desk_phone(organisation_id: UUID) -> str:
    """The number at which pharmacies reach this organisation; empty when nobody gave one."""
    return (
        RequestDesk.objects.filter(organisation_id=organisation_id).values_list("phone", flat=True).first()
        or ""
    )


def writable(cards: Collection[PharmacyCard]) -> set[UUID]:
    """The pharmacies that can be written to: they have an address, and their organisation has a mailbox."""
    houses = {each.organisation_id for each in cards if each.email}
    desks = set(
        RequestDesk.objects.filter(organisation_id__in=houses).values_list("organisation_id", flat=True)
    )
    return {each.id for each in cards if each.email and each.organisation_id in desks}


@dataclass(frozen=True, slots=True)
class _Letter:
    """One letter about to be put out: for whom, by which lane, and the fresh token of each question."""

    id: UUID
    card: PharmacyCard
    lane: UUID
    tokens: Sequence[tuple[PharmacyRequest, str]]

    @property
    def about(self) -> UUID:
        """The one question, so that withdrawing it keeps the letter here; or the letter itself."""
        return self.tokens[0][0].id if len(self.tokens) == 1 else self.id


def send_letters(asked: Sequence[Asked], now: datetime, *, weekly: bool = False) -> int:
    """One letter to each pharmacy with a link for each of its questions; earlier links of these end.

    In the caller's transaction. Who cannot be written to is left out: see `writable`. Gives how many letters.
    """
    by_pharmacy: dict[UUID, list[Asked]] = defaultdict(list)
    for row, card in asked:
        by_pharmacy[card.id].append((row, card))
    if not by_pharmacy:
        return 0
    cards = {id: theirs[0][1] for id, theirs in by_pharmacy.items()}
    desks = _desks({each.organisation_id for each in cards.values()})
    letters = [
        _Letter(
            new_id(now), cards[id], lane,
            [(row, secrets.token_urlsafe(TOKEN_BYTES)) for row, _ in by_pharmacy[id]],
        )
        for id, lane in _lanes(list(cards.values()), desks, now).items()
    ]  # fmt: skip
    ReplyLink.objects.filter(
        request_id__in=[row.id for each in letters for row, _ in each.tokens], replaced_at=None
    ).update(replaced_at=now)
    _keep(letters, now, weekly=weekly)
    _put_out(letters, desks, now, weekly=weekly)
    return len(letters)


def _desks(houses: Collection[UUID]) -> dict[UUID, RequestDesk]:
    return {each.organisation_id: each for each in RequestDesk.objects.filter(organisation_id__in=houses)}


def _keep(letters: Sequence[_Letter], now: datetime, *, weekly: bool) -> None:
    """What is remembered of them: never a token, only its digest."""
    _LETTERS.insert(
        (each.id, each.card.organisation_id, each.card.id, weekly, now,
         max(expires_at(now, row.answer_by) for row, _ in each.tokens), "", 0)
        for each in letters
    )  # fmt: skip
    _LINKS.insert(
        (new_id(now), each.card.organisation_id, each.id, row.id, digest_of(token))
        for each in letters
        for row, token in each.tokens
    )


def _put_out(
    letters: Sequence[_Letter], desks: Mapping[UUID, RequestDesk], now: datetime, *, weekly: bool
) -> None:
    names = organisation_names(desks)
    outbox.put(
        [
            Message(
                id=each.id, organisation_id=house, destination_id=each.lane, priority=REPORT, about=each.about,
                gives_up_after=GIVES_UP,
                body=outbox.sealed(house, _body(desks[house], names.get(house, ""), each.tokens, weekly=weekly)),
            )
            for each in letters
            for house in [each.card.organisation_id]
        ],
        now,
    )  # fmt: skip


def _body(
    desk: RequestDesk, sender: str, tokens: Sequence[tuple[PharmacyRequest, str]], *, weekly: bool
) -> str:
    """What the letter is made of: who asks, before when, and the links; nobody's name and nothing of health."""
    return compact(
        {
            "letter": WEEKLY if weekly else QUESTIONS,
            "from": sender,
            "phone": desk.phone,
            "links": [
                {"address": f"{desk.site}/antwoord/{token}", "answer_by": row.answer_by.isoformat()}
                for row, token in tokens
            ],
        }
    )


def _lanes(
    cards: Sequence[PharmacyCard], desks: Mapping[UUID, RequestDesk], now: datetime
) -> dict[UUID, UUID]:
    """The destination of each pharmacy, made when it has none or its address or the mailbox has changed."""
    known = email_destinations([each.organisation_id for each in cards])
    found: dict[UUID, UUID] = {}
    for card in cards:
        desk = desks.get(card.organisation_id)
        if desk is None or not card.email:
            continue
        address = _address(vault().open_text(card.organisation_id, bytes(desk.mail)), card.email)
        lane = known.get((card.organisation_id, address))
        if lane is None:
            lane = add_destination(
                organisation_id=card.organisation_id,
                channel="email",
                name=card.name,
                address=address,
                now=now,
            ).id
        found[card.id] = lane
    return found


def lane_to(*, organisation_id: UUID, name: str, email: str, now: datetime) -> UUID | None:
    """The destination by which this organisation's mailbox writes to this address; None: it has no mailbox."""
    desk = _desks([organisation_id]).get(organisation_id)
    if desk is None:
        return None
    address = _address(vault().open_text(organisation_id, bytes(desk.mail)), email)
    lane = email_destinations([organisation_id]).get((organisation_id, address))
    return lane or add_destination(
        organisation_id=organisation_id, channel="email", name=name, address=address, now=now
    ).id  # fmt: skip


def _address(mail: str, to: str) -> str:
    parts = urlsplit(mail)
    query = urlencode(
        [("to", to), *((name, value) for name, value in parse_qsl(parts.query) if name != "to")]
    )
    return urlunsplit(parts._replace(query=query))


def take_back(request_ids: Sequence[UUID], now: datetime) -> None:
    """Letters about these alone that have not left yet stay here; a link that has left says why it ended."""
    outbox.withdraw(request_ids, now)


@transaction.atomic
def send_weekly(now: datetime) -> int:
    """What is not urgent and has no letter yet: one letter a week to each pharmacy, in its opening hours.

    Each care organisation writes its own: none learns what another asks. For `reik jobs`; gives how many letters.
    """
    waiting: dict[UUID, list[PharmacyRequest]] = defaultdict(list)
    for row in (
        PharmacyRequest.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(tell_at__isnull=False, channel=LINK, urgency=WEEK, links=None, pharmacy__isnull=False)
        .select_related("pharmacy")
        .order_by("id")
    ):
        assert row.pharmacy_id is not None
        waiting[row.pharmacy_id].append(row)
    last = _last_weekly(waiting)
    asked: list[Asked] = []
    for pharmacy_id, theirs in waiting.items():
        card = _card(theirs[0])
        bys = [each.answer_by for each in theirs]
        if letter_is_due(opening=card.opening, answer_bys=bys, last_weekly=last.get(pharmacy_id), now=now):
            asked += [(each, card) for each in theirs]
    return send_letters(asked, now, weekly=True)


def _last_weekly(pharmacy_ids: Collection[UUID]) -> dict[UUID, datetime]:
    rows = ReplyLetter.objects.filter(pharmacy_id__in=pharmacy_ids, weekly=True)
    return dict(rows.order_by("sent_at").values_list("pharmacy_id", "sent_at"))


def _card(row: PharmacyRequest) -> PharmacyCard:
    assert row.pharmacy is not None
    return card_of(row.pharmacy)


def note_failed(failed: Sequence[MessageFailed], now: datetime) -> None:
    """A letter did not arrive at its first try: somebody phones instead of waiting for it (R56)."""
    rows = (
        PharmacyRequest.objects.filter(
            links__letter_id__in=[each.message_id for each in failed], links__replaced_at=None,
            tell_at__isnull=False,
        )
        .select_related("pharmacy").distinct().order_by("id")
    )  # fmt: skip
    cards: dict[UUID | None, PharmacyCard] = {}
    for row in rows:
        if row.pharmacy_id not in cards:
            cards[row.pharmacy_id] = _card(row)
    open_tasks([phone_task(row, cards[row.pharmacy_id], now) for row in rows], now)
