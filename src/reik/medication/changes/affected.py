"""Which sachets at home are not what is planned now, and what else is in them. Pure (N5, R22)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from reik.medication.agreed.contents import Slot
from reik.medication.changes.sachets import AffectedSachet, AtHome, Contents, OnRoll
from reik.medication.rolls.check import Difference, differences
from reik.medication.rolls.sachets import SachetOnRoll, with_contents
from reik.medication.times.schedule import (
    DAY,
    SHIFTED_AT_MOST_MIN,
    PlannedDose,
    instant_of,
    local_day,
    minutes_apart,
)


def affected_sachets(roll: OnRoll, home: AtHome, zone: ZoneInfo, now: datetime) -> list[AffectedSachet]:
    """What is to come on this roll and is not what is planned now, by instant."""
    there = _of_these_days(roll, zone, now)
    doses = _doses_of(roll, zone, now)
    found = _recalled(there, zone) if roll.recalled else _differing(roll, doses, there, zone)
    to_come = [
        each for each in found if _is_to_come(each, roll, home, now) and not _all_gone(each, roll, home)
    ]
    return sorted(to_come, key=lambda each: (each.due_at, each.key))


def _of_these_days(roll: OnRoll, zone: ZoneInfo, now: datetime) -> list[SachetOnRoll]:
    """The sachets from this local day on (and of the evening before, which may still be under way).

    Whole days are compared, so that the same difference stays the same while the day goes by.
    """
    first = local_day(now, zone) - DAY
    return [
        each
        for each in with_contents(roll.sachets)
        if each.day is not None and each.at is not None and each.day >= first
    ]


def _doses_of(roll: OnRoll, zone: ZoneInfo, now: datetime) -> list[PlannedDose]:
    first = local_day(now, zone) - DAY
    return [each for each in roll.doses if each.day >= first and roll.starts_at <= each.due_at < roll.ends_at]


def _is_to_come(found: AffectedSachet, roll: OnRoll, home: AtHome, now: datetime) -> bool:
    return found.until_at > now or any((roll.number, each) in home.under_way for each in found.sequences)


def _all_gone(found: AffectedSachet, roll: OnRoll, home: AtHome) -> bool:
    """Whether each of its sachets has left the roll, or a person has taken it out, before this was a change."""
    if found.key in roll.known or not found.sequences:
        return False
    return all((roll.number, each) in home.gone or each in roll.removed for each in found.sequences)


def _differing(
    roll: OnRoll, doses: Sequence[PlannedDose], there: Sequence[SachetOnRoll], zone: ZoneInfo
) -> list[AffectedSachet]:
    """By times first; of a moment that is at its time by contents. What the pharmacy accepted is left out."""
    by_time = [_from_difference(each, roll, there, zone) for each in differences(doses, there)]
    found = [each for each in by_time if not _is_accepted(each, roll)]
    named = {(each.day, each.at) for each in found}
    return found + [
        each
        for each in _by_contents(roll, doses, there, zone)
        if (each.day, each.at) not in named and not _is_accepted(each, roll)
    ]


def _is_accepted(found: AffectedSachet, roll: OnRoll) -> bool:
    """A finding of the pharmacy knows no contents: what it accepted as missing is accepted whatever it is."""
    return found.key in roll.accepted or found.key.rpartition(" ")[0] in roll.accepted


def _from_difference(
    found: Difference, roll: OnRoll, there: Sequence[SachetOnRoll], zone: ZoneInfo
) -> AffectedSachet:
    at = found.other_at if found.other_at is not None else found.at
    contents = _contents_of(found.sequences, (found.day, at), roll, there)
    planned_at = found.at if found.other_at is not None else None
    agreed = (roll.agreed or {}).get((found.day, found.at))
    times = [instant_of(found.day, each, zone) for each in (at, planned_at) if each is not None]
    is_missing = found.kind == "missing"
    return AffectedSachet(
        key=_with_digest(found.key, agreed) if is_missing else found.key, kind=found.kind, day=found.day, at=at,
        due_at=min(times), until_at=max(times), sequences=found.sequences, planned=found.planned,
        found=found.found, planned_at=planned_at, contents=contents,
        more=tuple(agreed or ()) if is_missing else (), less=contents or () if found.kind == "extra" else (),
        others=() if is_missing or found.kind == "extra" else contents,
    )  # fmt: skip


def _by_contents(
    roll: OnRoll, doses: Sequence[PlannedDose], there: Sequence[SachetOnRoll], zone: ZoneInfo
) -> list[AffectedSachet]:
    """Moments that stay where they are, but for which the plan has other medicines now than when it was packed."""
    if roll.packed is None or roll.agreed is None:
        return []
    slots = _by_slot(there)
    packed, agreed = _placed(roll.packed, slots), _placed(roll.agreed, slots)
    planned = {(each.day, each.at) for each in doses}
    return [
        _of_contents(slot, sachets, packed.get(slot, []), agreed.get(slot, []), roll, zone)
        for slot, sachets in slots.items()
        if slot in planned and packed.get(slot, []) != agreed.get(slot, [])
    ]


def _placed(contents: Contents, slots: Collection[Slot]) -> dict[Slot, list[str]]:
    """The contents by the moment on the roll: a time in the pharmacy's plan may be near it instead of on it."""
    found: dict[Slot, list[str]] = {}
    for slot, lines in contents.items():
        near = [
            each
            for each in slots
            if each[0] == slot[0] and minutes_apart(each[1], slot[1]) <= SHIFTED_AT_MOST_MIN
        ]
        if near:
            nearest = min(near, key=lambda each: (minutes_apart(each[1], slot[1]), each))
            found.setdefault(nearest, []).extend(lines)
    return {slot: sorted(lines) for slot, lines in found.items()}


def _of_contents(
    slot: Slot,
    sachets: Sequence[SachetOnRoll],
    before: Sequence[str],
    after: Sequence[str],
    roll: OnRoll,
    zone: ZoneInfo,
) -> AffectedSachet:
    sequences = tuple(each.sequence for each in sachets)
    less, due_at = _without(before, after), instant_of(slot[0], slot[1], zone)
    return AffectedSachet(
        key=_with_digest(f"other_contents {slot[0]:%Y%m%d} {slot[1]:%H%M}", after or ["none"]),
        kind="other_contents", day=slot[0], at=slot[1], due_at=due_at, until_at=due_at, sequences=sequences,
        planned=len(sachets), found=len(sachets), contents=_contents_of(sequences, slot, roll, sachets),
        more=tuple(_without(after, before)), less=tuple(less), others=tuple(_without(before, less)),
    )  # fmt: skip


def _recalled(there: Sequence[SachetOnRoll], zone: ZoneInfo) -> list[AffectedSachet]:
    return [
        AffectedSachet(
            key=f"recalled {slot[0]:%Y%m%d} {slot[1]:%H%M}", kind="recalled", day=slot[0], at=slot[1],
            due_at=instant_of(slot[0], slot[1], zone), until_at=instant_of(slot[0], slot[1], zone),
            sequences=tuple(each.sequence for each in sachets),
            planned=len(sachets), found=len(sachets),
        )
        for slot, sachets in _by_slot(there).items()
    ]  # fmt: skip


def _by_slot(there: Sequence[SachetOnRoll]) -> dict[Slot, list[SachetOnRoll]]:
    found: dict[Slot, list[SachetOnRoll]] = {}
    for each in there:
        assert each.day is not None
        assert each.at is not None
        found.setdefault((each.day, each.at), []).append(each)
    return found


def _contents_of(
    sequences: Sequence[int], slot: Slot, roll: OnRoll, there: Sequence[SachetOnRoll]
) -> tuple[str, ...] | None:
    """What the packer wrote in these sachets, or else what was planned when they were packed; None: not known."""
    sachets = [each for each in there if each.sequence in sequences]
    if sachets and all(each.contents is not None for each in sachets):
        return tuple(
            f"{content.text}, {content.amount}" if content.amount else content.text
            for each in sachets
            for content in each.contents or ()
        )
    if roll.packed is not None and roll.packed.get(slot):
        return tuple(roll.packed[slot])
    return None


def _without(these: Sequence[str], those: Sequence[str]) -> list[str]:
    """The first list less what the second has, each as often as it is there."""
    left = list(those)
    found = []
    for each in these:
        if each in left:
            left.remove(each)
        else:
            found.append(each)
    return found


def _with_digest(key: str, contents: Sequence[str] | None) -> str:
    """The key of a difference, with what the plan has there now: another plan there is another difference."""
    if not contents:
        return key
    return f"{key} {hashlib.sha256(chr(10).join(sorted(contents)).encode()).hexdigest()[:12]}"
