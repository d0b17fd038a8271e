"""The reply page of a pharmacy without an account: a link, a code, one request, one answer (R23).

The token says which link it is, and nothing else can be reached with it: every function here takes the link's own
key and reads or writes only its request. Before the code is right nothing of the client is read.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from reik.kernel.crypto import vault
from reik.kernel.queries import organisation_names
from reik.kernel.tenancy import Actor
from reik.medication.models import PharmacyRequest, ReplyLetter, ReplyLink
from reik.medication.requests import operations as requests
from reik.medication.requests.letters import desk_phone, digest_of
from reik.medication.requests.rules import CODE, LINK, TRIES, RequestRefused, expires_at
from reik.medication.requests.seen import RequestSeen, request
from reik.medication.requests.tasks import locked_task
from reik.people.models import Client
from reik.people.pharmacies import PharmacyCard, card_of
from reik.tasks.operations import DONE, end_tasks, open_tasks

ACTOR_NAME, ACTOR_ROLE = "apotheek via link", "reply_link"
TICKET_LASTS = timedelta(minutes=30)
"""How long after the code the page may be read and answered."""
READY, NO_CODE, LOCKED, ANSWERED = "ready", "no_code", "locked", "answered"
WITHDRAWN, EXPIRED, REPLACED = "withdrawn", "expired", "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkKey:
    """Which link a token is, and whose."""

    link_id: UUID
    organisation_id: UUID

    def actor(self) -> Actor:
        """Who acts: nobody with an account, in the records of this one organisation."""
        return Actor(
            account_id=self.link_id, name=ACTOR_NAME, role=ACTOR_ROLE, organisation_id=self.organisation_id,
            organisations=(self.organisation_id,), session=self.link_id.hex[:16],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What may be said before the code: whether the link still works, who asks, and whom to phone."""

    state: str
    organisation: str
    phone: str
    tries_left: int
    ended_at: datetime | None = None


def find_link(token: str) -> LinkKey | None:
    """The link of this token; asked before any organisation is known. None for one that does not exist."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT link_id, organisation_id FROM reik_reply_link(%s)", [digest_of(token)])
        row = cursor.fetchone()
    return LinkKey(link_id=row[0], organisation_id=row[1]) if row else None


def door(key: LinkKey, now: datetime) -> Door:
    """How the link stands. Within `acting_for(key.actor())`, as all that follows."""
    link = _link(key)
    row, letter = link.request, link.letter
    state, ended_at = _state(link, row, letter, now)
    return Door(
        state=state, ended_at=ended_at, organisation=organisation_names([key.organisation_id])[key.organisation_id],
        phone=desk_phone(key.organisation_id), tries_left=TRIES - letter.wrong,
    )  # fmt: skip


def _link(key: LinkKey) -> ReplyLink:
    return ReplyLink.objects.select_related("request", "letter").get(
        id=key.link_id, organisation_id=key.organisation_id
    )


def _state(
    link: ReplyLink, row: PharmacyRequest, letter: ReplyLetter, now: datetime
) -> tuple[str, datetime | None]:
    if row.answered_at is not None:
        return ANSWERED, row.answered_at
    if row.withdrawn_at is not None:
        return WITHDRAWN, row.withdrawn_at
    if link.replaced_at is not None:
        return REPLACED, link.replaced_at
    ends = expires_at(letter.sent_at, row.answer_by)
    if now >= ends:
        return EXPIRED, ends
    if letter.locked_at is not None:
        return LOCKED, letter.locked_at
    return (READY if letter.code_digest else NO_CODE), None


def try_code(key: LinkKey, code: str, now: datetime) -> bool:
    """Whether this is the code. At most five wrong ones, then the letter is locked and a nurse has a task.

    Nothing is raised for a wrong code: that it was tried is kept.
    """
    link = _link(key)
    letter = ReplyLetter.objects.select_for_update(no_key=True).get(id=link.letter_id)
    state, _ = _state(link, link.request, letter, now)
    if state not in (READY, NO_CODE):
        return False
    digest = bytes(letter.code_digest) if letter.code_digest else secrets.token_bytes(32)
    given = "".join(code.split())
    right = hmac.compare_digest(_code_digest(letter, given), digest) and bool(CODE.fullmatch(given))
    if right or letter.code_digest is None:
        return right  # without a code there is nothing to guess
    letter.wrong += 1
    if letter.wrong >= TRIES:
        letter.locked_at = now
        open_tasks([locked_task(link.request, _card(link.request), now)], now)
    letter.save(update_fields=["wrong", "locked_at"])
    return False


def _card(row: PharmacyRequest) -> PharmacyCard | None:
    return card_of(row.pharmacy) if row.pharmacy else None


def _code_digest(letter: ReplyLetter, code: str) -> bytes:
    """Keyed with the installation's key: six digits alone could be guessed back from a plain digest."""
    return vault().blind_index(letter.organisation_id, f"reply code|{letter.id}|{code}")


def ticket(key: LinkKey, now: datetime) -> str:
    """Proof that the code was right, for the forms of the next half hour; it ends when another code is made."""
    until = int((now + TICKET_LASTS).timestamp())
    return f"{until}.{_ticket_mark(_link(key), until)}"


def ticket_holds(key: LinkKey, given: str, now: datetime) -> bool:
    """Whether this is a ticket of this very link and still good."""
    until, _, mark = given.partition(".")
    if not (until.isascii() and until.isdecimal() and len(until) <= 12):
        return False
    link = _link(key)
    good = hmac.compare_digest(_ticket_mark(link, int(until)).encode(), mark.encode())
    live = datetime.fromtimestamp(int(until), UTC) > now and link.letter.code_digest is not None
    return good and live and _state(link, link.request, link.letter, now)[0] == READY


def _ticket_mark(link: ReplyLink, until: int) -> str:
    code = bytes(link.letter.code_digest or b"").hex()
    return vault().blind_index(link.organisation_id, f"reply ticket|{link.id}|{code}|{until}").hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The one request of a link, and whom it is about."""

    request: RequestSeen
    client: str
    birth_date: date | None


def asked(key: LinkKey, *, given: str, now: datetime) -> Asked | None:
    """What this link asks; None without a good ticket, and then nothing of the client was read."""
    if not ticket_holds(key, given, now):
        return None
    found = request(_link(key).request_id)
    assert found is not None
    client = Client.objects.get(id=found.client_id)
    name = f"{client.salutation} {client.name}".strip()
    return Asked(request=found, client=name, birth_date=client.birth_date)


def reply(key: LinkKey, *, given: str, answer: str, text: str, by: str, now: datetime) -> None:
    """The pharmacy's answer by this link. Raises RequestRefused, also without a good ticket."""
    if not ticket_holds(key, given, now):
        raise RequestRefused("ticket", "This page was open for too long: type the code again.")
    requests.answer(_link(key).request_id, answer=answer, text=text, by=by, how=LINK, now=now)


@transaction.atomic
def make_code(request_id: UUID, *, by: str, now: datetime) -> str:
    """A new code for the letter of this request, to be read out; shown once, an earlier one ends with it.

    It opens every link of the same letter. Raises RequestRefused when there is no letter that can be answered.
    """
    link = (
        ReplyLink.objects.select_related("request", "letter")
        .filter(request_id=request_id, replaced_at=None)
        .order_by("-letter__sent_at")
        .first()
    )
    if link is None or _state(link, link.request, link.letter, now)[0] not in (READY, NO_CODE, LOCKED):
        raise RequestRefused(
            "no_letter", "There is no letter that waits for an answer: send the question again."
        )
    code = f"{secrets.randbelow(10**6):06d}"
    letter = ReplyLetter.objects.select_for_update(no_key=True).get(id=link.letter_id)
    letter.code_digest, letter.code_made_at, letter.code_made_by = _code_digest(letter, code), now, by
    letter.wrong, letter.locked_at = 0, None
    letter.save(update_fields=["code_digest", "code_made_at", "code_made_by", "wrong", "locked_at"])
    end_tasks(
        [each.request.client_id for each in letter.links.select_related("request")],
        "pharmacy_code_locked", as_=DONE, by=by, now=now,
    )  # fmt: skip
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSeen:
    """The letter in which a request went out, for the nurse who reads out its code."""

    sent_at: datetime
    expires_at: datetime
    questions: int
    code_made_at: datetime | None
    code_made_by: str
    locked_at: datetime | None
    state: str


def letter_of(request_id: UUID, now: datetime) -> LetterSeen | None:
    """The letter of this request that counts now; None when it was not written."""
    link = (
        ReplyLink.objects.select_related("request", "letter")
        .filter(request_id=request_id, replaced_at=None)
        .first()
    )
    if link is None:
        return None
    letter = link.letter
    return LetterSeen(
        sent_at=letter.sent_at, expires_at=expires_at(letter.sent_at, link.request.answer_by),
        questions=letter.links.count(), code_made_at=letter.code_made_at, code_made_by=letter.code_made_by,
        locked_at=letter.locked_at, state=_state(link, link.request, letter, now)[0],
    )  # fmt: skip
