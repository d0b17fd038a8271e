"""One alert as it went, in one readable list: what was known when, who was told, what people said (N16)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.alerting.queries import AlertSeen, RemarkSeen, StepSeen
from reik.web.words import cause_words, reason_words, remark_words, step_state_words, step_words

ICONS = {"phone_client": "headset", "ask_carer": "heart", "ask_team": "users"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who was asked, with repetitions as one. `look`: done, now or empty."""

    sentence: str
    state: str
    at: datetime
    look: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the replay."""

    at: datetime
    sentence: str
    until: datetime | None = None
    times: int = 1


def asked_of(steps: Sequence[StepSeen], alert: AlertSeen) -> list[Asked]:
    """The route as it was walked and as it will be."""
    found = []
    for _kind, group in groupby(steps, key=lambda each: (each.action, each.responder, _fate(each))):
        same = list(group)
        newest = same[-1]
        state = step_state_words(newest.state, newest.reason)
        if len(same) > 1 and newest.taken_at is not None:
            times = ngettext("%(n)s keer gevraagd", "%(n)s keer gevraagd", len(same)) % {"n": len(same)}
            state = f"{times}; {state}"
        now = alert.state == "open" and alert.current in same
        found.append(
            Asked(
                sentence=step_words(newest.action, newest.responder), state=state, at=_when(newest),
                look="now" if now else "done" if newest.taken_at else "", icon=ICONS.get(newest.action, "bell"),
            )
        )  # fmt: skip
    return found


def _fate(step: StepSeen) -> str:
    return "taken" if step.taken_at is not None else step.state


def _when(step: StepSeen) -> datetime:
    return step.taken_at or step.ended_at or step.due_at


def lines_of(
    alert: AlertSeen, steps: Sequence[StepSeen], remarks: Sequence[RemarkSeen], zone: ZoneInfo
) -> list[Line]:
    """The moment, the alert, every call and every word, the oldest first."""
    found = [*_of_moment(alert, zone), _opened(alert), *_of_steps(steps)]
    found += [
        Line(at=each.at, sentence=remark_words(each.kind, each.by, each.text))
        for each in remarks
        if each.kind != "opened"  # said above, with the reason
    ]
    return _together(sorted(found, key=lambda each: each.at))


def _together(lines: Sequence[Line]) -> list[Line]:
    """The same line again and again, with nothing between, is one line that says how often and until when."""
    found = []
    for sentence, group in groupby(lines, key=lambda each: each.sentence):
        same = list(group)
        until = same[-1].at if len(same) > 1 else None
        found.append(Line(at=same[0].at, sentence=sentence, until=until, times=len(same)))
    return found


def _of_moment(alert: AlertSeen, zone: ZoneInfo) -> Iterator[Line]:
    moment = alert.moment
    if moment is not None:
        yield Line(at=moment.due_at, sentence=_("Het zakje moest eruit; de dispenser geeft een signaal."))
        yield Line(
            at=moment.deadline_at,
            sentence=_("Het venster sluit. Geven mag nog tot %(at)s.")
            % {"at": f"{moment.latest_at.astimezone(zone):%H:%M}"},
        )


def _opened(alert: AlertSeen) -> Line:
    """What Reik concluded, and why: the rule that decided."""
    why = reason_words(alert.reason)
    about = _lower(cause_words(alert.cause))
    said = _("Melding: %(what)s, want %(why)s.") if why else _("Melding: %(what)s.")
    return Line(at=alert.opened_at, sentence=said % {"what": about, "why": why})


def _of_steps(steps: Sequence[StepSeen]) -> Iterator[Line]:
    for step in steps:
        if step.state == "planned" or (step.state == "cancelled" and step.taken_at is None):
            continue
        state = step_state_words(step.state, step.reason)
        yield Line(at=_when(step), sentence=f"{step_words(step.action, step.responder)}: {state}.")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
