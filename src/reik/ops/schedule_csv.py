"""`reik schedule FILE.csv --organisation NAME`: a whole list of schedules of times only (R15), as drafts.

What a list looks like: `medication.times.lists`. Nothing is planned until a second person has read each
schedule back.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.models import Organisation
from reik.medication.operations import write_schedules
from reik.medication.times.lists import (
    MOST_BYTES,
    LineRefused,
    ListRefused,
    decoded,
    drafts_of,
    find_clients,
    read,
    weekdays,
)

__all__ = ["LineRefused", "ListRefused", "add_arguments", "command", "read", "weekdays"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV: bsn (or name;birth_date);weekdays;time;sachets")
    parser.add_argument("--organisation", required=True, help="the care organisation that keeps the records")
    parser.add_argument("--by", help="who writes them (default: your user name); another person confirms")
    parser.add_argument(
        "--only-good", action="store_true", help="take the clients of whom every line is good"
    )


def command(options: argparse.Namespace) -> int:
    """0: all taken (or, with --only-good, the rest); 2: refused, and nothing written."""
    become(Role.WORKER)
    organisation = Organisation.objects.filter(name=options.organisation).first()
    if organisation is None:
        raise ListRefused(f"There is no organisation called {options.organisation}.")
    asked, refused = read(_text(options.file))
    clients, nobody = find_clients(organisation.id, asked)
    refused |= nobody
    drafts = drafts_of(asked, clients, refused, only_good=options.only_good)
    for line in _said(refused):
        print(f"reik: {options.file.name}: {line}", file=sys.stderr)
    if drafts:
        write_schedules(
            organisation_id=organisation.id,
            drafts=drafts,
            by=options.by or getpass.getuser(),
            now=clock.now(),
        )
    print(f"{len(drafts)} schedules written, {len(refused)} lines refused. A second person reads them back.")
    return 2 if refused and not options.only_good else 0


def _said(refused: Mapping[int, str]) -> Iterator[str]:
    for number in sorted(refused):
        yield f"line {number}: {refused[number]}"


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()[: MOST_BYTES + 1]
    except OSError as failure:
        raise ListRefused(f"{file} cannot be read: {failure.strerror}.") from failure
    if len(data) > MOST_BYTES:
        raise ListRefused(f"{file.name} is larger than {MOST_BYTES // 1_000_000} MB: split the list.")
    return decoded(data)
