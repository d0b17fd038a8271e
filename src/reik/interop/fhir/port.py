"""The door of FHIR messages, for HTTP and for files: stored raw, then read, then all of it or nothing."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection

from reik.ingest import letters
from reik.ingest.letters import Fate
from reik.interop.fhir import indications
from reik.interop.fhir.intake import read_letter
from reik.interop.fhir.outcome import Refused, refused
from reik.interop.fhir.reading import LARGEST
from reik.interop.fhir.store import operations
from reik.interop.fhir.store.operations import Taken
from reik.interop.fhir.store.sealing import hidden
from reik.kernel.access_log import Act, record_act
from reik.kernel.operations import installation_kind
from reik.kernel.tenancy import Actor, acting_for

log = logging.getLogger("reik.fhir")

INTERPRETER = "fhir/1"
KIND = "fhir message"


class Parked(Exception):
    """Reik itself failed on this message: it is kept, and a person looks."""


class NotThere(Exception):
    """There is no such message for this organisation, or it was no message of FHIR."""


def take_in(body: bytes, *, actor: Actor, organisation_id: UUID, now: datetime) -> Taken:
    """Take in one message for an organisation that the actor may act for; outside of any transaction.

    Raises Refused (nothing changed, the raw message kept), Parked, and OperationalError when the database is away.
    """
    now = _shown(now)
    with acting_for(actor):
        letter = letters.keep(
            organisation_id=organisation_id, interpreter=INTERPRETER, peer=actor.name, body=body[:LARGEST], now=now
        )  # fmt: skip

    def read_it() -> Taken:
        return _interpret(body, actor, organisation_id, letter, now)

    return _all_or_nothing(read_it, letter, actor, organisation_id, now)


def read_again(message_id: UUID, *, actor: Actor, now: datetime) -> Taken | None:
    """Read a stored message once more: one that was parked, refused, or that somebody died over.

    From its bytes as they came in, by the rules of today, for whoever the client is today. None for a message
    that was understood before: nothing changes. Raises NotThere, and all that `take_in` raises.
    """
    now = _shown(now)
    with acting_for(actor):
        kept = letters.open_again(message_id, actor.organisations)
    if kept is None or kept.interpreter != INTERPRETER:
        raise NotThere("There is no such message of a pharmacy: look at the list of messages again.")

    def read_it() -> Taken | None:
        still = letters.open_again(message_id, actor.organisations)  # locked: of two persons one reads it
        if still is None or still.fate is Fate.INTERPRETED:
            return None
        return _interpret(kept.body, actor, kept.organisation_id, kept.letter, now)

    return _all_or_nothing(read_it, kept.letter, actor, kept.organisation_id, now)


def waiting_to_be_read(actor: Actor, before: datetime) -> list[UUID]:
    """The messages of the actor's organisations that were parked or left unread, the oldest first."""
    with acting_for(actor):
        return letters.not_interpreted(actor.organisations, INTERPRETER, before)


def _shown(now: datetime) -> datetime:
    """An instant as FHIR shows it, so as it is searched: to the millisecond."""
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


Outcome = TypeVar("Outcome", Taken, Taken | None)


def _all_or_nothing(
    read_it: Callable[[], Outcome], letter: letters.Letter, actor: Actor, organisation_id: UUID, now: datetime
) -> Outcome:
    """Read a stored message in one transaction; what was not taken is closed in another, with the reason."""
    try:
        with acting_for(actor):
            return read_it()
    except Refused as refusal:
        _close(letter, Fate.REFUSED, refusal.reason, actor, organisation_id, now)
        refusal.message_id = letter.id
        raise
    except (OperationalError, InterfaceError):
        raise
    except Exception as failure:
        kind = type(failure).__name__
        _close(letter, Fate.PARKED, f"poison {kind}", actor, organisation_id, now)
        # Where it broke, never the exception's own words: they may hold what the message says.
        frames = "".join(traceback.format_tb(failure.__traceback__))
        log.error("FHIR message %s is parked: %s\n%s", letter.id, kind, frames)
        raise Parked(
            f"Reik could not handle this message. It is kept as {letter.id}; whoever runs Reik looks, and has it"
            " read again."
        ) from None


def _interpret(
    body: bytes, actor: Actor, organisation_id: UUID, kept: letters.Letter, now: datetime
) -> Taken:
    message_id = kept.id
    letter = read_letter(body, made_up_only=installation_kind() == "demo")
    aside = indications.judge(letter, organisation_id, now)
    taken = operations.take_in(letter, organisation_id=organisation_id, message_id=message_id, now=now)
    taken = replace(taken, warnings=[*taken.warnings, *aside])
    written = dict.fromkeys(each.id for each in taken.kept)
    record_act(
        actor, Act.CREATE, KIND, [message_id, *([taken.client_id] if taken.client_id else []), *written], now,
        organisation_id=organisation_id, detail="again" if taken.again else taken.unsure or "",
    )  # fmt: skip
    letters.settle(kept, Fate.INTERPRETED, "again" if taken.again else taken.unsure or "")
    return taken


def _close(
    letter: letters.Letter, fate: Fate, reason: str, actor: Actor, organisation_id: UUID, now: datetime
) -> None:
    """What became of a message that was not taken, in a transaction of its own."""
    reason = hidden(reason)[:500]  # a place may hold a name that the message made up
    with acting_for(actor):
        letters.settle(letter, fate, reason)
        record_act(
            actor, Act.REFUSED, KIND, [letter.id], now, organisation_id=organisation_id, outcome="refused",
            detail=reason,
        )  # fmt: skip


def addressed(actor: Actor, wanted: str | None) -> UUID:
    """The organisation that a request is for: the actor's own, or the partner that it names by name or id.

    Raises Refused (403) for any other, whether it exists or not.
    """
    if not wanted:
        return actor.organisation_id
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM kernel_organisation WHERE id = ANY(%s) AND (id::text = %s OR name = %s)",
            [list(actor.organisations), wanted.strip().lower(), wanted.strip()],
        )
        found = cursor.fetchall()
    if len(found) != 1:
        raise refused(403, "Your account has no partnership with this organisation.", "X-Reik-Organisation")
    id: UUID = found[0][0]
    return id
