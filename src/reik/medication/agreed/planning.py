"""Agreements to planned moments (docs: plan contract; its rule numbers stand where they are carried out). Pure.

What cannot be planned without a guess is not planned; it is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from operator import attrgetter

from reik.medication.agreed.agreements import Agreement, Block, Dosage, Product
from reik.medication.agreed.calendar import midnight
from reik.medication.agreed.layout import Layout, LayoutFault, Run, cycle_is_usable, layout_of
from reik.medication.agreed.plan import Item, Moment, OnNeed, Plan, Unplannable, to_json
from reik.medication.agreed.refusals import refusal
from reik.medication.agreed.schedules import Treatment, Treatments, Withheld, midnights
from reik.medication.agreed.standing import Standing, latest, standings
from reik.medication.agreed.stops import Stops, apply_stops
from reik.medication.agreed.timing import Given, when

__all__ = ["plan", "to_json"]

Place = tuple[datetime, str, bool]  # instant, slot, exact (A6)
_INSTANT = timedelta(microseconds=1)


def plan(agreements: Iterable[Agreement], since: date, days: int) -> Plan:
    """The plan of the local days [since, since + days) (A2). The order of `agreements` is that of the file (B4)."""
    current = latest(agreements)
    made = standings(current)
    stops = apply_stops(current, made)
    treatments = Treatments(current, made)
    work = _Work(since, days)
    for standing in made:
        work.take(standing, treatments.of(standing))
    work.report_stops(current, stops)
    return Plan(
        since=since,
        until=since + timedelta(days=days),
        moments=work.moments(),
        as_needed=tuple(work.on_need),
        unplannable=tuple(work.unplannable),
        stopped=stops.stopped,
    )


@dataclass(slots=True)
class _Work:
    """One plan in the making."""

    since: date
    days: int
    begin: datetime = field(init=False)
    end: datetime = field(init=False)
    places: dict[Place, list[Item]] = field(default_factory=dict)
    on_need: list[OnNeed] = field(default_factory=list)
    unplannable: list[Unplannable] = field(default_factory=list)
    _midnights: list[datetime] | None = None

    def __post_init__(self) -> None:
        self.begin = midnight(self.since)
        self.end = midnight(self.since + timedelta(days=self.days))

    def take(self, standing: Standing, treatment: Treatment) -> None:
        """B6, then D2, then H4, then H5."""
        agreement = standing.agreement
        if standing.refused:
            self._report(agreement, "unknown-modifier")  # B6: whatever the window
        elif standing.cancelled:
            return  # E4, H6
        elif standing.fault is not None:
            self._report(agreement, standing.fault)  # D2: whatever the window
        elif standing.meets(self.begin, self.end):
            reasons, layout = _agreement_reasons(standing, treatment)
            for reason in reasons:
                self._report(agreement, reason)
            if layout is not None and not reasons:
                self._lay_out(standing, treatment, layout)

    def report_stops(self, current: Sequence[Agreement], stops: Stops) -> None:
        """Stops that are refused (B6) or have no date (E9)."""
        for agreement in current:
            if agreement.stop is not None and agreement.unknown_modifier and agreement.block is not Block.MA:
                self._report(agreement, "unknown-modifier")
        for agreement, reason in stops.faults:
            self._report(agreement, reason)

    def moments(self) -> tuple[Moment, ...]:
        """A6"""
        return tuple(
            Moment(at=at, slot=slot, exact=exact, items=tuple(self.places[at, slot, exact]))
            for at, slot, exact in sorted(self.places)
        )

    def _report(self, agreement: Agreement, reason: str) -> None:
        self.unplannable.append(Unplannable(agreement=agreement.id, reason=reason, text=agreement.text))

    def _lay_out(self, standing: Standing, treatment: Treatment, layout: Layout) -> None:
        agreement = standing.agreement
        reasons = dict.fromkeys(
            reason for dosage in agreement.dosages if not dosage.on_need and (reason := refusal(dosage))
        )
        scheduled = agreement.block is Block.TA and bool(treatment.schedules)
        if not scheduled or (reasons and treatment.on_its_own(standing, self._days())):  # I2
            for reason in reasons:
                self._report(agreement, reason)
        runs = list(layout.runs(self.begin, self.end))
        self._list_on_need(standing, runs)
        if not reasons:
            self._fill(standing, treatment, runs)

    def _days(self) -> list[datetime]:
        if self._midnights is None:
            self._midnights = midnights(datetime.combine(self.since, time()), self.days)
        return self._midnights

    def _list_on_need(self, standing: Standing, runs: Sequence[Run]) -> None:
        """H3: once for each dosage that some occurrence of its step brings into the window."""
        met = {id(run.dosage) for run in runs if run.dosage.on_need and self._met(standing, run)}
        self.on_need += [
            _on_need(standing.agreement, dosage) for dosage in standing.agreement.dosages if id(dosage) in met
        ]

    def _met(self, standing: Standing, run: Run) -> bool:
        begin, end = max(self.begin, run.start.instant), self.end
        if run.end is not None:
            end = min(end, run.end.at.instant + (_INSTANT if run.end.inclusive else timedelta()))
        return standing.meets(begin, end)

    def _fill(self, standing: Standing, treatment: Treatment, runs: Sequence[Run]) -> None:
        """F9: in the step, in the period, in the window."""
        assert standing.in_force is not None
        begin, end = max(self.begin, standing.in_force.start.instant), self.end
        if standing.in_force.end is not None:
            end = min(end, standing.in_force.end.at.instant + _INSTANT)
        patterns = {id(run.dosage): when(run.dosage) for run in runs if not run.dosage.on_need}
        put = self._put_scheduled if standing.agreement.block is Block.WDS else self._put
        for run in runs:
            pattern = patterns.get(id(run.dosage))
            if pattern is not None:
                put(standing, treatment, run.dosage, pattern.within(run, begin, end))

    def _put(self, standing: Standing, treatment: Treatment, dosage: Dosage, given: Iterator[Given]) -> None:
        agreement = standing.agreement
        item = _item(agreement, dosage, agreement.packable)
        for moment in given:
            if standing.holds(moment.instant) and not treatment.scheduled(moment.instant):  # I1
                self.places.setdefault(moment, []).append(item)

    def _put_scheduled(
        self, standing: Standing, treatment: Treatment, dosage: Dosage, given: Iterator[Given]
    ) -> None:
        for moment in given:
            if not standing.holds(moment.instant):
                continue
            found = treatment.moment(standing, moment.instant)
            if found is Withheld.HELD:
                self._report_once(standing.agreement, "treatment-held")  # I4
            elif not isinstance(found, Withheld):
                product, packable = found
                item = _item(standing.agreement, dosage, packable, product)
                self.places.setdefault(moment, []).append(item)

    def _report_once(self, agreement: Agreement, reason: str) -> None:
        named: Callable[[Unplannable], tuple[str, str]] = attrgetter("agreement", "reason")
        if (agreement.id, reason) not in map(named, self.unplannable):
            self._report(agreement, reason)


def _agreement_reasons(standing: Standing, treatment: Treatment) -> tuple[list[str], Layout | None]:
    """H4: all that apply, and one fault of the layout; any of them refuses the whole agreement."""
    agreement, layout = standing.agreement, None
    assert standing.interval is not None
    cycle_wrong = agreement.cycle is not None and not cycle_is_usable(agreement.cycle)
    checks = {
        "period-condition": agreement.condition,  # D3
        "unresolved-stop": standing.held,  # E8, E9
        "cycle-invalid": cycle_wrong,  # F4
        "wds-overlap": agreement.block is Block.WDS and treatment.overlaps(standing),  # I3
    }
    reasons = [reason for reason, applies in checks.items() if applies]
    try:
        layout = layout_of(agreement, standing.interval)
    except LayoutFault as fault:
        reasons.append(fault.reason)
    return reasons, layout


def _item(agreement: Agreement, dosage: Dosage, packable: bool, product: Product | None = None) -> Item:
    value = dosage.dose.value if dosage.dose is not None else None
    return Item(
        agreement=agreement.id,
        treatment=agreement.treatment,
        product=product if product is not None else agreement.product,
        dose=value,
        unit=dosage.dose.unit if dosage.dose is not None and value is not None else None,  # A10
        packable=packable,
    )


def _on_need(agreement: Agreement, dosage: Dosage) -> OnNeed:
    """H3: a range, or one dose as both its ends."""
    low, high = (dosage.dose_low, dosage.dose_high) if dosage.dose_varies else (dosage.dose, dosage.dose)
    return OnNeed(
        agreement=agreement.id,
        treatment=agreement.treatment,
        product=agreement.product,
        low=low,
        high=high,
        limit=dosage.limit,
        criteria=dosage.as_needed.criteria if dosage.as_needed is not None else (),
        text=agreement.text,
    )
