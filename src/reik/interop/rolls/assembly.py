"""One roll, put together of its rows: whole, or refused with everything that is wrong in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from reik.interop.rolls.mapping_file import MappingFile, field_of
from reik.interop.rolls.roll_format import NotARoll, RollFile, read_roll, whole_days_of
from reik.interop.rolls.rows import Row
from reik.interop.rolls.sachets import gather, values_of
from reik.interop.rolls.values import Wrongs, dated, whole

MOST_TOLD = 20
"""So much is told of one roll; the rest would say the same."""
ROLL_NAMES = ("roll.barcode", "packer", "format", "expires_on", "count", "since", "until")


def assembled(
    rows: Sequence[Row], mapping: MappingFile
) -> tuple[RollFile | None, list[tuple[str, str, str]]]:
    """The roll of these rows, or None and what is wrong: (place, code, sentence)."""
    wrongs = Wrongs([(row.place, code, sentence) for row in rows for code, sentence in row.flaws])
    _must_agree(rows, wrongs)
    sachets = gather(rows, mapping, wrongs)
    values = _of_roll(rows[0], mapping, wrongs)
    values["sachets"] = values_of(sachets, mapping, wrongs)
    if wrongs.found:
        return None, wrongs.found[:MOST_TOLD]
    values["period"] = values.get("period") or _period(values["sachets"])
    try:
        return read_roll(values), []
    except NotARoll as wrong:
        found = re.match(r"sachets\[(\d+)\]\.?(.*)", wrong.place)
        place, detail = (sachets[int(found[1])].place, found[2]) if found else (rows[0].place, wrong.place)
        return None, [(", ".join(part for part in (place, detail) if part), wrong.code, wrong.sentence)]


def _must_agree(rows: Sequence[Row], wrongs: Wrongs) -> None:
    first = rows[0].cells
    names = [name for name in first if name.startswith("client.") or name in ROLL_NAMES]
    for row in rows[1:]:
        for name in names:
            if row.cells.get(name) != first[name]:
                wrongs.add(row.place, "differs", f"Another {name} than at the first row of this roll.")


def _of_roll(row: Row, mapping: MappingFile, wrongs: Wrongs) -> dict[str, Any]:
    cells = row.cells
    made: dict[str, Any] = {
        "number": cells["number"], "client": _client(row, mapping, wrongs),
        "packer": cells.get("packer") or mapping.packer, "barcode": cells.get("roll.barcode", ""),
        "format": cells.get("format", ""),
    }  # fmt: skip
    if cells.get("expires_on"):
        made["expires_on"] = _day(row, "expires_on", mapping, wrongs)
    if cells.get("count"):
        made["count"] = wrongs.read(row.place, lambda: whole(cells["count"], "count"), 0)
    if field_of(mapping.roll.since) is not None:
        made["period"] = _said_period(row, mapping, wrongs)
    return made


def _client(row: Row, mapping: MappingFile, wrongs: Wrongs) -> dict[str, Any]:
    made: dict[str, Any] = {
        "identifiers": [
            {"system": each.system, "value": value}
            for index, each in enumerate(mapping.client.identifiers)
            if (value := row.cells.get(f"client.identifiers.{index}", ""))
        ]
    }
    for name in ("bsn", "name"):
        if row.cells.get(f"client.{name}"):
            made[name] = row.cells[f"client.{name}"]
    if row.cells.get("client.birth_date"):
        made["birth_date"] = _day(row, "client.birth_date", mapping, wrongs)
    if not made["identifiers"] and "bsn" not in made:
        wrongs.add(row.place, "no_client", "This roll does not say whose it is.")
    return made


def _said_period(row: Row, mapping: MappingFile, wrongs: Wrongs) -> dict[str, str]:
    since, until = (_day(row, name, mapping, wrongs) for name in ("since", "until"))
    if not since or not until:
        return {}
    end = date.fromisoformat(until)
    if mapping.until_is == "last_day":
        end += timedelta(days=1)
    return {"since": f"{since}T00:00", "until": f"{end.isoformat()}T00:00"}


def _day(row: Row, name: str, mapping: MappingFile, wrongs: Wrongs) -> str:
    return wrongs.read(row.place, lambda: dated(row.cells.get(name, ""), mapping.date, name), "")


def _period(sachets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of a roll that does not say its period: its days, whole. Without any day the canonical check refuses it."""
    days = [date.fromisoformat(each["day"]) for each in sachets if each.get("day")]
    made: dict[str, Any] = msgspec.to_builtins(whole_days_of(days or [date(2000, 1, 1)]))
    return made
