"""Day cards read live: what goes by dispenser, and what goes back to hand-giving the same minute (R5, R82)."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.dispensing.away.keeping import NewAbsence, declare
from reik.dispensing.commands import giving as commands
from reik.dispensing.day_cards import day_cards
from reik.dispensing.models import DeviceCommand
from reik.interop.print.mapping import Paper
from reik.interop.print.pack import gather
from reik.kernel import access_log, clock
from reik.kernel.home import Home
from reik.kernel.models import AccessEntry
from reik.medication import queries
from reik.medication.cards.daycard import CardLine, DayCard
from reik.medication.models import Sachet
from reik.medication.outside.keeping import record_given, write_line
from reik.medication.rolls.sachets import Content, sachets_for
from reik.ops import checkup, jobs, outage_pack
from reik.people.models import Client
from reik.people.operations import form_team
from reik.people.queries import card_of
from reik_dispenser.messages import CommandType
from tests import cast
from tests.contexts.rolls.conftest import anna, zorg  # noqa: F401 - fixtures
from tests.contexts.rolls.rolls_of import DAY, TUESDAY, ZONE, arrive, bring, load, register
from tests.contexts.test_medication_agreements import agreement, receive
from tests.contexts.test_outside import DROPS, NEED, giving

ANJA = {"by": "Anja", "role": "nurse"}


def card(voice, now, day=TUESDAY) -> DayCard:
    return day_cards([voice.client_id], day, 1, now)[voice.client_id][0]


def ways(made: DayCard) -> list[tuple[str, str, str]]:
    return [(f"{each.at:%H:%M}", each.way, each.why) for each in made.lines if not each.loose]


def both(why: str) -> list[tuple[str, str, str]]:
    way = "hand" if why else "dispenser"
    return [("08:00", way, why), ("20:00", way, why)]


def ask(voice, type, data, at):
    commands.give(
        organisation_id=voice.organisation_id, dispenser_id=voice.id, type=type, data=data, by="Anja", now=at
    )


def breathe(voice, at, state="ready"):
    cast.tell(voice, voice.heartbeat(at), at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dispensing_dispenser SET beat_data = jsonb_build_object('state', %s::text) WHERE id = %s",
            [state, voice.id],
        )


def test_a_time_goes_by_dispenser_only_when_its_roll_is_in_it(anna, now):  # noqa: F811
    assert ways(card(anna, now)) == both("no_roll")
    bring(anna, now)
    assert ways(card(anna, now)) == both("not_loaded")
    load(anna, now)
    breathe(anna, now)
    made = card(anna, now)
    assert ways(made) == both("")
    assert (made.device.name, made.device.evidence, made.device.silent) == ("ANNA-1", "removed", False)
    assert made.lines[0].sachets == 2
    assert made.lines[0].contents == ()  # not known, and said so
    assert made.warnings == ()


def test_silence_is_a_warning_and_never_well(anna, now):  # noqa: F811
    bring(anna, now)
    load(anna, now)
    assert [each.code for each in card(anna, now).warnings] == ["silent"]
    breathe(anna, now)
    assert card(anna, now + timedelta(minutes=15)).warnings == ()
    assert [each.code for each in card(anna, now + timedelta(minutes=16)).warnings] == ["silent"]


def test_a_pause_is_on_the_card_from_the_command_on_until_the_dispenser_has_resumed(anna, now):  # noqa: F811
    bring(anna, now)
    load(anna, now)
    breathe(anna, now)
    DeviceCommand.objects.filter(dispenser_id=anna.id).update(state="confirmed", ended_at=now)
    pause = {"until": "2026-11-26T08:00:00.000Z", "by": "n1"}
    ask(anna, CommandType.PAUSE, pause, now)
    assert ways(card(anna, now)) == both("paused")
    DeviceCommand.objects.filter(type="pause").update(state="confirmed", ended_at=now)
    breathe(anna, now + timedelta(minutes=1), "paused")
    assert ways(card(anna, now)) == both("paused")
    later = now + timedelta(minutes=5)
    ask(anna, CommandType.RESUME, {"by": "n1"}, later)
    assert ways(card(anna, later)) == both("paused")  # not before it has answered
    DeviceCommand.objects.filter(type="resume").update(state="confirmed", ended_at=later)
    assert ways(card(anna, later)) == both("")


def test_an_absence_is_on_the_card_at_once(anna, now):  # noqa: F811
    bring(anna, now)
    load(anna, now)
    breathe(anna, now)
    starts = now + DAY + timedelta(hours=6)  # Tuesday afternoon
    declare(
        NewAbsence(client_id=anna.client_id, reason="holiday", starts_at=starts, expected_end=starts + 2 * DAY,
                   said_by="dochter", resumes="Anja", resumes_phone="06"),
        by="Anja", now=now,
    )  # fmt: skip
    assert ways(card(anna, now)) == [("08:00", "dispenser", ""), ("20:00", "hand", "away")]


def test_contents_come_from_the_sachet_else_from_the_agreements(anna, now):  # noqa: F811
    receive(Client.objects.get(id=anna.client_id), agreement("urn:oid:1|TA1", "08:00:00"), now=now)
    line = card(anna, now).lines[0]
    assert (line.contents_from, line.contents[0].text, line.contents[0].amount) == (
        "agreements",
        "Middel",
        "1 stuk",
    )
    register(anna, now, number="R-1", sachets=packed(anna, {1}, TUESDAY))
    assert card(anna, now).lines[0].contents_from == "agreements"  # one of the two sachets says nothing
    register(
        anna, now, number="R-2", sachets=packed(anna, {1, 2}, TUESDAY + 7 * DAY), first=TUESDAY + 7 * DAY
    )
    line = card(anna, now, TUESDAY + 7 * DAY).lines[0]
    assert (line.contents_from, [each.text for each in line.contents]) == (
        "roll",
        ["Metoprolol", "Metoprolol"],
    )
    assert line.contents[0].amount == "1 tablet"


def packed(voice, known: set[int], first):
    """The sachets of a week to the plan, of which those at these places say what is in them."""
    inside = (Content(code="1", text="Metoprolol", amount="1", unit="tablet"),)
    doses = queries.planned_doses([voice.client_id], first, first + 7 * DAY)[voice.client_id]
    return [replace(each, contents=inside if each.k in known else None) for each in sachets_for(doses)]


def test_loose_lines_stand_between_with_what_was_written_down(anna, now):  # noqa: F811
    line = write_line(
        anna.client_id, replace(DROPS, responsible="carer", responsible_name="Petra"), now=now, **ANJA
    )
    write_line(anna.client_id, NEED, now=now, **ANJA)
    record_given(giving(line, now, DROPS.times[0]), by="Anja", now=now)
    made = card(anna, now, TUESDAY - DAY)
    loose = [each for each in made.lines if each.loose]
    assert [(each.at.hour, each.way, each.who_name, each.stands) for each in loose] == [
        (8, "hand", "Petra", "given"), (20, "hand", "Petra", "to_come"),
    ]  # fmt: skip
    assert [(each.content.text, each.max_per_day) for each in made.needs] == [("Paracetamol 500 mg", 2)]


def test_what_nobody_decided_stands_on_the_card(anna, now):  # noqa: F811
    client = Client.objects.get(id=anna.client_id)
    receive(client, agreement("urn:oid:1|TA2", "09:00:00", packable=False), now=now)
    assert [(each.code, each.detail) for each in card(anna, now).warnings if each.code == "undecided"] == [
        ("undecided", "Middel 1 stuk")
    ]


def test_cards_take_as_many_statements_for_one_client_as_for_many(zorg, now):  # noqa: F811
    voices = [arrive(zorg, f"Cliënt {each}", f"REIK-{each}", now) for each in range(8)]
    for each in voices:
        write_line(each.client_id, DROPS, now=now, **ANJA)

    def asked(number: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            day_cards([each.client_id for each in voices[:number]], TUESDAY, 7, now)
        return len(seen)

    assert asked(1) == asked(8)


@pytest.fixture
def town(zorg, now):  # noqa: F811
    """Two teams of one organisation, and somebody without a team."""
    for name in ("Noord", "Zuid"):
        team = form_team(organisation_id=zorg.id, name=name, now=now)
        voice = arrive(zorg, f"Mevrouw {name}", f"REIK-{name.upper()}", now)
        Client.objects.filter(id=voice.client_id).update(team_id=team.id)
    arrive(zorg, "Niemands", "REIK-NIEMAND", now)
    return zorg


def test_packs_are_written_whole_for_their_owner_only(town, now, tmp_path):
    made = outage_pack.write_packs(tmp_path / "outage", now)
    names = {str(path.relative_to(tmp_path)) for path in (tmp_path / "outage").rglob("*") if path.is_file()}
    house = "outage/zorg-aan-zee"
    teams = ("noord", "zuid", "zonder-team")
    assert names == {f"{house}/{team}.{kind}" for team in teams for kind in ("pdf", "html", "csv")}
    assert len(made) == 3
    for path in (tmp_path / "outage").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    page = (tmp_path / house / "noord.html").read_text()
    assert "Mevrouw Noord" in page
    assert "Mevrouw Zuid" not in page
    assert outage_pack.oldest_pack(tmp_path / "outage") is not None


def test_a_team_that_is_no_more_leaves_no_old_list(town, now, tmp_path):
    outage_pack.write_packs(tmp_path, now)
    Client.objects.filter(name="Mevrouw Zuid").update(team_id=None)
    outage_pack.write_packs(tmp_path, now + timedelta(minutes=5))
    assert not list(tmp_path.rglob("zuid.*"))
    assert len(list(tmp_path.rglob("noord.pdf"))) == 1


def test_who_asks_for_one_team_gets_that_one_and_stands_in_the_access_log(town, now, tmp_path):
    made = outage_pack.write_packs(tmp_path, now, team="Noord", by="beheerder")
    assert [path.name for path in made] == ["noord.pdf"]
    (entry,) = AccessEntry.objects.filter(act=access_log.Act.EXPORT)
    client = Client.objects.get(name="Mevrouw Noord")
    assert (entry.actor, entry.object_ids) == ("beheerder", [str(client.id)])


def test_a_pack_holds_today_and_tomorrow(town, now):
    client = Client.objects.select_related("team").get(name="Mevrouw Noord")
    pack = gather("Noord", [card_of(client)], Paper(language="nl", made_at=now, zone=ZONE))
    ((_whose, cards),) = pack.clients
    assert [each.day for each in cards] == [TUESDAY - DAY, TUESDAY]
    assert all(isinstance(line, CardLine) for each in cards for line in each.lines)
    assert Sachet.objects.count() == 0


def test_doctor_says_when_a_pack_is_older_than_a_quarter(town, now, tmp_path, monkeypatch):
    home = Home(tmp_path)
    assert [each.state for each in checkup._outage_packs(home)] == ["warn"]
    outage_pack.write_packs(outage_pack.folder_of(home), now)
    written = outage_pack.oldest_pack(outage_pack.folder_of(home))
    for minutes, state in ((0, "ok"), (15, "ok"), (16, "fault")):
        monkeypatch.setattr(clock, "now", lambda at=written + timedelta(minutes=minutes): at)
        assert [each.state for each in checkup._outage_packs(home)] == [state], minutes


def test_the_job_and_the_command_write_packs(town, now, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(jobs, "folder_of", lambda _home: tmp_path / "outage")
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(microseconds=7))
    jobs.outage_packs()
    assert len(list((tmp_path / "outage").rglob("*.pdf"))) == 3
    out = tmp_path / "elsewhere"
    parser = argparse.ArgumentParser()
    outage_pack.add_arguments(parser)
    assert (
        outage_pack.command(parser.parse_args(["--team", "Zuid", "--out", str(out), "--language", "en"])) == 0
    )
    assert capsys.readouterr().out.strip() == str(out / "zorg-aan-zee" / "zuid.pdf")
    assert "Outage pack Zuid" in (out / "zorg-aan-zee" / "zuid.html").read_text()
    with pytest.raises(outage_pack.PackRefused, match="no team called"):
        outage_pack.command(parser.parse_args(["--team", "Oost", "--out", str(out)]))
