"""A supplier's bill: reading its lines, and each way in which it can differ from what stood where (R83)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.value.bills.checking import Bill, Difference, Known, Stay, check_bill
from reik.value.bills.lines import (
    MONTH,
    START,
    STOP,
    BillLine,
    BillMap,
    BillRefused,
    as_json,
    digest_of,
    from_json,
    guess,
    read,
)
from reik.value.declaring.months import month_of

OCTOBER = month_of("2026-10")
TODAY = date(2026, 11, 22)
ANNIE, BRAM = UUID(int=1), UUID(int=2)
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
HEADER = ("Serienummer", "Soort", "Van", "T/m", "Bedrag")


def line(
    n: int,
    kind: str = MONTH,
    device: str = "T-1",
    since: date = FIRST,
    until: date | None = None,
    cents: int = 3100,
) -> BillLine:
    last = until or (LAST if kind == MONTH else since)
    return BillLine(line=n, device=device, order="", kind=kind, since=since, until=last, cents=cents)


def known(device: str = "T-1", *stays: Stay, supplier: str = "Voorbeeld", orders: str = "") -> Known:
    return Known(device=device, supplier=supplier, orders=frozenset(orders.split()), stays=stays)


def stood(since: date | None = date(2026, 5, 1), until: date | None = None, client: UUID = ANNIE) -> Stay:
    return Stay(client_id=client, since=since, until=until)


def check(
    lines: list[BillLine], *devices: Known, earlier: list[BillLine] | None = None, supplier: str = "Voorbeeld"
) -> list[Difference]:
    bill = Bill(supplier=supplier, month=OCTOBER, lines=lines, earlier=earlier or [])
    return check_bill(bill, devices, TODAY)


def said(found: list[Difference]) -> list[tuple[str, int, int | None]]:
    return [(each.code, each.days, each.cents) for each in found]


def test_a_bill_that_is_right_has_no_difference() -> None:
    assert check([line(2)], known("T-1", stood())) == []
    started = [line(2, START, since=date(2026, 10, 9)), line(3, since=date(2026, 10, 9))]
    assert check(started, known("T-1", stood(date(2026, 10, 9)))) == []


def test_each_difference_in_days_and_euros() -> None:
    assert said(check([line(2, device="X-9")])) == [("device_unknown", 31, 3100)]
    assert said(check([line(2)], known("T-1"))) == [("never_installed", 31, 3100)]
    late = known("T-1", stood(date(2026, 10, 11)))
    assert said(check([line(2)], late)) == [("before_installed", 10, 1000)]
    back = known("T-1", stood(until=date(2026, 10, 20)))
    stop = line(3, STOP, since=date(2026, 10, 20), cents=0)
    assert said(check([line(2), stop], back)) == [("after_return", 11, 1100)]
    assert said(check([line(2), line(3)], known("T-1", stood()))) == [("double_month", 31, 3100)]
    assert said(check([line(2)], known("T-1", stood()), earlier=[line(9)])) == [("double_month", 31, 3100)]
    twice = [line(2, START), line(3, START), line(4)]
    assert said(check(twice, known("T-1", stood()))) == [("start_twice", 0, 3100)]
    assert said(check([line(2), line(3, STOP)], known("T-1", stood()))) == [("stop_in_use", 0, 3100)]


def test_a_second_stay_may_be_started_again_and_a_stop_that_no_line_says_is_missing() -> None:
    again = known("T-1", stood(until=date(2026, 8, 3)), stood(date(2026, 10, 1), client=BRAM))
    earlier = [line(1, START, since=date(2026, 5, 1)), line(2, STOP, since=date(2026, 8, 3))]
    assert check([line(2, START), line(3)], again, earlier=earlier) == []
    gone = known("T-1", stood(until=date(2026, 10, 20)))
    found = check([line(2, until=date(2026, 10, 20))], gone)
    assert said(found) == [("stop_missing", 0, 0)]
    assert found[0].client_id == ANNIE
    long_ago = known("T-1", stood(until=date(2026, 6, 20)))
    assert check([line(2, device="T-2")], long_ago, known("T-2", stood(client=BRAM)), earlier=[line(1)]) == []


def test_not_billed_at_all_is_told_of_this_supplier_only_and_has_no_price() -> None:
    other = known("T-2", stood(date(2026, 10, 22), client=BRAM), supplier="voorbeeld ")
    assert said(check([line(2)], known("T-1", stood()), other)) == [("not_billed", 10, None)]
    foreign = known("T-3", stood(client=BRAM), supplier="Anders")
    assert check([line(2)], known("T-1", stood()), foreign) == []


def test_a_device_without_a_known_start_is_no_difference_but_unknown() -> None:
    assert said(check([line(2)], known("T-1", stood(None)))) == [("since_unknown", 31, None)]


def test_an_order_number_finds_the_device() -> None:
    ordered = BillLine(
        line=2, device="", order="R-1A", kind=MONTH, since=FIRST, until=LAST, cents=3100
    )  # fmt: skip
    assert check([ordered], known("T-1", stood(), orders="R-1A")) == []
    assert said(check([ordered], known("", orders="R-1A"))) == [("never_installed", 31, 3100)]


def read_rows(*rows: str, **ways: object) -> tuple[list[BillLine], list[tuple[int, str]]]:
    cells = [(n, each.split("|")) for n, each in enumerate(rows, 2)]
    made = guess(HEADER, [row for _n, row in cells])
    mapping = BillMap(**{"columns": made.columns, "kinds": made.kinds, **ways})  # type: ignore[arg-type]
    good, refused = read(HEADER, cells, mapping, OCTOBER)
    return good, [(each.line, each.reason) for each in refused]


def test_columns_and_kinds_are_guessed_and_rows_that_cannot_be_are_refused_with_their_line() -> None:
    good, refused = read_rows(
        "t-1|Maandhuur|01-10-2026|31-10-2026|€ 31,00",
        "t-2|Installatie|2026-10-05||1.250,50",
        "T-3|Retour|||0",
        "|Maandhuur|||31,00",
        "T-4|Koffie|||31,00",
        "T-5|Maandhuur|31-10-2026|01-10-2026|31,00",
        "T-6|Maandhuur|gisteren||31,00",
        "T-7|Maandhuur|||-31,00",
        "T-8|Maandhuur|||veel",
        "T-9|Maandhuur|01-01-2026|31-12-2027|31,00",
    )
    assert [(each.device, each.kind, each.since, each.until, each.cents) for each in good] == [
        ("T-1", MONTH, FIRST, LAST, 3100), ("T-2", START, date(2026, 10, 5), date(2026, 10, 5), 125050),
        ("T-3", STOP, FIRST, FIRST, 0),
    ]  # fmt: skip
    assert refused == [
        (5, "who"), (6, "kind"), (7, "order"), (8, "day"), (9, "negative"), (10, "euros"), (11, "long"),
    ]  # fmt: skip


def test_a_point_may_stand_for_the_tenths() -> None:
    good, refused = read_rows("T-1|Maandhuur|||31.50", decimal=".")
    assert (good[0].cents, refused) == (3150, [])


@pytest.mark.parametrize(
    "columns", [{}, {"device": "Serienummer"}, {"device": "Weg", "kind": "Soort", "euros": "Bedrag"}]
)
def test_a_mapping_that_cannot_read_the_file_is_refused(columns: dict[str, str]) -> None:
    with pytest.raises(BillRefused):
        read(HEADER, [(2, ("a", "b", "c", "d", "e"))], BillMap(columns=columns), OCTOBER)


def test_the_same_bill_is_known_in_any_order_and_kept_as_it_was() -> None:
    one, two = line(2), line(3, START)
    assert digest_of([one, two], OCTOBER) == digest_of([two, one], OCTOBER)
    assert digest_of([one], OCTOBER) != digest_of([one, one], OCTOBER)
    assert digest_of([one], OCTOBER) != digest_of([one], month_of("2026-09"))
    assert from_json(as_json([one, two])) == [one, two]


dates = st.dates(date(2026, 9, 1), date(2026, 11, 30))


@given(
    st.lists(st.tuples(dates, st.integers(0, 40), st.integers(0, 10_000)), max_size=4),
    st.lists(st.tuples(dates, st.none() | st.integers(0, 60)), max_size=2),
)
def test_differences_of_months_never_exceed_what_was_billed(
    billed: list[tuple[date, int, int]], stays: list[tuple[date, int | None]]
) -> None:
    lines = [
        line(n, since=since, until=date.fromordinal(since.toordinal() + more), cents=cents)
        for n, (since, more, cents) in enumerate(billed, 2)
    ]
    placed = [
        stood(since, None if more is None else date.fromordinal(since.toordinal() + more))
        for since, more in sorted(stays, key=lambda each: each[0])
    ]
    found = [each for each in check(lines, known("T-1", *placed)) if each.line is not None]
    for each in lines:
        mine = [one for one in found if one.line == each.line]
        assert sum(one.days for one in mine) <= each.days
        assert 0 <= sum(one.cents or 0 for one in mine) <= each.cents
        assert all(one.cents is not None and one.cents >= 0 for one in mine)
