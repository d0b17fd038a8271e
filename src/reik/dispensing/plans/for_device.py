"""The plan as a device gets it: which moments, from which roll, until when. Pure (device contract, sections 5 and 6).

Only a moment whose sachets are at home goes to the device; Reik follows the others too, and tells a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reik.medication.times.schedule import Place, PlannedDose
from reik_dispenser.wire import canonical, plan_sha256, read_at, write_at

MOST_MOMENTS = 240
MOST_BYTES = 60_000
"""Of the moments together: the payload has room for 65,536."""
AHEAD = timedelta(days=28)
RENEWED_BELOW = timedelta(days=14)
SIGNALS_MIN = (0, 5, 15, 30, 45, 60)
"""When the device signals, in minutes after the moment, as long as its window lasts."""

DeviceMoment = dict[str, object]
"""One of `moments` of `set_plan`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One moment that is to be followed; `place` None: no roll at home has its sachets."""

    dose: PlannedDose
    place: Place | None

    @property
    def sachets(self) -> int:
        """What lies on the roll counts; the plan only where nothing does."""
        return len(self.place.sequences) if self.place else self.dose.sachets


def hurried(minutes: int, pace: float) -> int | float:
    """Minutes at the pace of a demo, to a few milliseconds; at pace 1 what they were."""
    return minutes if pace == 1 else round(minutes / pace, 4)


def ends_of(dose: PlannedDose, pace: float) -> tuple[datetime, datetime]:
    """The end of the window and the latest hand-out time, as the device reckons them."""
    window, late = (timedelta(minutes=hurried(each, pace)) for each in (dose.window_min, dose.late_min))
    return dose.due_at + window, dose.due_at + late


def device_moments(
    wanted: Sequence[Wanted], begun: Sequence[DeviceMoment] = (), *, pace: float = 1
) -> list[DeviceMoment]:
    """`moments` of `set_plan`, by instant: at most 28 days, 240 moments and 60,000 bytes.

    What is at home of what is `wanted`, after the moments that are under way. `pace` hurries their minutes.
    """
    made = [*begun, *(_moment(each.dose, each.place, pace) for each in wanted if each.place is not None)]
    kept: list[DeviceMoment] = []
    size = 2
    for each in sorted(made, key=lambda moment: (str(moment["at"]), str(moment["moment"]))):
        size += len(canonical(each)) + 1
        if len(kept) == MOST_MOMENTS or size > MOST_BYTES or (kept and at_of(each) - at_of(kept[0]) > AHEAD):
            break
        kept.append(each)
    return kept


def _moment(dose: PlannedDose, place: Place, pace: float) -> DeviceMoment:
    return {
        "moment": dose.key,
        "at": write_at(dose.due_at),
        "local": f"{dose.at:%H:%M}",
        "signals": [hurried(each, pace) for each in SIGNALS_MIN if each < dose.window_min],
        "early_min": 0,
        "window_min": hurried(dose.window_min, pace),
        "late_min": hurried(dose.late_min, pace),
        "gap_min": hurried(dose.gap_min, pace),
        "roll": place.roll,
        "sachets": list(place.sequences),
        "whole": False,
    }


def at_of(moment: Mapping[str, object]) -> datetime:
    at = read_at(moment["at"])
    assert at is not None
    return at


def is_to_be_given(
    given: Sequence[Mapping[str, object]] | None, wanted: Sequence[Mapping[str, object]], now: datetime
) -> bool:
    """Whether a device needs another plan: none was given, what is to come has changed, or < 14 days remain.

    `given`: the moments of the newest plan; None when there is none or it did not arrive.
    """
    if given is None:
        return bool(wanted)
    to_come = [each for each in given if at_of(each) > now]
    ends = at_of(given[-1]) if given else now
    if [each for each in wanted if now < at_of(each) <= ends] != to_come:
        return True
    return ends < now + RENEWED_BELOW and any(at_of(each) > ends for each in wanted)


def under_way(given: Sequence[Mapping[str, object]] | None, now: datetime) -> list[DeviceMoment]:
    """Moments of the newest plan that may still be handed out late: another plan must not take them away."""
    return [
        dict(each)
        for each in given or ()
        if at_of(each) <= now < at_of(each) + timedelta(minutes=float(str(each["late_min"])))
    ]


def set_plan_data(version: int, moments: Sequence[DeviceMoment], zone: str) -> dict[str, object]:
    """`data` of `set_plan`. No name goes to the device: `client_label` stays empty."""
    return {
        "version": version,
        "sha256": plan_sha256(moments),
        "client_label": "",
        "zone": zone,
        "roll": moments[0]["roll"] if moments else None,
        "moments": list(moments),
    }
