"""`reik roll check FILE` and `reik roll import FILE`: packers' rolls from files (R15 to R17).

`check` reads and tells, and needs no database; `--json` prints the rolls in the canonical format. `import` registers
each roll whole or refuses it; it acts as `reik_web`, for one organisation, and stands in the access log as "reik roll".
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.interop.rolls import port
from reik.interop.rolls.mapping import Flaw, ReadRoll, read_rolls
from reik.interop.rolls.mapping_file import MappingFile
from reik.interop.rolls.mappings_known import JSON, mapping_at, mapping_of
from reik.interop.rolls.registering import Became, Doorway
from reik.interop.rolls.roll_format import RollFile, as_json, instants_of, sachets_on
from reik.interop.rolls.rows import MOST_BYTES, FileRefused
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.tenancy import Actor
from reik.medication.rolls.check import Offer, refusals
from reik.ops.import_files import NOBODY, REFUSED, organisation_named

ZONE = ZoneInfo("Europe/Amsterdam")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("check", "import"), help="read and tell only, or register")
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="JSON in Reik's roll format, or a packer's file"
    )
    parser.add_argument(
        "--mapping", default=JSON, metavar="NAME|FILE", help="the packer's mapping, by name or as a TOML file"
    )
    parser.add_argument(
        "--organisation", metavar="NAME", help="import: whose records; may be left out when there is one"
    )
    parser.add_argument("--json", action="store_true", help="check: print the rolls in Reik's roll format")


def command(options: argparse.Namespace) -> int:
    """0 when every roll was taken, 2 when one was refused (a line says where); raises MappingUnknown."""
    named = Path(options.mapping)
    mapping = mapping_at(named) if named.suffix == ".toml" else mapping_of(options.mapping)
    if options.what == "check":
        return _check(options.files, mapping, as_text=not options.json)
    become(Role.WEB)
    organisation_id = organisation_named(options.organisation)
    return REFUSED if sum(_import(file, mapping, organisation_id) for file in options.files) else 0


def _check(files: Sequence[Path], mapping: MappingFile | None, *, as_text: bool) -> int:
    rolls, wrong = list[RollFile](), 0
    for file in files:
        try:
            reading = read_rolls(_bytes(file), mapping)
        except FileRefused as refused:
            _say(f"{file}: refused, {refused}")
            wrong += 1
            continue
        flaws = [*reading.refused, *(flaw for each in reading.rolls for flaw in _misbuilt(each))]
        bad = _tell(file, flaws)
        good = [each.roll for each in reading.rolls if each.roll.number not in bad]
        wrong, rolls = wrong + len(bad), [*rolls, *good]
        for roll in good if as_text else ():
            print(f"{file}: roll {roll.number}: {_counted(roll)}")
    if rolls and not as_text:
        print(as_json(rolls))
    return REFUSED if wrong else 0


def _counted(roll: RollFile) -> str:
    doses = sum(each.kind == "dose" for each in roll.sachets)
    return f"{doses} sachets, {roll.period.since[:10]} to {roll.period.until[:10]}"


def _misbuilt(read: ReadRoll) -> list[Flaw]:
    """What medication would refuse whoever it is for and whenever it comes."""
    starts_at, ends_at = instants_of(read.roll.period, ZONE)
    offer = Offer(
        number=read.roll.number, client_id=None, starts_at=starts_at, ends_at=ends_at, sachets=sachets_on(read.roll)
    )  # fmt: skip
    found = refusals(offer, client_id=NOBODY, zone=ZONE, doses=(), others=(), now=ends_at - timedelta(days=1))
    return [
        Flaw(number=read.roll.number, place=read.place, code=each.code, sentence=each.sentence)
        for each in found
    ]


def _tell(file: Path, flaws: Iterable[Flaw]) -> set[str]:
    """A line for each; gives the numbers of the rolls that are refused."""
    numbers = set()
    for each in flaws:
        place = f"{each.place}: " if each.place else ""
        _say(f"{file}: roll {each.number or '?'} refused, {place}{each.sentence}")
        numbers.add(each.number)
    return numbers


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _import(file: Path, mapping: MappingFile | None, organisation_id: UUID) -> int:
    """How many rolls of this file were refused."""
    actor = Actor(
        account_id=NOBODY, name="reik roll", role="system", organisation_id=organisation_id,
        organisations=(organisation_id,),
    )  # fmt: skip
    door = Doorway(organisation_id=organisation_id, by="reik roll")
    try:
        outcome = port.take_in_alone(_bytes(file), mapping, door, actor=actor, now=clock.now())
    except FileRefused as refused:
        _say(f"{file}: refused, {refused}")
        return 1
    except port.Parked as failure:
        _say(f"{file}: {failure}")
        return 1
    for each in outcome.taken:
        print(f"{file}: roll {each.read.roll.number}: {_told(each)}", flush=True)
    return len(_tell(file, outcome.flaws))


def _told(each: Became) -> str:
    if each.again:
        return "registered before, nothing changed"
    differing = f", {len(each.findings)} differences for the pharmacy" if each.findings else ""
    return f"registered for client {each.client_id}{differing}"


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except OSError as failure:
        raise FileRefused("unreadable", "", f"The file cannot be read: {failure.strerror}.") from failure
