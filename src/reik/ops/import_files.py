"""`reik import FILE…`: the pharmacy's messages from files, by the same door and rules as over HTTP.

`reik import --again [NUMBER…]` reads messages once more that were parked or refused, from their bytes as they came in.
It acts as `reik_web`, for one organisation, and stands in the access log as "reik import".
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from django.db import connection

from reik.interop.fhir import port
from reik.interop.fhir.outcome import Refused
from reik.interop.fhir.port import NotThere, Parked
from reik.interop.fhir.store.keeping import Became
from reik.interop.fhir.store.operations import Taken
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.tenancy import Actor

REFUSED = 2
NOBODY = UUID(int=0)  # no account: whoever may run this on the machine
# ${DATE, T, D, -3}: so many days after or before the day T, as in Nictiz' TestScripts.
_MACRO = re.compile(rb"\$\{\s*DATE\s*,\s*T\s*,\s*D\s*,\s*([+-]?\s*\d{1,5})\s*\}")


class ImportRefused(Exception):
    """The import cannot begin; the message says what to give."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="MP9 transaction Bundle, XML or JSON"
    )
    parser.add_argument(
        "--again",
        nargs="*",
        type=UUID,
        metavar="NUMBER",
        help="read kept messages again: those of these numbers or, without any, all that were parked",
    )
    parser.add_argument(
        "--organisation", metavar="NAME", help="whose records; may be left out when there is one"
    )
    parser.add_argument(
        "--replace-macros",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="replace ${DATE, T, D, n} of test files first: T is this day",
    )


def command(options: argparse.Namespace) -> int:
    """0 when every file was taken, 2 when one was refused (one line says where); raises ImportRefused."""
    become(Role.WEB)
    actor = _actor(organisation_named(options.organisation))
    if options.again is None and not options.files:
        raise ImportRefused("Give the files to take in, or --again for messages that Reik has.")
    refusals = 0
    for line, taken in _all(options, actor):
        refusals += not taken
        print(line, file=sys.stdout if taken else sys.stderr, flush=True)
    return REFUSED if refusals else 0


def _all(options: argparse.Namespace, actor: Actor) -> Iterator[tuple[str, bool]]:
    """The line of each file and each message, and whether it was taken."""
    if options.again is not None:
        # What came in just now is perhaps being read by whoever took it in.
        settled = clock.now() - timedelta(minutes=1)
        for number in options.again or port.waiting_to_be_read(actor, settled):
            yield _told_of(str(number), partial(port.read_again, number, actor=actor, now=clock.now()))
    for file in options.files:
        yield _take(file, actor, options.replace_macros)


def organisation_named(name: str | None) -> UUID:
    """The care organisation of this name (or id), or the only one there is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name FROM kernel_organisation WHERE kind <> 'quarantine' AND"
            " CASE WHEN %(name)s::text IS NULL THEN kind = 'care' ELSE name = %(name)s OR id::text = %(name)s END",
            {"name": name},
        )
        found = cursor.fetchall()
    if len(found) != 1:
        raise ImportRefused(
            "Say whose records it is with --organisation NAME."
            if name is None
            else f"There is no organisation named {name}, or more than one: give its id."
        )
    id: UUID = found[0][0]
    return id


def _actor(organisation_id: UUID) -> Actor:
    return Actor(
        account_id=NOBODY,
        name="reik import",
        role="system",
        organisation_id=organisation_id,
        organisations=(organisation_id,),
    )


def _take(file: Path, actor: Actor, day: date | None) -> tuple[str, bool]:
    """One file: the line to show, and whether it was taken."""
    try:
        body = file.read_bytes()
    except OSError as failure:
        return f"{file}: cannot be read ({failure.strerror})", False
    if day:
        body = replace_macros(body, day)
    take_in = partial(port.take_in, body, actor=actor, organisation_id=actor.organisation_id, now=clock.now())
    return _told_of(str(file), take_in)


def _told_of(name: str, read: Callable[[], Taken | None]) -> tuple[str, bool]:
    """What became of one message: the line to show, and whether it was taken."""
    try:
        taken = read()
    except Refused as refusal:
        who = ", ".join(dict.fromkeys(each.who for each in refusal.issues))
        kept = f"; kept as {refusal.message_id}" if refusal.message_id else ""
        return f"{name}: refused, {' '.join(str(refusal).split())}; to be put right by {who}{kept}", False
    except (Parked, NotThere) as failure:
        return f"{name}: {failure}", False
    return f"{name}: {_told(taken) if taken else 'was understood before, nothing changed'}", True


def _told(taken: Taken) -> str:
    counts = [f"{sum(each.became is became for each in taken.kept)} {became}" for became in Became]
    said = "taken in before, nothing changed" if taken.again else ", ".join(counts)
    whose = f"to be linked ({taken.unsure})" if taken.unsure else f"client {taken.client_id}"
    odd = "".join(f"; look at {issue.place}: {issue.text}" for _, issue in taken.warnings)
    return f"{said}; {whose}{odd}"


def replace_macros(body: bytes, day: date) -> bytes:
    """The body with each ${DATE, T, D, n} replaced by the date n days after `day`."""

    def dated(found: re.Match[bytes]) -> bytes:
        days = int(found.group(1).replace(b" ", b""))
        return (day + timedelta(days=days)).isoformat().encode()

    return _MACRO.sub(dated, body)
