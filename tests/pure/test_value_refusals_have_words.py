"""Every code of a refusal in bills, declaring, planning and tours that can reach a screen has words in both languages.

The sources are read: a code that somebody adds without words is found here, and not by a controller.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import translation

from reik.value.bills.checking import CODES
from reik.value.bills.work import STATES as ANSWERS
from reik.value.declaring.rules import STATES
from reik.value.planning.refusals import REASONS
from reik.web.declaring import bill_words, words
from reik.web.planning import words as planning_words
from reik.web.whatif import words as whatif_words

VALUE = Path(__file__).parents[2] / "src" / "reik" / "value"
LANGUAGES = ("nl", "en")
COMPUTED = {
    ("bills/lines.py", "needed"): ("kind", "euros"),
    ("bills/lines.py", "period"): ("day", "order", "long"),
    ("declaring/funding_list.py", "refusal.code"): (),  # those of FundingRefused
    ("declaring/funding_list.py", "unknown[number]"): ("bsn", "who", "nobody", "twice_named"),
    ("planning/mapping.py", "name"): ("client", "start"),
    ("tours/keeping.py", "code"): ("nowhere", "empty"),
    ("tours/problem.py", "f'twice_{what}'"): ("twice_visit", "twice_shift"),
}
"""Codes that are no literal where they are raised, by module and expression."""
ONLY_COMMANDS = {"plan_csv.py", "osrm.py", "spreading.py", "factors.py"}
"""Of tours: a screen has no such file, server or cluster to name."""


def raised(folder: str, name: str, at: int, keyword: str = "code") -> Iterator[tuple[str, ast.expr | None]]:
    """(module, the code) of each refusal of this class that is made; `at`: which argument the code is."""
    for path in sorted((VALUE / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                named = next((each.value for each in node.keywords if each.arg == keyword), None)
                yield f"{folder}/{path.name}", node.args[at] if len(node.args) > at else named


def codes_of(module: str, node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*codes_of(module, node.body), *codes_of(module, node.orelse)]
    return list(COMPUTED[module, ast.unparse(node)])


def codes(folder: str, name: str, at: int = 0, keyword: str = "code") -> set[str]:
    return {
        code
        for module, node in raised(folder, name, at, keyword)
        if node is not None
        for code in codes_of(module, node)
        if code
    }


def stopped(code: str) -> str:
    return whatif_words.stopped_words({"code": code})


def of_a_file(code: str) -> str:
    return planning_words.refused_words(code, "")


FAMILIES: dict[str, tuple[set[str], Callable[[str], str]]] = {
    "bill": (codes("bills", "BillRefused") | {"rest", "sheet", "file"}, bill_words.refused_words),
    "line of a bill": (codes("bills", "LineRefused", 1), bill_words.line_words),
    "difference": (set(CODES), bill_words.difference_words),
    "answer": (set(ANSWERS), lambda code: bill_words.answer_words(code)[1]),
    "funding": (
        codes("declaring", "FundingRefused") | codes("declaring", "Line", 99, "refused"), words.funding_refused,
    ),
    "terms": (codes("declaring", "DeclaringRefused"), words.declaring_refused),
    "state": (set(STATES), lambda code: words.state_words(code)[1]),
    "planning": (
        codes("planning", "PlanningRefused") | codes("planning", "SheetRefused") | codes("planning", "MappingRefused")
        | {"file", "stopped"}, of_a_file,
    ),
    "row of a planning": (set(REASONS), planning_words.reason_words),
    "what-if": (codes("tours", "WhatIfRefused") - {"strange"} | {"strange_none", "number"}, whatif_words.refused_words),
    "tours": (codes("tours", "TourRefused", 1) | {"strange", "broken", "stopped"}, stopped),
}  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_every_code_has_words_of_its_own_in_both_languages(family: str) -> None:
    found, said = FAMILIES[family]
    assert len(found) >= 3
    told = {}
    for lang in LANGUAGES:
        with translation.override(lang):
            other = said("no-such-code") if family not in ("row of a planning", "state") else ""
            told[lang] = {code: said(code) for code in found}
        for code, sentence in told[lang].items():
            assert sentence not in ("", other), (lang, code)
            assert "%(" not in sentence, (lang, code)
    assert not {code for code in found if told["nl"][code] in (code, told["en"][code])}


def test_a_refusal_of_tours_that_a_screen_can_meet_has_a_code() -> None:
    bare = [module for module, node in raised("tours", "TourRefused", 1) if node is None]
    beside = [module for module in bare if module.removeprefix("tours/") not in ONLY_COMMANDS]
    assert beside == ["tours/matrix_file.py"], "only a path that somebody types at the command line"


def test_what_is_said_in_the_words_is_given_with_the_code() -> None:
    """A name in the Dutch sentence that the refusal does not give would be a dash on the screen."""
    given: dict[str, set[str]] = {"strange": {"client"}, "broken": {"day"}}
    for path in sorted((VALUE / "tours").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "TourRefused"
            ):
                for code in codes_of(f"tours/{path.name}", node.args[1]) if len(node.args) > 1 else ():
                    given.setdefault(code, set()).update(each.arg for each in node.keywords if each.arg)
    for code, names in given.items():
        with translation.override("nl"):
            sentence = whatif_words.stopped_words({"code": code, **dict.fromkeys(names, "#")})
        assert "–" not in sentence, (code, sentence)
        assert sentence.count("#") == len(names), (code, names, sentence)


def reasons_in_rules() -> set[str]:
    """What `value.declaring.rules` can give as the reason of a line."""
    tree = ast.parse((VALUE / "declaring" / "rules.py").read_text())
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith(
            ("_wrong", "_unsure", "_with_amount", "judge")
        ):
            for part in ast.walk(node):
                if isinstance(part, ast.JoinedStr):
                    tail = str(part.values[-1].value) if isinstance(part.values[-1], ast.Constant) else ""
                    found |= {f"{kind}{tail}" for kind in ("pause", "admission")}
                elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                    found |= {part.value} if re.fullmatch(r"[a-z]+(_[a-z]+)+", part.value) else set()
    return found


def test_every_reason_of_the_declaration_list_has_words_in_both_languages() -> None:
    found = reasons_in_rules()
    assert {"month_runs", "too_few_days", "pause_not_paid", "admission_not_agreed", "goal_missing"} <= found
    for lang in LANGUAGES:
        with translation.override(lang):
            for code in found:
                assert words.reason_words(code) != code, (lang, code)
            for code in ("price", "part", "month_runs"):
                assert words.missing_words(code), (lang, code)
