"""One alert in full: what was agreed as sentences, whom to phone, how the dispenser is, and how it may end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reik.alerting.claims.seen import CodeSeen
from reik.alerting.claims.who import By
from reik.alerting.queries import AlertSeen, ArrangementSeen, RemarkSeen, StepSeen
from reik.dispensing.queries import MomentSeen
from reik.people.queries import CarerCard, ClientCard
from reik.web.alert_words import handling_causes
from reik.web.operator import queue
from reik.web.strips import OnStrip, Strip, strip_of
from reik.web.words import cause_words, remark_words, step_state_words, step_words

UNDO_FOR = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link of the chain. `state`: done, now, next, or past (skipped, no longer needed)."""

    state: str
    title: str
    text: str
    begins: datetime | None
    ends: datetime | None


def chain_of(alert: AlertSeen, steps: Sequence[StepSeen]) -> list[Link]:
    """From the dispenser's signal to the last step, which is never empty."""
    links = [_signal(alert)]
    newest: dict[int, StepSeen] = {}
    for step in steps:
        newest[step.position] = step
    order = [newest[position] for position in sorted(newest)]
    now = alert.current if alert.state == "open" else None
    for place, step in enumerate(order):
        following = order[place + 1] if place + 1 < len(order) else None
        if now and step.position == now.position:  # the newest of a step that is repeated is its next time
            links.append(_link(now, step if step.round > now.round else following, current=True))
        else:
            links.append(_link(step, following, current=False))
    promise = _promise(alert)
    if promise:
        done = sum(each.state == "done" for each in links)
        links.insert(max(1, done), promise)
    return links


def _signal(alert: AlertSeen) -> Link:
    if alert.moment is None:
        return Link(state="done", title=cause_words(alert.cause), text="", begins=alert.opened_at, ends=None)
    return Link(
        state="done",
        title=_("Dispenser geeft signaal"),
        text="",
        begins=alert.moment.due_at,
        ends=alert.moment.deadline_at,
    )


def _link(step: StepSeen, following: StepSeen | None, *, current: bool) -> Link:
    taken = step.state in ("taken", "delivered", "failed")
    state = "now" if current else "done" if taken else "next" if step.state == "planned" else "past"
    ends = following.due_at if following and following.state == "planned" else None
    text = step_state_words(step.state, step.reason) if state != "next" else ""
    return Link(
        state=state,
        title=step_words(step.action, step.responder),
        text=text[:1].upper() + text[1:],
        begins=step.taken_at or (step.due_at if state in ("now", "next") else None),
        ends=ends if state in ("now", "next") else None,
    )


def _promise(alert: AlertSeen) -> Link | None:
    """Who has it now stands in the chain where she stopped it."""
    if alert.state == "accepted":
        title = _("%(who)s regelt het") % {"who": alert.accepted_by}
        text = _("Lukt het niet op tijd? Dan gaat de afspraak vanzelf verder.")
        return Link(state="now", title=title, text=text, begins=alert.accepted_at, ends=alert.accepted_until)
    if alert.state == "watched":
        text = _("Meldt de dispenser niets? Dan gaat de afspraak vanzelf verder.")
        title = _("Reik kijkt of de dispenser meldt dat het zakje eruit is")
        return Link(state="now", title=title, text=text, begins=alert.handled_at, ends=alert.watched_until)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An outcome that can be said, with the key that selects it and what it does."""

    code: str
    key: str
    says: str
    does: str


def choices_of(alert: AlertSeen, own: Sequence[CodeSeen] = ()) -> list[Choice]:
    """The outcomes of R49 for a centre, and what its organisation added: 1 to 9 have a key, the rest a button."""
    watch = _("anders kijkt Reik nog 10 minuten")
    on = _("door naar %(who)s") % {"who": alert.next.responder} if alert.next else _("door naar de volgende")
    team = _("wijkteam beslist nu")
    sachet = [
        ("out_after_call", _("Zakje is eruit"), _("als de dispenser het meldt; %(else)s") % {"else": watch}),
        ("says_out", _("Zegt: zakje is eruit"), _("Reik kijkt nog 10 minuten")),
    ]
    rest = [
        ("not_reached", _("Niet bereikt"), on),
        ("not_reached_worrying", _("Niet bereikt en zorgelijk"), _("noodroute: nu bellen")),
        ("refuses", _("Wil niet"), team),
        ("says_taken_otherwise", _("Zegt: al anders gehad"), team),
        ("advice_asked", _("Overleg nodig: mag het nog?"), team),
        ("unwell", _("Voelt zich niet goed"), _("spoedafspraak: wijkteam nu")),
        ("device_fault", _("Dispenser werkt niet"), team),
        ("away", _("Is weg of opgenomen"), _("melding sluit")),
        ("false_notice", _("Melding klopt niet"), _("melding sluit")),
        ("died", _("Overleden"), _("melding sluit; bel het wijkteam")),
    ]
    of_device = [each for each in rest if each[0] != "says_taken_otherwise"]
    chosen = of_device if alert.moment is None else [*sachet, *rest]
    language = get_language() or "nl"
    does = {code: done for code, _says, done in chosen}
    chosen += [(each.code, each.label(language), does[each.like]) for each in own if each.like in does]
    return [
        Choice(code=code, key=str(number) if number <= 9 else "", says=says, does=does)
        for number, (code, says, does) in enumerate(chosen, start=1)
    ]


def outcomes_among(own: Sequence[CodeSeen]) -> list[CodeSeen]:
    """What an organisation added to the outcomes."""
    return [each for each in own if each.kind == "outcome"]


def causes_of(own: Sequence[CodeSeen]) -> list[tuple[str, str]]:
    """The common causes and those that an organisation added."""
    language = get_language() or "nl"
    return handling_causes() + [(each.code, each.label(language)) for each in own if each.kind == "cause"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Someone to phone: `number` as it is said, `dial` as it is dialled."""

    name: str
    more: str
    number: str

    @property
    def dial(self) -> str:
        return "".join(each for each in self.number if each.isdigit() or each == "+")


def calls_of(client: ClientCard, carers: Sequence[CarerCard]) -> list[Call]:
    """The client first, then her informal carers; who has no number cannot be phoned from here."""
    calls = [Call(name=client.display, more="", number=client.phone)]
    calls += [Call(name=each.name, more=each.relation, number=each.phone) for each in carers]
    return [each for each in calls if each.number]


def call_words(client: ClientCard) -> str:
    """What stands on the button."""
    said = {"Mw.": _("Bel mevrouw"), "Dhr.": _("Bel meneer")}
    return said.get(client.salutation) or _("Bel de cliënt")


def day_of(moments: Sequence[MomentSeen], client: ClientCard, now: datetime) -> Strip:
    zone = ZoneInfo(client.zone)
    marks = []
    for each in moments:
        shown = queue.shown_moment(each, now)
        marks.append(
            OnStrip(
                due_at=each.due_at, deadline_at=each.deadline_at, mark=shown.mark, word=shown.word,
                sachets=each.sachets,
            )
        )  # fmt: skip
    return strip_of(marks, now.astimezone(zone).date(), now, zone, title=_("Dagstrook"))


@dataclass(frozen=True, slots=True)
class Past:
    """One line of what became of the alert."""

    at: datetime
    says: str


def history_of(remarks: Sequence[RemarkSeen]) -> list[Past]:
    """The newest first."""
    return [Past(each.at, remark_words(each.kind, each.by, each.text)) for each in reversed(remarks)]


def can_undo(alert: AlertSeen, me: By, now: datetime) -> datetime | None:
    """Until when she can take back what she said; None when she cannot."""
    if not alert.can_undo or not alert.said_by(me) or alert.handled_at is None:
        return None
    if now - alert.handled_at >= UNDO_FOR:
        return None
    return alert.handled_at + UNDO_FOR


def agreed_line(arrangement: ArrangementSeen | None, client: ClientCard) -> str:
    if arrangement is None:
        return _("Er is geen afspraak over opvolging: bel nu het wijkteam.")
    day = arrangement.created_at.astimezone(ZoneInfo(client.zone))
    values = {"date": f"{day:%d-%m-%Y}", "who": arrangement.agreed_by}
    if arrangement.of_client:
        return _("Afgesproken op %(date)s met %(who)s") % values
    return _("Standaardafspraak van de organisatie, %(date)s, %(who)s") % values


def state_of(alert: AlertSeen) -> str:
    """What makes the outcome form stale when it changes under someone's hands."""
    return f"{alert.state}/{alert.accepted_key or ''}/{alert.cause}"
