"""Opens evaluations: by the calendar, and by what happened, set-wise for every path in use (R7). For `reik jobs`.

As many statements for 1 path as for 500. An evaluation that is open already gets the newest evidence.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.alerting.figures.proposals import proposals_open
from reik.alerting.outcomes_said import outcomes_said
from reik.dispensing.away.path import HOSPITAL
from reik.dispensing.moments.gone_wrong import came_back, came_out, wrong_moments
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.rows import Table
from reik.medication.queries import zones_of
from reik.pathway.models import CarePath, Evaluation
from reik.pathway.path import State
from reik.pathway.use import triggers
from reik.pathway.use.evaluation_terms import TermsOfUse, use_terms_of
from reik.pathway.use.triggers import SCHEDULE, Calendar, Happened, Said, Trigger, Use, Wrong
from reik.pathway.use.use_facts import EvaluationOpened
from reik.tasks.operations import NewTask, open_tasks

TASK = "path.evaluation"
DRIFTS = frozenset({"drifts_later", "more_misses"})
OPENED_AHEAD = timedelta(days=14)
"""So long before its day an evaluation of the calendar is a task."""
AT_ONCE = 500
BY = "reik"
IN_HOME = (State.IN_USE.value, State.PAUSED.value)
DUE_TIME = time(17)


def look_back(now: datetime) -> int:
    """Every path in use, some hundreds at once; gives how many evaluations are new."""
    ids = list(CarePath.objects.filter(state__in=IN_HOME).order_by("id").values_list("id", flat=True))
    return sum(_look(ids[at : at + AT_ONCE], now) for at in range(0, len(ids), AT_ONCE))


@transaction.atomic
def _look(path_ids: Sequence[UUID], now: datetime) -> int:
    paths = list(CarePath.objects.filter(id__in=path_ids, state__in=IN_HOME, started_at__isnull=False))
    if not paths:
        return 0
    past, happened = _past(paths), _Around(paths, now)
    terms = use_terms_of({each.organisation_id for each in paths})
    zones = zones_of([each.client_id for each in paths])
    asked: list[Asked] = []
    for each in paths:
        local = now.astimezone(zones[each.client_id]).date()
        mine = terms[each.organisation_id]
        planned = _planned(each, past[each.id], mine.calendar, zones[each.client_id])
        if planned <= local + OPENED_AHEAD:
            asked.append(Asked(each, SCHEDULE, {"day": planned.isoformat()}, planned))
        whole = happened(each, past[each.id])
        asked += [_asked(each, one, mine, local) for one in triggers.found(whole, now)]
    return open_evaluations(asked, now)


@dataclass(frozen=True, slots=True)
class Asked:
    """An evaluation to open."""

    path: CarePath
    why: str
    evidence: Mapping[str, object]
    due_on: date


def _asked(path: CarePath, trigger: Trigger, terms: TermsOfUse, today: date) -> Asked:
    return Asked(path, trigger.why, trigger.evidence, terms.due_on(trigger.why, today))


@dataclass(slots=True)
class Past:
    """Evaluations that were held since the start: by the calendar, the newest, and by reason."""

    planned: list[datetime]
    newest: datetime | None
    chosen: date | None
    thrice: datetime | None


def _past(paths: Sequence[CarePath]) -> Mapping[UUID, Past]:
    found: dict[UUID, Past] = {each.id: Past([], None, None, None) for each in paths}
    started = {each.id: each.started_at for each in paths}
    rows = Evaluation.objects.filter(path_id__in=found, held_at__isnull=False).order_by("held_at")
    for path_id, why, held_at, next_on in rows.values_list("path_id", "why", "held_at", "next_on"):
        begun, past = started[path_id], found[path_id]
        if begun is None or held_at is None or held_at < begun:
            continue
        past.newest, past.chosen = held_at, next_on
        if why == SCHEDULE:
            past.planned.append(held_at)
        if why == triggers.REFUSED_THRICE:
            past.thrice = held_at
    return found


def _planned(path: CarePath, past: Past, calendar: Calendar, zone: ZoneInfo) -> date:
    assert path.started_at is not None
    days = [each.astimezone(zone).date() for each in past.planned]
    return calendar.next_on(path.started_at.astimezone(zone).date(), days, past.chosen)


class _Around:
    """What the other contexts know of these clients, read at once; called for one path, hers."""

    def __init__(self, paths: Sequence[CarePath], now: datetime) -> None:
        clients = [each.client_id for each in paths]
        since = now - triggers.LOOKED_BACK
        self.wrong = wrong_moments(clients, since, now)
        self.said = outcomes_said(clients, triggers.REFUSALS | triggers.UNREACHED, since)
        self.use = came_out(clients, since, now - triggers.LOOKED_BACK / 2, now)
        self.returns = came_back(clients, HOSPITAL, since)
        self.drifts: dict[UUID, list[tuple[UUID, datetime]]] = defaultdict(list)
        for each in proposals_open(clients):
            if each.kind in DRIFTS:
                self.drifts[each.client_id].append((each.id, each.proposed_at))

    def __call__(self, path: CarePath, past: Past) -> Happened:
        client = path.client_id
        assert path.started_at is not None
        out, of, out_lately, of_lately = self.use.get(client, (0, 0, 0, 0))
        held: dict[str, datetime | None] = dict.fromkeys(triggers.WHYS, past.newest)
        held[triggers.REFUSED_THRICE] = past.thrice  # looking at each refusal apart does not make them fewer
        return Happened(
            since=path.started_at,
            wrong=[
                Wrong(moment_id=each.id, at=each.due_at, ended_at=each.ended_at, outcome=each.outcome,
                      criticality=each.criticality)
                for each in self.wrong.get(client, ())
            ],
            said=[Said(alert_id=e.alert_id, at=e.at, outcome=e.outcome) for e in self.said.get(client, ())],
            before=Use(out, of), lately=Use(out_lately, of_lately),
            drifts=self.drifts.get(client, ()), returns=self.returns.get(client, ()),
            held={why: at for why, at in held.items() if at is not None},
        )  # fmt: skip


_ROWS = Table(
    "pathway_evaluation",
    id="uuid", organisation_id="uuid", client_id="uuid", path_id="uuid", why="text", evidence="jsonb",
    opened_at="timestamptz", due_on="date", held_by="text", role="text", answers="jsonb", outcome="text", note="text",
)  # fmt: skip


@transaction.atomic
def open_evaluations(asked: Iterable[Asked], now: datetime, by: str = BY) -> int:
    """Open these; what is open for that reason gets the newest evidence and keeps its day. Gives how many are new."""
    rows = sorted({(each.path.id, each.why): each for each in asked}.items(), key=lambda row: str(row[0]))
    stored = _ROWS.insert(
        [
            (new_id(now), each.path.organisation_id, each.path.client_id, path_id, why,
             json.dumps(dict(each.evidence)), now, each.due_on, "", "", "{}", "", "")
            for (path_id, why), each in rows
        ],
        then="ON CONFLICT (path_id, why) WHERE held_at IS NULL DO UPDATE SET evidence = excluded.evidence"
        " RETURNING path_id, why, (xmax = 0)",
    )  # fmt: skip
    new = {(path_id, why) for path_id, why, is_new in stored if is_new}
    tell([each.path.id for key, each in rows if key in new], now, by)
    facts.publish(
        [
            EvaluationOpened(
                organisation_id=each.path.organisation_id, client_id=each.path.client_id, path_id=each.path.id,
                why=each.why, due_on=each.due_on,
            )
            for key, each in rows if key in new
        ],
        now,
    )  # fmt: skip
    return len(new)


def tell(path_ids: Collection[UUID], now: datetime, by: str) -> None:
    """One task for each of these paths that has an evaluation open: before the end of the earliest day."""
    rows = Evaluation.objects.filter(path_id__in=path_ids, held_at=None).order_by("due_on", "id")
    by_path: dict[UUID, list[Evaluation]] = defaultdict(list)
    for each in rows:
        by_path[each.path_id].append(each)
    zones = zones_of([each.client_id for each in rows])
    open_tasks(
        [
            NewTask(
                organisation_id=of[0].organisation_id, client_id=of[0].client_id, kind=TASK, owner_role="nurse",
                due_at=datetime.combine(of[0].due_on, DUE_TIME, zones[of[0].client_id]), by=by, about=path_id,
                detail={"whys": [each.why for each in of], "day": f"{of[0].due_on:%d-%m}"},
            )
            for path_id, of in by_path.items()
        ],
        now,
    )  # fmt: skip


def open_for_clients(client_ids: Collection[UUID], why: str, by: str, now: datetime) -> int:
    """Something changed in the life of these clients: evaluate those who have a dispenser in use. Set-wise."""
    paths = list(CarePath.objects.filter(client_id__in=client_ids, state__in=IN_HOME))
    if not paths:
        return 0
    terms, zones = (
        use_terms_of({each.organisation_id for each in paths}),
        zones_of([e.client_id for e in paths]),
    )
    asked = [
        Asked(each, why, {}, terms[each.organisation_id].due_on(why, now.astimezone(zones[each.client_id]).date()))
        for each in paths
    ]  # fmt: skip
    return open_evaluations(asked, now, by)
