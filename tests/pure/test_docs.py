"""The documentation says what the code does: examples, names, links, and the pages made from the code."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from django.apps import apps

from reik.dispensing.outcomes import Outcome
from reik.ops import docs
from reik_dispenser import wire
from reik_dispenser.event_fields import FIELDS
from reik_dispenser.messages import Command, CommandType, Event, Heartbeat

ROOT = docs.ROOT
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
PROTOCOL = (ROOT / "docs/reference/device-protocol.md").read_text()
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
# Whole machine paths of people, and host names of package registries.
FORBIDDEN = re.compile(
    r"(?<![\w.])/(?:root|work|Users|home/\w+)/|\b(?:pypi|pythonhosted|npmjs|rubygems|crates)\.(?:org|com|io)\b",
    re.IGNORECASE,
)


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def examples(kind: str) -> list[str]:
    return re.findall(rf"^ *```{kind}\n(.*?)^ *```", PROTOCOL, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    targets = [each for each in LINK.findall(CODE.sub("", page.read_text())) if "://" not in each]
    assert [each for each in targets if not (page.parent / each).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_page_names_a_machine_or_a_registry(page: Path) -> None:
    assert FORBIDDEN.search(page.read_text()) is None


def test_the_readme_is_short_and_leads_to_every_kind_of_page() -> None:
    readme = (ROOT / "README.md").read_text()
    assert len(readme.splitlines()) <= 100
    for kind in ("tutorial", "how-to", "explanation", "reference", "adr", "safety"):
        assert f"(docs/{kind}/" in readme


def test_every_page_is_in_an_index() -> None:
    index = "".join((ROOT / each).read_text() for each in ("docs/README.md", "docs/adr/README.md"))
    pages = [each for each in (ROOT / "docs").rglob("*.md") if each.name != "README.md"]
    assert [named(each) for each in pages if f"{each.name})" not in index] == []


def test_generated_pages_are_up_to_date() -> None:
    assert docs.stale() == [], "run: .venv/bin/python -m reik.ops.docs"


# The device protocol


@pytest.mark.parametrize("text", examples("json up"))
def test_examples_of_what_a_device_says_are_understood(text: str) -> None:
    assert all(isinstance(each, Event | Heartbeat) for each in wire.read_up(text.encode()))


@pytest.mark.parametrize("text", examples("json receipt"))
def test_examples_of_receipts_are_understood(text: str) -> None:
    assert wire.read_receipt(text.encode())


@pytest.mark.parametrize("text", examples("json down"))
def test_examples_of_commands_can_be_carried_out(text: str) -> None:
    command = wire.read_down(text.encode())
    assert isinstance(command, Command)
    assert command.type in tuple(CommandType)
    if command.type == CommandType.SET_PLAN:
        assert command.data["sha256"] == wire.plan_sha256(command.data["moments"])


def test_the_example_of_a_payload_has_the_mac_of_the_example_of_an_enrolment() -> None:
    (enrolment,) = [json.loads(each) for each in examples("json enrolment")]
    (payload,) = examples("text payload")
    key = urlsafe_b64decode(enrolment["key"] + "=")
    body = wire.verify(key, wire.up_topic(enrolment["device"]).encode(), payload.rstrip("\n").encode())
    assert len(key) == 32
    assert body is not None
    assert wire.read_up(body)


def test_the_protocol_names_every_type_field_and_word() -> None:
    schema = docs.schema()["$defs"]
    for kind in [*FIELDS, *CommandType]:
        assert f"`{kind}`" in PROTOCOL, kind
        for field, said in schema[f"event_{kind}" if kind in FIELDS else f"command_{kind}"][
            "properties"
        ].items():
            assert f"`{field}`" in PROTOCOL, (kind, field)
            for word in re.findall(r"'enum': \[(.*?)\]", str(said)):
                for each in re.findall(r"'(\w+)'", word):
                    assert f"`{each}`" in PROTOCOL, (kind, field, each)


# Other pages


def test_every_setting_that_is_read_is_explained() -> None:
    text = (ROOT / "docs/reference/settings.md").read_text()
    code = "".join(each.read_text() for each in (ROOT / "src").rglob("*.py"))
    read = set(re.findall(r"environ(?:\.\w+\(|\[)\s*\"(REIK_[A-Z_]+)\"", code))
    assert {each for each in read if f"| `{each}` |" not in text} == set()
    assert set(re.findall(r"^\| `(REIK_[A-Z_]+)`", text, re.MULTILINE)) - read == set()


def test_every_table_is_explained() -> None:
    text = (ROOT / "docs/reference/database.md").read_text()
    models = [each for each in apps.get_models() if each.__module__.startswith("reik.")]
    assert {each._meta.db_table for each in models if f"`{each._meta.db_table}`" not in text} == set()


def test_the_glossary_has_every_outcome() -> None:
    text = (ROOT / "docs/reference/glossary.md").read_text()
    assert [each for each in Outcome if f"| `{each}` |" not in text] == []


@pytest.mark.parametrize("name", ["docs/safety/hazards.md", "docs/explanation/never-missed.md"])
def test_the_tests_that_a_page_names_exist(name: str) -> None:
    tests = "".join(each.read_text() for each in (ROOT / "tests").rglob("test_*.py"))
    claimed = set(re.findall(r"`(test_\w+)`", (ROOT / name).read_text()))
    assert claimed
    assert {each for each in claimed if f"def {each}(" not in tests} == set()


def test_the_constants_that_settings_names_exist() -> None:
    text = (ROOT / "docs/reference/settings.md").read_text()
    for module, constant in re.findall(r"`(reik(?:\.\w+)+)\.([A-Z_]+)`", text):
        assert f"\n{constant} = " in (ROOT / "src" / f"{module.replace('.', '/')}.py").read_text(), constant
