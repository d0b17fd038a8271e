"""The measurement plan filled in from what Reik holds, with typed values, notes and questionnaires (C15, C17, R70)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import polars as pl
import pytest

from reik.alerting.figures import proposals
from reik.kernel.ids import new_id
from reik.kernel.models import AccessEntry
from reik.ops import value as value_command
from reik.pathway.models import Incident
from reik.value import adherence_seen
from reik.value.case.assumptions import NewRange, assume
from reik.value.indicators.keeping import NewNote, NewValue, note, type_value
from reik.value.indicators.own import IndicatorRefused, NewIndicator, add_indicator, end_indicator
from reik.value.indicators.seen import IndicatorSeen, measurement_plan
from reik.value.rollups.exporting import ExportRefused, export
from reik.value.rollups.running import roll_up
from reik.value.rollups.seen import Days
from tests import cast

pytestmark = pytest.mark.usefixtures("database")
START = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
MIN, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOVEMBER = Days(since=date(2026, 11, 1), until=date(2026, 12, 1))


def house() -> tuple[cast.Cast, cast.Voice]:
    """A client with twenty moments: 15 in time, 3 not out, 2 of which nothing was heard."""
    people = cast.gather(START)
    voice = cast.beside(cast.welcome(people.zorg, "Jansen", START), "REIK-1", START)
    for at in range(20):
        due = START + at * DAY
        cast.plan(voice, f"m-{at}", due, now=START - DAY)
        if at < 15:
            cast.tell(voice, voice.out(f"m-{at}", due + 7 * MIN), at=due + HOUR)
        elif at < 18:
            cast.tell(voice, voice.closed(f"m-{at}", "not_taken_out", due + 31 * MIN), at=due + HOUR)
        else:
            cast.look(due + HOUR)
    roll_up(NOW)
    return people, voice


def lines(organisation_id: UUID) -> dict[str, IndicatorSeen]:
    return {each.indicator.key: each for each in measurement_plan(organisation_id, NOVEMBER, NOW)}


def test_counts_come_with_evidence_and_what_is_not_measured_says_so() -> None:
    people, voice = house()
    Incident.objects.create(
        id=new_id(NOW), organisation=people.zorg, client_id=voice.client_id, kind="incident", what="x",
        happened_at=START + DAY, reported_at=START + 2 * DAY, reported_by="Anja", reporter="nurse",
    )  # fmt: skip
    found = lines(people.zorg.id)
    in_time = found["in_time"].now
    assert (in_time.status, in_time.value) == ("enough", 83.3)
    assert in_time.measure is not None
    assert (in_time.measure.numerator, in_time.measure.denominator) == (15, 18)
    assert (found["known"].now.value, found["incidents"].now.value) == (90.0, 50.0)
    assert (found["active"].now.status, found["visits"].now.status) == ("too_few", "not_measured")
    assert (found["visits"].national, found["cost"].now.status) == ({"Medido": "accepted"}, "not_measured")
    assert found["travel_co2"].now.measure is not None
    assert found["travel_co2"].now.measure.missing == ("car_pct",)
    assert lines(people.eva.id)["in_time"].now.status == "not_measured"


def test_a_factor_that_is_filled_in_is_no_longer_missing() -> None:
    people, _ = house()
    new = NewRange(
        key="car_pct", low=50, likely=60, high=70, source="wagenpark", source_date=date(2026, 1, 1)
    )
    assume(people.zorg.id, new, by="Bo", now=NOW)
    found = lines(people.zorg.id)["travel_co2"].now
    assert found.measure is None or found.measure.missing == ()


def test_typed_values_and_baselines_stand_beside_what_is_counted() -> None:
    people, _ = house()
    zorg = people.zorg.id
    before = NewValue(
        indicator="incidents", since=date(2026, 1, 1), until=date(2026, 7, 1), numerator=6, denominator=3000,
        baseline=True,
    )  # fmt: skip
    type_value(zorg, before, by="Bo", now=NOW)
    plastic = NewValue(
        indicator="sachet_plastic",
        since=date(2026, 11, 2),
        until=date(2026, 11, 3),
        numerator=80,
        denominator=100,
    )
    type_value(zorg, plastic, by="Bo", now=NOW)
    found = lines(zorg)
    assert (found["incidents"].before.value, found["incidents"].now.value) == (2.0, 0.0)
    assert found["sachet_plastic"].now.value == 0.8
    first, last = START.date(), NOW.date()
    for key, since, until, numerator, code in (
        ("in_time", first, last, 1.0, "indicator"),
        ("nope", first, last, 1.0, "indicator"),
        ("heavy_care", first, last, 3.0, "numerator"),
        ("cost", first, last, -3.0, "denominator"),
        ("cost", first, last, float("nan"), "numerator"),
        ("cost", last, first, 3.0, "until"),
    ):
        wrong = NewValue(indicator=key, since=since, until=until, numerator=numerator, denominator=2)
        with pytest.raises(IndicatorRefused) as refused:
            type_value(zorg, wrong, by="Bo", now=NOW)
        assert refused.value.code == code


def test_an_organisation_adds_its_own_indicator_with_notes_and_ends_it() -> None:
    people, _ = house()
    zorg = people.zorg.id
    mine = NewIndicator(
        key="sleep", domain="quality", title="Doorslapen", numerator="Nachten zonder bel", denominator="Nachten",
        source="Eigen telling", unit="%",
    )  # fmt: skip
    add_indicator(zorg, mine, by="Bo", now=NOW)
    with pytest.raises(IndicatorRefused, match="There is one"):
        add_indicator(zorg, mine, by="Bo", now=NOW)
    typed = NewValue(indicator="sleep", since=START.date(), until=NOW.date(), numerator=45, denominator=60)
    type_value(zorg, typed, by="Bo", now=NOW)
    with pytest.raises(IndicatorRefused, match="by when"):
        note(zorg, NewNote(indicator="sleep", phase="plan", text="Later bellen"), by="Bo", now=NOW)
    note(zorg, NewNote(indicator="sleep", phase="check", text="Gaat beter"), by="Bo", now=NOW)
    seen = lines(zorg)["sleep"]
    assert (seen.now.value, seen.own_status, [each.text for each in seen.notes]) == (
        75.0,
        "enough",
        ["Gaat beter"],
    )
    assert "sleep" not in lines(people.eva.id)
    end_indicator(zorg, "sleep", now=NOW)
    assert "sleep" not in lines(zorg)
    with pytest.raises(IndicatorRefused, match="not yours"):
        end_indicator(zorg, "sleep", now=NOW)


def test_a_clients_adherence_comes_with_drift_and_teams_in_the_order_of_their_names() -> None:
    people, voice = house()
    seen = adherence_seen.of_client(people.zorg.id, voice.client_id, NOVEMBER)
    assert (seen.seen.adherence.in_time.pct, seen.seen.half_within, seen.drift) == (83.3, 10, [])
    for day in range(28):
        due = NOW - (27 - day) * DAY - HOUR
        cast.plan(voice, f"d-{day}", due, now=START)
        cast.tell(voice, voice.out(f"d-{day}", due + (5 + 5 * (day // 7)) * MIN), at=due + HOUR)
    proposals.propose([voice.client_id], NOW)
    drift = adherence_seen.of_client(people.zorg.id, voice.client_id, NOVEMBER).drift
    assert [each.kind for each in drift] == ["drifts_later"]
    with pytest.raises(KeyError):
        adherence_seen.by("client", people.zorg.id, NOVEMBER)


def test_the_counts_are_exported_with_their_definitions_and_it_is_logged(tmp_path: Path) -> None:
    people, voice = house()
    folder = tmp_path / "out"
    done = export(people.zorg.id, folder, by="beheer", now=NOW)
    assert done.rows == {"moment_days": 20, "team_days": 20}
    read = pl.read_parquet(folder / "moment_days" / "*.parquet")
    assert (read["in_time"].sum(), read["not_out"].sum(), read["unknown"].sum()) == (15, 3, 2)
    assert read["client_id"].unique().to_list() == [str(voice.client_id)]
    told = json.loads((folder / "definitions.json").read_text())
    assert told["outcomes"]["unknown"]["counts"] is False
    (entry,) = AccessEntry.objects.filter(actor_role="reik value export")
    assert (entry.actor, entry.object_ids) == ("beheer", [str(voice.client_id)])
    with pytest.raises(ExportRefused, match="not an empty folder"):
        export(people.zorg.id, folder, by="beheer", now=NOW)


def test_export_is_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import argparse

    house()
    parser = argparse.ArgumentParser()
    value_command.add_arguments(parser)
    given = parser.parse_args(
        ["export", "--organisation", "Zorg aan Zee", "--to", str(tmp_path / "x"), "--json"]
    )
    assert value_command.command(given) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["team_days"] == 20
