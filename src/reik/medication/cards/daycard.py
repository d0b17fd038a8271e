"""The day card: roll and loose together, per local day and time, and by whom each time goes. Pure (R5, R82).

It is an annex to the administration list: it says what goes by dispenser, since when, and what a person gives.
Reik signs for nobody, and a card never says more of a sachet than the device's evidence allows (R26).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.medication.outside.lines import Given, LooseDose, LooseVersion, counting, word_of
from reik.medication.times.schedule import PlannedDose

DAY = timedelta(days=1)
DISPENSER, HAND = "dispenser", "hand"
UNWELL = ("fault", "no_plan", "empty", "unlocked")
"""States in which a dispenser says that it cannot hand over; the card warns, the follow-up does the rest."""
ENDED_BY_HAND = {"by_hand": "by_hand", "paused": "paused", "withheld": "withheld"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One medicine; `amount` may be empty: not said."""

    text: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRoll:
    """The sachets of one local day and time. `state`: of their roll. `contents` None: not known."""

    roll: str
    state: str
    sequences: tuple[int, ...]
    contents: tuple[Content, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceWay:
    """A client's dispenser as a card needs it. `since`: from when her moments go by it; None: not yet."""

    name: str
    evidence: str
    since: date | None
    state: str | None
    heard_at: datetime | None
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """From `since` until `until` (exclusive; None: without end) a person gives, not the dispenser.

    `why`: paused, away, stopped, change or by_hand. `who`: who gives, where that is known. `others`: what a changed
    sachet still has to give; what lies on the roll is then not what is to be given.
    """

    since: datetime
    until: datetime | None
    why: str
    who: str = ""
    others: tuple[Content, ...] = ()

    def holds(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a moment stands by the dispenser: `outcome` None while it is open; `at`: when the last sachet was out."""

    outcome: str | None
    deadline_at: datetime
    latest_at: datetime
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    """One time of a day. `way`: dispenser or hand. `why` it goes by hand though it is in the roll; empty: it does not.

    `who`: dispenser, team, carer or client; `who_name` says which person, where one was named. `contents` empty:
    not known. `stands` of a loose line: given, not_given, to_come, now or no_word; of a roll line: its outcome.
    """

    at: time
    due_at: datetime
    latest_at: datetime
    way: str
    who: str
    who_name: str = ""
    why: str = ""
    loose: bool = False
    sachets: int = 0
    roll: str = ""
    contents: tuple[Content, ...] = ()
    contents_from: str = ""
    second_person: bool = False
    line: UUID | None = None
    stands: str = ""
    stands_at: datetime | None = None
    stands_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardNeed:
    """Something that she may have when she needs it. `given_today`: how often, by what was written down."""

    line: UUID
    content: Content
    criteria: str
    max_per_day: int | None
    gap_min: int
    who: str
    who_name: str
    second_person: bool
    given_today: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """What whoever reads the card has to know; `code` is put in words by who shows it, `detail` are its values."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCard:
    """One client's local day. `made_at`: when it was read; it says nothing of what changed since."""

    client_id: UUID
    day: date
    zone: str
    made_at: datetime
    device: DeviceWay | None
    lines: tuple[CardLine, ...]
    needs: tuple[CardNeed, ...]
    warnings: tuple[Warned, ...]

    @property
    def valid_until(self) -> datetime:
        """A card counts for its own day, and no longer."""
        return _midnight(self.day + DAY, ZoneInfo(self.zone))

    @property
    def by_hand(self) -> int:
        """How many times of the roll go by hand."""
        return sum(each.way == HAND and not each.loose for each in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is known of one client over the days of her cards. `besides`: what is given beside a sachet (N5)."""

    client_id: UUID
    zone: ZoneInfo
    device: DeviceWay | None
    doses: Sequence[PlannedDose]
    on_roll: Mapping[tuple[date, time], OnRoll] = field(default_factory=dict)
    agreed: Mapping[tuple[date, time], tuple[Content, ...]] = field(default_factory=dict)
    turned: Sequence[Turned] = ()
    ended: Mapping[datetime, Ended] = field(default_factory=dict)
    loose: Sequence[LooseDose] = ()
    needs: Sequence[LooseVersion] = ()
    given: Sequence[Given] = ()
    undecided: Sequence[str] = ()
    unplannable: Sequence[str] = ()
    besides: Sequence[str] = ()


def cards_of(known: Known, first: date, days: int, now: datetime) -> list[DayCard]:
    """The cards of these local days, in order."""
    return [_card(known, first + number * DAY, now) for number in range(days)]


def _card(known: Known, day: date, now: datetime) -> DayCard:
    lines = [_of_roll(known, dose, now) for dose in known.doses if dose.day == day]
    lines += [_of_loose(dose, known.given, now) for dose in known.loose if dose.day == day]
    return DayCard(
        client_id=known.client_id, day=day, zone=str(known.zone), made_at=now, device=known.device,
        lines=tuple(sorted(lines, key=lambda line: (line.due_at, line.loose, str(line.line)))),
        needs=tuple(_need(version, known, day) for version in known.needs if _counts(version, day)),
        warnings=tuple(_warnings(known, lines)),
    )  # fmt: skip


def _counts(version: LooseVersion, day: date) -> bool:
    says = version.says
    return says.starts_on <= day and (says.last_on is None or day <= says.last_on)


def _of_roll(known: Known, dose: PlannedDose, now: datetime) -> CardLine:
    place, ended = known.on_roll.get((dose.day, dose.at)), known.ended.get(dose.due_at)
    why, who = _back_to_hand(known, dose, place, ended, now)
    contents, source = _contents(known, dose, place, why)
    return CardLine(
        at=dose.at, due_at=dose.due_at, latest_at=ended.latest_at if ended else dose.latest_at,
        way=HAND if why else DISPENSER, who="team" if why else DISPENSER, who_name=who, why=why,
        sachets=len(place.sequences) if place else dose.sachets, roll=place.roll if place else "",
        contents=contents, contents_from=source,
        stands=(ended.outcome or "") if ended else "", stands_at=ended.at if ended else None,
    )  # fmt: skip


def _back_to_hand(
    known: Known, dose: PlannedDose, place: OnRoll | None, ended: Ended | None, now: datetime
) -> tuple[str, str]:
    """Why a person gives this time, and who; empty: the dispenser does. What has ended counts as it ended."""
    if ended is not None and ended.outcome is not None:
        why = ENDED_BY_HAND.get(ended.outcome, "")
        return why, next((each.who for each in known.turned if why and each.holds(dose.due_at)), "")
    turned = next((each for each in known.turned if each.holds(dose.due_at)), None)
    if turned is not None:
        return turned.why, turned.who
    if known.device is None:
        return "no_device", ""
    if place is None:
        return "no_roll", ""
    if place.state != "loaded":
        return "not_loaded", ""
    if known.device.state == "paused" and now < (ended.latest_at if ended else dose.latest_at):
        return "paused", ""
    return "", ""


def _contents(
    known: Known, dose: PlannedDose, place: OnRoll | None, why: str
) -> tuple[tuple[Content, ...], str]:
    """What the packer wrote in the sachets; else what the pharmacy agreed for this time; else not known.

    Of a changed sachet never what was packed: that is what may not be given.
    """
    if why == "change":
        others = next(
            (each.others for each in known.turned if each.why == why and each.holds(dose.due_at)), ()
        )
        return others, "change" if others else ""
    if place is not None and place.contents:
        return place.contents, "roll"
    agreed = known.agreed.get((dose.day, dose.at), ())
    return (agreed, "agreements") if agreed else ((), "")


def _of_loose(dose: LooseDose, given: Sequence[Given], now: datetime) -> CardLine:
    says = dose.version.says
    stands, row = word_of(dose, given, now)
    return CardLine(
        at=dose.at, due_at=dose.due_at, latest_at=dose.deadline_at, way=HAND, who=says.responsible,
        who_name=says.responsible_name, loose=True, second_person=says.second_person, line=dose.line,
        contents=(Content(text=says.product, amount=says.amount),), contents_from="line", stands=stands,
        stands_at=row.said.given_at if row else None, stands_by=row.said.given_name if row else "",
    )  # fmt: skip


def _need(version: LooseVersion, known: Known, day: date) -> CardNeed:
    says = version.says
    rows = [
        each for each in counting(known.given) if each.said.line == version.line and not each.said.not_given
    ]
    today = [each for each in rows if each.said.given_at.astimezone(known.zone).date() == day]
    return CardNeed(
        line=version.line, content=Content(text=says.product, amount=says.amount), criteria=says.criteria,
        max_per_day=says.max_per_day, gap_min=says.gap_min, who=says.responsible, who_name=says.responsible_name,
        second_person=says.second_person, given_today=len(today),
        last_at=rows[-1].said.given_at if rows else None,
    )  # fmt: skip


def _warnings(known: Known, lines: Sequence[CardLine]) -> list[Warned]:
    found = [Warned(code="undecided", detail=each) for each in known.undecided]
    found += [Warned(code="unplannable", detail=each) for each in known.unplannable]
    found += [Warned(code="besides", detail=each) for each in known.besides]
    device = known.device
    if device is not None and any(line.way == DISPENSER for line in lines):
        if device.silent or device.heard_at is None:
            found.append(Warned(code="silent"))
        if device.state in UNWELL:
            found.append(Warned(code="unwell", detail=device.state or ""))
    whys = sorted({line.why for line in lines if line.why})
    found += [Warned(code=f"hand_{why}", detail=_times(lines, why)) for why in whys]
    return found


def _times(lines: Collection[CardLine], why: str) -> str:
    return ", ".join(
        f"{line.at:%H:%M}" for line in sorted(lines, key=lambda each: each.due_at) if line.why == why
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
