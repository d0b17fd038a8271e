"""`python -m reik.ops.docs`: writes the pages of docs/ that follow from the code; `--check` only says which are stale.

These are the JSON Schemas of the device protocol and of a roll, the device's table, the list of commands, and which
tests and code name which requirement. `tests/pure/test_docs.py` fails while one of them is not up to date.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from importlib.util import find_spec

from reik.interop.rolls import roll_format
from reik.medication.changes import path as change_path
from reik.ops.cli import COMMANDS, EXPERIMENTS
from reik.ops.docs_schema import WRITTEN_BY, schema
from reik.ops.docs_traceability import ROOT, traceability
from reik.pathway import drawing as care_path
from reik.value.case import page as assumption_list
from reik.value.indicators import plan
from reik_dispenser.machine import transition_table


def cli() -> str:
    """docs/reference/cli.md, from the parsers themselves."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reik.config.settings")
    importlib.import_module("django").setup()
    lines = [
        "# Commands", "", f"<!-- {WRITTEN_BY} -->", "",
        "The program is `.venv/bin/reik` after `make setup`. Exit codes: 0 well, 1 failed, 2 not understood or refused",
        "(one line says what to do), 130 interrupted. The environment variables are in [settings](settings.md).",
    ]  # fmt: skip
    for name, command in COMMANDS.items():
        if name in EXPERIMENTS:
            for each in EXPERIMENTS[name]:
                if find_spec(f"reik.ops.bench.{each}") is not None:
                    lines += _command(f"{name} {each}", "", f"bench.{each}")
        elif find_spec(f"reik.ops.{command.module}") is not None:
            lines += _command(name, command.summary, command.module)
    return "\n".join(lines) + "\n"


def _command(name: str, summary: str, module_name: str) -> list[str]:
    module = importlib.import_module(f"reik.ops.{module_name}")
    text = f"{summary[:1].upper()}{summary[1:]}." if summary else (module.__doc__ or "").strip()
    lines = ["", f"## reik {name}", "", text]
    parser = argparse.ArgumentParser(add_help=False)
    if hasattr(module, "add_arguments"):
        module.add_arguments(parser)
    options = [each for each in parser._actions if each.option_strings]
    if options:
        lines += ["", "| option | default | meaning |", "|---|---|---|"]
    for each in options:
        flag = each.nargs == 0
        value = "" if flag else f" {each.metavar or (_choices(each) if each.choices else each.dest.upper())}"
        default = "" if flag or each.default is None else f"`{each.default}`"
        lines.append(f"| `{', '.join(each.option_strings)}{value}` | {default} | {each.help or ''} |")
    return lines


def _choices(action: argparse.Action) -> str:
    return "{" + ",".join(str(each) for each in action.choices or ()) + "}"


def device_states() -> str:
    """docs/reference/device-states.md: the device's table, printed from the device's own code."""
    return (
        f"# Device states\n\n<!-- {WRITTEN_BY} -->\n\n"
        "What the dispenser does with what happens to it (down) in each phase (across): `reik_dispenser.machine`.\n"
        "What an invariant forbids is decided in one place, `reik_dispenser.obstacles`.\n\n"
        f"{transition_table()}\n"
    )


def change_states() -> str:
    """docs/reference/change-states.md: the way of a change in the middle of a roll, from its own table."""
    return (
        f"# States of a change\n\n<!-- {WRITTEN_BY} -->\n\n"
        "What happens (down) to a change in the middle of a roll in each state (across): `medication.changes.path`.\n"
        "Why it is so: [a change in the middle of a roll](../explanation/change-mid-roll.md).\n\n"
        f"{change_path.transition_table()}\n"
    )


def path_states() -> str:
    """docs/reference/care-path.md: the nine steps of the care path, from their own table."""
    return (
        f"# States of the care path\n\n<!-- {WRITTEN_BY} -->\n\n"
        "What moves a client's care path, and what each event asks for first: `pathway.path`. Steps 2, 3, 5, 7 and 9\n"
        "are named by the founding documents; 1, 4, 6 and 8 are inferred. Step 7 has no state: it runs beside step 8.\n"
        "Why it is so: [the care path](../explanation/care-path.md).\n\n"
        f"{care_path.diagram()}\n\n{care_path.transition_table()}\n"
    )


def assumptions() -> str:
    """docs/reference/assumptions.md: every assumption of the business case, with where its range is from."""
    return (
        f"# Assumptions of the business case\n\n<!-- {WRITTEN_BY} -->\n\n"
        "What the model reckons with, and what it asks for. No tariff, wage or price of a dispenser comes along.\n"
        "How they are used: [the business case](../explanation/business-case.md).\n\n"
        f"{assumption_list.listed()}\n"
    )


def indicators() -> str:
    """docs/reference/indicators.md: the measurement plan, from its data."""
    return (
        f"# Indicators of the measurement plan\n\n<!-- {WRITTEN_BY} -->\n\n"
        "From `reik/value/indicators/plan.toml`. Annex 2 of the national plan is not public as text: the\n"
        "indicators that its chapter on evidence names are here; domain and weight (must, should) are Reik's reading.\n"
        f"Evidence holds for the device type that it was found with; for another type it is unknown.\n"
        f"Source: {plan.EVIDENCE_SOURCE}.\n"
        "What a percentage means: [adherence](../explanation/adherence.md).\n\n"
        "`active` is a dispenser with a client of which a sachet came out in the last 14 days. A stricter reading, a\n"
        "sachet on every day, stands beside it on screen and divides nothing: one missed day does not end the use,\n"
        "and counting it so would call that client silent. Plastic and extra clients are typed, before and after.\n"
        "Heavy care per route is counted from plannings in which the organisation said what it is; else typed.\n\n"
        f"{plan.printed()}\n"
    )


def pages() -> dict[str, str]:
    """Path below the repository → the text that it should have now."""
    return {
        "docs/reference/device-protocol.schema.json": json.dumps(schema(), indent=1, ensure_ascii=False)
        + "\n",
        "docs/reference/roll.schema.json": json.dumps(roll_format.schema(), indent=1, ensure_ascii=False)
        + "\n",
        "docs/reference/device-states.md": device_states(),
        "docs/reference/change-states.md": change_states(),
        "docs/reference/care-path.md": path_states(),
        "docs/reference/assumptions.md": assumptions(),
        "docs/reference/indicators.md": indicators(),
        "docs/reference/cli.md": cli(),
        "docs/safety/traceability.md": traceability(),
    }


def stale() -> list[str]:
    """The generated pages that differ from what the code says now."""
    return [
        path
        for path, text in pages().items()
        if not (ROOT / path).exists() or (ROOT / path).read_text() != text
    ]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m reik.ops.docs", description="Write the generated pages of docs/."
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when one is not up to date"
    )
    check = parser.parse_args().check
    old = stale()
    for path in old:
        print(path)
        if not check:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(pages()[path])
    return 1 if check and old else 0


if __name__ == "__main__":
    sys.exit(main())
