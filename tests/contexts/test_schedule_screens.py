"""Schedules typed, read back by another, sent back, and read in as a list."""

from __future__ import annotations

import re

from django.core.files.uploadedfile import SimpleUploadedFile

from reik.dispensing.models import Moment
from reik.medication.models import Schedule
from tests.contexts.work_house import House, confirmed, house, page, rows_of, write

__all__ = ["house"]


def test_times_as_people_type_them_become_a_draft_that_plans_nothing(house: House) -> None:
    write(
        house, "nurse", {"at": "8", "n": "2"}, {"at": "20.30", "days": "week", "win": "75"}, {},
        {"at": "1315", "days": "own", "day": "3", "win": "15"},
    )  # fmt: skip
    schedule = house.worker(lambda: Schedule.objects.prefetch_related("lines").get())
    lines = sorted(
        (f"{x.at:%H:%M}", x.sachets, x.weekdays, x.window_min, x.criticality) for x in schedule.lines.all()
    )
    assert lines == [("08:00", 2, 127, 45, 1), ("13:15", 1, 4, 15, 1), ("20:30", 1, 31, 75, 2)]
    assert (schedule.written_by, schedule.confirmed_at) == ("Nurse", None)
    assert house.worker(Moment.objects.count) == 0


def test_a_wrong_row_keeps_all_that_was_typed(house: House) -> None:
    sent = rows_of({"at": "8", "n": "2"}, {"at": "25:00", "n": "0", "days": "own"})
    answer = house.who("nurse").post(f"/clienten/{house.anna.id}/schema", sent)
    said = page(answer)
    assert answer.status_code == 422
    for words_of_error in (
        "Een tijd is uren en minuten",
        "Een moment heeft 1 tot 30",
        "Kies ten minste één dag",
    ):
        assert said.count(words_of_error) == 2
    assert 'value="25:00"' in said
    assert 'name="n-0" value="2"' in said
    assert not house.worker(Schedule.objects.exists)


def test_without_script_a_row_comes_and_goes_by_the_server(house: House) -> None:
    browser, address = house.who("nurse"), f"/clienten/{house.anna.id}/schema"
    more = page(browser.post(address, {**rows_of({"at": "8", "n": "3"}), "act": "row"}))
    assert 'name="at-1"' in more
    assert 'name="n-0" value="3"' in more
    less = page(browser.post(address, {**rows_of({"at": "8"}, {"at": "9"}), "act": "less-0"}))
    assert 'name="at-0" value="9"' in less


def test_time_critical_and_the_latest_time_are_the_pharmacys(house: House) -> None:
    """R27, R29: a team neither sets nor loses them."""
    address = f"/clienten/{house.anna.id}/schema"
    refused = house.who("nurse").post(address, rows_of({"at": "8", "win": "15c"}))
    assert "Tijdkritisch kiest alleen de voorschrijver of de apotheek" in page(refused)
    write(house, "nurse", {"at": "8", "late": "11:00"})
    draft = write(
        house, "pharmacist", {"at": "8", "win": "15c", "late": "9:30"}, {"at": "23:30", "late": "0:45"}
    )
    house.who("nurse").post(draft + "/klopt")
    write(house, "nurse", {"at": "8", "n": "2", "win": "75", "late": ""}, {"at": "23:30"}, {"at": "12"})
    versions = house.worker(lambda: list(Schedule.objects.prefetch_related("lines").order_by("version")))
    found = [
        {f"{x.at:%H:%M}": (x.window_min, x.late_min, x.criticality) for x in each.lines.all()}
        for each in versions
    ]
    assert found[0] == {"08:00": (45, None, 1)}  # what the nurse typed there does not count
    assert found[1] == {"08:00": (15, 90, 0), "23:30": (45, 75, 1)}
    assert found[2] == {"08:00": (15, 90, 0), "23:30": (45, 75, 1), "12:00": (45, None, 1)}


def test_the_writer_cannot_read_back_and_is_told_who_can(house: House) -> None:
    draft = write(house)
    own = page(house.who("nurse").get(draft))
    assert "U typte dit zelf" in own
    assert "Second" in own and "Pharmacist" in own  # noqa: PT018
    assert "Southerner" not in own
    assert draft + "/klopt" not in own
    answer = house.who("nurse").post(draft + "/klopt")
    assert "vraag een collega" in page(answer)
    assert house.worker(lambda: Schedule.objects.get().confirmed_at) is None
    assert house.who("second").post(draft + "/klopt")["Location"] == f"/clienten/{house.anna.id}/rollen"
    assert house.worker(lambda: Schedule.objects.get().confirmed_by) == "Second"


def test_what_is_not_right_goes_back_and_a_new_draft_takes_its_place(house: House) -> None:
    draft = write(house)
    assert "Schrijf op wat er niet klopt" in page(
        house.who("second").post(draft + "/klopt-niet", {"because": " "})
    )
    house.who("second").post(draft + "/klopt-niet", {"because": "20:00 moet 21:00 zijn"})
    assert "20:00 moet 21:00 zijn" in page(house.who("nurse").get("/werklijst"))
    form = page(house.who("nurse").get(f"/clienten/{house.anna.id}/schema"))
    assert "20:00 moet 21:00 zijn" in form
    assert 'value="20:00"' in form
    assert "ging terug naar de schrijver" in page(house.who("pharmacist").post(draft + "/klopt"))
    newer = write(house, "nurse", {"at": "8"}, {"at": "21"})
    assert "Er is een nieuwere versie" in page(house.who("second").get(draft))
    assert house.who("pharmacist").post(newer + "/klopt").status_code == 302


def test_reading_back_shows_sentences_and_what_changes(house: House) -> None:
    confirmed(house)
    said = page(house.who("second").get(write(house, "nurse", {"at": "8", "n": "3"}, {"at": "12"})))
    assert "Elke dag om 08:00: 3 zakjes." in said
    assert "was: 08:00, elke dag, 2 zakjes" in said
    assert re.search(r"<b>Nieuw</b> 12:00", said)
    assert re.search(r"<b>Vervalt</b> 20:00", said)
    assert said.count('class="strip"') == 8  # seven days and the axis


def test_a_list_is_all_or_nothing_and_knows_own_clients_only(house: House) -> None:
    header = "naam;geboortedatum;dagen;tijd;zakjes;venster;uiterlijk\n"
    anna = "Anna Bakker;3-2-1950;ma-vr;08:00;2;45;120\n"
    stranger = "Zuster van Zuid;1-1-1940;dagelijks;08:00;1;45;\n"

    def send(text: str, **more: str) -> str:
        file = SimpleUploadedFile("lijst.csv", text.encode(), "text/csv")
        return page(house.who("nurse").post("/werklijst/lijst", {"file": file, **more}))

    refused = send(header + anna + stranger)
    assert "regel 3: deze cliënt is niet gevonden." in refused
    assert not house.worker(Schedule.objects.exists)
    assert "1 schema staat klaar" in send(header + anna + stranger, only_good="1")
    (line,) = house.worker(lambda: list(Schedule.objects.get().lines.all()))
    assert (line.sachets, line.late_min) == (2, None)  # a team sets no latest hand-out time
    assert "De eerste regel noemt de kolommen" in send("dit is geen lijst\n")
