"""What happened with one client, the newest first: moments, alerts with their history, rolls, dispenser, commands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from reik.alerting import queries as alerting
from reik.alerting.queries import AlertSeen, RemarkSeen
from reik.dispensing.devices.timeline import CommandSeen, EventSeen, commands_of, events_of
from reik.dispensing.queries import DispenserSeen, MomentSeen, moments_between
from reik.medication.queries import rolls_of
from reik.web.client.state import alert_mark, alert_words, day_icon, is_day_work, shown_moment
from reik.web.client.words import ICONS, command_words, event_words
from reik.web.words import remark_words

KINDS = ("momenten", "meldingen", "rol", "dispenser")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line. `mark` or `icon`; `more` are the lines of an alert, `alert_id` opens it."""

    at: datetime
    kind: str
    sentence: str
    mark: str = ""
    icon: str = ""
    more: Sequence[tuple[datetime, str]] = ()
    alert_id: UUID | None = None

    @property
    def day(self) -> date:
        """The day under which it stands, in the zone of the page."""
        return timezone.localtime(self.at).date()


def happened(
    client_id: UUID,
    dispenser: DispenserSeen | None,
    since: datetime,
    until: datetime,
    now: datetime,
    zone: ZoneInfo,
    only: str = "",
) -> list[Happened]:
    """Everything in [since, until), or of one kind: a number of statements that does not grow with it."""
    found: list[Happened] = []
    if only in ("", "momenten"):
        evidence = dispenser.evidence if dispenser else "removed"
        moments = moments_between([client_id], since, until)[client_id]
        found += _moments(moments, now, zone, evidence)
    if only in ("", "meldingen"):
        alerts = alerting.alerts_of(client_id, since, until)
        found += _alerts(alerts, alerting.remarks_of([each.id for each in alerts]), zone)
    if only in ("", "rol"):
        found += [each for each in _rolls(client_id) if since <= each.at < until]
    if only in ("", "rol", "dispenser") and dispenser is not None:
        events = _events(events_of(dispenser.id, since, until))
        found += [each for each in events if only in ("", each.kind)]
    if only in ("", "dispenser") and dispenser is not None:
        found += _commands(commands_of(dispenser.id, since, until))
    return sorted(found, key=lambda each: each.at, reverse=True)


def _moments(
    moments: Iterable[MomentSeen], now: datetime, zone: ZoneInfo, evidence: str
) -> Iterator[Happened]:
    for each in moments:
        if each.outcome is None:
            continue
        said = shown_moment(each, now, evidence)
        due = f"{each.due_at.astimezone(zone):%H:%M}"
        sentence = _("%(due)s: %(word)s") % {"due": due, "word": said.word}
        if each.out and each.last_out_at is not None:
            sentence += " " + _("om %(at)s") % {"at": f"{each.last_out_at.astimezone(zone):%H:%M}"}
        yield Happened(at=each.due_at, kind="momenten", sentence=sentence, mark=said.mark)


def _alerts(alerts: Sequence[AlertSeen], remarks: Sequence[RemarkSeen], zone: ZoneInfo) -> Iterator[Happened]:
    lines: dict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
    for each in remarks:
        lines[each.alert_id].append((each.at, remark_words(each.kind, each.by, each.text)))
    for alert in alerts:
        about = alert_words(alert, alert.opened_at, zone)
        state = "" if alert.state == "closed" else " " + _("(nog open)")
        yield Happened(
            at=alert.opened_at, kind="meldingen", sentence=_("Melding: %(about)s") % {"about": about} + state,
            mark="" if is_day_work(alert) else alert_mark(alert), icon=day_icon(alert),
            more=lines[alert.id], alert_id=alert.id,
        )  # fmt: skip


def _rolls(client_id: UUID) -> Iterator[Happened]:
    """What people did with rolls; that one was loaded is the dispenser's own word."""
    for roll in rolls_of(client_id):
        said = [
            (
                roll.registered_at,
                _("Rol %(number)s geregistreerd door %(by)s"),
                roll.registered_by,
                "barcode",
            ),
            (roll.delivered_at, _("Rol %(number)s bezorgd door %(by)s"), roll.delivered_by, "truck-delivery"),
            (roll.left_at, _("Rol %(number)s weg uit Reik, door %(by)s"), roll.left_by, "package-export"),
        ]
        for at, sentence, by, icon in said:
            if at is not None and by != "device":
                words = sentence % {"number": roll.number, "by": by or _("onbekend")}
                yield Happened(at=at, kind="rol", sentence=words, icon=icon)


def _events(events: Iterable[EventSeen]) -> Iterator[Happened]:
    for each in events:
        yield Happened(
            at=each.at, kind="rol" if each.type.startswith("roll_") else "dispenser",
            sentence=event_words(each.type, each.data), icon=ICONS.get(each.type, "activity"),
        )  # fmt: skip


def _commands(commands: Iterable[CommandSeen]) -> Iterator[Happened]:
    for each in commands:
        yield Happened(
            at=each.at, kind="dispenser", sentence=command_words(each.type, each.state), icon="arrow-right"
        )
