"""`reik schedule`: a whole list, all of it or nothing, and with --only-good the clients without a bad line."""

from __future__ import annotations

from datetime import date

import pytest

from reik.medication.models import Schedule, ScheduleLine
from reik.ops import cli
from reik.people.operations import register_client
from tests import cast

HEADER = "naam;geboortedatum;bsn;dagen;tijd;zakjes\n"
ANNA = "Anna de Vries;31-12-1940;;ma-vr;08:00;2\n"
BERT = ";;999990019;dagelijks;20:00;1\n"


@pytest.fixture
def zorg(database, now):
    zorg = cast.gather(now).zorg
    for name, born, bsn in [
        ("Anna de Vries", date(1940, 12, 31), None),
        ("Bert", date(1935, 1, 1), "999990019"),
    ]:
        register_client(organisation_id=zorg.id, name=name, birth_date=born, bsn=bsn, now=now)
    return zorg


@pytest.fixture
def take(zorg, tmp_path):
    def give(text, *more, organisation=zorg.name, encoding="utf-8"):
        file = tmp_path / "lijst.csv"
        file.write_text(text, encoding=encoding)
        return cli.main(["schedule", str(file), "--organisation", organisation, "--by", "nurse", *more])

    return give


def test_a_list_becomes_drafts_one_per_client(take, capsys):
    assert take(HEADER + ANNA + ANNA.replace("08:00;2", "20:00;1") + BERT, encoding="cp1252") == 0
    assert "2 schedules written, 0 lines refused" in capsys.readouterr().out
    assert Schedule.objects.filter(written_by="nurse", confirmed_at=None).count() == 2
    assert ScheduleLine.objects.count() == 3


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Nobody;31-12-1940;;ma;08:00;1\n", "no such client"),
        (BERT.replace("999990019", "999990018"), "BSN is not valid"),
        (BERT.replace("20:00", "20 uur"), "time cannot be read"),
    ],
)
def test_when_a_line_is_wrong_nothing_is_written(take, capsys, line, says):
    assert take(HEADER + ANNA + line) == 2
    said = capsys.readouterr().err
    assert "lijst.csv: line 3: " in said
    assert says in said
    assert not Schedule.objects.exists()


def test_only_good_leaves_a_client_with_a_bad_line_out_whole(take, capsys):
    """A schedule with a time missing would be worse than none."""
    bad = BERT.replace("20:00;1", "21:00;0")
    assert take(HEADER + ANNA + BERT + bad, "--only-good") == 0
    assert "line 4: a moment has 1 to 30 sachets." in capsys.readouterr().err
    assert Schedule.objects.get().client.name == "Anna de Vries"


def test_two_clients_of_one_name_and_birth_date_need_a_bsn(take, zorg, now, capsys):
    register_client(organisation_id=zorg.id, name="anna  de vries", birth_date=date(1940, 12, 31), now=now)
    assert take(HEADER + ANNA) == 2
    assert "more than one client is called so" in capsys.readouterr().err


def test_times_of_one_client_are_judged_together(take, capsys):
    assert take(HEADER + ANNA.replace(";2", ";20") + ANNA.replace(";2", ";11")) == 2
    assert "line 3: At 08:00 there are more than 30 sachets." in capsys.readouterr().err


def test_a_file_that_is_no_list_is_one_sentence(take, capsys, tmp_path):
    assert take("nonsense") == 2
    assert take(HEADER + ANNA, organisation="Elders") == 2
    assert cli.main(["schedule", str(tmp_path / "none.csv"), "--organisation", "x"]) == 2
    assert capsys.readouterr().err.count("\n") == 3
