"""An organisation whose clients have all that an inspector asks, for `reik bench inspection`: entered in bulk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any
from uuid import UUID

from django.db import models, transaction

from reik.alerting.house_access import confirm_access, keep_access
from reik.kernel.ids import new_id
from reik.kernel.models import Account
from reik.kernel.operations import open_account
from reik.pathway.models import (
    CarePath,
    Evaluation,
    Evidence,
    Incident,
    Instruction,
    Override,
    PathEvent,
    Selection,
    SharedDecision,
)
from reik.people.models import Client
from reik.people.operations import add_carer, form_team, join_team, register_client

DAY = timedelta(days=1)
TEAMS = 8
WHO = "Joke Meijer"
PLACES = (
    "events",
    "evidence",
    "overrides",
    "selections",
    "decisions",
    "instructions",
    "evaluations",
    "incidents",
)
"""Where a client's path keeps what is shown of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """The organisation, a nurse of all its teams, how many clients there are, and one of them."""

    house: UUID
    nurse: Account
    many: int
    one: UUID


def found_inspected(house: UUID, many: int, now: datetime) -> Inspected:
    """So many clients with a dispenser in use for two months to two years, in eight teams."""
    nurse = open_account(
        organisation_id=house, username="bench.nurse", display_name=WHO, role="nurse", now=now
    )
    teams = [form_team(organisation_id=house, name=f"Team {n}", now=now) for n in range(1, TEAMS + 1)]
    with transaction.atomic():
        for each in teams:
            join_team(organisation_id=house, team_id=each.id, account_id=nurse.id, now=now)
        clients = [_client(house, n, team.id, now) for n, team in zip(range(many), cycle(teams))]
        paths = [_path(each, n, now) for n, each in enumerate(clients)]
        CarePath.objects.bulk_create(paths)
        rows: dict[type[models.Model], list[Any]] = {}
        for n, path in enumerate(paths):
            for row in _rows(path, n, now):
                rows.setdefault(type(row), []).append(row)
        for kind, of in rows.items():
            kind._default_manager.bulk_create(of)
    return Inspected(house=house, nurse=nurse, many=many, one=clients[0].id)


def _client(house: UUID, n: int, team: UUID, now: datetime) -> Client:
    """With a carer, and how one gets in written down; at most of them somebody tried it."""
    client = register_client(
        organisation_id=house, name=f"C. Cliënt {n:04d}", now=now - 800 * DAY, team_id=team, salutation="Mw.",
        phone="053 555 01 42", address=f"Voorbeeldstraat {n}, Borne",
    )  # fmt: skip
    if n % 5:
        add_carer(
            organisation_id=house,
            client_id=client.id,
            name="Petra",
            relation="dochter",
            now=now,
            consented=True,
        )
    access = keep_access(client_id=client.id, how="client_opens", words="", by=WHO, now=now - 100 * DAY)
    if n % 6:
        confirm_access(access, by=WHO, now=now - 99 * DAY)
    return client


def _path(client: Client, n: int, now: datetime) -> CarePath:
    began = now - (60 + n * 7 % 600) * DAY
    return CarePath(
        id=new_id(now), organisation_id=client.organisation_id, client_id=client.id, setting="zvw", state="in_use",
        step=8, opened_at=began - 30 * DAY, opened_by=WHO, entered_at=began, started_at=began,
    )  # fmt: skip


def _rows(path: CarePath, n: int, now: datetime) -> Iterator[models.Model]:
    """What was shown before the start and after it; here and there something is not there, or late."""
    began = path.started_at or now
    its: dict[str, Any] = {
        "organisation_id": path.organisation_id, "client_id": path.client_id, "path_id": path.id,
    }  # fmt: skip

    def at(days: int) -> datetime:
        return began + days * DAY

    for event, before, after, days in (
        ("enrolled", "selecting", "roll", -12),
        ("go_live", "starting", "in_use", 0),
    ):
        yield PathEvent(
            id=new_id(now), event=event, from_state=before, to_state=after, step=7, at=at(days), by=WHO, role="nurse",
            **its,
        )  # fmt: skip
    yield from _before(its, n, now, at(-20))
    for kind in ("care_plan", "coverage_tested", "power_tested", "fallback_agreed")[n % 9 == 0 :]:
        yield Evidence(id=new_id(now), kind=kind, at=at(-2), told_at=at(-2), by=WHO, role="nurse", **its)
    for who, name in (("client", "zij zelf"), ("carer", "Petra"))[: 1 + (n % 5 > 0)]:
        yield Instruction(
            id=new_id(now), who=who, name=name, understood=n % 17 != 3, practised=True, at=at(0 - n % 3), by=WHO,
            role="nurse", **its,
        )  # fmt: skip
    yield from _after(its, n, now, began)


def _before(its: dict[str, Any], n: int, now: datetime, at: datetime) -> Iterator[models.Model]:
    for version in range(1, 2 + (n % 4 == 0)):
        yield Selection(
            id=new_id(now), version=version, form="1", outcome="suitable", author_id=new_id(now), author=WHO,
            author_role="nurse", created_at=at + version * DAY, answers={str(q): {"answer": "yes"} for q in range(20)},
            **its,
        )  # fmt: skip
    if n % 13:
        yield SharedDecision(
            id=new_id(now), choice="yes", decided_by="client", capacity="able", at=at + 2 * DAY, by=WHO, role="nurse",
            created_at=at + 2 * DAY, **its,
        )  # fmt: skip
    if n % 10 == 0:
        yield Override(
            id=new_id(now), condition="house_access_tried", because="De buren zijn nog weg.", by=WHO, role="nurse",
            at=at + 19 * DAY, make_good_by=at + 22 * DAY, made_good_at=at + 21 * DAY if n % 20 else None, **its,
        )  # fmt: skip


def _after(its: dict[str, Any], n: int, now: datetime, began: datetime) -> Iterator[models.Model]:
    """An evaluation each six weeks that were held but for the last, and a report at some."""
    days = list(range(14, (now - began).days, 84))
    for day in days:
        due = began + day * DAY
        held: dict[str, Any] = {}
        if day != days[-1] or n % 3:
            held = {"held_at": due + (n % 4) * DAY, "held_by": WHO, "role": "nurse", "outcome": "goes_on"}
        yield Evaluation(
            id=new_id(now),
            why="schedule",
            opened_at=due - 3 * DAY,
            due_on=(due + 2 * DAY).date(),
            **held,
            **its,
        )
    for kind in ("incident", "complaint", "calamity")[: max(0, 3 - n % 12)]:
        yield Incident(
            id=new_id(now), kind=kind, happened_at=now - 40 * DAY, reported_at=now - 39 * DAY, reported_by=WHO,
            reporter="nurse", what="Zakje bleef hangen.", report_by=now - 36 * DAY if kind == "calamity" else None,
            **its,
        )  # fmt: skip


def cells(sheet: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """The file's lines without ids, as they stand on paper."""
    return [[*line[:1], *line[2:]] for line in sheet]
