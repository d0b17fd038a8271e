"""A house that declares, its clients in use in October, and who pays for them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from reik.kernel.ids import new_id
from reik.pathway import recording
from reik.pathway.models import PathEvent
from reik.people.operations import register_client
from reik.value.case.funding import NewTerms, agree_terms
from reik.value.declaring.keeping import NewFunding, fund
from reik.value.declaring.months import month_of
from reik.value.declaring.terms import declaring_json
from tests import cast
from tests.cast import Voice
from tests.contexts.pathway import in_use

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OCTOBER = month_of("2026-10")
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
START_OF = datetime(2026, 9, 1, 8, tzinfo=UTC)


def declaring_house(now: datetime) -> UUID:
    """A care organisation with agreed terms for a month of a dispenser."""
    made = cast.gather(now).zorg
    agree_terms(
        made.id,
        NewTerms(
            insurer="Voorbeeldzorg", year=2026, mode="hour", values={"dispenser_month_eur": 93.0}, source="contract",
            declaring=declaring_json("share", None, "paid", "not_paid"),
        ),
        by="Ria", now=now,
    )  # fmt: skip
    return made.id


def client_with(
    house: UUID, device: str, now: datetime, *, started: datetime = START_OF, goal: bool = True
) -> Voice:
    """A client whose dispenser is in use, with a moment of every day of October that came out."""
    client = register_client(organisation_id=house, name=f"C. {device}", now=START_OF)
    voice = cast.beside(client, device, START_OF)
    path_id = in_use.started(voice, now, ago=now - started)
    PathEvent.objects.create(
        id=new_id(started), organisation_id=house, client_id=client.id, path_id=path_id, event="installed",
        from_state="delivering", to_state="starting", step=6, at=started, by="Joke", role="nurse",
    )  # fmt: skip
    if goal:
        recording.record(path_id, "care_plan", by="Joke", role="nurse", now=now, at=started)
    for n in range(1, 32):
        due = datetime(2026, 10, n, 7, tzinfo=UTC)
        if due >= started:
            in_use.ended(voice, n, now, now - due, "in_time")
    return voice


def pays(voice: Voice, now: datetime, **more: object) -> None:
    given = {
        "client_id": voice.client_id,
        "insurer": "Voorbeeldzorg",
        "law": "zvw",
        "since": date(2026, 1, 1),
    }
    fund([NewFunding(**(given | more))], by="Ria", now=now)  # type: ignore[arg-type]
