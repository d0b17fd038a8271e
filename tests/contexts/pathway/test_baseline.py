"""The care as it was: its versions, visits that wind down, and duplicates beside a dispenser in use."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.pathway import queries, readiness
from reik.pathway.baseline import baselines, winding_down
from reik.pathway.baseline.baseline_rules import BaselineRefused, VisitRefused
from reik.pathway.models import CarePath
from reik.pathway.selection import indications, selection_seen
from reik.people.models import Client
from tests.cast import Cast, welcome
from tests.contexts.pathway.choosing import TODAY, client, measured, tasks

__all__ = ["client"]
pytestmark = pytest.mark.usefixtures("database")


def test_the_baseline_is_proposed_from_what_is_known_and_kept_in_versions(
    client: Client, now: datetime
) -> None:
    path_id = measured(client, now)
    assert readiness.holding([path_id], now, ("baseline",))[path_id] == {"baseline"}
    kept = selection_seen.newest_baselines([client.id])[client.id]
    assert [(each.moment.at, each.moment.weekdays) for each in kept.visits] == [(time(8), 127)]
    assert (kept.week.moments, kept.week.care, kept.week.administration) == (7, 70, 20)
    (visit,) = kept.visits
    winding_down.set_visit(visit.id, "kept", because="insuline", by="Fatma", now=now)
    moments = [replace(visit.moment, care_minutes=Decimal(15)), replace(visit.moment, at=time(20))]
    with pytest.raises(BaselineRefused) as refused:
        baselines.measure(path_id, moments, Decimal(20), measured_on=TODAY, by="Kees", now=now)
    assert refused.value.code == "meanwhile"
    baselines.measure(
        path_id,
        moments,
        Decimal(20),
        measured_on=TODAY,
        by="Kees",
        now=now + timedelta(minutes=1),
        seen=kept.id,
    )
    visits = winding_down.visits_of([client.id])[client.id]
    assert [(each.moment.at, each.state, each.because) for each in visits] == [
        (time(8), "kept", "insuline"), (time(20), "runs", ""),
    ]  # fmt: skip
    assert selection_seen.usual_minutes(client.organisation_id)[True] == (
        Decimal(10),
        Decimal(10),
    )  # of 10, 15 and 10


def test_a_visit_beside_a_dispenser_in_use_is_a_duplicate_until_somebody_decides(
    client: Client, now: datetime
) -> None:
    path_id = measured(client, now)
    assert winding_down.duplicates([client.id], now) == {}
    CarePath.objects.filter(id=path_id).update(state="in_use")
    (double,) = winding_down.duplicates([client.id], now)[client.id]
    assert (double.days, double.stopping_since) == (127, None)
    with pytest.raises(VisitRefused):
        winding_down.set_visit(double.visit.id, "winding_down", by="F", now=now, seen_at="x", stops_on=TODAY)
    assert winding_down.wind_down_all(client.id, TODAY + timedelta(7), by="Fatma", now=now) == 1
    assert winding_down.duplicates([client.id], now) == {}
    (double,) = winding_down.duplicates([client.id], now + timedelta(8))[client.id]
    assert double.stopping_since == TODAY + timedelta(7)
    winding_down.set_visit(double.visit.id, "stopped", by="Fatma", now=now + timedelta(8))
    assert winding_down.duplicates([client.id], now + timedelta(8)) == {}


def test_going_live_asks_what_becomes_of_the_visits(client: Client, now: datetime) -> None:
    path_id = measured(client, now)
    moved = winding_down.PathMoved(
        organisation_id=client.organisation_id, client_id=client.id, path_id=path_id, event="go_live",
        from_state="starting", to_state="in_use", by="Fatma",
    )  # fmt: skip
    winding_down.follow_moved([moved], now)
    assert "wind_down" in tasks(client)
    winding_down.wind_down_all(client.id, TODAY, by="Fatma", now=now)
    assert "wind_down" not in tasks(client)


def test_reads_of_many_clients_take_as_many_statements_as_of_one(cast: Cast, now: datetime) -> None:
    clients = [welcome(cast.zorg, f"Cliënt {each}", now) for each in range(6)]
    for each in clients:
        path_id = measured(each, now)
        CarePath.objects.filter(id=path_id).update(state="in_use")
    ids = [each.id for each in clients]

    def statements(of: list[UUID]) -> int:
        with CaptureQueriesContext(connection) as caught:
            winding_down.duplicates(of, now)
            indications.candidates(of)
            winding_down.fall_back(of, by="x", now=now)
        return len(caught)

    assert statements(ids[:1]) == statements(ids)
    paths = list(queries.paths_of(ids).values())
    kinds = ("indication", "baseline", "assessed", "selection", "agreement", "wzd_decision")

    def shown(some: list[queries.PathSeen]) -> int:
        with CaptureQueriesContext(connection) as caught:
            readiness.shown_for(some, now, kinds)
        return len(caught)

    assert shown(paths[:1]) == shown(paths)
