"""Whom a step can ask, as one choice on the form: a person with her way, a roster, or a desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from reik.alerting.arrangements.presets import Reached
from reik.alerting.arrangements.responders import Responders, Way
from reik.web.followup.words import channel_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the options: `code` is what the form sends, `place` 2 the back-up on a roster."""

    code: str
    label: str
    name: str
    way: Way
    carer_id: UUID | None = None
    roster_id: UUID | None = None
    place: int = 1

    def reached(self) -> Reached:
        return Reached(
            name=self.name, destination_id=self.way.destination_id, carer_id=self.carer_id,
            roster_id=self.roster_id,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    label: str
    choices: tuple[Choice, ...]


def groups_of(found: Responders) -> list[Group]:
    """The options of the form, by kind."""
    carers = [
        Choice(
            code=f"c.{each.id}.{way.destination_id}", name=each.name, way=way, carer_id=each.id,
            label=f"{each.name} ({each.relation}), {_how(way)}",
        )
        for each in found.carers
        for way in each.ways
    ]  # fmt: skip
    rosters = [
        Choice(
            code=f"r.{each.id}.{place}", name=each.name, way=each.last_resort, roster_id=each.id, place=place,
            label=(_("Wie dienst heeft: %(roster)s") if place == 1 else _("Achterwacht: %(roster)s"))
            % {"roster": each.name},
        )
        for each in found.rosters
        for place in (1, 2)
    ]  # fmt: skip
    desks = [
        Choice(code=f"d.{each.destination_id}", name=each.name, way=each, label=f"{each.name}, {_how(each)}")
        for each in found.desks
    ]
    named = [(_("Rooster"), rosters), (_("Team, centrale of ander adres"), desks), (_("Naaste"), carers)]
    return [Group(label=label, choices=tuple(some)) for label, some in named if some]


def _how(way: Way) -> str:
    return f"{channel_words(way.channel)} {way.shown}".strip()


def by_code(groups: Sequence[Group]) -> Mapping[str, Choice]:
    return {each.code: each for group in groups for each in group.choices}


def code_of(
    carer_id: UUID | None,
    roster_id: UUID | None,
    place: int,
    destination_id: UUID,
    known: Mapping[str, Choice],
) -> str:
    """The choice that an agreed step stands for; empty when it can be chosen no more."""
    if roster_id is not None:
        code = f"r.{roster_id}.{min(place, 2)}"
    elif carer_id is not None:
        code = f"c.{carer_id}.{destination_id}"
    else:
        code = f"d.{destination_id}"
        if code not in known:  # a destination that became an informal carer's own since
            code = next((each for each in known if each.endswith(f".{destination_id}")), "")
    return code if code in known else ""
