"""The four panes of the story, each as its persona sees and does it, and which of them changed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.template.loader import render_to_string

from reik.alerting.queries import AlertSeen, open_alerts, remarks_of
from reik.dispensing.queries import moments_between
from reik.kernel.tenancy import Actor, acting_for
from reik.people.queries import cards
from reik.web.carer import days
from reik.web.carer.today import today_of
from reik.web.dispenser.looking import away, digest, on_screen
from reik.web.seen import viewed
from reik.web.shown import shown
from reik.web.story.people import DEVICE, Cast, as_persona
from reik.web.story.standing import Standing, standing, steps_of
from reik.web.strips import OnStrip, strip_of
from reik.web.words import cause_words, remark_words

NAMES = ("strook", "dispenser", "centrale", "dochter", "team")
_TOKEN = re.compile(r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the page: `digest` names how it looks."""

    name: str
    html: str
    digest: str


def parts_of(request: HttpRequest, cast: Cast, root: str, now: datetime) -> list[Part]:
    """The strip of steps and the four panes, as things are now. `root`: /verhaal or /story."""
    with acting_for(cast.nurse):
        where = standing(cast.card, now)
    values: dict[str, Mapping[str, object]] = {
        "strook": {"where": where, "steps": steps_of(where)},
        "dispenser": _dispenser(cast, now),
        "centrale": _centre(cast, where, now),
        "dochter": _daughter(cast, root, now),
        "team": _team(cast, where, now),
    }
    return [
        _part(request, name, {**values[name], "root": root, "cast": cast, "where": where}) for name in NAMES
    ]


def _part(request: HttpRequest, name: str, values: Mapping[str, object]) -> Part:
    html = render_to_string(f"story/{name}.html", dict(values), request)
    return Part(name=name, html=html, digest=digest(_TOKEN.sub("", html)))


def _look(actor: Actor, page: str, cast: Cast, now: datetime) -> None:
    """What a persona sees here leaves the row that her own screen would."""
    viewed(as_persona(actor), page, {cast.card.organisation_id: [cast.card.id]}, now)


def _dispenser(cast: Cast, now: datetime) -> Mapping[str, object]:
    with acting_for(cast.daughter):
        _look(cast.daughter, f"dispenser {DEVICE}", cast, now)
        seen = on_screen(DEVICE, cast.card, now)
    if seen is not None:
        seen = replace(seen, clock=seen.clock.replace(second=0, microsecond=0))
    return {"screen": seen, "away": "" if seen else away()}


def _daughter(cast: Cast, root: str, now: datetime) -> Mapping[str, object]:
    with acting_for(cast.daughter):
        card = cards(cast.daughter, [cast.card.id]).get(cast.card.id)
        if card is None:
            return {"gone": True}
        _look(cast.daughter, "carer", cast, now)
        today = today_of(cast.daughter, card, now)
        newest = today["lines"][-2:]  # whoever plays the story ten times has ten doses today
        return {**today, "lines": newest, "carer_door": f"{root}/naaste", "me": cast.daughter}


def _centre(cast: Cast, where: Standing, now: datetime) -> Mapping[str, object]:
    with acting_for(cast.operator):
        _look(cast.operator, "story centre", cast, now)
        alerts = _alerts(cast)
        return {
            "me": cast.operator, "alerts": [(each, cause_words(each.cause)) for each in alerts],
            "lines": _history(where), "now": now,
        }  # fmt: skip


def _alerts(cast: Cast) -> list[AlertSeen]:
    """What is open of her: what the story is about before what is about the dispenser."""
    return sorted(open_alerts([cast.card.id]), key=lambda each: each.moment is None)


def _history(where: Standing) -> Sequence[tuple[datetime, str]]:
    """What became of the alert, the newest line first."""
    if where.alert is None:
        return []
    lines = remarks_of([where.alert.id])
    return [(each.at, remark_words(each.kind, each.by, each.text)) for each in lines][-5:][::-1]


def _team(cast: Cast, where: Standing, now: datetime) -> Mapping[str, object]:
    zone = ZoneInfo(cast.card.zone)
    day = now.astimezone(zone).date()
    with acting_for(cast.nurse):
        _look(cast.nurse, "story team", cast, now)
        moments = moments_between([cast.card.id], *days.bounds(day, zone))[cast.card.id]
        alerts = _alerts(cast)
        marks = [
            (
                each,
                shown(
                    each.outcome, due_at=each.due_at, deadline_at=each.deadline_at, now=now, sachets=each.sachets,
                    out=each.out,
                ),
            )
            for each in moments
        ]  # fmt: skip
        strip = strip_of(
            [
                OnStrip(due_at=each.due_at, deadline_at=each.deadline_at, mark=mark.mark, word=mark.word)
                for each, mark in marks
            ],
            day, now.replace(second=0, microsecond=0), zone, title=cast.card.display,
        )  # fmt: skip
        latest = marks[-1][1] if marks and where.moment else None
        return {"me": cast.nurse, "strip": strip, "latest": latest, "alerts": alerts[:1]}
