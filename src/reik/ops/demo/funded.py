"""Who pays in the demo, terms of made-up insurers, and one supplier's bill that is not quite right (R83)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from reik.medication.times.schedule import local_day
from reik.ops.demo import cast
from reik.ops.demo.moving_in import Resident, Town
from reik.pathway.queries import paths_of
from reik.value.bills.checking import Known
from reik.value.bills.keeping import NewBill, take
from reik.value.bills.known import known_devices
from reik.value.bills.lines import MONTH, BillLine
from reik.value.bills.seen import ZONE
from reik.value.case.funding import NewTerms, agree_terms
from reik.value.declaring.keeping import NewFunding, fund
from reik.value.declaring.months import DAY, Month
from reik.value.declaring.terms import declaring_json

MANAGER = "Wim Lansink"
SUPPLIER = "Voorbeeld Dispensers"
INSURERS, CARE_OFFICE = ("Voorbeeldzorg", "Zorg voor Twente (voorbeeld)"), "Zorgkantoor Voorbeeldstreek"
NOBODY_SAID, PAID_TWICE = 11, 6
"""Every so manieth client of whom nobody wrote down who pays; and whose dispenser the municipality pays."""
CENTS = 4350
FEWEST = 4
"""With fewer clients there is nothing to compare."""


def happen(town: Town, since: datetime, now: datetime) -> None:
    """Terms of this year and of the one before, who pays for everybody, and the bill of the last whole month."""
    house = town.organisations[cast.TWENTESTROOM]
    residents = [each for each in town.residents if each.organisation_id == house]
    if len(residents) < FEWEST:
        return
    for year in sorted({(since - timedelta(days=31)).year, now.year}):
        _agree(house, year, now)
    settings = {id: path.setting for id, path in paths_of([each.client_id for each in residents]).items()}
    fund([new for each in residents if (new := _paid(each, settings, since))], by=MANAGER, now=now)
    _bill(house, now)


def _agree(house: UUID, year: int, now: datetime) -> None:
    """Prices are made up, as everything here; the second insurer left open how a pause counts."""
    for insurer, price, declaring in (
        (INSURERS[0], 62.5, declaring_json("share", None, "paid", "not_paid")),
        (INSURERS[1], 58.0, declaring_json("month", 15, "", "")),
    ):
        agree_terms(
            house,
            NewTerms(
                insurer=insurer, year=year, mode="hour", values={"dispenser_month_eur": price},
                source="Verzonnen contract van de demo", declaring=declaring,
            ),
            by=MANAGER, now=now,
        )  # fmt: skip


def _paid(each: Resident, settings: dict[UUID, str], since: datetime) -> NewFunding | None:
    if each.number % NOBODY_SAID == 5:
        return None
    wlz = settings.get(each.client_id, "zvw") == "wlz_home"
    return NewFunding(
        client_id=each.client_id, insurer=CARE_OFFICE if wlz else INSURERS[each.number % 3 == 0],
        law="wlz" if wlz else "zvw", since=(since - timedelta(days=200)).date(),
        also_paid_by="gemeente Voorbeeld" if each.number == PAID_TWICE else "",
    )  # fmt: skip


def _bill(house: UUID, now: datetime) -> None:
    """A month twice, a dispenser that nobody knows, and one that is not billed."""
    devices = [each for each in known_devices(house, now) if each.supplier == SUPPLIER and each.stays]
    begun = [each.stays[0].since for each in devices if each.stays[0].since]
    if len(devices) < FEWEST or not begun:
        return
    month = Month(local_day(now, ZONE).replace(day=1))
    if min(begun) < month.first:
        month = month.before
    lines = _lines(devices[:-1], month)
    if len(lines) < FEWEST:
        return
    stranger = BillLine(
        line=0,
        device="TWENTE-9999",
        order="",
        kind=MONTH,
        since=month.first,
        until=month.until - DAY,
        cents=CENTS,
    )
    every = [*lines, lines[1], stranger]
    bill = NewBill(supplier=SUPPLIER, number=f"VD-{month}", month=month, lines=_numbered(every))
    take(house, bill, by=MANAGER, now=now)


def _lines(devices: Sequence[Known], month: Month) -> list[BillLine]:
    found = []
    for each in devices:
        since = max(month.first, each.stays[0].since or month.first)
        if since < month.until:
            found.append(
                BillLine(
                    line=0,
                    device=each.device,
                    order="",
                    kind=MONTH,
                    since=since,
                    until=month.until - DAY,
                    cents=CENTS,
                )
            )
    return found


def _numbered(lines: Sequence[BillLine]) -> list[BillLine]:
    return [
        BillLine(
            line=number, device=each.device, order=each.order, kind=each.kind, since=each.since, until=each.until,
            cents=each.cents,
        )
        for number, each in enumerate(lines, 2)
    ]  # fmt: skip
