"""`/waarde/leveranciersnota`: the bills that were taken in, and a new one: file, columns, preview, kept on yes.

The file goes along in the form (nothing is kept before somebody says so), so it is at most 500 kB.
"""

from __future__ import annotations

import base64
import binascii
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.medication.times.schedule import local_day
from reik.pathway.enrolment import suppliers
from reik.value.bills import lines as bill_lines
from reik.value.bills.follow_up import follow_ups
from reik.value.bills.keeping import NewBill, take
from reik.value.bills.lines import FIELDS, KINDS, BillMap, BillRefused, LineRefused
from reik.value.bills.seen import answers_of_all, bills, differences_of_all
from reik.value.bills.work import is_open, open_without_client
from reik.value.declaring.months import Month, MonthRefused, month_of
from reik.value.planning.mapping import DATE_FORMATS
from reik.value.planning.sheets import SheetRefused, open_sheet
from reik.web.acting import ActingRequest
from reik.web.declaring.bill_words import field_words, kind_words, line_words, refused_words
from reik.web.declaring.shown import ROLES, money, this_month
from reik.web.frame import ZONE
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted

room = room_for(*ROLES)
MOST_BYTES = 500_000
SHOWN = 12
Rows = list[tuple[int, Sequence[str]]]


@room
@require_safe
@never_cache
def overview(request: ActingRequest) -> HttpResponse:
    return _overview(request, clock.now())


def _overview(request: ActingRequest, now: datetime, error: str = "") -> HttpResponse:
    house = actor_of(request).organisation_id
    every = bills(house)
    differences, whose, today = differences_of_all(every, now), follow_ups(every), local_day(now, ZONE)
    answered = answers_of_all([each.id for each in every])
    rows = []
    for each in every:
        found, answers = differences[each.id], answered[each.id]
        rows.append(
            {
                "of": each, "total": money(each.cents), "n": len(found),
                "euros": money(sum(one.cents or 0 for one in found)),
                "open": sum(is_open(one, answers) for one in found),
                "whose": whose[each.id] if open_without_client(found, answers) else None,
                "late": whose[each.id].is_late(today),
            }
        )  # fmt: skip
    seen = {
        "bills": rows, "error": error, "typed": request.POST, "month": this_month(now).before, "most": this_month(now),
        "suppliers": sorted({each.supplier for each in every} | {each.name for each in suppliers.suppliers_of(house)}),
    }  # fmt: skip
    return render(request, "declaring/bills.html", seen, status=422 if error else 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """The file as it was sent, its columns, and what was said about it."""

    packed: str
    header: Sequence[str]
    rows: Rows
    supplier: str
    number: str
    month: Month


@room
@require_POST
@never_cache
def read_file(request: ActingRequest) -> HttpResponse:
    """From a new file to its columns; with `act=bewaar` it is taken in."""
    now = clock.now()
    try:
        file = _file(request, now)
    except BillRefused as refused:
        return _overview(request, now, refused_words(refused.code))
    first = [row for _line, row in file.rows]
    mapping = bill_lines.guess(file.header, first)
    if "k-kind" in request.POST:
        mapping = _typed(request.POST, file, mapping)
    if request.POST.get("act") != "bewaar":
        return _columns(request, file, mapping)
    actor = actor_of(request)
    try:
        good, wrong = bill_lines.read(file.header, file.rows, mapping, file.month)
        if wrong and "rest" not in request.POST:
            return _columns(request, file, mapping, "rest")
        new = NewBill(supplier=file.supplier, number=file.number, month=file.month, lines=good)
        id = take(actor.organisation_id, new, by=actor.name, now=now)
    except BillRefused as refused:
        return _columns(request, file, mapping, refused.code)
    acted(request, Act.CREATE, "supplier_bill", [id], now, organisation_id=actor.organisation_id)
    return HttpResponseRedirect(f"/waarde/leveranciersnota/{id}")


def _file(request: ActingRequest, now: datetime) -> _File:
    """Raises BillRefused: file, sheet, supplier, month."""
    data = _bytes(request)
    supplier, number = (
        " ".join(request.POST.get(name, "").replace("\x00", "").split()) for name in ("leverancier", "nummer")
    )
    if not supplier:
        raise BillRefused("supplier", "Name the supplier.")
    try:
        month = month_of(request.POST.get("maand", ""))
    except MonthRefused as refused:
        raise BillRefused("month", str(refused)) from refused
    if month.first > now.date():
        raise BillRefused("month", "This month has not begun: choose the month of the bill.")
    header, rows = _opened(data)
    return _File(
        packed=base64.b64encode(data).decode(), header=header, rows=rows, supplier=supplier[:120], number=number[:60],
        month=month,
    )  # fmt: skip


def _bytes(request: ActingRequest) -> bytes:
    sent = request.FILES.get("bestand")
    try:
        data = (
            sent.read(MOST_BYTES + 1)
            if sent
            else base64.b64decode(request.POST.get("inhoud", ""), validate=True)
        )
    except (binascii.Error, ValueError):
        data = b""
    if not 0 < len(data) <= MOST_BYTES:
        raise BillRefused("file", "Choose a file of at most 500 kB.")
    return data


def _opened(data: bytes) -> tuple[Sequence[str], Rows]:
    with tempfile.NamedTemporaryFile(suffix=".nota") as kept:
        kept.write(data)
        kept.flush()
        try:
            sheet = open_sheet(Path(kept.name))
            rows: Rows = [pair for numbers, lot in sheet.lots() for pair in zip(numbers, lot, strict=True)]
        except SheetRefused as refused:
            raise BillRefused("sheet", str(refused)) from refused
    return sheet.header, rows[: bill_lines.MOST_LINES + 1]


def _typed(post: MultiValueDict[str, str], file: _File, guessed: BillMap) -> BillMap:
    columns = {each: str(post[f"k-{each}"]) for each in FIELDS if post.get(f"k-{each}")}
    words = bill_lines.words_in(file.header, [row for _n, row in file.rows], columns.get("kind", ""))
    typed = dict(zip(post.getlist("woord"), post.getlist("soort"), strict=False))
    judged = bill_lines.judged(words)
    return BillMap(
        columns=columns, kinds={word: typed.get(word, judged[word]) for word in words},
        date_format=str(post.get("datum") or guessed.date_format), decimal=str(post.get("teken") or guessed.decimal),
    )  # fmt: skip


def _columns(request: ActingRequest, file: _File, mapping: BillMap, code: str = "") -> HttpResponse:
    good: list[bill_lines.BillLine] = []
    wrong: list[LineRefused] = []
    try:
        good, wrong = bill_lines.read(file.header, file.rows, mapping, file.month)
    except BillRefused as refused:
        code = code or refused.code
    seen: dict[str, Any] = {
        "file": file, "mapping": mapping, "error": refused_words(code) if code else "",
        "fields": [(each, field_words(each), mapping.columns.get(each, "")) for each in FIELDS],
        "kinds": [(kind, kind_words(kind)) for kind in (*KINDS, "")], "words": list(mapping.kinds.items()),
        "formats": list(DATE_FORMATS),
        "good": [(each, kind_words(each.kind), money(each.cents)) for each in good[:SHOWN]], "good_n": len(good),
        "total": money(sum(each.cents for each in good)),
        "wrong": [(each.line, line_words(each.reason), each.value) for each in wrong[:SHOWN]], "wrong_n": len(wrong),
        "wrong_more": max(0, len(wrong) - SHOWN),
    }  # fmt: skip
    return render(request, "declaring/bill_columns.html", seen, status=422 if code else 200)
