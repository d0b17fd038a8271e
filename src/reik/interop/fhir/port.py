"""The door of FHIR messages, for HTTP and for files: stored raw, then read, then all of it or nothing."""

from __future__ import annotations

import logging
import traceback
from datetime import datetime
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection

from reik.ingest import letters
from reik.ingest.letters import Fate
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


def take_in(body: bytes, *, actor: Actor, organisation_id: UUID, now: datetime) -> Taken:
    """Take in one message for an organisation that the actor may act for; outside of any transaction.

    Raises Refused (nothing changed, the raw message kept), Parked, and OperationalError when the database is away.
    """
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as FHIR shows it, so as it is searched
    with acting_for(actor):
        letter = letters.keep(
            organisation_id=organisation_id, interpreter=INTERPRETER, peer=actor.name, body=body[:LARGEST], now=now
        )  # fmt: skip
    try:
        with acting_for(actor):
            taken = _interpret(body, actor, organisation_id, letter.id, now)
            letters.settle(letter, Fate.INTERPRETED, "again" if taken.again else taken.unsure or "")
            return taken
    except Refused as refusal:
        _close(letter, Fate.REFUSED, refusal.reason, actor, organisation_id, now)
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
            f"Reik could not handle this message. It is kept as {letter.id}; a person looks."
        ) from None


def _interpret(body: bytes, actor: Actor, organisation_id: UUID, message_id: UUID, now: datetime) -> Taken:
    letter = read_letter(body, made_up_only=installation_kind() == "demo")
    taken = operations.take_in(letter, organisation_id=organisation_id, message_id=message_id, now=now)
    written = dict.fromkeys(each.id for each in taken.kept)
    record_act(
        actor, Act.CREATE, KIND, [message_id, *([taken.client_id] if taken.client_id else []), *written], now,
        organisation_id=organisation_id, detail="again" if taken.again else taken.unsure or "",
    )  # fmt: skip
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
