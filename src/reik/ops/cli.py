"""`reik`: one command for everything; each sub-command is imported only when it is given."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

BENCHES = (
    "morning",
    "ingest",
    "consoles",
    "fhir",
    "plan",
    "planning",
    "tours",
    "rollups",
    "inspection",
    "tasks",
)
PROOFS = ("kill", "lag", "order", "dst", "malformed", "outage", "lives", "channels", "watchdog")
FAILED, MISUSED, INTERRUPTED = 1, 2, 130


@dataclass(frozen=True, slots=True)
class Command:
    """A sub-command: its module has `run()`, or `add_arguments(parser)` and `command(options) -> exit code`."""

    summary: str
    module: str
    django: bool = True  # False: the module sees to Django itself
    defaults: Mapping[str, object] = field(default_factory=dict)


COMMANDS = {
    "up": Command("start Reik on this machine: engines and all processes", "up", django=False),
    "demo": Command("start Reik with made-up people and devices", "demo.command", django=False),
    "doctor": Command("look whether everything works, and say what to do", "doctor"),
    "web": Command("serve screens and interfaces", "web"),
    "admit": Command("let devices in", "admit"),
    "receive": Command("read what devices say", "receive"),
    "watch": Command("close overdue moments, open alerts, take their steps", "watch"),
    "send": Command("deliver messages", "send"),
    "jobs": Command("do periodic and heavy work", "jobs"),
    "guard": Command("seal the access log, look for what must never be", "guard"),
    "schedule": Command("take in a list of schedules of times only (CSV)", "schedule_csv"),
    "migrate": Command("bring the database's schema up to date", "migrate"),
    "import": Command("take in a pharmacy's messages from files", "import_files"),
    "roll": Command("check a packer's rolls, or register them, from files", "roll_files"),
    "outage-pack": Command("write each team's list for when Reik cannot be reached", "outage_pack"),
    "drill": Command("hold a fire drill of an organisation's follow-up routes", "drill"),
    "pharmacy-mail": Command("set the mailbox by which pharmacies are written to", "pharmacy_mail"),
    "codes": Command("load a licensed table of product codes", "codes"),
    "plan": Command("print the planned moments of a pharmacy's message", "plan", django=False),
    "planning": Command("look at a planning export, or take its visits in", "planning"),
    "value": Command("compute the business case, or hold it against published figures", "value"),
    "whatif": Command(
        "plan the tours of a planning (CSV) without and with dispensers", "whatif", django=False
    ),
    "account": Command("add, invite, close or list who may log in", "accounts"),
    "bench": Command("measure: " + ", ".join(BENCHES), "bench"),
    "prove": Command("prove: " + ", ".join(PROOFS), "bench"),
}
EXPERIMENTS = {"bench": BENCHES, "prove": PROOFS}


def main(arguments: Sequence[str] | None = None) -> int:
    """The console script. 0 well, 1 failed, 2 not understood or refused (one line says what to do)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _dispatch(given)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as failure:
        line = _sentence(failure)
        if line is None:
            raise
        print(f"reik: {line}", file=sys.stderr)
        return MISUSED


def _dispatch(given: list[str]) -> int:
    name = given[0] if given else ""
    if name in EXPERIMENTS:
        return _experiment(name, given[1:])
    command = COMMANDS.get(name)
    if command is None or not _exists(command.module):
        _overview().parse_args(given or ["--help"])
        return 0
    module = _load(command.module, django=command.django)
    parser = argparse.ArgumentParser(prog=f"reik {name}", description=command.summary)
    if not hasattr(module, "command"):
        parser.parse_args(given[1:])
        module.run()
        return 0
    module.add_arguments(parser)
    parser.set_defaults(**command.defaults)
    options = parser.parse_args(given[1:])
    return int(module.command(options))


def _overview() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="reik",
        description="Reik hands over medication, and makes sure that a missed dose reaches a person in time.",
        epilog="Data live in the folder REIK_HOME (default .reik).",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        if _exists(command.module):
            commands.add_parser(name, help=command.summary, add_help=False)
    return parser


def _experiment(kind: str, given: list[str]) -> int:
    names = [each for each in EXPERIMENTS[kind] if _exists(f"bench.{each}")]
    if not given or given[0] not in names:
        parser = argparse.ArgumentParser(prog=f"reik {kind}")
        parser.add_argument("name", choices=names, help="then its own arguments, or --help")
        parser.parse_args(given[:1] or ["--help"])
        return MISUSED
    module = _load(f"bench.{given[0]}", django=True)
    parser = argparse.ArgumentParser(prog=f"reik {kind} {given[0]}", description=module.__doc__)
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(given[1:])))


def _exists(module: str) -> bool:
    return importlib.util.find_spec(f"reik.ops.{module}") is not None


def _load(module: str, *, django: bool) -> ModuleType:
    if django:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reik.config.settings")
        importlib.import_module("django").setup()
    return importlib.import_module(f"reik.ops.{module}")


def _sentence(failure: Exception) -> str | None:
    """The line for a person; None for a failure that she can do nothing about, which then shows whole.

    Reik's own exceptions are sentences with a next step (architecture, rule 13).
    """
    kind = type(failure)
    if kind.__module__.partition(".")[0] == "reik":
        return " | ".join(line for line in str(failure).splitlines() if line.strip())
    if kind.__name__ in ("OperationalError", "InterfaceError") and kind.__module__ in (
        "django.db.utils",
        "psycopg",
    ):
        reason = " ".join(str(failure).split())
        return f"The database does not answer ({reason}): start `reik up`, or look at REIK_DATABASE_URL."
    return None
