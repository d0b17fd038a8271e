"""The door of packers' rolls, for files and screens: stored raw, read, each roll registered whole or refused.

The client is found by the packer's identifiers or the BSN, never by a name (R17).
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from reik.ingest import letters
from reik.ingest.letters import Fate, Letter
from reik.interop.rolls.mapping import Flaw, read_rolls
from reik.interop.rolls.mapping_file import MappingFile
from reik.interop.rolls.registering import Became, Doorway, register
from reik.interop.rolls.rows import MOST_BYTES, FileRefused
from reik.kernel.access_log import Act, record_act
from reik.kernel.tenancy import Actor, acting_for

log = logging.getLogger("reik.rolls")

INTERPRETER = "roll/1"
KIND = "roll"


class Parked(Exception):
    """Reik itself failed on this file: it is kept, and a person looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a file: `refused` could not be read, `rolls` could."""

    rolls: tuple[Became, ...] = ()
    refused: tuple[Flaw, ...] = ()

    @property
    def taken(self) -> list[Became]:
        return [each for each in self.rolls if not each.flaws]

    @property
    def flaws(self) -> list[Flaw]:
        return [*self.refused, *(flaw for each in self.rolls for flaw in each.flaws)]


class _Undone(Exception):
    """Takes a registration back that was only looked at."""


def look(data: bytes, mapping: MappingFile | None, door: Doorway, now: datetime) -> Outcome:
    """What taking this file in would give, and nothing of it kept. Raises FileRefused."""
    reading = read_rolls(data, mapping)
    found: list[Became] = []
    try:
        with transaction.atomic():
            found += [register(each, door, now) for each in reading.rolls]
            raise _Undone
    except _Undone:
        return Outcome(rolls=tuple(found), refused=reading.refused)


def take_in(
    data: bytes, mapping: MappingFile | None, door: Doorway, *, actor: Actor, now: datetime
) -> Outcome:
    """Within the caller's transaction, for a person who saw what `look` gave. Raises FileRefused."""
    reading = read_rolls(data, mapping)
    letter = _keep(data, door, actor, now)
    outcome = Outcome(
        rolls=tuple(register(each, door, now) for each in reading.rolls), refused=reading.refused
    )
    _close(letter, outcome, door, actor, now)
    return outcome


def take_in_alone(
    data: bytes, mapping: MappingFile | None, door: Doorway, *, actor: Actor, now: datetime
) -> Outcome:
    """Outside of any transaction: each roll has its own, so that no roll waits for another client's dispenser.

    Raises FileRefused (nothing registered, the file kept), Parked, and OperationalError when the database is away.
    """
    with acting_for(actor):
        letter = _keep(data, door, actor, now)
    found: list[Became] = []
    try:
        reading = read_rolls(data, mapping)
        for each in reading.rolls:
            with acting_for(actor):
                found.append(register(each, door, now))
        outcome = Outcome(rolls=tuple(found), refused=reading.refused)
    except FileRefused as refused:
        with acting_for(actor):
            letters.settle(letter, Fate.REFUSED, f"{refused.code} {refused.place}".strip()[:200])
            _log(actor, Act.REFUSED, [letter.id], door, now, refused.code)
        raise
    except (OperationalError, InterfaceError):
        raise
    except Exception as failure:
        raise _parked(letter, failure, actor, door, now) from None
    with acting_for(actor):
        _close(letter, outcome, door, actor, now)
    return outcome


def _keep(data: bytes, door: Doorway, actor: Actor, now: datetime) -> Letter:
    return letters.keep(
        organisation_id=door.organisation_id, interpreter=INTERPRETER, peer=actor.name, body=data[:MOST_BYTES], now=now
    )  # fmt: skip


def _parked(letter: Letter, failure: Exception, actor: Actor, door: Doorway, now: datetime) -> Parked:
    kind = type(failure).__name__
    with acting_for(actor):
        letters.settle(letter, Fate.PARKED, f"poison {kind}")
        _log(actor, Act.REFUSED, [letter.id], door, now, "parked")
    # Where it broke, never the exception's own words: they may hold what the file says.
    frames = "".join(traceback.format_tb(failure.__traceback__))
    log.error("Roll file %s is parked: %s\n%s", letter.id, kind, frames)
    return Parked(f"Reik could not handle this file. It is kept as {letter.id}; a person looks.")


def _close(letter: Letter, outcome: Outcome, door: Doorway, actor: Actor, now: datetime) -> None:
    """What was refused waits for a person: the file is kept as it came (rule 6)."""
    codes = sorted({each.code for each in outcome.flaws})
    letters.settle(letter, Fate.PARKED if codes else Fate.INTERPRETED, " ".join(codes)[:200])
    for each in outcome.taken:
        ids = [letter.id, *(id for id in (each.roll_id, each.client_id) if id)]
        _log(actor, Act.CREATE, ids, door, now, "again" if each.again else "registered from file")
    if codes:
        ids = [letter.id, *(each.client_id for each in outcome.rolls if each.flaws and each.client_id)]
        _log(actor, Act.REFUSED, ids, door, now, " ".join(codes)[:200])


def _log(actor: Actor, act: Act, ids: Sequence[UUID], door: Doorway, now: datetime, detail: str) -> None:
    record_act(
        actor, act, KIND, list(dict.fromkeys(ids)), now, organisation_id=door.organisation_id, detail=detail,
        outcome="refused" if act is Act.REFUSED else "ok",
    )  # fmt: skip
