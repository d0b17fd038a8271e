"""The way from a new client to a dispenser that signals: five steps, at the top of each of these pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from reik.alerting.queries import arrangement_of
from reik.dispensing.queries import DispenserSeen, dispensers_of
from reik.kernel.tenancy import Actor
from reik.medication import queries as medication
from reik.medication.times import written
from reik.medication.times.written import Written
from reik.people.queries import ClientCard

CLIENT, TIMES, READ_BACK, ROLL, DISPENSER = range(1, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`state` is done, now or later; `here`: the page shows this step."""

    number: int
    word: str
    address: str
    state: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The steps of one client. `current` is the first that is not done; 6 when all are."""

    steps: list[Step]
    current: int
    schedule: Written | None
    confirmed: Written | None
    dispenser: DispenserSeen | None
    followed: bool = True
    """Whether anybody is told when a sachet stays in: the client's follow-up arrangement, or the organisation's."""

    @property
    def next(self) -> Step | None:
        """The first step that is not done, unless its page is the one that is shown."""
        return next((each for each in self.steps if each.number == self.current and not each.here), None)


def path_of(card: ClientCard, here: int, now: datetime) -> Path:
    """Where this client is on the way. Rolls that are over count no more."""
    schedule = written.newest([card.id]).get(card.id)
    confirmed = written.confirmed_before(card.id)
    at_home = medication.rolls_at_home([card.id], now)
    dispenser = dispensers_of([card.id]).get(card.id)
    done = {
        CLIENT: True,
        TIMES: schedule is not None and schedule.sent_back_at is None,
        READ_BACK: schedule is not None and schedule.confirmed_at is not None,
        ROLL: bool(at_home),
        DISPENSER: dispenser is not None,
    }
    current = next((number for number in sorted(done) if not done[number]), 6)
    return Path(
        steps=_steps(card, done, current, here, schedule), current=current, schedule=schedule,
        confirmed=confirmed, dispenser=dispenser, followed=arrangement_of(card.id) is not None,
    )  # fmt: skip


def before_a_client() -> Path:
    """The way as it begins: nobody is entered yet."""
    words = _words()
    steps = [
        Step(number=n, word=word, address="", state="now" if n == CLIENT else "later", here=n == CLIENT)
        for n, word in words.items()
    ]
    return Path(steps=steps, current=CLIENT, schedule=None, confirmed=None, dispenser=None)


def _words() -> dict[int, str]:
    return {
        CLIENT: _("cliënt"), TIMES: _("tijden"), READ_BACK: _("teruglezen"), ROLL: _("rol"), DISPENSER: _("dispenser"),
    }  # fmt: skip


def _steps(
    card: ClientCard, done: dict[int, bool], current: int, here: int, schedule: Written | None
) -> list[Step]:
    base = f"/clienten/{card.id}"
    to_read = f"/werklijst/schema/{schedule.id}" if schedule is not None else ""
    addresses = {
        CLIENT: f"{base}/werk", TIMES: f"{base}/schema", READ_BACK: to_read, ROLL: f"{base}/rollen",
        DISPENSER: f"{base}/dispenser",
    }  # fmt: skip
    return [
        Step(
            number=number, word=word, address=addresses[number], here=number == here,
            state="done" if done[number] else "now" if number == current else "later",
        )
        for number, word in _words().items()
    ]  # fmt: skip


def may_type(actor: Actor) -> bool:
    """Who enters clients: the care organisation's own people."""
    return actor.role != "pharmacist"
