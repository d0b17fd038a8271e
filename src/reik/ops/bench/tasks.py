"""`reik bench tasks`: the work lists of a team with ten thousand open tasks: all, her own, what is late, today's round.

Two hundred clients of one team, tasks of sixteen kinds with and without an owner, a twentieth late; as many again of
another organisation, and five times as many that ended. The pages are asked of Reik's own web process, as `reik_web`,
by who is logged in: row-level security, the access log, the counts and the words are in the times.

Beside it `django-tables2` (`requirements/bench.txt`) draws the same fifty tasks of the same clients in the same order,
paginated by Django, in this process: without a person, counts by kind, words or a log.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.models import Account
from reik.kernel.operations import open_account
from reik.ops.bench import figures as fig
from reik.ops.bench.asking import Browser, browser_at, session_of, statements
from reik.ops.bench.figures import Claim, Figures, at_least_one, number, percentile, say
from reik.ops.bench.page_peers import TABLES, beside, table_page
from reik.ops.bench.scene import set_scene
from reik.ops.bench.world import superuser
from reik.people.operations import form_team, join_team, register_client
from reik.tasks.models import Task
from reik.tasks.operations import NewTask, open_tasks

GOAL_MS, GOAL_OPEN = 150.0, 10_000
LISTS = {
    "team": "/werklijst/taken", "mine": "/werklijst/taken?lijst=mijn", "late": "/werklijst/taken?lijst=telaat",
    "route": "/werklijst/taken?lijst=route", "far": "/werklijst/taken?blz=100", "kind": "/werklijst/taken?soort=rollen",
    "badge": "/werklijst/taken/aantal",
}  # fmt: skip
CLIENTS, PAGE, LOT = 200, 50, 2000
ROLES = ("nurse", "nurse", "caregiver")
KINDS = {
    0: "leftovers_count", 1: "roll_change", 2: "roll_order", 3: "moved", 4: "absence_call",
    5: "house_access_check", 6: "path.evaluation", 7: "path.care_plan", 8: "path.load_sign",
    9: "path.signal_tested", 10: "path.measure", 11: "choose_change", 12: "confirm_change",
    13: "pharmacy_answered", 14: "follow_up_route", 15: "outside_undecided",
}  # fmt: skip
DETAIL = {"roll": "R-1", "next": "R-2", "count": 3, "step": 5, "product": "Zalf", "at": "8:00"}
PAST = timedelta(days=3)
ENDED = """
INSERT INTO tasks_task SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'key', t.key || '-'
    || n, 'ended_at', t.opened_at + interval '1 day', 'ended_as', 'done', 'ended_by', 'Joke'))).*
FROM tasks_task AS t, generate_series(1, %s) AS n
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--open", type=at_least_one, default=GOAL_OPEN, help=f"open tasks of the team (default {GOAL_OPEN})"
    )
    parser.add_argument(
        "--times", type=at_least_one, default=40, help="how often each list is asked (default 40)"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Whose lists are asked for, and the clients of her team."""

    nurse: Account
    clients: Sequence[UUID]


def run(options: argparse.Namespace) -> int:
    now = clock.now()
    with set_scene() as scene:
        become(Role.WORKER)
        say(f"{options.open} open tasks, as many elsewhere, and what ended ...")
        team = _found(scene.tenants[0].id, options.open, now)
        _found(scene.tenants[1].id, options.open, now)
        _fill(scene.home)
        key = session_of(team.nurse)
        with browser_at(scene, key) as browser:
            measured = _measured(browser, options.times)
        become(Role.WORKER)
        asked = statements(list(LISTS.values()), key)
        measured |= {"statements": {name: asked[page] for name, page in LISTS.items()}}
        measured |= _counted(team) | beside("page", TABLES, lambda: _table(team), options.times)
    return fig.report(measured | {"open": options.open}, _claims(options.open))


def _found(house: UUID, many: int, now: datetime) -> Team:
    """A team with its clients and so many open tasks; every twentieth is hers, every twentieth is late."""
    nurse = open_account(
        organisation_id=house,
        username=f"bench.{house.hex[-8:]}",
        display_name="Joke Meijer",
        role="nurse",
        now=now,
    )
    with transaction.atomic():
        team = form_team(organisation_id=house, name="Noord", now=now)
        join_team(organisation_id=house, team_id=team.id, account_id=nurse.id, now=now)
        clients = [_client(house, n, team.id, now) for n in range(min(CLIENTS, many))]
        tasks = [_task(house, clients[n % len(clients)], n, nurse, now) for n in range(many)]
        for start in range(0, many, LOT):
            open_tasks(tasks[start : start + LOT], now - PAST)
    return Team(nurse=nurse, clients=clients)


def _client(house: UUID, n: int, team: UUID, now: datetime) -> UUID:
    return register_client(
        organisation_id=house, name=f"C. Cliënt {n:03d}", now=now, team_id=team, salutation="Dhr.",
        phone="053 555 01 42", address=f"Voorbeeldstraat {n}, 76{n % 40:02d} AB Borne",
    ).id  # fmt: skip


def _task(house: UUID, client: UUID, n: int, nurse: Account, now: datetime) -> NewTask:
    ahead = timedelta(hours=n % 336 + 1)
    hers = n % 20 == 7
    return NewTask(
        organisation_id=house, client_id=client, kind=KINDS[n * 7 % len(KINDS)], key=f"{n}", by="reik", detail=DETAIL,
        owner_role=ROLES[n % len(ROLES)], due_at=now - timedelta(hours=n % 48) if n % 20 == 3 else now + ahead,
        high_risk=n % 40 == 0, owner_id=nurse.id if hers else None, owner_name=nurse.display_name if hers else "",
    )  # fmt: skip


def _fill(home: Home) -> None:
    """What ended, and the statistics that a database has that was filled in the course of years."""
    with superuser(home) as admin:
        admin.execute(ENDED, [5])
        admin.execute("VACUUM ANALYZE")
        admin.execute("CHECKPOINT")


def _measured(browser: Browser, times: int) -> Figures:
    say("asking the lists ...")
    waits = {name: browser.times(page, times) for name, page in LISTS.items()}
    used, first = browser.cpu_ms(), browser.text(LISTS["team"])
    every = [each for name, found in waits.items() if name != "badge" for each in found]
    return {
        "page_p50_ms": percentile(every, 0.5), "page_p99_ms": percentile(every, 0.99),
        "slowest_list_p50_ms": max(percentile(found, 0.5) or 0.0 for found in waits.values()),
        "p50_ms": {name: percentile(found, 0.5) for name, found in waits.items()},
        "p99_ms": {name: percentile(found, 0.99) for name, found in waits.items()},
        "page_cpu_ms": used,
        "drawn": len(re.findall(r'class="task[ "]', first)),
    }  # fmt: skip


def _counted(team: Team) -> Figures:
    rows = Task.objects.filter(organisation_id=team.nurse.organisation_id)
    return {"in_table": Task.objects.count(), "open_of_team": rows.filter(ended_at=None).count()}


def _table(team: Team) -> str:
    """The first fifty of the same tasks in the same order, by name of client, kind, owner and day."""
    rows = Task.objects.filter(client_id__in=team.clients, ended_at=None, owner_role__in=set(ROLES))
    columns = {"client": "client__name", "kind": "kind", "owner": "owner_name", "due": "due_at"}
    ordered = rows.select_related("client").order_by("-high_risk", "due_at", "id")
    return table_page(columns, ordered, 1, PAGE)


def _claims(many: int) -> list[Claim]:
    fast = Claim(
        f"every list at most {GOAL_MS:.0f} ms (p50)", lambda f: number(f, "slowest_list_p50_ms") <= GOAL_MS
    )
    return [
        *([fast] if many <= GOAL_OPEN else []),
        Claim("a page of tasks is drawn", lambda f: number(f, "drawn") == min(PAGE, many)),
        Claim("every task is there", lambda f: number(f, "open_of_team") == number(f, "open")),
    ]
