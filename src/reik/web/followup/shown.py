"""An arrangement in plain sentences: who is asked when, for how long, and what happens at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reik.alerting.arrangements.choosing import Asked
from reik.alerting.arrangements.seen import RouteAgreed, StepAgreed, VersionSeen, preview
from reik.web.followup.words import channel_words, for_words, hours_words, route_name, when_words
from reik.web.words import reason_words, step_words

ICONS = {"phone_client": "headset", "ask_carer": "heart", "ask_team": "users", "emergency": "alert-triangle"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step, or the same step several times. `after`: since the alert opened, when nobody answers."""

    icon: str
    sentence: str
    more: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteShown:
    number: int
    name: str
    when: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One sentence that a version brought or took away."""

    added: bool
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """How an alert would go: which route, and at what time who is asked (or is left out, and why)."""

    route: str
    lines: tuple[tuple[datetime, str, str], ...]


def who_words(step: StepAgreed) -> str:
    """Whom a step asks: a person, a desk, or whoever stands on a roster."""
    if not step.roster:
        return step.responder
    if step.place > 1:
        return _("De achterwacht van rooster %(roster)s") % {"roster": step.roster}
    return _("Wie dienst heeft in rooster %(roster)s") % {"roster": step.roster}


def routes_shown(version: VersionSeen) -> list[RouteShown]:
    """All routes of a version; the usual one first."""
    return [
        RouteShown(
            number=each.number, name=route_name(each.number, each.name), when=when_words(each.when),
            lines=tuple(_lines(each)),
        )
        for each in version.routes
    ]  # fmt: skip


def _lines(route: RouteAgreed) -> Iterator[Line]:
    after = timedelta()
    for _same, group in groupby(route.steps, key=_alike):
        steps = list(group)
        step, last = steps[0], steps[-1] is route.steps[-1]
        yield Line(
            icon=ICONS.get(step.action, "bell"), sentence=step_words(step.action, who_words(step)),
            more=" ".join(_more(step, len(steps), last=last)),
            after=_("na %(time)s") % {"time": for_words(after)} if after else _("meteen"),
        )  # fmt: skip
        after += sum((each.wait for each in steps), timedelta())


def _alike(step: StepAgreed) -> tuple[object, ...]:
    return (
        step.action, step.responder, step.destination_id, step.roster_id, step.place, step.carer_id, step.hours,
        step.wait, step.fallback_id, step.repeat,
    )  # fmt: skip


def _more(step: StepAgreed, times: int, *, last: bool) -> Iterator[str]:
    if step.roster:
        yield _("Staat er niemand op, dan %(how)s naar het laatste adres van het rooster.") % {
            "how": channel_words(step.channel)
        }
    else:
        how = channel_words(step.channel)
        yield f"{how[:1].upper()}{how[1:]}."
    if step.hours is not None:
        yield _("Alleen van %(hours)s; daarbuiten gaat het meteen verder.") % {
            "hours": hours_words(step.hours)
        }
    if step.fallback_id is not None:
        yield _("Komt dat niet aan, dan %(how)s.") % {"how": channel_words(step.fallback_channel)}
    if last:
        yield _("Elke %(time)s opnieuw, tot iemand het oppakt.") % {
            "time": for_words(step.repeat or step.wait)
        }
    elif times > 1:
        yield _("%(n)s keer, om de %(time)s.") % {"n": times, "time": for_words(step.wait)}
    else:
        yield _("Wacht %(time)s op antwoord.") % {"time": for_words(step.wait)}


def sentences(version: VersionSeen) -> list[str]:
    """All that a version says, sentence by sentence, for comparing two of them."""
    found = [f"“{version.words}”"] if version.words else []
    for route in routes_shown(version):
        found.append(f"{route.name}: {route.when}")
        found += [f"{route.name}, {line.after}: {line.sentence}. {line.more}" for line in route.lines]
    if version.emergency_words or version.emergency_responder:
        found.append(
            _("Noodroute: %(words)s %(who)s")
            % {"words": version.emergency_words, "who": version.emergency_responder}
        )
    found.append(visit_words(version))
    return found


def visit_words(version: VersionSeen) -> str:
    """Who decides that somebody drives (R50)."""
    if version.centre_decides:
        return _("De zorgcentrale mag zelf tot een bezoek besluiten.")
    return _("Het wijkteam besluit of er iemand langsgaat.")


def differences(newer: VersionSeen, older: VersionSeen | None) -> list[Difference]:
    """What a version changed of the one before it; of the first version nothing."""
    if older is None:
        return []
    before, after = sentences(older), sentences(newer)
    found: list[Difference] = []
    for tag, b_from, b_to, a_from, a_to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            found += [Difference(added=False, sentence=each) for each in before[b_from:b_to]]
            found += [Difference(added=True, sentence=each) for each in after[a_from:a_to]]
    return found


def previewed(version: VersionSeen, asked: Asked, zone: ZoneInfo) -> Previewed:
    """How an alert that opens then would go, by the rules by which a real one goes."""
    walked = preview(version, asked, zone)
    agreed: Sequence[StepAgreed] = walked.route.steps
    lines = []
    for each in walked.steps:
        step = agreed[each.position - 1]
        left_out = _("overgeslagen: %(why)s") % {"why": reason_words(each.skipped)} if each.skipped else ""
        lines.append((each.due_at, step_words(step.action, who_words(step)), left_out))
    return Previewed(route=route_name(walked.route.number, walked.route.name), lines=tuple(lines))
