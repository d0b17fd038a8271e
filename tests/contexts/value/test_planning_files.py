"""Planning files in the database: sealed on their way, taken once, anonymous, matched, removed."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from reik.kernel.operations import found_organisation
from reik.people.matching import Person, remember
from reik.people.operations import register_client
from reik.value.models import PlanningFile, PlanningPart, Visit
from reik.value.planning import operations, queries
from reik.value.planning.operations import PlanningRefused
from tests.contexts.value.planning_files import BSN, MAPPING, export, house, month, read, uploaded

__all__ = ["house"]


def test_a_file_is_sealed_on_its_way_and_gone_once_it_counts(house: UUID, now: datetime) -> None:
    id = uploaded(house, month(), now)
    sealed = b"".join(bytes(each.sealed) for each in PlanningPart.objects.all())
    assert len(sealed) > len(month())
    assert b"Noord" not in sealed
    row = read(id, now)
    assert (row.state, row.visits, row.refused_count) == ("read", 56, 0)
    assert row.counted["unique"] == row.counted["combined"] == 28
    assert queries.by_team(id, house)[0].peak == 28
    operations.take(id, only_good=False, now=now)
    assert not PlanningPart.objects.exists()
    assert PlanningFile.objects.get(id=id).look is None
    with pytest.raises(PlanningRefused) as twice:
        uploaded(house, month(), now)
    assert twice.value.code == "twice"
    other = found_organisation(name="Anders", kind="care", now=now).id
    uploaded(other, month(), now)
    assert queries.file(id, other) is None
    operations.remove(id, now)
    operations.work_off(lambda: now)
    assert not Visit.objects.exists()
    read(uploaded(house, month(), now), now)
    assert Visit.objects.count() == 56, "what was removed can be taken again"


def test_two_copies_on_their_way_count_once(house: UUID, now: datetime) -> None:
    first, second = uploaded(house, month(), now), uploaded(house, month(), now)
    read(first, now)
    read(second, now)
    operations.take(first, only_good=False, now=now)
    with pytest.raises(PlanningRefused) as twice:
        operations.take(second, only_good=False, now=now)
    assert twice.value.code == "twice"


def test_the_rest_goes_on_only_when_somebody_says_so(house: UUID, now: datetime) -> None:
    id = uploaded(
        house, export(["1;05-10-2026;08:00;10;M1;Noord;MED", "2;05-10-2026;09:00;-1;M1;Noord;MED"]), now
    )
    row = read(id, now)
    assert row.refused == [{"line": 3, "reason": "negative", "value": "-1"}]
    with pytest.raises(PlanningRefused) as asked:
        operations.take(id, only_good=False, now=now)
    assert asked.value.code == "refused"
    operations.take(id, only_good=True, now=now)
    assert PlanningFile.objects.get(id=id).state == "taken"


def test_an_anonymous_file_holds_no_key_of_theirs_and_another_file_other_names(
    house: UUID, now: datetime
) -> None:
    content = (
        b"Client;Datum;Begin;Duur;Medewerker;Lat;Lon\nMw Deen;05-10-2026;08:00;10;P. Drie;52,34567;5,1\n"
    )
    mapping = MAPPING.with_(columns={
        "client": "Client", "date": "Datum", "start": "Begin", "minutes": "Duur", "worker": "Medewerker",
        "latitude": "Lat", "longitude": "Lon",
    })  # fmt: skip
    first, second = (read(uploaded(house, content, now), now, mapping=mapping).id for _ in range(2))
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(v::text, ' ') FROM value_visit AS v")
        assert not re.search("Deen|Drie|345", cursor.fetchone()[0])
    one, other = (Visit.objects.get(file_id=id) for id in (first, second))
    assert one.client_key != other.client_key
    assert one.latitude == 52.35


def test_who_is_known_exactly_is_found_and_a_bsn_is_never_kept(house: UUID, now: datetime) -> None:
    by_bsn = register_client(organisation_id=house, name="A. de Boer", bsn=BSN, now=now)
    by_number = register_client(organisation_id=house, name="B. Zwart", now=now)
    with transaction.atomic():
        remember(
            organisation_id=house, client_id=by_number.id, person=Person(bsn=None, identifiers=[("plan", "88")]),
            now=now,
        )  # fmt: skip
    rows = [f"{client};05-10-2026;0{n}:00;10;M{n};Noord;MED" for n, client in enumerate((BSN, "88", "99"), 1)]
    mapping = MAPPING.with_(client_system="plan")
    id = uploaded(house, export(rows), now, anonymous=False)
    row = read(id, now, mapping=mapping, anonymous=False)
    assert row.counted["matched"] == 2
    found = {each.line: (each.client_id, each.client_key) for each in Visit.objects.filter(file_id=id)}
    assert found[2][0] == by_bsn.id
    assert BSN not in found[2][1]
    assert found[3] == (by_number.id, "88")
    assert found[4] == (None, "99")


def test_a_clients_week_is_a_proposal_from_the_newest_taken_file(house: UUID, now: datetime) -> None:
    client = register_client(organisation_id=house, name="A. de Boer", bsn=BSN, now=now)
    id = uploaded(house, month(BSN), now, anonymous=False)
    read(id, now, anonymous=False)
    assert queries.weeks_of([client.id]) == {}, "only what was taken counts"
    operations.take(id, only_good=False, now=now)
    week = queries.weeks_of([client.id])[client.id]
    assert [(each.at, each.weekdays, each.unique, each.care) for each in week.visits] == [
        (time(8), 0b1111111, True, 10.0), (time(13), 0b1111111, False, 30.0),
    ]  # fmt: skip


def test_times_are_on_the_wall_clock_through_the_change_of_clocks(house: UUID, now: datetime) -> None:
    rows = [f"{n};{day};02:30;10;M{n};Noord;MED" for n, day in enumerate(("25-10-2026", "29-03-2026"), 1)]
    read(uploaded(house, export(rows), now), now)
    starts = list(Visit.objects.order_by("line").values_list("starts_at", flat=True))
    assert [f"{each:%m-%d %H:%M}" for each in starts] == ["10-25 00:30", "03-29 01:00"]


def test_unfinished_files_are_forgotten(house: UUID, now: datetime) -> None:
    id = uploaded(house, month(), now)
    operations.work_off(lambda: now + timedelta(days=15))
    assert PlanningFile.objects.get(id=id).state == "removed"
    assert not PlanningPart.objects.exists()
