"""Tours and the what-if: travel, plans, what a dispenser changes, and the planning file."""

import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.ops import cli
from reik.value.tours import factors, matrices, matrix_file, plan_csv
from reik.value.tours.dispensers import Terms, candidates, group, with_dispensers
from reik.value.tours.factors import BIKE, CAR
from reik.value.tours.planned import Planned, Reading, days
from reik.value.tours.plans import Plan, Tour, begins, figures, wrong
from reik.value.tours.problem import HOUR, MINUTE, Day, Nurse, Place, TourRefused, Visit
from reik.value.tours.solving import Effort, solve
from reik.value.tours.whatif import whatif

QUICK = Effort(0.5, 0, 5, 60)
KEYS = [
    *("clients", "nurses", "visits_before", "visits_after", "care_hours_before", "care_hours_after"),
    *("travel_hours_before", "travel_hours_after", "unassigned_before", "unassigned_after", "seconds"),
]
places = st.builds(
    lambda lat, lon: (lat, lon), st.floats(50.8, 53.5, allow_nan=False), st.floats(3.4, 7.2, allow_nan=False)
)


def a_day(seed: int, clients: int = 30, nurses: int = 6) -> Day:
    chance = random.Random(seed)
    home = Place("base", 52.0, 6.1)
    known = [home] + [
        Place(str(n), 52 + chance.uniform(-0.03, 0.03), 6.1 + chance.uniform(-0.05, 0.05))
        for n in range(clients)
    ]
    visits = [
        Visit(
            f"{client}-{start}", f"c{client}", client, chance.choice((10, 15, 30)) * MINUTE,
            start * HOUR, (start + 1) * HOUR, chance.choice(("unique", "unique", "combined", "none")),
            start * HOUR + 30 * MINUTE,
        )
        for client in range(1, clients + 1)
        for start in (8, 18)
    ]  # fmt: skip
    team = [Nurse(f"n{n}", 7 * HOUR, 13 * HOUR, 0) for n in range(nurses // 2)]
    team += [Nurse(f"e{n}", 16 * HOUR, 22 * HOUR, 0) for n in range(nurses // 2)]
    return Day("day", tuple(known), tuple(visits), tuple(team), 739_000)


@given(st.lists(places, min_size=2, max_size=8))
def test_by_factors_the_way_back_is_the_way_there_and_nowhere_is_nearer_than_the_crow(where):
    known = [Place(str(n), lat, lon) for n, (lat, lon) in enumerate(where)]
    crow = matrices.crow_metres(known)
    for each in (BIKE, CAR):
        travel = matrices.by_factors(known, each)
        assert (travel.seconds == travel.seconds.T).all()
        assert (np.diag(travel.seconds) == 0).all()
        assert (travel.metres >= np.floor(crow)).all()


@given(st.lists(st.floats(0, 40_000), min_size=2, max_size=30), st.sampled_from([BIKE, CAR]))
def test_who_lives_further_is_never_reached_sooner(metres, by):
    crow = np.array(sorted(metres))
    assert (np.diff(matrices.along(by.time, crow)) >= 0).all()
    assert (np.diff(matrices.along(by.road, crow)) >= 0).all()


def test_each_published_factor_names_its_source_and_its_date_or_asks_for_yours():
    for each in factors.PUBLISHED.values():
        for source in each.sources:
            assert source.source
            assert source.date or "your own" in source.source
        assert factors.read([json.loads(json.dumps(factors.as_data(each)))])[each.mode] == each


def test_a_plan_that_breaks_a_rule_is_seen():
    day = a_day(1, clients=3, nurses=2)
    travels = matrices.for_day(day, factors.PUBLISHED)
    assert wrong(day, travels, Plan((Tour(0, (0, 0)),), (2, 3, 4, 5))) == [
        "0" and "1-8 2 times",
        "1-18 forgotten",
    ]
    late = wrong(day, travels, Plan((Tour(0, (1, 0)),), (2, 3, 4, 5)))
    assert any("late" in each for each in late)
    assert any("not back in time" in each for each in late)


def test_a_small_day_as_it_was_worked_out_by_hand():
    """Three clients in a line, 1, 2 and 3 minutes from the base; the furthest must be first."""
    minutes = np.abs(np.subtract.outer(np.arange(4), np.arange(4))) * 60
    travel = {"bike": matrices.Travel(minutes, minutes * 5)}
    visits = tuple(
        Visit(f"v{n}", f"c{n}", n, 600, begin * MINUTE, (begin + 5) * MINUTE, "unique", begin * MINUTE)
        for n, begin in ((1, 510), (2, 495), (3, 480))
    )
    day = Day("line", tuple(Place(str(n)) for n in range(4)), visits, (Nurse("n", 7 * HOUR, 12 * HOUR, 0),))
    plan = solve(day, travel)
    assert plan == Plan((Tour(0, (2, 1, 0)),), ())
    assert begins(day, travel, plan.tours[0]) == [480 * 60, 495 * 60, 510 * 60]
    found = figures(day, travel, plan)
    assert (found.care_hours, found.travel_hours, found.km) == (0.5, 0.1, 1.8)
    assert (found.peak_visits, found.peak_per_nurse) == (3, 3.0)


@given(st.integers(0, 1000), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_holds_the_smaller_one(seed, one, other):
    clients = [f"c{n}" for n in range(40)]
    low, high = sorted((one, other))
    assert group(clients, low, seed) <= group(clients, high, seed)
    assert group(clients, 1, seed) == set(clients)
    assert group(clients, 0, seed) == set()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.floats(0, 1), st.floats(0, 1))
def test_with_a_centre_no_visit_appears_that_was_not_there_without_it(seed, works, by_centre):
    day = a_day(seed)
    chosen = candidates(day.visits)
    keys = [
        {each.key for each in with_dispensers(day, chosen, Terms(centre, works, by_centre), seed).day.visits}
        for centre in (True, False)
    ]
    assert keys[0] <= keys[1]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.floats(0, 1))
def test_fewer_visits_never_mean_more_care_hours(seed, share):
    day = a_day(seed)
    terms = Terms(works=1, roll_days=366)
    chosen = group(candidates(day.visits), share, seed)
    changed = with_dispensers(day, chosen, terms, seed)
    extra = (changed.loading_visits + changed.loading_beside) * terms.loading / HOUR
    assert changed.day.care_hours <= day.care_hours + extra
    assert len(changed.day.visits) == len(day.visits) - changed.lapsed + changed.loading_visits
    assert {each.key for each in day.visits if each.client not in chosen} <= {
        each.key for each in changed.day.visits
    }


def test_held_moments_stay_at_their_time_and_combined_ones_may_move_but_never_less():
    held = Visit("h", "c", 0, 600, 8 * HOUR, 8 * HOUR + 600, "unique", 8 * HOUR, held=True)
    combined = Visit("w", "c", 0, 1800, 6 * HOUR, 9 * HOUR, "combined", 8 * HOUR)
    unique = Visit("u", "c", 0, 600, 18 * HOUR, 19 * HOUR, "unique", 18 * HOUR + 1800)
    day = Day("d", (Place("p", 52, 6),), (held, combined, unique), (Nurse("n", 7 * HOUR, 20 * HOUR, 0),), 1)
    terms = Terms(works=1, roll_days=366)
    visits = {each.key: each for each in with_dispensers(day, {"c"}, terms, 0).day.visits}
    assert visits["h"].earliest == 8 * HOUR
    assert (visits["w"].earliest, visits["w"].latest) == (6 * HOUR, 10 * HOUR)
    assert "u" not in visits
    assert candidates([held, combined]) == set()


def test_over_the_days_of_a_roll_each_client_is_loaded_once():
    day = a_day(2, clients=12)
    chosen = candidates(day.visits)
    rolls = [
        with_dispensers(replace(day, ordinal=day.ordinal + n), chosen, Terms(roll_days=7), 5)
        for n in range(7)
    ]
    assert sum(each.loading_visits + each.loading_beside for each in rolls) == len(chosen)


def test_in_other_processes_the_answer_is_the_same():
    made = [a_day(seed, clients=8, nurses=4) for seed in (1, 2)]
    travels = [matrices.for_day(each, factors.PUBLISHED) for each in made]
    chosen = {client for day in made for client in candidates(day.visits)}
    here, there = (whatif(made, travels, chosen, Terms(), effort="quick", workers=n) for n in (1, 2))
    assert here == there
    assert here.before.visits > here.after.visits
    assert here.before.care_hours == sum(day.care_hours for day in made)


def test_shifts_follow_from_who_goes_and_a_long_gap_makes_two():
    planned = [
        Planned(n, date(2026, 3, 2), f"c{n}", Place(f"p{n}", 52, 6), start * HOUR, 600, "unique", "anna")
        for n, start in enumerate((8, 9, 18))
    ]
    (day,) = days(planned, Reading())
    assert [(each.since, each.until) for each in day.nurses] == [
        (7 * HOUR + 1800, 9 * HOUR + 2400), (17 * HOUR + 1800, 18 * HOUR + 2400),
    ]  # fmt: skip
    with pytest.raises(TourRefused, match="--nurses"):
        days([replace(each, nurse="") for each in planned], Reading())


@pytest.mark.parametrize(
    "wrong_one", [{"seconds": -60}, {"seconds": 0}, {"earliest": 9, "latest": 8}, {"kind": "pill"}]
)
def test_an_impossible_visit_is_refused(wrong_one):
    with pytest.raises(TourRefused):
        Visit(
            **{"key": "v", "client": "c", "place": 0, "seconds": 600, "earliest": 8, "latest": 9, **wrong_one}
        )


def test_a_shift_of_thirty_hours_is_refused():
    with pytest.raises(TourRefused, match="30 h"):
        Nurse("n", 0, 30 * HOUR)


PLAN = """client;start;minutes;kind;latitude;longitude;nurse
a;08:00;10;uniek;52,001;6,101;n1
b;08:30;20;gecombineerd;52,002;6,102;n1
a;18:00;10;uniek;52,001;6,101;n2
c;18:30;15;geen;52,003;6,103;n2
"""


def test_the_command_prints_the_agreed_keys_and_the_same_figures_each_time(tmp_path: Path, capsys):
    file = tmp_path / "PLAN.csv"
    file.write_text(PLAN, encoding="utf-8")
    seen = []
    for _ in range(2):
        assert (
            cli.main(["whatif", str(file), "--json", "--works", "1", "--roll-days", "366", "--workers", "1"])
            == 0
        )
        seen.append(json.loads(capsys.readouterr().out))
    assert list(seen[0]) == KEYS
    assert {**seen[0], "seconds": 0} == {**seen[1], "seconds": 0}
    assert (seen[0]["clients"], seen[0]["nurses"]) == (3, 2)
    assert (seen[0]["visits_before"], seen[0]["visits_after"]) == (4, 2)
    assert seen[0]["care_hours_before"] == 0.92


def test_a_bad_line_is_named_with_its_reason_and_skipped_only_when_asked(tmp_path: Path, capsys):
    file = tmp_path / "PLAN.csv"
    file.write_text(PLAN + "d;25:99;10;uniek;52;6;n1\ne;09:00;-5;uniek;52;6;n1\n", encoding="utf-8")
    assert cli.main(["whatif", str(file), "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "line 6: start" in said.err
    assert "line 7: minutes -5 cannot be" in said.err
    assert cli.main(["whatif", str(file), "--json", "--details", "--skip-unreadable", "--workers", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["details"]["lines_skipped"] == 2


def test_a_group_with_a_stranger_is_refused(tmp_path: Path, capsys):
    file, names = tmp_path / "PLAN.csv", tmp_path / "group.txt"
    file.write_text(PLAN, encoding="utf-8")
    names.write_text("a\nzoë\n", encoding="utf-8")
    assert cli.main(["whatif", str(file), "--group", str(names)]) == 2
    assert "zoë is not in the planning" in capsys.readouterr().err


def test_your_own_matrix_says_how_long_it_takes_or_which_pair_it_lacks(tmp_path: Path):
    file = tmp_path / "m.csv"
    file.write_text("from,to,minutes,km\na,b,3,1.5\nb,a,4,1.5\na,c,5,2\n", encoding="utf-8")
    own = matrix_file.read(file)
    travel = own.travel([Place("a"), Place("b")])
    assert travel.seconds.tolist() == [[0, 180], [240, 0]]
    assert own.travel([Place("c"), Place("a")]).seconds[0, 1] == 300
    with pytest.raises(TourRefused, match="from b to c"):
        own.travel([Place("a"), Place("b"), Place("c")])
    file.write_text("from,to,minutes,km\na,b,-3,1\n", encoding="utf-8")
    with pytest.raises(TourRefused, match="line 2"):
        matrix_file.read(file)


def test_without_dask_the_scheduler_is_refused_with_what_to_do():
    from reik.value.tours.spreading import spread

    with pytest.raises(TourRefused, match=r"Dask|scheduler"):
        spread(abs, [1, -2], scheduler="tcp://127.0.0.1:1")


def test_a_planning_without_its_columns_is_refused(tmp_path: Path):
    file = tmp_path / "PLAN.csv"
    file.write_text("name;time\na;8\n", encoding="utf-8")
    with pytest.raises(TourRefused, match="no column client"):
        plan_csv.visits(file)
