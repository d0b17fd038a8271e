"""The care paths of the demo: everybody has one, each stage is there, and nobody's list drowns."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from reik.kernel.database import Role, become
from reik.kernel.home import Home as Installation
from reik.kernel.operations import mark_installation
from reik.ops.database import as_owner
from reik.ops.demo import cast, neighbourhood
from reik.ops.demo.care_paths_cast import CANDIDATES
from reik.ops.demo.care_paths_use import RESISTS
from reik.pathway import path, queries, readiness
from reik.pathway.baseline.winding_down import duplicates
from reik.pathway.lists.candidates import candidates
from reik.pathway.lists.inspection import counted, proofs_of
from reik.pathway.models import Override, PathEvent
from reik.pathway.path import Event
from reik.pathway.use.incidents_seen import incidents_of
from reik.people.models import Client
from tests.cast import rows

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.slow]
LED_TO = {
    "roll": Event.ENROLLED, "delivering": Event.ROLL_ARRANGED, "in_use": Event.GO_LIVE, "paused": Event.GO_LIVE,
}  # fmt: skip
"""The event by which a path came to stand there, with all that it asks."""
LET_THROUGH = {"house_access_tried"}
"""By a nurse, with a day on which it is made good: R2."""
MOST_LATE = 6
"""Tasks of the care path that are late, of one organisation."""


def test_everybody_walks_a_path_and_each_stage_is_there(now: datetime) -> None:
    as_owner(lambda: mark_installation("demo", now))
    become(Role.WORKER)
    neighbourhood.furnish(Installation.from_environment(), now, pace=60, say=lambda _: None, days=2)()
    clients = dict(Client.objects.values_list("id", "name"))
    assert len(clients) == len(cast.PEOPLE) + 1 + len(CANDIDATES)
    stands = Counter(dict(rows("SELECT state, count(*) FROM pathway_carepath GROUP BY 1")))
    assert stands == {
        "in_use": 38, "paused": 1, "stopping": 1, "ended": 2, "selecting": 3, "not_now": 1, "roll": 2, "delivering": 2,
    }  # fmt: skip
    assert not PathEvent.objects.filter(at__gt=now).exists()
    waiting = candidates(list(clients), now)
    assert {clients[id]: each.why for id, each in waiting.items()} == {
        "A. (Alie) Kosters": "lacks", "T. Wigger": "not_now", "B. Nijenhuis": "no_path", "C. ter Braak": "skipped",
        "L. Hofstede": "lacks", "M. Kroeze": "lacks", "E. Damhuis": "lacks", "Z. Lohuis": "lacks", "J. Bults": "lacks",
    }  # fmt: skip
    found = counted(proofs_of([each for each in clients if each not in waiting], now).values())
    assert found["test_alarm"].keys() <= {"on_time", "unknown"}
    assert found["house_access"]["missing"] == 1, "the key that was promised"
    assert {each.kind for each in incidents_of(list(clients), since=now - timedelta(days=9))} == {
        "calamity", "incident", "complaint",
    }  # fmt: skip
    assert len(duplicates(list(clients), now)) == 2
    (late,) = Override.objects.filter(made_good_at=None)
    assert late.make_good_by < now
    for (count,) in rows(
        "SELECT count(*) FROM tasks_task WHERE ended_at IS NULL AND kind LIKE 'path.%%' AND due_at < %s"
        " GROUP BY organisation_id", now,
    ):  # fmt: skip
        assert count <= MOST_LATE
    lacks = {
        clients[each.client_id]: lacking(each, now)
        for each in queries.paths_of(list(clients)).values()
        if each.state in LED_TO
    }
    assert len(lacks) == 38 + 1 + 2 + 2
    resists = cast.PEOPLE[RESISTS].name
    assert lacks.pop(resists) == {"agreement"}, (
        "resistance ends the presumption that he takes part freely: R8"
    )
    assert all(found <= LET_THROUGH for found in lacks.values()), lacks


def lacking(each: queries.PathSeen, now: datetime) -> set[str]:
    """What its state rests on and does not hold now."""
    holding = readiness.shown_for([each], now)[each.id]
    return {one.kind for one in path.missing(LED_TO[each.state], each.setting, holding)}
