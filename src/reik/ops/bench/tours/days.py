"""Days to race on: made up over real places, and published home-care days reduced to single visits.

Buildings, postcodes and published days are read from the open data (`--geo`); nothing of them is kept. A made-up client
is put on a shifted point, never on somebody's door.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reik.value.tours.factors import PUBLISHED
from reik.value.tours.matrices import Travel, Travels, for_day
from reik.value.tours.problem import HOUR, MINUTE, Day, Nurse, Place, TourRefused, Visit

MORNING, MIDDAY, EVENING = (7.5, 11.0, 0.8), (12.0, 15.0, 0.35), (17.0, 21.0, 0.5)  # hours, share of clients
SHIFTS = (((7.0, 12.5), 0.55), ((11.5, 17.0), 0.15), ((16.5, 23.0), 0.30))
SHIFTED_DEGREES = 0.0004  # some tens of metres
DIMENSION = {"doesburg": (400, 50), "otterlo": (150, 24), "pc4": (300, 44)}
HOMECARE = ("mankowska", "italian", "kummer")


@dataclass(frozen=True, slots=True)
class Race:
    """One day with its travel times."""

    day: Day
    travels: Travels
    family: str


def races(geo: Path, each: int, seed: int) -> Iterator[Race]:
    """`each`: how many days of every kind of place, and of every family of published days."""
    if not (geo / "data").is_dir():
        raise TourRefused(f"{geo} holds no open data: give their folder with --geo.")
    for name, (clients, nurses) in DIMENSION.items():
        for number in range(each):
            chance = random.Random(f"{name} {number} {seed}")
            places = _places(geo / "data", name, clients + 1, chance)
            day = made_up(f"{name} {number}", places, nurses, chance, "car" if name == "pc4" else "bike")
            yield Race(day, for_day(day, PUBLISHED), name)
    for family in HOMECARE:
        files = sorted((geo / "data/benchmarks/hhcrsp" / family).glob("*.json"), key=_dimension)
        step = max(1, len(files) // each) if each else 1
        for path in files[::-1][::step][:each]:
            yield homecare(path, family)


def _dimension(path: Path) -> tuple[int, str]:
    return path.stat().st_size, path.name


def _places(data: Path, name: str, count: int, chance: random.Random) -> list[Place]:
    file = {"doesburg": "neighbourhood/doesburg_panden.csv", "otterlo": "neighbourhood/otterlo_adrespunten.csv",
            "pc4": "postcodes/pc4_nl_2021.csv"}[name]  # fmt: skip
    with (data / file).open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if float(row.get("m2") or 35) >= 35]
    if name == "pc4":
        rows = _region(rows, chance)
    drawn = chance.choices(rows, k=count) if len(rows) < count else chance.sample(rows, count)
    return [
        Place(str(each), _shifted(row["lat"], chance, name), _shifted(row["lon"], chance, name))
        for each, row in enumerate(drawn)
    ]


def _region(rows: list[dict[str, str]], chance: random.Random) -> list[dict[str, str]]:
    """The twenty postcodes around one of them, with older people: a rural or town team that goes by car."""
    middle = chance.choice([row for row in rows if float(row["i75"] or 0) > 100])
    at = float(middle["lat"]), float(middle["lon"])
    return sorted(rows, key=lambda row: (float(row["lat"]) - at[0]) ** 2 + (float(row["lon"]) - at[1]) ** 2)[
        :20
    ]


def _shifted(written: str, chance: random.Random, name: str) -> float:
    away = SHIFTED_DEGREES * (20 if name == "pc4" else 1)  # a postcode is a few kilometres across
    return float(written) + chance.uniform(-away, away)


def made_up(name: str, places: list[Place], nurses: int, chance: random.Random, mode: str = "bike") -> Day:
    """A working day; the first place is the team's base. Windows of an hour around a time on the five minutes."""
    visits: list[Visit] = []
    for client in range(1, len(places)):
        for since, until, share in (MORNING, MIDDAY, EVENING):
            if chance.random() < share:
                at = chance.randrange(int(since * 60), int(until * 60), 5) * MINUTE
                inside = chance.choice((10, 10, 15, 20, 30) if since < 11 else (10, 10, 15, 20)) * MINUTE
                window = (at - 30 * MINUTE, at + 30 * MINUTE)
                visits.append(Visit(str(len(visits)), str(client), client, inside, *window, planned=at))
    team = [
        Nurse(f"{number} {since}", int(since * HOUR), int(until * HOUR), 0, mode)
        for (since, until), share in SHIFTS
        for number in range(round(nurses * share))
    ]
    return Day(name, tuple(places), tuple(visits), tuple(team))


def homecare(path: Path, family: str) -> Race:
    """One published day: each service of a patient is a visit of its own, windows are hard, nobody waits for two.

    Distances are minutes; abilities stay. All caregivers begin and end at the first office.
    """
    given: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    matrix = np.rint(np.array(given["distances"], dtype=np.float64) * MINUTE).astype(np.int64)
    np.fill_diagonal(matrix, 0)
    visits = [
        Visit(
            f"{patient['id']} {number}", patient["id"], place, max(1, round(care["duration"] * MINUTE)),
            round(patient["time_window"][0] * MINUTE), round(patient["time_window"][1] * MINUTE),
            skills=frozenset({care["service"]}),
        )
        for place, patient in enumerate(given["patients"], start=1)
        for number, care in enumerate(patient["required_caregivers"])
    ]  # fmt: skip
    furthest = int(matrix.max())
    since = max(0, min(visit.earliest for visit in visits) - furthest)
    until = max(visit.latest + visit.seconds for visit in visits) + furthest
    nurses = tuple(
        Nurse(carer["id"], since, min(until, since + 16 * HOUR), 0, "car", frozenset(carer["abilities"]))
        for carer in given["caregivers"]
    )
    places = tuple(Place(str(each)) for each in range(len(matrix)))
    return Race(Day(path.stem, places, tuple(visits), nurses), {"car": Travel(matrix, matrix)}, family)
