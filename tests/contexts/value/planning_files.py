"""A planning file of an organisation: made, uploaded and read."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from reik.kernel.operations import found_organisation
from reik.value.models import PlanningFile
from reik.value.planning import operations
from reik.value.planning.mapping import PlanningMap

COLUMNS = {
    "client": "Cliëntnummer", "date": "Datum", "start": "Begin", "minutes": "Duur", "worker": "Medewerker",
    "team": "Team", "activity": "Uursoort",
}  # fmt: skip
MAPPING = PlanningMap(columns=COLUMNS, activities={"MED": "medication", "ADL": "care"})
BSN = "999900006"


def export(rows: list[str]) -> bytes:
    return "\n".join([";".join(COLUMNS.values()), *rows]).encode()


def month(client: str = "77") -> bytes:
    """28 days: medication at 8, together with care at 13."""
    rows = []
    for n in range(28):
        day = date(2026, 10, 5) + timedelta(n)
        rows.append(f"{client};{day:%d-%m-%Y};08:00;10;M1;Noord;MED")
        rows.append(f"{client};{day:%d-%m-%Y};13:00;30;M1;Noord;MED+ADL")
    return export(rows)


def uploaded(organisation_id: UUID, content: bytes, now: datetime, *, anonymous: bool = True) -> UUID:
    return operations.upload(
        organisation_id=organisation_id, name="planning.csv", stream=io.BytesIO(content), anonymous=anonymous,
        by="Ria", now=now,
    )  # fmt: skip


def read(
    file_id: UUID, now: datetime, *, mapping: PlanningMap = MAPPING, anonymous: bool = True
) -> PlanningFile:
    operations.ask_reading(file_id, mapping, anonymous=anonymous)
    operations.work_off(lambda: now)
    return PlanningFile.objects.get(id=file_id)


@pytest.fixture
def house(database: str, now: datetime) -> UUID:
    return found_organisation(name="Thuiszorg", kind="care", now=now).id
