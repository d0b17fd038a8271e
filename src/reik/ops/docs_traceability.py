"""Which tests and which code name which requirement, read from their docstrings and comments."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from reik.ops.docs_schema import WRITTEN_BY

ROOT = Path(__file__).parents[3]
NAMES_ALL = {Path(__file__), Path(__file__).with_name("docs.py"), Path(__file__).with_name("docs_schema.py")}

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
        if file in NAMES_ALL or "migrations" in file.parts:
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
