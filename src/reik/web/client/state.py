"""How dispensers, rolls and alerts are said in a few words, on the team's board and in a client's file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.alerting.causes import CAUSES, DAYTIME, ROLL_NEARLY_EMPTY
from reik.alerting.queries import AlertSeen
from reik.dispensing.devices.silence import Silent
from reik.dispensing.queries import DispenserSeen, MomentSeen
from reik.medication.seen.overview import RollShown
from reik.web.shown import Shown, shown
from reik.web.strips import OnStrip
from reik.web.words import cause_words

ONE_DAY = timedelta(days=1)
BOXES = 14
NEARLY_OUT_DAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenserWords:
    """`tone`: good, calm, unknown (violet) or none; only good says that it is well."""

    icon: str
    word: str
    tone: str


def lasting(since: datetime, now: datetime) -> str:
    """How long something lasts, rounded down: "38 min", "3 u", "2 dagen"."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(n)s u") % {"n": minutes // 60}
    return ngettext("%(n)s dag", "%(n)s dagen", minutes // 1440) % {"n": minutes // 1440}


def dispenser_words(seen: DispenserSeen | None, silent: Silent | None, now: datetime) -> DispenserWords:
    """What a dispenser last said of itself; silence is never good (R37)."""
    if seen is None:
        return DispenserWords(icon="minus", word=_("geen dispenser"), tone="none")
    if seen.heard_at is None:
        return DispenserWords(icon="antenna-bars-off", word=_("nog niets gehoord"), tone="unknown")
    if silent is not None:
        word = _("stil %(time)s") % {"time": lasting(silent.since, now)}
        return DispenserWords(icon="antenna-bars-off", word=word, tone="unknown")
    if seen.reports == "deviations_only":
        return DispenserWords(icon="antenna-bars-3", word=_("meldt alleen afwijkingen"), tone="calm")
    if seen.mains is False:
        battery = "" if seen.battery_pct is None else f" {seen.battery_pct:.0f}%"
        return DispenserWords(icon="plug-connected-x", word=_("accu") + battery, tone="calm")
    return _by_state(seen.state)


def _by_state(state: str | None) -> DispenserWords:
    unwell = {
        "fault": _("storing"), "no_plan": _("geen weekplan"), "empty": _("rol is op"),
        "unlocked": _("staat open"),
    }  # fmt: skip
    if state in unwell:
        return DispenserWords(icon="alert-triangle", word=unwell[state], tone="unknown")
    if state == "paused":
        return DispenserWords(icon="player-pause", word=_("pauze"), tone="calm")
    if state == "held":
        return DispenserWords(icon="lock", word=_("houdt een zakje vast"), tone="calm")
    if state is None:
        return DispenserWords(icon="question-mark", word=_("onbekend"), tone="unknown")
    return DispenserWords(icon="antenna-bars-5", word=_("goed"), tone="good")


@dataclass(frozen=True, slots=True, kw_only=True)
class RollLeft:
    """The roll in the dispenser: `days` with today, None when no roll is loaded; `follows` is there, ready to load."""

    days: int | None
    word: str
    low: bool
    number: str
    last_day: date | None
    follows: RollShown | None

    @property
    def boxes(self) -> list[tuple[str, bool]]:
        """The little bar of 14 days: where each begins, in percent, and whether it is filled."""
        return [(f"{100 * each / BOXES:.2f}%", each < (self.days or 0)) for each in range(BOXES)]

    @property
    def runs_out(self) -> bool:
        """Within a week, and nothing follows (R20, R21); or it is so near that it has to be changed."""
        if self.days is None:
            return False
        return self.days <= NEARLY_OUT_DAYS or (self.days <= 7 and self.follows is None)


def roll_left(rolls: Sequence[RollShown], today: date, zone: ZoneInfo) -> RollLeft:
    """Until when the loaded roll lasts, and which one comes after it."""
    loaded = [each for each in rolls if each.state == "loaded"]
    others = [each for each in rolls if each.state != "loaded"]
    if not loaded:
        word = _("ligt klaar") if others else _("geen rol")
        return RollLeft(
            days=None, word=word, low=False, number="", last_day=None, follows=others[0] if others else None
        )
    newest = max(loaded, key=lambda each: each.ends_at)
    last = newest.last_at.astimezone(zone).date()
    days = max(0, (last - today).days + 1)
    follows = next((each for each in others if each.starts_at >= newest.starts_at), None)
    return RollLeft(
        days=days, word=ngettext("dag", "dagen", days), low=days <= NEARLY_OUT_DAYS, number=newest.number,
        last_day=last, follows=follows,
    )  # fmt: skip


def clock_of(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A time of today as "08:30", of another day with that day."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.date() == today - ONE_DAY:
        return _("gisteren %(time)s") % {"time": f"{local:%H:%M}"}
    if local.date() == today + ONE_DAY:
        return _("morgen %(time)s") % {"time": f"{local:%H:%M}"}
    return f"{date_format(local, 'j F')} {local:%H:%M}"


def shown_moment(each: MomentSeen, now: datetime, evidence: str = "removed") -> Shown:
    """Mark and word of a moment; where removal is not sensed, the word is that of the evidence (R26)."""
    said = shown(
        each.outcome, due_at=each.due_at, deadline_at=each.deadline_at, now=now, sachets=each.sachets, out=each.out
    )  # fmt: skip
    if evidence == "removed" or each.outcome not in ("in_time", "early", "late"):
        return said
    return Shown(said.mark, handed_words(each.outcome, evidence))


def handed_words(outcome: str, evidence: str) -> str:
    """ "Out" for a dispenser that does not sense removal: it says no more than what it knows (R26)."""
    given = _("op OK gedrukt") if evidence == "pressed" else _("zakje uitgegeven")
    return {"early": _("vroeg: %(given)s"), "late": _("laat: %(given)s")}.get(outcome, "%(given)s") % {
        "given": given
    }


def on_strip(moments: Iterable[MomentSeen], now: datetime, evidence: str) -> list[OnStrip]:
    """Moments as a day strip takes them."""
    placed = []
    for each in moments:
        said = shown_moment(each, now, evidence)
        placed.append(
            OnStrip(
                due_at=each.due_at,
                deadline_at=each.deadline_at,
                mark=said.mark,
                word=said.word,
                sachets=each.sachets,
            )
        )
    return placed


def running(each: MomentSeen, now: datetime) -> bool:
    """Whether the dispenser's reminder runs now."""
    return each.outcome is None and each.due_at <= now < each.deadline_at and each.out < each.sachets


RED = ("not_out", "partly")


def alert_mark(alert: AlertSeen) -> str:
    """Red only for a sachet that was left behind; a fault or silence is violet."""
    if alert.cause in RED or (alert.moment is not None and alert.moment.outcome in RED):
        return "niet"
    if alert.cause == "help_pressed":
        return "sig"
    return "pau" if alert.cause == "withheld" else "onb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """What to do, in a few words. `mark` or `icon`; `tone` is the colour of an outcome."""

    tone: str
    word: str
    mark: str = ""
    icon: str = ""


def is_day_work(alert: AlertSeen) -> bool:
    """Whether its route begins in daytime only: a roll that is nearly empty, a weak connection."""
    cause = CAUSES.get(alert.cause)
    return alert.moment is None and cause is not None and cause.starts == DAYTIME


def day_icon(alert: AlertSeen) -> str:
    return "package" if alert.cause == ROLL_NEARLY_EMPTY else "help"


def alert_chip(alert: AlertSeen, now: datetime, zone: ZoneInfo) -> Chip:
    """An alert as a label: a mark where somebody has to do something now, an icon for the day's work."""
    if is_day_work(alert):
        return Chip(tone="sig", icon=day_icon(alert), word=alert_words(alert, now, zone))
    mark = alert_mark(alert)
    return Chip(tone=mark, mark=mark, word=alert_short(alert, now, zone))


def alert_short(alert: AlertSeen, now: datetime, zone: ZoneInfo) -> str:
    """What it is about in as few words as a label has: "08:30 niet uit"."""
    short = {
        "not_out": _("niet uit"), "partly": _("deels uit"), "unknown": _("onbekend"), "withheld": _("vastgehouden"),
        "device_failure": _("storing"), "no_notice": _("geen bericht"),
    }.get(alert.cause)  # fmt: skip
    if alert.moment is None or short is None:
        return alert_words(alert, now, zone)
    return f"{clock_of(alert.moment.due_at, now, zone)} {short}"


def alert_words(alert: AlertSeen, now: datetime, zone: ZoneInfo) -> str:
    """What it is about, short: "08:30 niet uitgenomen"."""
    said = cause_words(alert.cause)
    if alert.moment is None:
        return said
    return f"{clock_of(alert.moment.due_at, now, zone)} {said[:1].lower()}{said[1:]}"


def latest_words(moment: MomentSeen, now: datetime, zone: ZoneInfo) -> str:
    """R29, for everyone who handles an alert: until when it may still be handed out, and what after that."""
    at = clock_of(moment.latest_at, now, zone)
    if now >= moment.latest_at:
        return _("Mocht tot %(time)s. Nu niet meer geven: overleg eerst.") % {"time": at}
    return _("Mag nog tot %(time)s. Daarna: overleg eerst.") % {"time": at}
