"""A small planning, taken in, and a question of it that is answered."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from reik.value.models import PlanningFile
from reik.value.planning.guessing import guess
from reik.value.planning.reading import first_rows, read_planning
from reik.value.planning.sheets import open_sheet
from reik.value.planning.whole import take_whole
from reik.value.tours.keeping import ask, work_off
from reik.value.tours.questions import Question
from reik.value.tours.seen import whatif_seen

MONDAY = date(2026, 10, 5)
HEADER = "Cliënt;Datum;Begin;Minuten;Activiteit;Medewerker;Team;Latitude;Longitude"


def small(clients: int = 24, days: int = 2, wrong: bool = False) -> str:
    """Each client twice a day for medication alone, one in four together with care; two nurses by day, one late."""
    rows = [HEADER]
    for day in range(days):
        for n in range(clients):
            activity = "MED+ADL" if n % 4 == 0 else "MED"
            where = f"{52.2 + n % 7 * 0.004:.4f};{6.8 + n % 5 * 0.005:.4f}"
            when = f"{MONDAY.day + day:02}-10-2026"
            hour, minute, group = n // 8 % 3, n % 8 * 7, n // 24
            rows.append(f"c{n};{when};{8 + hour:02}:{minute:02};5;{activity};m{group}{n % 3};Noord;{where}")
            rows.append(f"c{n};{when};{18 + hour}:{minute:02};5;MED;m{group}9;Noord;{where}")
    if wrong:
        rows.append("c1;05-10-2026;09:10;-3;MED;m1;Noord;52.2;6.8")
    return "\n".join(rows) + "\n"


def taken(organisation_id: UUID, text: str, folder: Path, now: datetime, *, anonymous: bool = False) -> UUID:
    path = folder / "planning.csv"
    path.write_text(text, encoding="utf-8")
    sheet = open_sheet(path)
    mapping = guess(sheet.header, first_rows(sheet)[1])[0]
    take_whole(
        organisation_id, path, read_planning(sheet, mapping), mapping, anonymous=anonymous, by="Ria", now=now
    )
    return PlanningFile.objects.get(organisation_id=organisation_id, state="taken").id


def answered(organisation_id: UUID, file_id: UUID, question: Question, now: datetime) -> Any:
    id = ask(organisation_id, file_id, question, title="Proef", by="Ria", now=now)
    assert work_off(lambda: now, workers=1) == 1
    found = whatif_seen(id, organisation_id)
    assert found is not None
    return found


def both_days(**changed: Any) -> Question:
    return Question(first=MONDAY, last=date(2026, 10, 6), effort="quick", seed=7, **changed)
