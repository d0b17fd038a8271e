"""Plannings of the demo's home care, as exports of a planning system, made up: two weeks of October, always the same,
and the last week, in which nobody comes for the medication alone of who has a dispenser.

Its clients without a name are nobody; places are points around the towns of the neighbourhood, nobody's door.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from math import cos, hypot, radians
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from reik.dispensing.devices.in_use import in_use
from reik.kernel.home import Home
from reik.medication.times.schedule import local_day
from reik.ops.demo import cast
from reik.people.models import Client
from reik.people.queries import card_of

NAME = "planning-twentestroom.csv"
NAME_NOW = "planning-twentestroom-nu.csv"
FIRST, DAYS = date(2026, 10, 5), 14
DAYS_NOW = 7
ZONE = ZoneInfo("Europe/Amsterdam")
HEADER = (
    "Cliëntnummer;Cliëntnaam;Geboortedatum;Datum;Begintijd;Eindtijd;Activiteit;Medewerker;Team"
    ";Breedtegraad;Lengtegraad"
)
MAPPING_NAME = "mapping-twentestroom.json"
MAPPING = {
    "columns": {
        "client": "Cliëntnummer", "client_name": "Cliëntnaam", "birth_date": "Geboortedatum", "date": "Datum",
        "start": "Begintijd", "end": "Eindtijd", "activity": "Activiteit", "worker": "Medewerker", "team": "Team",
        "latitude": "Breedtegraad", "longitude": "Lengtegraad",
    },
    "date_format": "dd-mm-jjjj", "travel_mode": "car",
    "activities": {"MED": "medication", "ADL": "heavy", "WOND": "heavy", "KOUS": "care"},
}  # fmt: skip
"""What its columns and codes mean. This organisation calls washing and wounds heavy care, and stockings not."""
SEED = 20_261_005
OTHERS = 46
"""Clients of each team who have no dispenser and no name here."""
NURSES = {"early": 7, "day": 2, "late": 4}
SHIFTS = {"early": (7 * 60, 12 * 60), "day": (11 * 60 + 30, 16 * 60), "late": (16 * 60, 22 * 60 + 30)}
TOWNS = {
    "Borne": (52.302, 6.754), "Delden": (52.262, 6.711), "Hengelo": (52.266, 6.793), "Almelo": (52.357, 6.663),
    "Enschede": (52.221, 6.894), "Haaksbergen": (52.157, 6.739), "Boekelo": (52.205, 6.802), "Neede": (52.134, 6.614),
}  # fmt: skip
CENTRES = {"Team Noord": ("Borne", "Delden", "Hengelo"), "Team Zuid": ("Enschede", "Haaksbergen", "Boekelo")}
TIMES = {
    1: (510,),
    2: (500, 1215),
    3: (495, 760, 1230),
    4: (490, 740, 1050, 1290),
    5: (450, 630, 810, 1020, 1260),
}
SKIPPED = {"ADL": 0.08, "KOUS": 0.1, "WOND": 0.33}
"""Which share of this care is not given on a working day; three times as often at the weekend."""
KM_PER_MINUTE = 0.45
WRONG = (
    "C9001;;;05-10-2026;09:30;09:10;MED;M01;Team Noord;52.301;6.751",
    "C9002;;;31-09-2026;08:15;08:30;MED;M01;Team Noord;52.301;6.751",
    ";;;06-10-2026;08:15;08:30;ADL;M02;Team Noord;52.302;6.752",
    "C9003;;;07-10-2026;10:00;10:00;MED;M03;Team Zuid;52.220;6.890",
    "C9004;;;07-10-2026;11:00;11:20;ADL;M03;Team Zuid;522.20;6.890",
    "C9005;;;08-10-2026;kwart over 8;08:30;MED;M04;Team Zuid;52.221;6.891",
)
"""What an export has wrong now and then: these are refused, each with its reason."""


@dataclass(frozen=True, slots=True)
class _Stop:
    """One visit that is wanted: minutes after midnight, minutes inside."""

    client: _Client
    at: int
    minutes: int
    activity: str


@dataclass(frozen=True, slots=True)
class _Client:
    number: str
    name: str
    born: str
    team: str
    place: tuple[float, float]
    wanted: tuple[tuple[int, int, str], ...]


@dataclass(slots=True)
class _Nurse:
    number: str
    free: int
    until: int
    place: tuple[float, float] | None = None
    done: list[tuple[int, _Stop]] = field(default_factory=list)


def export() -> str:
    """The file, line by line the same each time, with what an export has wrong."""
    return _export(FIRST, DAYS, frozenset(), WRONG)


def _export(first: date, days: int, served: frozenset[str], wrong: tuple[str, ...]) -> str:
    """`served`: names of clients to whom nobody comes for the medication alone any more."""
    chance = random.Random(SEED)  # noqa: S311 - made-up people, no secret
    clients = [_after(each) if each.name in served else each for each in (*_cast(chance), *_others(chance))]
    rows = [HEADER]
    for n in range(days):
        day = first + timedelta(n)
        for at, (team, teams_number) in enumerate((("Team Noord", 0), ("Team Zuid", 50))):
            mine = [each for each in clients if each.team == team]
            rows += _day(day, mine, teams_number, chance)
            if day.isoweekday() <= len(wrong) // 2 and n < 7:
                rows.append(wrong[(day.isoweekday() - 1) * 2 + at])
    return "\n".join(rows) + "\n"


def _after(client: _Client) -> _Client:
    """Her visits with a dispenser: those that are also for other care."""
    return replace(client, wanted=tuple(each for each in client.wanted if each[2] != "MED"))


def _cast(chance: random.Random) -> Iterator[_Client]:
    """Those of the neighbourhood, as they were visited before they had a dispenser."""
    for number, person in enumerate([*cast.PEOPLE, cast.STORY]):
        if cast.TEAMS[person.team] == cast.TWENTESTROOM:
            town = person.town if person.town in TOWNS else CENTRES[person.team][0]
            wanted = tuple((at + chance.randrange(-6, 7) * 5, 10, "MED") for at in TIMES[person.times])
            if number % 5 == 0:  # at her first moment she is helped to wash too
                wanted = ((wanted[0][0], 30, "MED+ADL"), *wanted[1:])
            yield _Client(
                f"C{1000 + number}", person.name, person.born, person.team, _near(TOWNS[town], chance), wanted
            )


def _others(chance: random.Random) -> Iterator[_Client]:
    for team, towns in CENTRES.items():
        for n in range(OTHERS):
            morning = chance.choice([(25, "ADL"), (35, "ADL"), (30, "MED+ADL"), (10, "MED"), (15, "KOUS")])
            wanted = [(chance.randrange(84, 126) * 5, *morning)]
            if chance.random() < 0.3:
                wanted.append((chance.randrange(144, 180) * 5, *chance.choice([(10, "MED"), (20, "WOND")])))
            if chance.random() < 0.45:
                evening = chance.choice([(10, "MED"), (10, "MED"), (15, "KOUS"), (20, "MED+ADL")])
                wanted.append((chance.randrange(204, 258) * 5, *evening))
            number = f"C{2000 + n if team == 'Team Noord' else 3000 + n}"
            yield _Client(number, "", "", team, _near(TOWNS[chance.choice(towns)], chance), tuple(wanted))


def _near(middle: tuple[float, float], chance: random.Random) -> tuple[float, float]:
    return round(middle[0] + chance.gauss(0, 0.006), 5), round(middle[1] + chance.gauss(0, 0.009), 5)


def _day(day: date, clients: list[_Client], first: int, chance: random.Random) -> list[str]:
    """Who is near and free soon goes; a visit begins later where nobody is there yet."""
    stops = [
        _Stop(client, at + chance.choice((-5, 0, 0, 0, 5, 10)), minutes, activity)
        for client in clients for at, minutes, activity in client.wanted
        if chance.random() > SKIPPED.get(activity, 0.0) * (1 if day.isoweekday() < 6 else 3)
    ]  # fmt: skip
    team = [
        _Nurse(f"M{first + n + 1:02}", *SHIFTS[shift])
        for n, shift in enumerate(shift for shift, many in NURSES.items() for _ in range(many))
    ]
    chance.shuffle(team)
    for stop in sorted(stops, key=lambda each: (each.at, each.client.number)):
        _go(stop, team)
    gone = [(nurse, at, stop) for nurse in team for at, stop in nurse.done]
    return [
        _row(day, *each)
        for each in sorted(gone, key=lambda each: (each[1], each[0].number, each[2].client.number))
    ]


def _go(stop: _Stop, team: list[_Nurse]) -> None:
    def begins(nurse: _Nurse) -> int:
        under_way = (
            0 if nurse.place is None else round(_km(nurse.place, stop.client.place) / KM_PER_MINUTE) + 1
        )
        return max(stop.at, nurse.free + under_way)

    able = [each for each in team if begins(each) + stop.minutes <= each.until and begins(each) >= stop.at]
    if not able:  # nobody has time today: somebody works on a little longer
        able = [max(team, key=lambda each: each.until)]
    nurse = min(able, key=lambda each: (begins(each) - stop.at + 6 * _from(each, stop), each.number))
    at = begins(nurse)
    nurse.done.append((at, stop))
    nurse.free, nurse.place = at + stop.minutes, stop.client.place


def _from(nurse: _Nurse, stop: _Stop) -> float:
    return 3.0 if nurse.place is None else _km(nurse.place, stop.client.place)


def _km(one: tuple[float, float], other: tuple[float, float]) -> float:
    north = (one[0] - other[0]) * 111.2
    return hypot(north, (one[1] - other[1]) * 111.2 * cos(radians(one[0])))


def _row(day: date, nurse: _Nurse, at: int, stop: _Stop) -> str:
    who, end = stop.client, at + stop.minutes
    cells = (
        who.number, who.name, who.born and date.fromisoformat(who.born).strftime("%d-%m-%Y"), f"{day:%d-%m-%Y}",
        f"{at // 60:02}:{at % 60:02}", f"{end // 60:02}:{end % 60:02}", stop.activity, nurse.number, who.team,
        *(f"{each:.5f}" for each in who.place),
    )  # fmt: skip
    return ";".join(cells)


def write(home: Home) -> Path:
    """The export as a file that a visitor may look into, and upload by herself; beside it what its columns mean."""
    folder = home.path / "planning"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / NAME
    path.write_text(export(), encoding="utf-8")
    said = json.dumps(MAPPING, ensure_ascii=False, indent=1)
    (folder / MAPPING_NAME).write_text(said + "\n", encoding="utf-8")
    return path


def take_in_beside(home: Home, organisation_id: UUID, now: datetime) -> None:
    """`take_in` in a process of its own, of what is committed: this one is forked from later on, and the threads with
    which plannings are read do not live on in a fork, where whoever reads one would wait for them for ever.
    """
    connection.close()  # two processes never share one
    process = get_context("fork").Process(target=take_in, args=(home, organisation_id, now))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError("The planning of the demo was not taken in: its reason stands above.")


@transaction.atomic
def take_in(home: Home, organisation_id: UUID, now: datetime) -> None:
    """Taken in as the team manager would, with a what-if of one team's Monday asked of it: `reik jobs` answers.

    Then last week's: so that the morning of before and of now stand beside one another.
    """
    from reik.value.planning.mapping import from_json
    from reik.value.planning.operations import keep_mapping
    from reik.value.planning.queries import newest_taken
    from reik.value.planning.reading import read_planning
    from reik.value.planning.sheets import open_sheet
    from reik.value.planning.whole import take_whole
    from reik.value.tours.keeping import ask
    from reik.value.tours.questions import Question

    path = write(home)
    sheet = open_sheet(path)
    mapping = from_json(MAPPING)
    by = next(each.name for each in cast.WORKERS if each.role == "team_manager")
    keep_mapping(organisation_id=organisation_id, name="Twentestroom", mapping=mapping, by=by, now=now)
    take_whole(organisation_id, path, read_planning(sheet, mapping), mapping, anonymous=False, by=by, now=now)
    taken = newest_taken(organisation_id)
    assert taken is not None
    question = Question(teams=("Team Noord",), first=FIRST, last=FIRST, mode="car", effort="quick", seed=1)
    ask(organisation_id, taken.id, question, title="Team Noord op maandag", by=by, now=now)
    week = path.with_name(NAME_NOW)
    week.write_text(
        _export(local_day(now, ZONE) - timedelta(DAYS_NOW), DAYS_NOW, _served(organisation_id, now), ())
    )
    take_whole(
        organisation_id,
        week,
        read_planning(open_sheet(week), mapping),
        mapping,
        anonymous=False,
        by=by,
        now=now,
    )


def _served(organisation_id: UUID, now: datetime) -> frozenset[str]:
    """The names of who has a dispenser in use."""
    ids = in_use(organisation_id, now, now).clients
    return frozenset(card_of(each).name for each in Client.objects.filter(id__in=ids).select_related("team"))
