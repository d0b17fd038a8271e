"""One alert as it went, in one readable list: what was known when, who was told, what people said (N16)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.alerting.claims.seen import ClaimSeen, CodeSeen
from reik.alerting.queries import AlertSeen, RemarkSeen, StepSeen
from reik.alerting.replay import Told
from reik.web.alert_words import claim_end_words, claim_kind_words, language, minutes_words, told_words
from reik.web.client.words import event_words
from reik.web.why import why_words
from reik.web.words import cause_words, remark_words, step_state_words, step_words

ICONS = {"phone_client": "headset", "ask_carer": "heart", "ask_team": "users", "emergency": "alert-triangle"}


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
    alert: AlertSeen,
    steps: Sequence[StepSeen],
    remarks: Sequence[RemarkSeen],
    zone: ZoneInfo,
    told: Iterable[Told] = (),
    own: Iterable[CodeSeen] = (),
) -> list[Line]:
    """The moment, what the dispenser told, the alert, every call and every word, the oldest first."""
    labels = {each.code: each.label(language()) for each in own}
    found = [*_of_moment(alert, zone), *_of_device(told, zone), _opened(alert), *_of_steps(steps)]
    found += [*_of_claims(alert.claims, zone), *_of_muting(alert, zone)]
    found += [
        Line(at=each.at, sentence=_remark(each, labels))
        for each in remarks
        if each.kind != "opened"  # said above, with the reason
    ]
    return _together(sorted(found, key=lambda each: each.at))


def _remark(remark: RemarkSeen, labels: dict[str, str]) -> str:
    if remark.kind == "own_code" and remark.text in labels:
        return _("In het woord van de organisatie: %(word)s.") % {"word": labels[remark.text]}
    return remark_words(remark.kind, remark.by, remark.text)


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


def _of_device(told: Iterable[Told], zone: ZoneInfo) -> Iterator[Line]:
    """By when Reik knew it; what the dispenser's own clock says stands beside it where that differs."""
    for each in told:
        words = told_words(each.type, each.data) or _lower(event_words(each.type, each.data))
        sentence = _("De dispenser meldt: %(what)s.") % {"what": words}
        if each.at is not None and abs((each.received_at - each.at).total_seconds()) >= 60:
            at = f"{each.at.astimezone(zone):%H:%M:%S}"
            sentence += " " + _("Op de klok van de dispenser was het toen %(at)s.") % {"at": at}
        yield Line(at=each.received_at, sentence=sentence)


def _of_claims(claims: Iterable[ClaimSeen], zone: ZoneInfo) -> Iterator[Line]:
    """What each had, and how that ended; that she took it is a line of the history already."""
    for each in claims:
        until = f"{each.until.astimezone(zone):%H:%M:%S}"
        yield Line(
            at=each.at,
            sentence=_("%(who)s heeft de melding %(how)s, %(long)s: tot %(until)s.")
            % {
                "who": each.by, "how": claim_kind_words(each.kind), "long": minutes_words(each.until - each.at),
                "until": until,
            },
        )  # fmt: skip
        if each.ended_at is not None and (how := claim_end_words(each.ended_as)):
            yield Line(
                at=each.ended_at,
                sentence=_("%(who)s heeft de melding niet meer: %(how)s.") % {"who": each.by, "how": how},
            )


def _of_muting(alert: AlertSeen, zone: ZoneInfo) -> Iterator[Line]:
    if alert.muted_until is not None:
        until = f"{alert.muted_until.astimezone(zone):%H:%M}"
        yield Line(
            at=alert.opened_at,
            sentence=_("De melding is gedempt: de route begint om %(at)s.") % {"at": until},
        )


def _opened(alert: AlertSeen) -> Line:
    """What Reik concluded, and why: the rule that decided."""
    why = why_words(alert)
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
