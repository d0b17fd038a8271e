"""Fictional packers that write a roll as their file: the other side of the shipped mappings."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from lxml import etree
from msgspec import UNSET

from reik.interop.rolls.roll_format import RollFile, RollSachet, SachetContent

XML = "urn:voorbeeldpakker:rol"
_KINDS = {"dose": "Z", "header": "V", "trailer": "N"}
_COLUMNS = [
    "rolnummer", "rolcode", "rolformaat", "houdbaar_tot", "aantal_zakjes", "van", "tot_en_met", "klantnummer", "naam",
    "geboortedatum", "zakje", "soort", "dag", "tijd", "zakjescode", "geneesmiddel", "prk", "aantal", "eenheid",
    "charge",
]  # fmt: skip


def _nl(day: object) -> str:
    return f"{day:%d-%m-%Y}" if isinstance(day, date) else ""


def _said(value: object) -> str:
    return "" if value is UNSET or value is None else str(value)


def _last_day(roll: RollFile) -> date:
    return (datetime.fromisoformat(roll.period.until) - timedelta(days=1)).date()


def _medicines(sachet: RollSachet) -> Sequence[SachetContent | None]:
    return sachet.contents or [None]


def as_csv(rolls: Sequence[RollFile]) -> bytes:
    """voorbeeld-csv: a line for each medicine."""
    stream = io.StringIO()
    out = csv.writer(stream, delimiter=";")
    out.writerow(_COLUMNS)
    for roll in rolls:
        for sachet in roll.sachets:
            for each in _medicines(sachet):
                out.writerow(_csv_row(roll, sachet, each))
    return stream.getvalue().encode()


def _csv_row(roll: RollFile, sachet: RollSachet, each: SachetContent | None) -> list[str]:
    medicine = (
        [each.text, each.code, _said(each.amount).replace(".", ","), each.unit, each.lot]
        if each
        else [""] * 5
    )
    return [
        roll.number, roll.barcode, roll.format, _nl(roll.expires_on), _said(roll.count),
        _nl(date.fromisoformat(roll.period.since[:10])), _nl(_last_day(roll)), roll.client.identifiers[0].value,
        _said(roll.client.name), _nl(roll.client.birth_date), str(sachet.sequence), _KINDS[sachet.kind],
        _nl(sachet.day), sachet.at or "", sachet.barcode, *medicine,
    ]  # fmt: skip


def as_fixed(rolls: Sequence[RollFile]) -> bytes:
    """voorbeeld-vast: lines R, Z and M of 80 characters."""
    lines = [line.ljust(80) for roll in rolls for line in _fixed(roll)]
    assert all(len(line) == 80 for line in lines)
    return "\r\n".join([*lines, "E".ljust(80), ""]).encode("cp1252")


def _fixed(roll: RollFile) -> Iterator[str]:
    born = roll.client.birth_date
    yield (
        f"R{roll.number:<12}{roll.client.identifiers[0].value:<8}{_said(roll.count):<4}{_said(roll.client.bsn):<9}"
        f"{f'{born:%Y%m%d}' if isinstance(born, date) else '':<8}{_said(roll.client.name)}"
    )
    for sachet in roll.sachets:
        day = f"{sachet.day:%Y%m%d}" if sachet.day else ""
        yield f"Z{sachet.sequence:05}{day:<8}{(sachet.at or '').replace(':', ''):<4}{sachet.barcode}"
        for each in sachet.contents or ():
            amount = "" if each.amount is UNSET else f"{int(Decimal(each.amount) * 100):05}"
            unit = {"stuk": "ST", "ml": "ML"}.get(each.unit, "")
            yield f"M{each.code:<8}{amount:<5}{unit:<2}{each.text}"


def as_xml(rolls: Sequence[RollFile]) -> bytes:
    """voorbeeld-xml."""
    root = etree.Element(f"{{{XML}}}Rolls", nsmap={None: XML})
    for roll in rolls:
        made = etree.SubElement(
            root, f"{{{XML}}}Roll",
            {"number": roll.number, "barcode": roll.barcode, "format": roll.format, "from": roll.period.since[:10],
             "until": roll.period.until[:10], "expires": _said(roll.expires_on), "sachets": _said(roll.count)},
        )  # fmt: skip
        client = etree.SubElement(
            made, f"{{{XML}}}Client",
            {"number": roll.client.identifiers[0].value, "bsn": _said(roll.client.bsn),
             "born": _said(roll.client.birth_date)},
        )  # fmt: skip
        etree.SubElement(client, f"{{{XML}}}Name").text = _said(roll.client.name)
        for sachet in roll.sachets:
            _xml_sachet(made, sachet)
    return etree.tostring(root, xml_declaration=True, encoding="utf-16")


def _xml_sachet(roll: etree._Element, sachet: RollSachet) -> None:
    kind = {} if sachet.kind == "dose" else {"kind": sachet.kind}
    made = etree.SubElement(
        roll, f"{{{XML}}}Sachet",
        {"sequence": str(sachet.sequence), "day": _said(sachet.day), "at": sachet.at or "", "k": str(sachet.k),
         "n": str(sachet.n), "barcode": sachet.barcode, **kind},
    )  # fmt: skip
    for each in sachet.contents or ():
        etree.SubElement(
            made, f"{{{XML}}}Medicine",
            {"code": each.code, "system": each.system, "amount": _said(each.amount), "unit": each.unit,
             "lot": each.lot},
        ).text = each.text  # fmt: skip
