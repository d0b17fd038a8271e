"""What is asked of an informal carer about one alert: a sentence, what was done already, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from reik.alerting.causes import TASK_OVERDUE
from reik.alerting.claims.who import Who
from reik.alerting.queries import AlertSeen, ArrangementSeen, RemarkSeen, StepSeen
from reik.web.carer.found import Choice, choices
from reik.web.ringing import Ring
from reik.web.still import Still
from reik.web.words import cause_words

CARER = "ask_carer"
UNDO_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around an alert: until when she would have it, whom to ring, and until when the sachet may come out.

    `offered` None: she had it already, or the last step is about to be called. `late`: it is about a call-back that
    nobody made in time, `hers` when she herself waits for it; then there is nothing to find or to take on.
    """

    offered: datetime | None = None
    rings: Sequence[Ring] = ()
    still: Still | None = None
    late: str = ""
    hers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """An alert as her page shows it.

    `kind`: asked (it is her turn), mine (she has it), others (someone else has it), watched, or open (not her
    turn yet; she may act all the same). `mark` and `mark_word`: the outcome's silhouette.
    """

    alert: AlertSeen
    kind: str
    mark: str
    mark_word: str
    sentence: str
    done: tuple[str, ...]
    too_late: bool
    until: datetime | None
    since: datetime
    next: StepSeen | None
    team: str
    choices: tuple[Choice, ...]
    around: Around
    had: bool


def ask_of(
    alert: AlertSeen,
    steps: Sequence[StepSeen],
    remarks: Sequence[RemarkSeen],
    arrangement: ArrangementSeen | None,
    *,
    me: Who,
    called: str,
    now: datetime,
    around: Around,
) -> Ask:
    """The alert as `me` sees it; `called` is how she calls her client."""
    asked = [each for each in steps if each.action == CARER and each.taken_at is not None]
    kind = _kind(alert, me)
    moment = alert.moment
    mark, word = _mark(alert.cause)
    since = asked[-1].taken_at if asked and asked[-1].taken_at else alert.opened_at
    return Ask(
        alert=alert, kind=kind, mark=mark, mark_word=word, sentence=around.late or sentence(alert),
        done=tuple(_done(steps, remarks, me.name, called)),
        too_late=moment is not None and now >= moment.latest_at,
        until=alert.watched_until if kind == "watched" else alert.accepted_until,
        since=alert.accepted_at or since, next=alert.next, team=_team(arrangement),
        choices=tuple(choices(about_moment=moment is not None, called=called)), around=around,
        had=alert.had_by(me),
    )  # fmt: skip


def _kind(alert: AlertSeen, me: Who) -> str:
    """Her turn is as long as nobody after her was called."""
    if alert.state == "accepted":
        return "mine" if alert.held_by(me) else "others"
    if alert.state == "watched":
        return "watched"
    return "asked" if alert.current is not None and alert.current.action == CARER else "open"


def _mark(cause: str) -> tuple[str, str]:
    """Only what the device knows is "not out"; a fault is never red."""
    if cause in ("not_out", "partly"):
        return "niet", _("niet uitgenomen")
    if cause == "withheld":
        return "pau", _("vastgehouden")
    return "onb", _("onbekend")


def sentence(alert: AlertSeen) -> str:
    """What it is about, in one sentence."""
    moment = alert.moment
    if alert.cause == TASK_OVERDUE:
        return _("Het zorgteam is te laat met iets dat voor nu was afgesproken")
    if moment is None:
        return cause_words(alert.cause)
    at = clock_time(moment.due_at)
    several = moment.sachets > 1
    if alert.cause == "partly":
        return _("Van %(time)s zijn %(out)s van de %(sachets)s zakjes eruit") % {
            "time": at, "out": moment.out, "sachets": moment.sachets,
        }  # fmt: skip
    one, more = {
        "not_out": (_("Het zakje van %(time)s zit er nog in"), _("De zakjes van %(time)s zitten er nog in")),
        "unknown": (
            _("Wij weten niet of het zakje van %(time)s eruit is"),
            _("Wij weten niet of de zakjes van %(time)s eruit zijn"),
        ),
        "withheld": (
            _("De dispenser heeft het zakje van %(time)s vastgehouden"),
            _("De dispenser heeft de zakjes van %(time)s vastgehouden"),
        ),
        "device_failure": (
            _("De dispenser gaf het zakje van %(time)s niet, door een storing"),
            _("De dispenser gaf de zakjes van %(time)s niet, door een storing"),
        ),
    }.get(alert.cause, ("", ""))
    found = more if several else one
    return found % {"time": at} if found else f"{cause_words(alert.cause)} ({at})"


def _done(steps: Sequence[StepSeen], remarks: Sequence[RemarkSeen], me: str, called: str) -> list[str]:
    """What others did already. A call is only said of who wrote down that she phoned."""
    lines = []
    for each in steps:
        if each.action == "phone_client" and each.taken_at is not None:
            lines.append(
                _("%(who)s kreeg om %(time)s bericht.")
                % {"who": each.responder, "time": clock_time(each.taken_at)}
            )
            break
    for line in remarks:
        outcome = line.text.partition(": ")[0]
        if line.kind == "handled" and outcome == "not_reached" and line.by != me:
            lines.append(
                _("%(who)s heeft om %(time)s gebeld. %(called)s nam niet op.")
                % {"who": line.by, "time": clock_time(line.at), "called": called[:1].upper() + called[1:]}
            )
    return lines[:1] + lines[1:][-1:]


def _team(arrangement: ArrangementSeen | None) -> str:
    """Who is called last, and again and again."""
    return arrangement.steps[-1].responder if arrangement and arrangement.steps else _("het wijkteam")


def clock_time(at: datetime) -> str:
    """18:16, on the clock of the page."""
    return time_format(localtime(at), "H:i")
