"""Every kind of task that code opens has words in both languages and a way to be done (N5)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from django.urls import Resolver404, resolve
from django.utils import translation

import reik
from reik.tasks.queries import TaskSeen
from reik.web.task_words import task_words
from reik.web.work.task_links import OF_MANAGER, OF_NURSE, OF_PHARMACY, PAGES, WAYS, address_of, is_said

SRC = Path(reik.__file__).parent
OPENERS = ("NewTask", "Owner")


@cache
def modules() -> dict[str, ast.Module]:
    paths = [each for each in SRC.rglob("*.py") if "web" not in each.relative_to(SRC).parts[:1]]
    return {
        "reik." + ".".join(each.relative_to(SRC).with_suffix("").parts): ast.parse(each.read_text())
        for each in paths
    }


def constants(module: str) -> dict[str, ast.expr]:
    """What the names of a module stand for, also where several are assigned at once."""
    found: dict[str, ast.expr] = {}
    for each in modules()[module].body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.value is not None:
            found[each.target.id] = each.value
        if not isinstance(each, ast.Assign):
            continue
        target = each.targets[0]
        if isinstance(target, ast.Name):
            found[target.id] = each.value
        elif isinstance(target, ast.Tuple) and isinstance(each.value, ast.Tuple):
            for name, value in zip(target.elts, each.value.elts, strict=True):
                assert isinstance(name, ast.Name)
                found[name.id] = value
    return found


def imported(module: str, name: str) -> str:
    for each in ast.walk(modules()[module]):
        if isinstance(each, ast.ImportFrom) and any(one.name == name for one in each.names):
            return each.module or ""
    return ""


def calls(name: str) -> Iterator[tuple[str, ast.FunctionDef | None, ast.Call]]:
    """Every call of this name, with the function in which it stands."""
    for module, tree in modules().items():
        inside = {
            id(child): function
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef)
            for child in ast.walk(function)
        }
        for each in ast.walk(tree):
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == name:
                yield module, inside.get(id(each)), each


def kinds(expr: ast.expr, module: str, function: ast.FunctionDef | None) -> set[str]:
    """The code words that an expression may be."""
    if isinstance(expr, ast.Constant):
        return {str(expr.value)}
    if isinstance(expr, ast.IfExp):
        return kinds(expr.body, module, function) | kinds(expr.orelse, module, function)
    if isinstance(expr, ast.Subscript) and isinstance(expr.value, ast.Name):
        table = constants(module)[expr.value.id]
        assert isinstance(table, ast.Dict)
        return set().union(*(kinds(each, module, function) for each in table.values))
    if isinstance(expr, ast.Attribute):
        return set()  # `owner.kind`: an Owner has said it
    assert isinstance(expr, ast.Name), ast.dump(expr)
    return named(expr.id, module, function)


def named(name: str, module: str, function: ast.FunctionDef | None) -> set[str]:
    if function is not None:
        for each in ast.walk(function):
            if isinstance(each, ast.Assign) and any(
                isinstance(one, ast.Name) and one.id == name for one in each.targets
            ):
                return kinds(each.value, module, function)
        arguments = [each.arg for each in (*function.args.args, *function.args.kwonlyargs)]
        if name in arguments:
            return given(function.name, arguments.index(name), name, module)
    if name in constants(module):
        return kinds(constants(module)[name], module, None)
    source = imported(module, name)
    assert source in modules(), (name, module)
    return named(name, source, None)


def given(function: str, place: int, name: str, home: str) -> set[str]:
    """What callers of a function give for one of its parameters: of a private one those of its own module."""
    found: set[str] = set()
    for module, inside, call in calls(function):
        if module != home and imported(module, function) != home:
            continue
        said = next((each.value for each in call.keywords if each.arg == name), None)
        found |= kinds(said or call.args[place], module, inside)
    assert found, (function, name)
    return found


def opened() -> set[str]:
    found: set[str] = set()
    for opener in OPENERS:
        for module, function, call in calls(opener):
            (kind,) = (each.value for each in call.keywords if each.arg == "kind")
            found |= kinds(kind, module, function)
    return found


def a_task(kind: str, role: str = "nurse") -> TaskSeen:
    detail = {"day": "2026-11-23", "at": "08:00", "moment": str(uuid4())}
    rest = dict.fromkeys(set(TaskSeen.__dataclass_fields__), None)
    return TaskSeen(**rest | {
        "id": uuid4(), "client_id": uuid4(), "kind": kind, "key": f"{uuid4()} x", "about": uuid4(), "detail": detail,
        "owner_role": role,
    })  # type: ignore[arg-type]  # fmt: skip


def test_the_search_finds_what_is_known_to_be_opened() -> None:
    assert {
        "choose_change",
        "take_out_sachets",
        "roll_order",
        "leftovers_differ",
        "moved",
        "gap_held",
    } <= opened()
    assert len(opened()) >= 45


def test_every_kind_that_is_opened_has_words_in_both_languages() -> None:
    for kind in opened():
        said = {}
        for language in ("nl", "en"):
            with translation.override(language):
                said[language] = task_words(kind, {})
        assert kind not in said.values(), kind
        assert said["nl"] != said["en"], kind


def test_every_kind_that_is_opened_has_a_way_to_be_done() -> None:
    assert opened() - set(WAYS) == set()
    assert set(OF_PHARMACY) <= set(WAYS)
    for kind in WAYS:
        role = "team_manager" if WAYS[kind].page in OF_MANAGER else "nurse"
        assert address_of(a_task(kind), role) or is_said(a_task(kind)), kind


@pytest.mark.parametrize("role", ["nurse", "pharmacist", "informal_carer", "team_manager"])
def test_every_address_exists(role: str) -> None:
    for kind in WAYS:
        task = a_task(kind, role)
        address = address_of(task, role)
        only_nurse = role != "nurse" and WAYS[kind].page in OF_NURSE  # such a task is never anybody else's
        only_manager = role != "team_manager" and WAYS[kind].page in OF_MANAGER
        assert address or is_said(task) or only_nurse or only_manager, kind
        if address:
            try:
                resolve(address.split("?")[0].split("#")[0])
            except Resolver404:
                pytest.fail(f"{kind}: {address}")
    assert {each.page for each in WAYS.values()} <= set(PAGES)


def test_who_has_no_page_says_herself_that_it_is_done() -> None:
    assert is_said(a_task("roll_change", "informal_carer"))
    assert not is_said(a_task("roll_change", "nurse"))
    assert is_said(a_task("of a later version", "nurse"))
    assert address_of(a_task("of a later version"), "nurse") == ""
