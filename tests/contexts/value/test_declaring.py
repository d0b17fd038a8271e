"""The declaration list from the database, and who pays from a list (R83)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from reik.dispensing.models import Absence
from reik.kernel.ids import new_id
from reik.medication.operations import confirm_schedule, write_schedule
from reik.medication.times.schedule import EVERY_DAY, TimeLine
from reik.ops import value as command_line
from reik.pathway.models import CarePath, PathEvent
from reik.people.operations import register_client
from reik.value.declaring import funding_list
from reik.value.declaring.keeping import FundingRefused, funding_of
from reik.value.declaring.listing import declaration
from reik.value.declaring.months import month_of
from reik.value.declaring.rules import DECLARABLE, NOT, UNKNOWN
from reik.value.models import ClientFunding
from tests.contexts.value.declared import NOW, OCTOBER, START_OF, client_with, pays


@pytest.fixture
def now(database: str) -> datetime:
    return NOW


def months(found: object) -> dict[str, int]:
    return {state: found.days(state) for state in (DECLARABLE, NOT, UNKNOWN)}  # type: ignore[attr-defined]


def test_a_month_with_path_goal_absence_and_silence(house: UUID, now: datetime) -> None:
    annie = client_with(house, "T-1", now)
    pays(annie, now)
    whole = declaration(house, OCTOBER, now)
    assert months(whole) == {DECLARABLE: 31, NOT: 0, UNKNOWN: 0}
    assert whole.euros == Decimal("93.00")
    Absence.objects.create(
        id=new_id(now), organisation_id=house, client_id=annie.client_id, reason="hospital", state="ended",
        starts_at=datetime(2026, 10, 5, 9, tzinfo=UTC), returned_at=datetime(2026, 10, 8, 9, tzinfo=UTC),
        expected_end=datetime(2026, 10, 8, 9, tzinfo=UTC), until=datetime(2026, 10, 8, 9, tzinfo=UTC),
        confirmed_at=now, said_by="Petra", noted_by="Joke", resumes="Petra", created_at=now,
        ended_at=datetime(2026, 10, 9, 22, tzinfo=UTC),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dispensing_moment SET outcome = 'unknown' WHERE due_at::date = '2026-10-20'")
    found = declaration(house, OCTOBER, now)
    assert months(found) == {DECLARABLE: 28, NOT: 2, UNKNOWN: 1}
    kinds = {(line.state, kind): n for line in found.insurers[0].lines for kind, n in line.days.items()}
    assert kinds == {
        (DECLARABLE, "use"): 26,
        (DECLARABLE, "pause"): 2,
        (NOT, "admission"): 2,
        (UNKNOWN, "use"): 1,
    }


def test_a_start_and_a_stop_within_the_month(house: UUID, now: datetime) -> None:
    bram = client_with(house, "T-2", now, started=datetime(2026, 10, 10, 9, tzinfo=UTC))
    pays(bram, now)
    path = CarePath.objects.get(client_id=bram.client_id)
    last = datetime(2026, 10, 20, 22, tzinfo=UTC)  # local midnight: the 20th was its last day
    PathEvent.objects.create(
        id=new_id(now), organisation_id=house, client_id=bram.client_id, path_id=path.id, event="stop", step=9,
        from_state="in_use", to_state="stopping", at=now, by="Joke", role="nurse", detail={"last_at": last.isoformat()},
    )  # fmt: skip
    (line,) = declaration(house, OCTOBER, now).insurers[0].lines
    assert (line.first, line.last, line.total) == (date(2026, 10, 10), date(2026, 10, 20), 11)
    assert line.amount is not None
    assert line.amount.euros == Decimal("33.00")
    assert declaration(house, month_of("2026-11"), now).insurers == []


def test_unknown_payer_missing_goal_and_who_may_not_be_seen(house: UUID, now: datetime) -> None:
    annie, bram = client_with(house, "T-1", now), client_with(house, "T-2", now, goal=False)
    pays(bram, now)
    found = declaration(house, OCTOBER, now)
    assert [each.insurer for each in found.insurers] == ["Voorbeeldzorg", ""]
    assert months(found) == {DECLARABLE: 0, NOT: 31, UNKNOWN: 31}
    seen = declaration(house, OCTOBER, now, among=[annie.client_id])
    assert (seen.hidden, [each.insurer for each in seen.insurers]) == (1, [""])
    assert declaration(house, month_of("2026-12"), now).through is None


def test_a_visit_for_the_same_moment_is_double(house: UUID, now: datetime) -> None:
    from reik.pathway.baseline.baseline_rules import WeekMoment
    from reik.pathway.baseline.baselines import measure
    from reik.pathway.models import PlannedVisit

    annie = client_with(house, "T-1", now)
    pays(annie, now)
    schedule = write_schedule(
        organisation_id=house, client_id=annie.client_id, by="Anja", now=START_OF,
        lines=[TimeLine(weekdays=EVERY_DAY, at=datetime(2026, 1, 1, 8).time())],  # noqa: DTZ001 - a wall clock
    )  # fmt: skip
    confirm_schedule(schedule, "Joke", START_OF)
    moment = WeekMoment(
        at=datetime(2026, 1, 1, 8, 30).time(), weekdays=0b11, unique=True,  # noqa: DTZ001 - a wall clock
        care_minutes=Decimal(10), travel_minutes=Decimal(5), who="caregiver",
    )  # fmt: skip
    path_id = CarePath.objects.get(client_id=annie.client_id).id
    measure(path_id, [moment], Decimal(0), measured_on=date(2026, 9, 1), by="Joke", now=now)
    assert months(declaration(house, OCTOBER, now)) == {DECLARABLE: 23, NOT: 8, UNKNOWN: 0}
    visits = PlannedVisit.objects.filter(client_id=annie.client_id)
    visits.update(state="winding_down", stops_on=date(2026, 10, 12))
    assert months(declaration(house, OCTOBER, now)) == {DECLARABLE: 23, NOT: 2, UNKNOWN: 6}
    visits.update(state="stopped")
    assert months(declaration(house, OCTOBER, now)) == {DECLARABLE: 29, NOT: 2, UNKNOWN: 0}
    visits.update(state="kept", because="other_care")
    assert months(declaration(house, OCTOBER, now)) == {DECLARABLE: 31, NOT: 0, UNKNOWN: 0}


def test_as_many_statements_for_one_client_as_for_three(house: UUID, now: datetime) -> None:
    from django.test.utils import CaptureQueriesContext

    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            declaration(house, OCTOBER, now)
        return len(asked)

    pays(client_with(house, "T-1", now), now)
    one = counted()
    for device in ("T-2", "T-3"):
        pays(client_with(house, device, now), now)
    assert counted() == one


def test_who_pays_is_kept_once_in_the_spelling_that_is_known(house: UUID, now: datetime) -> None:
    annie = client_with(house, "T-1", now)
    pays(annie, now, insurer=" voorbeeldZORG ")
    pays(annie, now)
    (kept,) = funding_of(annie.client_id)
    assert kept.insurer == "Voorbeeldzorg"
    for wrong in ({"law": ""}, {"insurer": " "}, {"since": date(2014, 1, 1)}, {"until": date(2025, 1, 1)}):
        with pytest.raises(FundingRefused):
            pays(annie, now, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClientFunding.objects.create(
            id=new_id(now), organisation_id=house, client_id=annie.client_id, insurer="Anders", by="Ria",
            since=date(2026, 1, 1), until=date(2025, 12, 31), created_at=now,
        )  # fmt: skip


def test_a_list_of_who_pays_refuses_its_bad_lines(house: UUID, now: datetime) -> None:
    born = date(1940, 12, 31)
    client = register_client(organisation_id=house, name="A. Voorbeeld", birth_date=born, now=now)
    text = (
        "naam;geboortedatum;verzekeraar;wet;vanaf\n"
        "A. Voorbeeld;31-12-1940;Voorbeeldzorg;ZVW;01-01-2026\n"
        "A. Voorbeeld;31-12-1940;Anders;zvw;01-01-2026\n"
        "B. Niemand;31-12-1940;Anders;zvw;01-01-2026\n"
        ";;Anders;zvw;01-01-2026\n"
        "A. Voorbeeld;31-12-1940;Anders;zvw;gisteren\n"
    )
    lines = funding_list.read(text, house, [client.id], now.date())
    assert [(each.number, each.refused) for each in lines] == [
        (2, ""), (3, "again"), (4, "nobody"), (5, "who"), (6, "again"),
    ]  # fmt: skip
    assert lines[0].funding is not None
    assert (lines[0].funding.law, lines[0].funding.insurer) == ("zvw", "Voorbeeldzorg")
    assert funding_list.read(text, house, [], now.date())[0].refused == "nobody"


def test_the_command_line_names_no_client(
    house: UUID, now: datetime, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    annie = client_with(house, "T-1", now)
    pays(annie, now)
    monkeypatch.setattr("reik.kernel.clock.now", lambda: now)
    parser = command_line.argparse.ArgumentParser()
    command_line.add_arguments(parser)
    options = ["declaration", "--organisation", "Zorg aan Zee", "--month", "2026-10"]
    assert command_line.command(parser.parse_args([*options, "--json"])) == 0
    text = capsys.readouterr().out
    document = json.loads(text)
    assert document["days"] == {"declarable": 31, "not": 0, "unknown": 0}
    assert document["insurers"][0]["lines"][0]["client"] == str(annie.client_id)
    assert "C. T-1" not in text
    assert command_line.command(parser.parse_args(options)) == 0
    assert "Reik declares nothing itself" in capsys.readouterr().out
