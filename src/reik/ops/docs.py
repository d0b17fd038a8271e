"""`python -m reik.ops.docs`: writes the pages of docs/ that follow from the code; `--check` only says which are stale.

These are the JSON Schema of the device protocol, the device's table, the list of commands, and which tests and
code name which requirement. `tests/pure/test_docs.py` fails while one of them is not up to date.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import io
import json
import os
import re
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from reik.ops.cli import COMMANDS, EXPERIMENTS
from reik_dispenser import words
from reik_dispenser.event_fields import FIELDS
from reik_dispenser.machine import transition_table
from reik_dispenser.messages import VERSION, CommandType, EventType, RefusalCode
from reik_dispenser.wire import MAX_ELEMENTS

ROOT = Path(__file__).parents[3]
WRITTEN_BY = "Written by `python -m reik.ops.docs`; do not edit."
Schema = dict[str, object]

# --- the JSON Schema of the device protocol -------------------------------------------------------------

_WHOLE: Schema = {"type": "integer", "minimum": -(2**53), "maximum": 2**53}
_COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": 2**53}
_KINDS: Mapping[str, Schema] = {
    "str": {"type": "string"},
    "int": _WHOLE,
    "bool": {"type": "boolean"},
    "number": {"type": "number"},
    "object": {"type": "object"},
    "ints": {"type": "array", "items": _WHOLE},
    "names": {"type": "array", "items": {"type": "string"}},
    "at": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"},
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "session": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
    "label": {"type": "string", "maxLength": 20},
    "text": {"type": "string", "maxLength": 80},
    "percent": {"type": "integer", "minimum": 0, "maximum": 100},
    "event": {
        "type": "object",
        "required": ["epoch", "seq"],
        "properties": {"epoch": _COUNT, "seq": _COUNT},
    },
    "moments": {"type": "array", "maxItems": 240, "items": {"$ref": "#/$defs/planned_moment"}},
}
_OF_TYPES: Mapping[tuple[type, ...], str] = {
    (str,): "str", (int,): "int", (bool,): "bool", (int, float): "number", (dict,): "object", (list,): "ints",
}  # fmt: skip
# Fields of which the contract says more than their kind.
_EXACT: Mapping[tuple[str, str], str | type[StrEnum]] = {
    ("started", "reason"): words.StartReason,
    ("started", "evidence"): words.Evidence,
    ("started", "session"): "session",
    ("heartbeat", "state"): words.DeviceState,
    ("heartbeat", "clock"): words.Clock,
    ("roll_refused", "reason"): words.RollRefusal,
    ("sachet_presented", "how"): words.How,
    ("sachet_taken_out", "how"): words.How,
    ("sachet_retained", "where"): words.RetainedWhere,
    ("moment_closed", "outcome"): words.Outcome,
    ("fault", "code"): words.FaultCode,
    ("fault_cleared", "fault"): "event",
    ("unlocked", "reason"): words.UnlockReason,
    ("locked", "reason"): words.UnlockReason,
    ("paused", "until"): "at",
    ("plan_applied", "sha256"): "sha256",
    ("command_result", "result"): words.CommandOutcome,
    ("command_result", "reason"): words.CommandRefusal,
    ("event_unsendable", "sha256"): "sha256",
    ("present_now", "reason"): words.PresentReason,
}
# The data of commands (device protocol, section 5); `!` marks what is never missing.
_BY_WHOM = "by:str! reason:str"
_SACHETS = "roll:str! sachets:ints!"
_COMMAND_DATA: Mapping[CommandType, str] = {
    CommandType.SET_PLAN: "version:int! sha256:sha256! client_label:label! zone:str! roll:str moments:moments!",
    CommandType.HOLD_SACHETS: _SACHETS,
    CommandType.RELEASE_SACHETS: _SACHETS,
    CommandType.PRESENT_NOW: "moments:names! by:str! reason:str!",
    CommandType.PAUSE: "until:at! by:str!",
    CommandType.RESUME: "by:str!",
    CommandType.EXPECT_ROLL: "roll:str! first:int! last:int! count:int! from:at! until:at! sha256:sha256",
    CommandType.SETTINGS: "volume:percent light:percent voice:bool assisted:bool language:str text:text",
    CommandType.UNLOCK: _BY_WHOM,
    CommandType.IDENTIFY: _BY_WHOM,
    CommandType.REBOOT: _BY_WHOM,
    CommandType.WIPE: _BY_WHOM,
}
_PLANNED_MOMENT = (
    "moment:str! at:at! local:str! signals:ints! early_min:int! window_min:int! late_min:int! gap_min:int! "
    "roll:str sachets:ints! whole:bool!"
)


def _field(owner: str, name: str, kind: str, needed: bool) -> Schema:
    exact = _EXACT.get((owner, name), kind)
    made: Schema = {"enum": [word.value for word in exact]} if not isinstance(exact, str) else _KINDS[exact]
    return made if needed else {"anyOf": [made, {"type": "null"}]}


def _object(owner: str, rows: Iterator[tuple[str, str, bool]]) -> Schema:
    fields = list(rows)
    properties = {name: _field(owner, name, kind, needed) for name, kind, needed in fields}
    required = [name for name, _, needed in fields if needed]
    made: Schema = {"type": "object", "properties": properties}
    if required:
        made["required"] = required
    return made


def _parsed(fields: str) -> Iterator[tuple[str, str, bool]]:
    for field in fields.split():
        name, kind = field.rstrip("!").split(":")
        yield name, kind, field.endswith("!")


def _of_table(event_type: str) -> Iterator[tuple[str, str, bool]]:
    for name, kinds, needed in FIELDS[event_type]:
        yield name, _OF_TYPES[kinds], needed


def _envelope(properties: Schema, data: Mapping[str, Schema], prefix: str) -> Schema:
    """An object whose `type` says which of `data` its `data` is."""
    cases = [
        {
            "if": {"properties": {"type": {"const": kind}}},
            "then": {"properties": {"data": {"$ref": f"#/$defs/{prefix}{kind}"}}},
        }
        for kind in data
    ]
    whole: Schema = {
        "v": {"const": VERSION},
        **properties,
        "type": {"enum": list(data)},
        "data": {"type": "object"},
    }
    return {"type": "object", "required": list(whole), "properties": whole, "allOf": cases}


def schema() -> Schema:
    """JSON Schema (2020-12) of the bodies on the three topics, as a sender of version 1 writes them."""
    events = {kind.value: _object(kind, _of_table(kind)) for kind in EventType}
    heartbeat = {"heartbeat": events.pop("heartbeat")}
    commands = {kind.value: _object(kind, _parsed(fields)) for kind, fields in _COMMAND_DATA.items()}
    at, one = _KINDS["at"], {"type": "integer", "minimum": 1, "maximum": 2**53}
    event: Schema = {"$ref": "#/$defs/event"}
    several: Schema = {"type": "array", "minItems": 1, "maxItems": MAX_ELEMENTS, "items": event}
    defs: Schema = {
        "up": {
            "description": "Body on reik/1/{device}/up: one event, a heartbeat alone, or 1 to 100 events.",
            "anyOf": [event, {"$ref": "#/$defs/heartbeat"}, several],
        },
        "down": {"description": "Body on reik/1/{device}/down: one command.", "$ref": "#/$defs/command"},
        "receipt": {
            "description": "Body on reik/1/{device}/receipt: a receipt, a gap to send again, or a refusal.",
            "anyOf": [
                _flat(epoch=_COUNT, upto=_COUNT, now=at),
                _flat(epoch=_COUNT, resend_from=one, resend_to=one, now=at),
                _flat(refused={"enum": [code.value for code in RefusalCode]}),
            ],
        },
        "event": _envelope({"epoch": one, "seq": one, "at": at}, events, "event_"),
        "heartbeat": _envelope({"epoch": one, "seq": {"const": 0}, "at": at}, heartbeat, "event_"),
        "command": _envelope(
            {"command": one, "expires": at, "now": at, "session": {"type": "string"}}, commands, "command_"
        ),
        "planned_moment": _object("planned_moment", _parsed(_PLANNED_MOMENT)),
        **{f"event_{kind}": made for kind, made in {**events, **heartbeat}.items()},
        **{f"command_{kind}": made for kind, made in commands.items()},
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Reik device protocol, version {VERSION}",
        "description": f"Bodies without their MAC line. Unknown fields are ignored. {WRITTEN_BY}",
        "anyOf": [{"$ref": f"#/$defs/{topic}"} for topic in ("up", "down", "receipt")],
        "$defs": defs,
    }


def _flat(**properties: object) -> Schema:
    whole = {"v": {"const": VERSION}, **properties}
    return {"type": "object", "required": list(whole), "properties": whole}


# --- the commands ---------------------------------------------------------------------------------------


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


# --- which tests and code name which requirement --------------------------------------------------------

_NUMBER = re.compile(r"\b([RN])(\d{1,2})\b(?:\s*(?:[\u2013-]|to)\s*\1?(\d{1,2})\b)?")
_COUPLING = re.compile(r"\b(C)(\d{1,2})\b(?:\s*(?:[\u2013-]|to)\s*\1?(\d{1,2})\b)?")
# Elsewhere a C with a number is a rule of another list.
_COUPLINGS_IN = ("src/reik/interop/", "tests/adapters/")


def _numbers(text: str, path: str, *, between: bool = True) -> Iterator[str]:
    """The numbers that a text names; of "R45 to R48" only the two, unless `between`."""
    patterns = (_NUMBER, _COUPLING) if path.startswith(_COUPLINGS_IN) else (_NUMBER,)
    for pattern in patterns:
        for letter, first, last in pattern.findall(text):
            whole = range(int(first), int(last or first) + 1)
            for number in whole if between else {whole[0], whole[-1]}:
                yield f"{letter}{number}"


def requirements() -> dict[str, str]:
    """Number → text, in the order of docs/reference/requirements.md."""
    text = (ROOT / "docs/reference/requirements.md").read_text()
    return dict(re.findall(r"\*\*([RNC]\d+)\*\* ([^\u00b7\n]+)", text))


def _named_by_tests() -> dict[str, dict[str, list[str]]]:
    """Number → test file → its tests that name it; a file that names it in its heading only has none."""
    named: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        path = file.relative_to(ROOT).as_posix()
        tree = ast.parse(file.read_text())
        for number in _numbers(ast.get_docstring(tree) or "", path, between=False):
            named[number][path] += []
        for node in tree.body:
            inner = node.body if isinstance(node, ast.ClassDef) else [node]
            above = ast.get_docstring(node) or "" if isinstance(node, ast.ClassDef) else ""
            for each in inner:
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test_"):
                    said = f"{above} {ast.get_docstring(each) or ''}"
                    for number in dict.fromkeys(_numbers(said, path)):
                        named[number][path].append(each.name)
    return named


def _named_by_code() -> dict[str, list[str]]:
    """Number → modules whose docstrings or comments name it."""
    named: dict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "src").rglob("*.py")):
        if file == Path(__file__) or "migrations" in file.parts:
            continue
        path, text = file.relative_to(ROOT).as_posix(), file.read_text()
        said = [
            node.value.value
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        ]  # fmt: skip
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        said += [token.string for token in tokens if token.type == tokenize.COMMENT]
        for number in dict.fromkeys(_numbers(" ".join(said), path)):
            named[number].append(path)
    return named


def traceability() -> str:
    """docs/safety/traceability.md."""
    tests, code, listed = _named_by_tests(), _named_by_code(), requirements()
    lines = [
        "# Requirement, test, code", "", f"<!-- {WRITTEN_BY} -->", "",
        "Which tests and which code name a [requirement](../reference/requirements.md) by its number. A test file with",
        "*(heading)* names it for the file as a whole: look there for what it proves. Being named is not being met.",
        "", "| | requirement | tests | code |", "|---|---|---|---|",
    ]  # fmt: skip
    for number, text in listed.items():
        if number in tests or number in code:
            proofs = "<br>".join(_proof(path, names) for path, names in tests.get(number, {}).items())
            places = "<br>".join(f"[{_module(each)}](../../{each})" for each in code.get(number, ()))
            lines.append(f"| {number} | {_short(text)} | {proofs} | {places} |")
    silent = [number for number in listed if number not in tests and number not in code]
    lines += ["", "Named by no test and no code:", f"{', '.join(silent) or 'none'}."]
    strangers = sorted({*tests, *code} - listed.keys())
    if strangers:
        lines += ["", f"Named, but in no list: {', '.join(strangers)}."]
    return "\n".join(lines) + "\n"


def _proof(path: str, names: list[str]) -> str:
    return f"[{Path(path).name}](../../{path}): " + (
        ", ".join(f"`{each}`" for each in names) or "*(heading)*"
    )


def _module(path: str) -> str:
    return path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _short(text: str) -> str:
    first = re.split(r"[.;:(](?:\s|$)", text.replace("*", "").replace("|", "/"), maxsplit=1)[0].strip()
    return first if len(first) <= 90 else first[:88].rsplit(" ", 1)[0] + " …"


# --- writing --------------------------------------------------------------------------------------------


def pages() -> dict[str, str]:
    """Path below the repository → the text that it should have now."""
    return {
        "docs/reference/device-protocol.schema.json": json.dumps(schema(), indent=1, ensure_ascii=False)
        + "\n",
        "docs/reference/device-states.md": device_states(),
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
