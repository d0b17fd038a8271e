"""An arrangement while it is being written: everything as it was typed, so that nothing of it is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from uuid import UUID

from django.http import QueryDict

from reik.alerting.arrangements.agreeing import EmergencyPath
from reik.alerting.arrangements.choosing import ANY_CRITICALITY, EVERY_DAY, OtherRoute, When
from reik.alerting.arrangements.presets import Made
from reik.alerting.arrangements.seen import VersionSeen
from reik.alerting.policy import (
    ASK_CARER,
    ASK_TEAM,
    EMERGENCY_PATH,
    PHONE_CLIENT,
    ArrangementInvalid,
    RouteStep,
)
from reik.web.followup.choices import Choice, code_of

MOST_STEPS, MOST_ROUTES = 15, 8
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
"""What waits are typed in: minutes, and in a hurried demo seconds."""
ASKS = "ask"
DOES = (ASKS, PHONE_CLIENT, EMERGENCY_PATH)


@dataclass(slots=True, kw_only=True)
class StepDraft:
    """One step. `does`: phones the client, is asked, or is the emergency path; `wait` in units, as typed."""

    who: str = ""
    does: str = ASKS
    wait: str = "5"
    since: str = ""
    until: str = ""
    fallback: str = ""


@dataclass(slots=True, kw_only=True)
class RouteDraft:
    """One route. The first has no name and holds always. `days` and `critical` are bits."""

    name: str = ""
    days: list[int] = field(default_factory=lambda: list(range(8)))
    since: str = ""
    until: str = ""
    critical: list[int] = field(default_factory=lambda: list(range(3)))
    moments: str = ""
    steps: list[StepDraft] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Draft:
    """What is on the form. `based_on`: the version that it began from, 0 for none."""

    routes: list[RouteDraft] = field(default_factory=list)
    words: str = ""
    emergency: str = ""
    emergency_words: str = ""
    centre_decides: bool = False
    based_on: int = 0


def read(post: QueryDict) -> Draft:
    """The form as it was sent; whatever is no number or time is kept as it was typed."""
    count = min(max(_number(post.get("routes", "1")), 1), MOST_ROUTES)
    return Draft(
        routes=[_route(post, number) for number in range(count)], words=post.get("words", ""),
        emergency=post.get("emergency", ""), emergency_words=post.get("emergency_words", ""),
        centre_decides=post.get("visit") == "centre",
        based_on=_number(post.get("based_on", "0")),
    )  # fmt: skip


def _route(post: QueryDict, number: int) -> RouteDraft:
    steps = min(max(_number(post.get(f"steps-{number}", "0")), 0), MOST_STEPS)
    return RouteDraft(
        name=post.get(f"name-{number}", "")[:80],
        days=[_number(each) for each in post.getlist(f"day-{number}") if each.isdigit()],
        critical=[_number(each) for each in post.getlist(f"crit-{number}") if each.isdigit()],
        since=post.get(f"rfrom-{number}", ""), until=post.get(f"runtil-{number}", ""),
        moments=post.get(f"moments-{number}", "")[:200],
        steps=[
            StepDraft(**{name: post.get(f"{name}-{number}-{place}", "")[:120] for name in StepDraft.__slots__})
            for place in range(steps)
        ],
    )  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def change(draft: Draft, act: str) -> bool:
    """Do what a button of the form asks of its rows ("more-0", "less-0-2", "up-0-2", "route", "drop-1")."""
    name, *places = act.split("-")
    numbers = [_number(each) for each in places]
    if name == "route" and len(draft.routes) < MOST_ROUTES:
        draft.routes.append(RouteDraft(steps=[StepDraft(**_copy(each)) for each in draft.routes[0].steps]))
    elif name == "drop" and len(numbers) == 1 and 0 < numbers[0] < len(draft.routes):
        del draft.routes[numbers[0]]
    elif name in ("more", "less", "up") and numbers and numbers[0] < len(draft.routes):
        _change_steps(draft.routes[numbers[0]].steps, name, numbers[1] if len(numbers) > 1 else 0)
    else:
        return False
    return True


def _copy(step: StepDraft) -> dict[str, str]:
    return {name: getattr(step, name) for name in StepDraft.__slots__}


def _change_steps(steps: list[StepDraft], name: str, place: int) -> None:
    if name == "more" and len(steps) < MOST_STEPS:
        steps.insert(max(len(steps) - 1, 0), StepDraft())  # before the end, which stays the end
    elif name == "less" and place < len(steps):
        del steps[place]
    elif name == "up" and 0 < place < len(steps):
        steps[place - 1], steps[place] = steps[place], steps[place - 1]


def of_version(version: VersionSeen | None, known: Mapping[str, Choice], unit: timedelta) -> Draft:
    """The form of an arrangement that is there, to be changed."""
    if version is None:
        return Draft(routes=[RouteDraft(steps=[StepDraft(does=PHONE_CLIENT), StepDraft()])])
    emergency = code_of(None, None, 1, version.emergency_id, known) if version.emergency_id else ""
    routes = [
        _of_route(each.name, each.when, [s.step for s in each.steps], known, unit) for each in version.routes
    ]
    return Draft(
        routes=routes,
        words=version.words,
        emergency_words=version.emergency_words,
        emergency=emergency,
        centre_decides=version.centre_decides,
    )


def of_preset(draft: Draft, made: Made, known: Mapping[str, Choice], unit: timedelta) -> None:
    """Put the routes of a preset on the form; words and emergency path stay as they were typed."""
    draft.routes = [_of_route("", None, made.route, known, unit)] + [
        _of_route(each.name, each.when, each.steps, known, unit) for each in made.others
    ]


def _of_route(
    name: str, when: When | None, steps: Sequence[RouteStep], known: Mapping[str, Choice], unit: timedelta
) -> RouteDraft:
    holds = when or When()
    since, until = _clocks(holds.hours)
    return RouteDraft(
        name=name, days=_bits(holds.weekdays, 8), critical=_bits(holds.criticalities, 3), since=since, until=until,
        moments=", ".join(holds.moments), steps=[_of_step(each, known, unit) for each in steps],
    )  # fmt: skip


def _of_step(step: RouteStep, known: Mapping[str, Choice], unit: timedelta) -> StepDraft:
    since, until = _clocks(step.hours)
    does = step.action if step.action in DOES else ASKS
    return StepDraft(
        who=code_of(step.carer_id, step.roster_id, step.place, step.destination_id, known), does=does,
        wait=f"{(step.repeat or step.wait) / unit:.0f}", since=since, until=until,
        fallback=_fallback_code(step.fallback_id, known),
    )  # fmt: skip


def _fallback_code(fallback_id: UUID | None, known: Mapping[str, Choice]) -> str:
    if fallback_id is None:
        return ""
    return next(
        (
            code
            for code, each in known.items()
            if each.way.destination_id == fallback_id and not each.roster_id
        ),
        "",
    )


def _bits(value: int, most: int) -> list[int]:
    return [bit for bit in range(most) if value >> bit & 1]


def _clocks(hours: tuple[time, time] | None) -> tuple[str, str]:
    return (f"{hours[0]:%H:%M}", f"{hours[1]:%H:%M}") if hours else ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the form says, as it can be agreed."""

    route: tuple[RouteStep, ...]
    others: tuple[OtherRoute, ...]
    words: str
    emergency: EmergencyPath


def written(draft: Draft, known: Mapping[str, Choice], unit: timedelta) -> Written:
    """The arrangement that the form asks for. Raises ArrangementInvalid with the route and step that is not right."""
    routes = [
        tuple(_step(each, known, unit, number, place, last=place == len(route.steps))
              for place, each in enumerate(route.steps, start=1))
        for number, route in enumerate(draft.routes)
    ]  # fmt: skip
    others = [
        OtherRoute(name=route.name.strip(), when=_when(route, number), steps=routes[number])
        for number, route in enumerate(draft.routes)
        if number
    ]
    path = known.get(draft.emergency)
    return Written(
        route=routes[0], others=tuple(others), words=draft.words.strip(),
        emergency=EmergencyPath(
            words=draft.emergency_words.strip(), responder=path.name if path else "",
            destination_id=path.way.destination_id if path else None,
        ),
    )  # fmt: skip


def _step(
    step: StepDraft, known: Mapping[str, Choice], unit: timedelta, number: int, place: int, *, last: bool
) -> RouteStep:
    who, fallback = known.get(step.who), known.get(step.fallback)
    if who is None or step.does not in DOES:
        raise ArrangementInvalid("Choose whom this step asks.", "unknown", route=number, position=place)
    count = _number(step.wait.strip())
    if not 1 <= count <= 120:
        raise ArrangementInvalid(
            "Each step waits 1 to 120 minutes for an answer.", "wait", route=number, position=place
        )
    wait = count * unit
    asks = ASK_CARER if who.carer_id else ASK_TEAM
    return RouteStep(
        action=asks if step.does == ASKS else step.does, responder=who.name, wait=wait,
        destination_id=who.way.destination_id, repeat=wait if last else None, roster_id=who.roster_id,
        place=who.place, carer_id=who.carer_id, fallback_id=fallback.way.destination_id if fallback else None,
        hours=_hours(step.since, step.until, number, place),
    )  # fmt: skip


def _hours(since: str, until: str, number: int, place: int) -> tuple[time, time] | None:
    if not since.strip() and not until.strip():
        return None
    try:
        return time.fromisoformat(since.strip()), time.fromisoformat(until.strip())
    except ValueError:
        raise ArrangementInvalid(
            "Write both hours as 08:00, or leave both out.", "half_hours", route=number, position=place
        ) from None


def _when(route: RouteDraft, number: int) -> When:
    moments = tuple(each.strip() for each in route.moments.split(",") if each.strip())
    return When(
        weekdays=sum({1 << bit for bit in route.days if bit < 8}) & EVERY_DAY,
        criticalities=sum({1 << bit for bit in route.critical if bit < 3}) & ANY_CRITICALITY,
        hours=_hours(route.since, route.until, number, 0), moments=moments,
    )  # fmt: skip
