"""The follow-up arrangement as sentences: what happens when a sachet stays in (R45, R46)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reik.alerting.queries import ArrangedStep, ArrangementSeen
from reik.medication.times.schedule import TimeLine
from reik.web.words import step_words

ICONS = {"phone_client": "headset", "ask_carer": "heart", "ask_team": "users"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One step: its sentence, what is added, and how long the chain waits for an answer."""

    icon: str
    sentence: str
    more: str
    wait: str


def links_of(arrangement: ArrangementSeen, lines: Sequence[TimeLine]) -> list[Link]:
    """The dispenser's own reminder first, then everyone who is asked; the last step is never empty."""
    windows = sorted({each.window_min for each in lines})
    first = Link(
        icon="bell", sentence=_("De dispenser geeft een signaal"), more="",
        wait=_("0 tot %(n)s min") % {"n": "/".join(str(each) for each in windows)} if windows else "",
    )  # fmt: skip
    return [first, *(_link(each, last=each is arrangement.steps[-1]) for each in arrangement.steps)]


def _link(step: ArrangedStep, *, last: bool) -> Link:
    more = []
    if step.hours is not None:
        since, until = step.hours
        more.append(_("Alleen tussen %(a)s en %(b)s.") % {"a": f"{since:%H:%M}", "b": f"{until:%H:%M}"})
    if step.repeat is not None:
        every = _for(step.repeat.total_seconds())
        more.append(_("Elke %(time)s opnieuw, tot iemand het oppakt.") % {"time": every})
    return Link(
        icon=ICONS.get(step.action, "bell"), sentence=step_words(step.action, step.responder), more=" ".join(more),
        wait="" if last else _("wacht %(time)s") % {"time": _for(step.wait.total_seconds())},
    )  # fmt: skip


def _for(seconds: float) -> str:
    """How long, as it is said: whole minutes, and below one minute (in a demo) seconds."""
    if seconds >= 60:
        return _("%(n)s min") % {"n": f"{seconds / 60:.0f}"}
    return _("%(n)s s") % {"n": f"{seconds:.0f}"}
