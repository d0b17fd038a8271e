"""One packer's roll registered whole, or refused with what to do; whose it is by the packer's numbers (R15 to R17)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from msgspec import UNSET

from reik.dispensing.rolls.abilities import abilities_of
from reik.interop.rolls.mapping import Flaw, ReadRoll
from reik.interop.rolls.roll_format import RollFile, instants_of, sachets_on
from reik.kernel.operations import OnlyMadeUp, refuse_real_bsn
from reik.medication import queries
from reik.medication.operations import register_roll
from reik.medication.rolls.check import RollRefused
from reik.medication.rolls.kept import kept_sachet
from reik.medication.rolls.sachets import SachetOnRoll
from reik.people.matching import NotThisClient, Person, find_client, remember
from reik.people.operations import BsnInvalid, check_bsn


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorway:
    """In whose records, for whom and by whom rolls come in.

    `among`: only these clients are known, None for all. `only`: the client whose page it is; another's roll is
    refused. `link`: a person says that the packer's numbers are this client's. `gap_because`: see register_roll.
    """

    organisation_id: UUID
    by: str
    among: Collection[UUID] | None = None
    only: UUID | None = None
    link: bool = False
    gap_because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """What became of one roll that could be read, or would: one of `flaws`, `again` (registered before) or `roll_id`.

    `findings`: (kind, key, sentence) of what differs from the plan. `unsure`: the packer's number is not known yet.
    """

    read: ReadRoll
    client_id: UUID | None = None
    roll_id: UUID | None = None
    again: bool = False
    unsure: bool = False
    flaws: tuple[Flaw, ...] = ()
    findings: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class _Asked:
    """One roll on its way in."""

    read: ReadRoll
    door: Doorway
    now: datetime
    client_id: UUID | None = None
    unsure: bool = False
    flaws: list[Flaw] = field(default_factory=list)

    @property
    def roll(self) -> RollFile:
        return self.read.roll

    def refuse(self, code: str, sentence: str) -> None:
        number, place = self.roll.number, self.read.place
        self.flaws.append(Flaw(number=number, place=place, code=code, sentence=sentence))

    def became(self, **more: object) -> Became:
        return Became(
            read=self.read, client_id=self.client_id, unsure=self.unsure, flaws=tuple(self.flaws), **more  # type: ignore[arg-type]
        )  # fmt: skip


def register(read: ReadRoll, door: Doorway, now: datetime) -> Became:
    """In a savepoint of its own: a roll is registered whole, or nothing of it."""
    asked = _Asked(read, door, now)
    _find_client(asked)
    if asked.client_id is None:
        return asked.became()
    sachets = sachets_on(read.roll)
    zone = queries.zones_of([asked.client_id])[asked.client_id]
    starts_at, ends_at = instants_of(read.roll.period, zone)
    known = queries.rolls_of(asked.client_id).filter(number=read.roll.number).exclude(state="refused").first()
    if known is not None:
        if (known.starts_at, known.ends_at) == (starts_at, ends_at) and _kept(known.id) == _plain(sachets):
            return asked.became(again=True, roll_id=known.id)
        asked.refuse(
            "known_otherwise", "A roll with this number is registered with other sachets: ask the packer."
        )
        return asked.became()
    try:
        with transaction.atomic():
            roll_id = register_roll(
                organisation_id=door.organisation_id, client_id=asked.client_id, number=read.roll.number,
                starts_at=starts_at, ends_at=ends_at, by=door.by, now=now, sachets=sachets, packer=read.roll.packer,
                barcode=read.roll.barcode, gap_because=door.gap_because, roll_format=read.roll.format,
                expires_on=None if read.roll.expires_on is UNSET else read.roll.expires_on,
                device=abilities_of([asked.client_id]).get(asked.client_id),
            )  # fmt: skip
    except RollRefused as refused:
        for each in refused.refusals:
            asked.refuse(each.code, each.sentence)
        return asked.became()
    return asked.became(roll_id=roll_id, findings=_findings(door.organisation_id, asked.client_id, roll_id))


def _findings(organisation_id: UUID, client_id: UUID, roll_id: UUID) -> tuple[tuple[str, str, str], ...]:
    rows = queries.open_findings(organisation_id, [client_id]).filter(roll_id=roll_id)
    return tuple(rows.values_list("kind", "key", "sentence"))


def _kept(roll_id: UUID) -> list[SachetOnRoll]:
    return _plain([kept_sachet(each) for each in queries.sachets_of(roll_id)])


def _plain(sachets: Sequence[SachetOnRoll]) -> list[SachetOnRoll]:
    return sorted(sachets, key=lambda each: each.sequence)


def _find_client(asked: _Asked) -> None:
    """Sets the client, or says why it is not sure."""
    door, said = asked.door, asked.roll.client
    bsn = None if said.bsn is UNSET else said.bsn
    try:
        if bsn is not None:
            check_bsn(bsn)
            refuse_real_bsn(bsn)
    except (BsnInvalid, OnlyMadeUp) as wrong:
        asked.refuse("bsn" if isinstance(wrong, BsnInvalid) else "made_up_only", str(wrong))
        return
    person = Person(
        bsn=bsn, identifiers=[(each.system, each.value) for each in said.identifiers],
        birth_date=None if said.birth_date is UNSET else said.birth_date,
    )  # fmt: skip
    id, unsure = find_client(door.organisation_id, person)
    if id is None and unsure in ("no-bsn", "client-unknown") and door.only is not None and door.link:
        _link(asked, person, door.only)
        return
    if id is None or (door.among is not None and id not in door.among):
        asked.unsure = unsure in ("no-bsn", "client-unknown")
        code = str(unsure or "client-unknown")
        asked.refuse("client-unknown" if code == "no-bsn" else code, _NOT_SURE.get(code, _NOBODY))
    elif door.only is not None and id != door.only:
        asked.refuse("wrong_client", "This roll was made for someone else: do not use it.")
    else:
        asked.client_id = id


_NOBODY = "No client has the numbers that the packer gives: link them on the client's page."
_NOT_SURE = {
    "two-clients": "The packer's numbers belong to two clients: ask the packer.",
    "birth-date-differs": "The number is known, but the birth date is another: ask the packer.",
}


def _link(asked: _Asked, person: Person, client_id: UUID) -> None:
    """A person looked at name and birth date, and says that these numbers are this client's from now on."""
    try:
        with transaction.atomic():
            remember(
                organisation_id=asked.door.organisation_id, client_id=client_id, person=person, now=asked.now
            )
            found, _unsure = find_client(asked.door.organisation_id, person)
            if found != client_id:
                raise NotThisClient("The birth date in the file is another than the client's.")
    except NotThisClient as other:
        asked.refuse("not_linked", str(other))
        return
    asked.client_id = client_id
