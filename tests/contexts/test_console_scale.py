"""The console at 10,000 open alerts: what is drawn is bounded, everything is counted, everything is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection

from reik.alerting import board_seen
from reik.alerting.claims.who import who_of
from reik.alerting.models import Alert
from reik.kernel.database import Role, become
from reik.people.access import actor_for
from reik.people.operations import register_client
from reik.web.operator import queue, reading
from tests.cast import beside, rows
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, statements

NOW = datetime.fromisoformat("2026-11-24T21:47:00+01:00")
PLANT = """
WITH made AS (
    INSERT INTO people_client (id, organisation_id, team_id, salutation, name, sort_name, caller_note, zone, created_at)
    SELECT gen_random_uuid(), %(house)s, NULL, 'Mw.', 'Cliënt ' || n, 'client ' || n, '', 'Europe/Amsterdam', %(now)s
    FROM generate_series(1, %(many)s) AS n RETURNING id, name
), devices AS (
    INSERT INTO dispensing_dispenser SELECT (jsonb_populate_record(d, jsonb_build_object(
        'id', gen_random_uuid(), 'client_id', made.id, 'device', 'PLANT-' || substr(made.id::text, 1, 13)))).*
    FROM made, dispensing_dispenser AS d WHERE d.id = %(like)s RETURNING id, client_id
), alerts AS (
    INSERT INTO alerting_alert SELECT (jsonb_populate_record(a, jsonb_build_object(
        'id', gen_random_uuid(), 'client_id', devices.client_id, 'dispenser_id', devices.id,
        'priority', 1 + (random() * 1.99)::int %% 2, 'opened_at', %(now)s::timestamptz - random() * interval '3 hours',
        'state', CASE WHEN random() < 0.1 THEN 'accepted' ELSE 'open' END))).*
    FROM devices, alerting_alert AS a WHERE a.id = %(alert)s RETURNING id, state
)
INSERT INTO alerting_step SELECT (jsonb_populate_record(s, jsonb_build_object(
    'id', gen_random_uuid(), 'alert_id', alerts.id))).*
FROM alerts, alerting_step AS s WHERE s.alert_id = %(alert)s
"""


@pytest.fixture
def town(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    town = found_town(NOW, monkeypatch)
    town.move_in("Anna de Boer", town.north)
    town.misses("Anna de Boer")
    client = register_client(organisation_id=town.care.id, name="Bep Kuipers", now=NOW)
    voice = beside(client, "PLANT-LIKE", NOW)
    from reik.alerting.dispenser_alerts import open_device_fault

    open_device_fault(voice.id, NOW - timedelta(minutes=20))
    become(Role.WEB)
    yield town
    connection.close()
    become(Role.WORKER)


def plant(town: Town, many: int) -> None:
    """Clients with a dispenser and an open alert of it each, as the database holds them."""
    with as_worker():
        like = Alert.objects.get(moment=None)
        Alert.objects.filter(id=like.id).update(
            accepted_by="Ricardo",
            accepted_at=NOW,
            accepted_until=NOW + timedelta(minutes=9),
            accepted_role="operator",
        )
        with connection.cursor() as cursor:
            cursor.execute(
                PLANT,
                {
                    "house": town.care.id,
                    "now": NOW,
                    "many": many,
                    "like": like.dispenser_id,
                    "alert": like.id,
                },
            )
    become(Role.OWNER)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connection.close()
    become(Role.WEB)


def test_the_groups_of_the_database_are_those_of_the_rule(town: Town) -> None:
    plant(town, 60)
    with as_worker():
        ids = [
            row[0] for row in rows("SELECT id FROM alerting_alert WHERE state = 'open' ORDER BY id LIMIT 9")
        ]
        Alert.objects.filter(id__in=ids[:2]).update(muted_until=NOW + timedelta(hours=1))
        Alert.objects.filter(id__in=ids[2:4]).update(
            state="watched", accepted_by="Ricardo", watched_until=NOW + timedelta(minutes=4)
        )
        Alert.objects.filter(id__in=ids[4:6]).update(
            state="accepted",
            accepted_by="operator",
            accepted_key=who_of("operator").key,
            accepted_until=NOW - timedelta(minutes=4),
        )
        seen = board_seen.board([town.care.id], "operator", NOW)
        for name, group in seen.groups.items():
            assert {queue.group_of(each, "operator", NOW) for each in group.shown} <= {name}
            assert group.count == len(group.shown)
        assert (seen.groups["muted"].count, seen.groups["watched"].count) == (2, 2)
        assert (seen.mine, seen.over) == (2, 2)
        assert seen.open == Alert.objects.filter(closed_at=None).count()


def test_more_alerts_ask_no_more_of_the_database(town: Town) -> None:
    visits = Visits(town)
    visits.text("operator", "/zorgcentrale/rij")
    few = statements(lambda: visits.text("operator", "/zorgcentrale/rij"))
    plant(town, 400)
    visits.text("operator", "/zorgcentrale/rij")
    assert statements(lambda: visits.text("operator", "/zorgcentrale/rij")) <= few + 1


def test_each_alert_is_reached_page_by_page_and_found_by_search(town: Town) -> None:
    plant(town, 450)
    visits = Visits(town)
    page = visits.text("operator", "/zorgcentrale/rij")
    assert page.count('class="q-row"') == board_seen.MOST
    found: set[str] = set()
    for group in board_seen.GROUPS:
        for after in range(0, 600, board_seen.MOST):
            text = visits.text("operator", f"/zorgcentrale/rij?groep={group}&vanaf={after}")
            found |= {each.split('"')[0] for each in text.split('id="rij-')[1:]}
    with as_worker():
        assert found == {
            str(each) for each in Alert.objects.filter(closed_at=None).values_list("id", flat=True)
        }
        (last,) = rows("SELECT a.id, c.name FROM alerting_alert AS a JOIN people_client AS c ON c.id = a.client_id"
                       " WHERE c.name = 'Cliënt 449'")  # fmt: skip
    assert f"melding={last[0]}" in visits.text("operator", "/zorgcentrale/zoek?q=cliënt 449")
    assert f"melding={last[0]}" in visits.text("operator", f"/zorgcentrale/zoek?q={last[0].hex[-4:].upper()}")
    assert "Cliënt 449" not in visits.text("operator", "/zorgcentrale/zoek?q=0000")


@pytest.mark.slow
def test_ten_thousand_open_alerts_are_all_counted_and_no_more_is_drawn_or_asked(town: Town) -> None:
    """How long it takes is a figure: `reik bench consoles --alerts 10000`."""
    visits = Visits(town)
    addresses = ("/zorgcentrale/rij", "/zorgcentrale")
    few = {}
    for each in addresses:
        visits.text("operator", each)
        few[each] = statements(partial(visits.text, "operator", each))
    plant(town, 10_000)
    for each in addresses:
        text = visits.text("operator", each)
        assert text.count('class="q-row"') <= len(board_seen.GROUPS) * board_seen.MOST, each
        assert text.count('class="q-row"') >= board_seen.MOST, each
        assert statements(partial(visits.text, "operator", each)) <= few[each] + 1, each
    actor = actor_for(town.accounts["operator"].id, NOW)
    with as_worker():
        assert reading.board(actor, NOW).queue.open == Alert.objects.filter(closed_at=None).count() >= 10_000
