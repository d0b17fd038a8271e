"""The entries of an iCalendar file (RFC 5545) as rows of text, one after the other, however many there are. Pure.

Only what a planned visit needs is read, line by line: a library that keeps the whole calendar takes a minute and a
gigabyte for 100,000 visits. A visit that repeats by a rule is refused by its row: a planning exports each visit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HEADER = (
    "UID",
    "DTSTART",
    "DTEND",
    "SUMMARY",
    "CATEGORIES",
    "LOCATION",
    "ATTENDEE",
    "ORGANIZER",
    "LAT",
    "LON",
    "RESOURCES",
)
_STAMP = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z?))?$")
_LASTS = re.compile(r"^\+?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")
REPEATS = "repeats"
"""Stands in place of the begin of an entry that repeats: no date, so that its row is refused with this word."""


def entries(lines: Iterable[str], zone: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line of BEGIN:VEVENT, row in the order of HEADER); times on the wall clock of `zone`."""
    found: dict[str, tuple[str, str]] | None = None
    begun, depth = 0, 0
    for number, line in _unfolded(lines):
        head, _, value = line.partition(":")
        name, _, parameters = head.partition(";")
        name = name.upper()
        if name == "BEGIN":
            if value.strip().upper() == "VEVENT":
                found, begun, depth = {}, number, 0
            elif found is not None:
                depth += 1  # an alarm inside a visit has a description and a begin of its own
        elif name == "END" and found is not None:
            if value.strip().upper() == "VEVENT":
                yield begun, _row(found, ZoneInfo(zone))
                found = None
            else:
                depth -= 1
        elif found is not None and not depth:
            found.setdefault(name, (parameters, value))


def _unfolded(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    held, at = "", 0
    for number, line in enumerate(lines, 1):
        line = line.rstrip("\r\n")
        if line[:1] in (" ", "\t"):
            held += line[1:]
            continue
        if held:
            yield at, held
        held, at = line.lstrip("\ufeff"), number
    if held:
        yield at, held


def _row(found: dict[str, tuple[str, str]], zone: ZoneInfo) -> tuple[str, ...]:
    begins = _local(found.get("DTSTART"), zone)
    ends = _local(found.get("DTEND"), zone)
    if begins and not ends:
        lasts = _lasts(found.get("DURATION", ("", ""))[1])
        ends = begins + lasts if lasts is not None else None
    latitude, _, longitude = found.get("GEO", ("", ""))[1].partition(";")
    repeats = "RRULE" in found or "RDATE" in found
    person = {name: _person(*found.get(name, ("", ""))) for name in ("ATTENDEE", "ORGANIZER")}
    plain = {
        name: _plain(found.get(name, ("", ""))[1])
        for name in ("UID", "SUMMARY", "CATEGORIES", "LOCATION", "RESOURCES")
    }
    start = (
        REPEATS
        if repeats
        else (f"{begins:%Y-%m-%d %H:%M:%S}" if begins else found.get("DTSTART", ("", ""))[1])
    )
    return (
        plain["UID"], start, f"{ends:%Y-%m-%d %H:%M:%S}" if ends else "", plain["SUMMARY"], plain["CATEGORIES"],
        plain["LOCATION"], person["ATTENDEE"], person["ORGANIZER"], latitude, longitude, plain["RESOURCES"],
    )  # fmt: skip


def _local(said: tuple[str, str] | None, zone: ZoneInfo) -> datetime | None:
    """Floating times are on the wall clock already; a day without a time is no visit."""
    match = _STAMP.match(said[1].strip()) if said else None
    if said is None or match is None or match[4] is None:
        return None
    try:
        at = datetime(*(int(part or 0) for part in match.groups()[:6]))  # type: ignore[arg-type]  # noqa: DTZ001
        if match[7]:
            return at.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None)
        named = re.search(r"TZID=\"?([^;\"]+)", said[0], re.IGNORECASE)
        if named and named[1] != zone.key:
            return at.replace(tzinfo=ZoneInfo(named[1])).astimezone(zone).replace(tzinfo=None)
    except (ValueError, KeyError, OSError):
        return None
    return at


def _lasts(text: str) -> timedelta | None:
    match = _LASTS.match(text.strip())
    if not match or not any(match.groups()):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _person(parameters: str, value: str) -> str:
    named = re.search(r'CN=(?:"([^"]*)"|([^;]*))', parameters, re.IGNORECASE)
    return (
        (named[1] or named[2] or "").strip()
        if named
        else value.removeprefix("mailto:").removeprefix("MAILTO:")
    )


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: " " if m[1] in "nN" else m[1], text).strip()
