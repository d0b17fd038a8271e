"""Why a what-if failed is kept as a code with what is said in its words, and names nobody once the planning is gone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from reik.value.planning import operations as planning
from reik.value.tours.keeping import STOPPED, ask, given_up, work_off
from reik.value.tours.questions import Question
from reik.value.tours.seen import whatif_seen
from tests.contexts.value.test_whatif import house  # noqa: F401 a fixture
from tests.contexts.value.whatif_made import MONDAY, small, taken


def test_the_code_stays_and_the_names_go_with_the_planning(
    house: UUID,  # noqa: F811
    now: datetime,
    tmp_path: Path,
) -> None:
    file_id = taken(house, small(clients=3, days=1), tmp_path, now)
    question = Question(first=MONDAY, last=MONDAY, effort="quick", matrix="eigen.csv")
    one_pair = b"from,to,minutes,km\nc0,c1,4,1\n"
    id = ask(house, file_id, question, title="", by="Ria", now=now, matrix=one_pair)
    other = ask(house, file_id, question, title="", by="Ria", now=now, matrix=one_pair)
    assert work_off(lambda: now, workers=1) == 2
    failed = whatif_seen(id, house)
    assert failed is not None
    assert (failed.state, failed.refused["code"]) == ("failed", "pair")
    assert {failed.refused["start"], failed.refused["end"]} <= {"c0", "c1", "c2"}
    planning.remove(file_id, now)
    planning.work_off(lambda: now)
    for each in (id, other):
        gone = whatif_seen(each, house)
        assert gone is not None
        assert (gone.refused, gone.problem) == ({"code": "pair"}, "")


def test_a_process_that_ended_by_force_says_so_to_a_screen(
    house: UUID,  # noqa: F811
    now: datetime,
    tmp_path: Path,
) -> None:
    file_id = taken(house, small(clients=2, days=1), tmp_path, now)
    id = ask(house, file_id, Question(first=MONDAY, last=MONDAY, effort="quick"), title="", by="Ria", now=now)
    given_up("Computing stopped half-way: choose fewer days or teams.", now)
    found = whatif_seen(id, house)
    assert found is not None
    assert (found.state, found.refused) == ("failed", {"code": STOPPED})
