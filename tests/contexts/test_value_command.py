"""`reik value`: the document of the business case for a machine and for a person, and its reproduction (R66)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from reik.kernel import clock
from reik.ops import cli
from reik.value.case.assumptions import own_ranges
from tests import cast
from tests.contexts.value_rows import MONEY, baseline, people

__all__ = ["people"]
pytestmark = pytest.mark.usefixtures("database")
DAY = timedelta(days=1)


class TestCommand:
    def test_the_document_is_json_and_the_same_by_seed(
        self, people: cast.Cast, now: datetime, capsys: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clock, "now", lambda: now)
        said = []
        for _time in range(2):
            assert cli.main([*f"value --organisation {people.zorg.id} --dispensers 20 --json".split()]) == 0
            said.append(capsys.readouterr().out)
        assert said[0] == said[1]
        found = json.loads(said[0])
        assert {"organisation", "denominators", "hours", "money", "turnover", "tornado", "break_even"} <= set(
            found
        )
        assert found["setting"]["dispensers"] == 20

    def test_for_a_person_it_says_what_to_fill_in(self, people: cast.Cast, capsys: Any) -> None:
        assert cli.main(["value", "--organisation", people.zorg.name]) == 0
        said = capsys.readouterr().out
        assert "0 active" in said
        assert "Fill in: Tariff per hour (€/h), tariff_hour_eur" in said
        assert "organisation   not known" in said

    def test_an_assumption_may_be_given_for_this_once(self, people: cast.Cast, capsys: Any) -> None:
        given = [f"--assume={key}={value}" for key, value in MONEY.items()]
        whose = ["--organisation", people.zorg.name, "--dispensers", "30"]
        assert cli.main(["value", *whose, *given, "--assume", "wage_hour_eur=38:42:50", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["fill_in"] == []
        (wage,) = [each for each in found["assumptions"] if each["key"] == "wage_hour_eur"]
        assert (wage["low"], wage["high"], wage["source"]) == (38, 50, "command line")
        assert own_ranges(people.zorg.id) == {}

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            (["--organisation", "Zorg aan Zee", "--assume", "care_minutes=a"], "is no assumption"),
            (
                ["--organisation", "Zorg aan Zee", "--assume", "care_minutes=-5"],
                "lies between 0 and 240 min",
            ),
            (["--organisation", "Zorg aan Zee", "--assume", "care_minutes=3:2:1"], "low is at most likely"),
            (["--organisation", "Nergens"], "No organisation is called 'Nergens'"),
            ([], "Name the organisation"),
            (["--organisation", "Zorg aan Zee", "--years", "9"], "1 to 5 years"),
            (["--organisation", "Zorg aan Zee", "--dispensers", "-3"], "Give 0 to"),
            (["--organisation", "Zorg aan Zee", "--seed", "-1"], "the seed is 0 or more"),
        ],
    )
    def test_what_cannot_be_done_is_one_sentence(
        self, people: cast.Cast, capsys: Any, given: list[str], says: str
    ) -> None:
        assert cli.main(["value", *given]) == 2
        assert says in capsys.readouterr().err

    def test_the_reproduction_needs_no_organisation(self, people: cast.Cast, capsys: Any) -> None:
        assert cli.main(["value", "reproduce", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert all({"figure", "source", "published", "model", "difference"} <= set(each) for each in found)
        assert cli.main(["value", "reproduce"]) == 0
        assert "published more than 10.1 h/month" in capsys.readouterr().out

    def test_with_an_organisation_its_own_figures_stand_beside_them(
        self, people: cast.Cast, now: datetime, capsys: Any
    ) -> None:
        for voice in cast.many_homes(people.zorg, 10, now - 100 * DAY):
            baseline(voice, now, unique=4, stopped=3)
        assert cli.main(["value", "reproduce", "--organisation", people.zorg.name, "--json"]) == 0
        own = {each["figure"]: each["own"] for each in json.loads(capsys.readouterr().out)}
        assert own["unique_moments"] == 75.0
        with_administration = 2 * 30.4375 * 0.75 * 15 / 60 + 14 * 30.4375 / 7 / 60
        assert own["hours_two_moments"] == pytest.approx(with_administration, abs=0.01)
        assert own["closed_by_centre"] is None
        assert own["zuyderland_active"] is None
