"""How far the story is, from what is really true in the database: one of five steps, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from reik.alerting.queries import AlertSeen, closed_since, open_alerts
from reik.dispensing.queries import MomentSeen
from reik.people.queries import ClientCard
from reik.web.story.beginning import latest

FORGOTTEN_AFTER = timedelta(minutes=20)
SIGNAL, NOT_OUT, HEARD, SEEN_TO, DONE = 1, 2, 3, 4, 5
TOLD = frozenset({"not_out", "partly", "unknown", "withheld", "device_failure"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`step`: 0 before the signal, then 1 to 5. `playing`: a dose is on its way or somebody has to see to it."""

    step: int
    playing: bool
    moment: MomentSeen | None
    alert: AlertSeen | None
    ended: str
    skipped: tuple[int, ...]

    @property
    def waiting_for(self) -> datetime | None:
        """When the dispenser will signal."""
        return self.moment.due_at if self.moment and self.playing and self.step == 0 else None

    @property
    def unknown(self) -> bool:
        """Nobody can know whether it is out: never "missed"."""
        return self.moment is not None and self.moment.outcome in ("unknown", "device_failure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the five on the strip; `state`: done, now, skipped or todo."""

    number: int
    word: str
    said: str
    state: str


def standing(card: ClientCard, now: datetime) -> Standing:
    """Where the story is, as an actor who may see the client reads it."""
    moment = latest(card, now)
    if moment is None or now - moment.due_at > FORGOTTEN_AFTER:
        return Standing(step=0, playing=False, moment=None, alert=None, ended="", skipped=())
    alert = _alert_of(moment, card, now)
    if alert is not None and alert.state != "closed":
        step = SEEN_TO if alert.state in ("accepted", "watched") else HEARD
        return Standing(step=step, playing=True, moment=moment, alert=alert, ended="", skipped=())
    if alert is not None:
        return Standing(
            step=DONE,
            playing=False,
            moment=moment,
            alert=alert,
            ended=_how_it_closed(alert),
            skipped=_unneeded(alert),
        )
    if moment.outcome is not None and moment.outcome not in TOLD:
        said = _("Het zakje is op tijd uitgenomen. Niemand hoefde iets te doen.")
        return Standing(
            step=DONE, playing=False, moment=moment, alert=None, ended=said, skipped=(NOT_OUT, HEARD, SEEN_TO)
        )
    step = 0 if now < moment.due_at else SIGNAL if now < moment.deadline_at else NOT_OUT
    return Standing(step=step, playing=True, moment=moment, alert=None, ended="", skipped=())


def _alert_of(moment: MomentSeen, card: ClientCard, now: datetime) -> AlertSeen | None:
    rows = [*open_alerts([card.id]), *closed_since([card.id], now - FORGOTTEN_AFTER - timedelta(minutes=5))]
    return next((each for each in rows if each.moment is not None and each.moment.id == moment.id), None)


def _unneeded(alert: AlertSeen) -> tuple[int, ...]:
    return () if alert.accepted_at is not None or alert.handled_at is not None else (SEEN_TO,)


def _how_it_closed(alert: AlertSeen) -> str:
    if alert.closed_as == "out_after_all":
        return _("Het zakje is er toch uit. De melding sloot zichzelf. Niemand hoefde te rijden.")
    if alert.closed_as == "out_after_call":
        return _("Na een telefoontje is het zakje eruit. Niemand hoefde te rijden.")
    if alert.closed_as == "out_at_visit" and alert.accepted_role == "informal_carer":
        return _("Haar dochter stond erbij en zag het: het zakje is eruit. De zorg hoefde niet te rijden.")
    if alert.closed_as == "out_at_visit":
        return _("Het wijkteam stond erbij en zag het: het zakje is eruit.")
    return _("De melding is gesloten. Wie dat deed en waarom, staat in de geschiedenis.")


def steps_of(where: Standing) -> list[Step]:
    """The strip. What came before is done; a step that nobody needed is skipped and says so."""
    second = (_("Niet uitgenomen"), _("De tijd is om, het zakje zit er nog in."))
    if where.unknown:
        second = (_("Onbekend"), _("De dispenser is stil: wij weten het niet."))
    words = [
        (_("Signaal"), _("De dispenser piept en geeft licht.")),
        second,
        (_("De centrale hoort het"), _("Er komt een melding bij een mens.")),
        (_("Iemand regelt het"), _("Eén persoon heeft de melding.")),
        (_("Klaar"), where.ended or _("Het zakje is eruit, of iemand heeft het opgelost.")),
    ]
    return [
        Step(number=number, word=word, said=said, state=_state(number, where))
        for number, (word, said) in enumerate(words, start=1)
    ]


def _state(number: int, where: Standing) -> str:
    if number in where.skipped:
        return "skipped"
    if number == where.step:
        return "now"
    return "done" if number < where.step else "todo"
