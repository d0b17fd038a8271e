"""Heavy care: judged by the organisation, never guessed; of a planning, an indicator and a route (C17)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.ops import cli
from reik.value.indicators.heavy_care import HeavyPlanning, measures
from reik.value.indicators.plan import indicators
from reik.value.indicators.values import value_of
from reik.value.planning.guessing import CARE_STEMS, MEDICATION_STEMS, guess, judged
from reik.value.planning.mapping import CODES, WORDS, MappingRefused, PlanningMap, as_json, from_json
from reik.value.planning.reading import Reading, read_planning
from reik.value.planning.sheets import open_sheet
from reik.value.tours import plan_csv
from reik.value.tours.dispensers import Terms, with_dispensers
from reik.value.tours.heavy import as_details, carried
from reik.value.tours.planned import Planned, days
from reik.value.tours.planned import Reading as Ways
from reik.value.tours.plans import Plan, Tour
from reik.value.tours.problem import HOUR, MINUTE, Place
from tests.pure.test_tours import KEYS

HEADER = "Cliënt;Datum;Begin;Minuten;Activiteit;Medewerker;Latitude;Longitude"
JUDGED = {"MED": "medication", "ADL": "heavy", "KOUS": "care", "XX": "ignored"}


def reading(folder: Path, *activities: str, **changed: object) -> Reading:
    """One visit of each, of one worker, an hour apart."""
    path = folder / "planning.csv"
    rows = [f"c{n};05-10-2026;{7 + n:02}:00;10;{each};m1;52.2;6.8" for n, each in enumerate(activities)]
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    sheet = open_sheet(path)
    mapping = guess(sheet.header, [])[0].with_(activity_as=CODES, activities=JUDGED)
    return read_planning(sheet, mapping.with_(**changed))


def said(found: Reading) -> list[tuple[str, bool | None]]:
    return list(found.visits.sort("line").select("kind", "heavy").iter_rows())


def test_heavy_counts_as_care_for_what_is_medication_and_what_is_unjudged_is_unknown(tmp_path: Path) -> None:
    found = reading(tmp_path, "MED", "MED+ADL", "ADL", "KOUS", "MED+KOUS", "NIEUW", "ADL+NIEUW", "XX", "")
    assert said(found) == [
        ("unique", False), ("combined", True), ("none", True), ("none", False), ("combined", False),
        ("none", None), ("none", True), ("none", None), ("none", None),
    ]  # fmt: skip
    assert found.counted["heavy"] == {
        "heavy": 3, "known": 6, "unknown": 3, "routes": 1, "routes_heavy": 3, "routes_known": 6, "routes_unknown": 3,
    }  # fmt: skip
    light = {part: "care" if kind == "heavy" else kind for part, kind in JUDGED.items()}
    same = reading(tmp_path, "MED", "MED+ADL", "ADL", "KOUS", activities=light)
    assert [kind for kind, _ in said(same)] == [kind for kind, _ in said(found)][:4]


def test_where_nobody_called_anything_heavy_nothing_is_known_of_it(tmp_path: Path) -> None:
    found = reading(tmp_path, "MED", "ADL", activities={"MED": "medication", "ADL": "care"})
    assert [heavy for _, heavy in said(found)] == [None, None]
    assert found.counted["heavy"] is None


def test_words_are_judged_too_and_a_text_without_such_a_word_is_unknown(tmp_path: Path) -> None:
    words = {"medicatie": "medication", "tillen": "heavy"}
    found = reading(
        tmp_path, "medicatie geven", "Tillen met twee", "praatje", activity_as=WORDS, activities=words
    )
    assert said(found) == [("unique", False), ("none", True), ("none", None)]


@given(
    st.one_of(st.text(), st.sampled_from([*CARE_STEMS, *MEDICATION_STEMS, "zwaar", "heavy", "zware zorg"]))
)
def test_heavy_is_never_guessed(part: str) -> None:
    assert "heavy" not in {judged(part, CODES), judged(part, WORDS)}
    assert not guess(["Cliënt", "Activiteit"], [["1", part]])[0].judges_heavy


def test_a_mapping_keeps_what_was_called_heavy() -> None:
    mapping = PlanningMap(columns={"client": "a", "start": "b", "minutes": "c"}, activities=JUDGED)
    assert from_json(json.loads(json.dumps(as_json(mapping)))) == mapping
    assert mapping.judges_heavy
    with pytest.raises(MappingRefused, match="heavy"):
        from_json(as_json(mapping.with_(activities={"ADL": "zwaar"})))


# Before and now

FIRST_USE = date(2026, 9, 1)
AUTUMN = (date(2026, 9, 1), date(2026, 12, 1))


def planning(name: str, first: date, last: date, heavy: int = 30, routes: int = 40) -> HeavyPlanning:
    return HeavyPlanning(
        file_id=UUID(int=1), name=name, first_day=first, last_day=last, taken_on=last, routes=routes, heavy=heavy,
        known=100, unknown=2,
    )  # fmt: skip


def named(
    *plannings: HeavyPlanning, first_use: date | None = FIRST_USE, today: date = AUTUMN[1]
) -> list[str]:
    found = measures(plannings, first_use, *AUTUMN, today)
    return [each.planning.name if each and each.planning else "" for each in found]


SPRING = planning("spring", date(2026, 3, 2), date(2026, 3, 15))
SUMMER = planning("summer", date(2026, 8, 3), date(2026, 8, 31))
OCTOBER = planning("october", date(2026, 10, 5), date(2026, 10, 18))
ACROSS = planning("across", date(2026, 8, 20), date(2026, 9, 10))
SOON = planning("soon", date(2026, 12, 7), date(2026, 12, 20))


def test_before_is_the_last_that_ended_before_the_first_dispenser_and_now_the_newest_since() -> None:
    assert named(SPRING, SUMMER, OCTOBER) == ["summer", "october"]
    assert named(OCTOBER, SPRING) == ["spring", "october"]
    assert named(ACROSS) == ["", "across"], "one that runs on into the use is none of before"
    assert named(SPRING, SUMMER, OCTOBER, first_use=None) == ["october", ""], "nobody has a dispenser yet"
    assert named() == ["", ""]


def test_a_planning_of_coming_weeks_is_now_while_the_period_goes_on_only() -> None:
    assert named(OCTOBER, SOON) == ["", "soon"]
    assert named(OCTOBER, SOON, today=AUTUMN[1] + timedelta(1)) == ["", "october"]
    old = planning("old", date(2026, 8, 25), date(2026, 8, 30))
    assert named(old, first_use=date(2026, 6, 1)) == ["", ""], "what ended before the period is not now"


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 40)), max_size=6), st.none() | st.integers(0, 440)
)
def test_no_planning_is_ever_measures(spans: list[tuple[int, int]], used: int | None) -> None:
    day = date(2026, 1, 1)
    made = [
        planning(str(n), day + timedelta(at), day + timedelta(at + lasts))
        for n, (at, lasts) in enumerate(spans)
    ]
    first_use = None if used is None else day + timedelta(used)
    before, now = named(*made, first_use=first_use)
    assert not before or before != now
    if before and first_use:
        assert made[int(before)].last_day < first_use


def test_the_indicator_is_of_visits_and_says_nothing_under_ten_routes() -> None:
    indicator = indicators()["heavy_care"]
    _, now = measures([OCTOBER], FIRST_USE, *AUTUMN, AUTUMN[1])
    assert (value_of(indicator, now).status, value_of(indicator, now).value) == ("enough", 30.0)
    assert value_of(indicator, now).low is None, "a planning is all of it, no sample"
    few = planning("few", OCTOBER.first_day, OCTOBER.last_day, routes=9)
    _, now = measures([few], FIRST_USE, *AUTUMN, AUTUMN[1])
    assert (value_of(indicator, now).status, value_of(indicator, now).value) == ("too_few", None)


# Routes


def visit(n: int, kind: str, heavy: bool | None, minutes: int = 10) -> Planned:
    place = Place(f"p{n}", 52 + n / 1000, 6)
    return Planned(
        n, date(2026, 10, 5), f"c{n}", place, (8 + n // 4) * HOUR, minutes * MINUTE, kind, "m1", heavy=heavy
    )


def test_when_light_visits_leave_a_route_the_heavy_ones_weigh_more() -> None:
    planned = [visit(n, "unique", False) for n in range(8)] + [
        visit(8 + n, "none", True, 30) for n in range(12)
    ]
    (day,) = days(planned, Ways())
    after = with_dispensers(day, {f"c{n}" for n in range(8)}, Terms(works=1, roll_days=366), 0).day
    loading = [each for each in after.visits if each.kind == "loading"]
    assert all(each.heavy is False for each in loading)
    before, then = (
        carried([each], [Plan((Tour(0, tuple(range(len(each.visits)))),), ())]) for each in (day, after)
    )
    assert (before.routes, before.visits, before.heavy, before.share) == (1, 20, 12, 60.0)
    assert before.share_of_care == round(100 * 360 / 440, 1)
    assert then.heavy == 12
    assert then.share is not None
    assert then.share > before.share
    few = carried([day], [Plan((Tour(0, tuple(range(9))),), tuple(range(9, 20)))])
    assert (few.share, few.share_of_care) == (None, None), "under ten visits there is no share"


def test_of_a_day_of_which_nothing_is_known_a_changed_roll_is_not_light_either() -> None:
    planned = [visit(n, "unique", None) for n in range(12)]
    (day,) = days(planned, Ways())
    after = with_dispensers(day, {f"c{n}" for n in range(12)}, Terms(works=0.5, roll_days=1), 0).day
    assert {each.kind for each in after.visits} >= {"loading"}
    assert {each.heavy for each in after.visits} == {None}
    plans = [Plan((Tour(0, tuple(range(len(each.visits)))),), ()) for each in (day, after)]
    assert as_details(carried([day], plans[:1]), carried([after], plans[1:])) is None


PLAN = "client;start;minutes;kind;latitude;longitude;nurse;zwaar\n" + "".join(
    f"c{n};{8 + n // 4:02}:{n % 4 * 15:02};10;{kind};52.00{n};6.1;n1;{heavy}\n"
    for n, (kind, heavy) in enumerate([("uniek", "nee")] * 6 + [("geen", "ja")] * 10 + [("geen", "")] * 2)
)


def test_the_file_says_what_is_heavy_and_the_answer_tells_it_beside_the_agreed_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "PLAN.csv"
    file.write_text(PLAN, encoding="utf-8")
    words = [
        "whatif",
        str(file),
        "--effort",
        "quick",
        "--workers",
        "1",
        "--loading",
        "others",
        "--works",
        "1",
    ]
    assert cli.main([*words, "--json", "--details"]) == 0
    found = json.loads(capsys.readouterr().out)
    heavy = found["details"]["heavy"]
    assert [*found] == [*KEYS, "details"]
    assert heavy["before"] == {
        "routes": 1, "visits_known": 16, "visits_heavy": 10, "visits_unknown": 2, "share_of_visits_pct": 62.5,
        "care_minutes_known": 160, "care_minutes_heavy": 100, "share_of_care_pct": 62.5, "heavy_per_route": 10.0,
    }  # fmt: skip
    assert (heavy["after"]["visits_known"], heavy["after"]["share_of_visits_pct"]) == (10, 100.0)
    assert cli.main([*words, "--json"]) == 0
    assert [*json.loads(capsys.readouterr().out)] == KEYS
    assert cli.main(words) == 0
    assert "zware zorg, % van bezoeken (heavy)          62.5           100" in capsys.readouterr().out
    file.write_text(PLAN.replace("zwaar", "kleur"), encoding="utf-8")
    assert cli.main([*words, "--json", "--details"]) == 0
    assert json.loads(capsys.readouterr().out)["details"]["heavy"] is None


def test_what_is_written_is_read_back_and_a_heavy_unique_visit_is_refused(tmp_path: Path) -> None:
    planned = [visit(1, "unique", False), visit(2, "none", True), visit(3, "none", None)]
    file = tmp_path / "PLAN.csv"
    file.write_text(plan_csv.written(planned), encoding="utf-8")
    assert plan_csv.visits(file) == (planned, [])
    file.write_text(plan_csv.written([visit(1, "unique", True)]), encoding="utf-8")
    (unread,) = plan_csv.visits(file)[1]
    assert "unique and heavy" in unread.reason
