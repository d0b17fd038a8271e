"""Everything that an inspector asks of clients with a dispenser, with its dates (N9). A fixed number of statements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from reik.medication.queries import zones_of
from reik.pathway import readiness
from reik.pathway.enrolment.instructing import SessionSeen, sessions_of
from reik.pathway.evidence import Shown
from reik.pathway.lists.inspection_rules import (
    CONDITION_OF,
    LATE,
    MISSING,
    NOT_ASKED,
    SUBJECTS,
    UNKNOWN,
    Evaluated,
    Known,
    Line,
    Promised,
    Reported,
    Start,
    by_subject,
    of_evaluation,
    of_promise,
    of_report,
    of_start,
    worst,
)
from reik.pathway.models import CarePath, PathEvent
from reik.pathway.path import Event
from reik.pathway.queries import OverrideSeen, PathSeen, evidence_of, overrides_of, seen
from reik.pathway.selection.deciding_rules import is_agreement, is_wzd_decision
from reik.pathway.selection.selection_seen import DecisionSeen, SignedSeen, all_decisions, all_signed
from reik.pathway.use.evaluation_terms import TermsOfUse, use_terms_of
from reik.pathway.use.evaluations_seen import EvaluationSeen, evaluations_on
from reik.pathway.use.incidents_seen import IncidentSeen, incidents_of
from reik.pathway.use.triggers import SCHEDULE
from reik.people.queries import carers_of

ENDED_SINCE = timedelta(days=366)
ASKS = (MISSING, LATE, UNKNOWN)
KEPT_ELSEWHERE = ("trained_staff",)
"""What Reik knows of nobody: said once above the list, not with each client."""
OF_START = ("follow_up", "test_alarm", "house_access", "care_plan")
SHOWN = ("agreement", "wzd_decision", "follow_up_agreed", "test_alarm", "house_access_tried", "care_plan")


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One client's path with every line of every subject."""

    client_id: UUID
    path: PathSeen
    lines: Mapping[str, Sequence[Line]]

    @cached_property
    def _statuses(self) -> Mapping[str, str]:
        return {subject: worst(lines) for subject, lines in self.lines.items()}

    def status(self, subject: str) -> str:
        """What this subject comes to: the worst of its lines."""
        return self._statuses[subject]

    @property
    def asks(self) -> list[str]:
        """The subjects that need somebody's attention."""
        return [each for each in SUBJECTS if self.status(each) in ASKS and each not in KEPT_ELSEWHERE]

    @property
    def asks_attention(self) -> bool:
        return bool(self.asks)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """What was read for all paths at once."""

    shown: Mapping[UUID, Mapping[str, Shown]]
    decisions: Mapping[UUID, Sequence[DecisionSeen]]
    selections: Mapping[UUID, Sequence[SignedSeen]]
    skipped: Mapping[UUID, str]
    sessions: Mapping[UUID, Sequence[SessionSeen]]
    carers: Collection[UUID]
    overrides: Mapping[UUID, Sequence[OverrideSeen]]
    live: Collection[UUID]
    evaluations: Mapping[UUID, Sequence[EvaluationSeen]]
    terms: Mapping[UUID, TermsOfUse]
    incidents: Mapping[UUID, Sequence[IncidentSeen]]
    zones: Mapping[UUID, ZoneInfo]
    now: datetime


def proofs_of(client_ids: Collection[UUID], now: datetime) -> dict[UUID, Proof]:
    """The newest path of each of these clients, open or ended within a year; who never had one is missing."""
    rows = CarePath.objects.filter(client_id__in=client_ids)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=now - ENDED_SINCE))
    paths = [seen(each) for each in rows.order_by("client_id", "-opened_at", "-id").distinct("client_id")]
    read = _read(paths, now)
    return {
        each.client_id: Proof(client_id=each.client_id, path=each, lines=by_subject(_lines(each, read)))
        for each in paths
    }


def _read(paths: Sequence[PathSeen], now: datetime) -> _Rows:
    ids, clients = [each.id for each in paths], [each.client_id for each in paths]
    # A restart rests on what was shown on the path before it.
    with_before = [*ids, *(each.before_id for each in paths if each.before_id)]
    incidents: dict[UUID, list[IncidentSeen]] = {}
    for one in incidents_of(clients, since=now - ENDED_SINCE):
        incidents.setdefault(one.client_id, []).append(one)
    skipped = [each for each in evidence_of(ids, ["selection_skipped"]) if each.taken_back_at is None]
    return _Rows(
        shown=readiness.shown_for(paths, now, SHOWN), decisions=all_decisions(ids),
        selections=all_signed(with_before), sessions=sessions_of(ids), carers=carers_of(clients).keys(),
        skipped={each.path_id: each.by for each in skipped},
        overrides=overrides_of(ids), evaluations=evaluations_on(ids), incidents=incidents,
        live=set(PathEvent.objects.filter(path_id__in=ids, event=Event.GO_LIVE).values_list("path_id", flat=True)),
        terms=use_terms_of({each.organisation_id for each in paths}), zones=zones_of(clients), now=now,
    )  # fmt: skip


def _lines(path: PathSeen, read: _Rows) -> list[Line]:
    start = Start(at=path.started_at, checked=path.id in read.live, over=path.ended_at is not None)
    let: dict[str, Promised] = {each.condition: _promised(each) for each in read.overrides.get(path.id, ())}

    def asked(subject: str, known: Known | None) -> Line:
        return of_start(subject, known, start, let.get(CONDITION_OF.get(subject, "")), read.now)

    carer = (
        asked("trained_carer", _trained(path, "carer", read))
        if path.client_id in read.carers
        else Line(subject="trained_carer", status=NOT_ASKED, note="no_carer")
    )
    return [
        asked("agreement", _agreed(path, read)),
        _assessed(path, start, read),
        asked("trained_client", _trained(path, "client", read)),
        carer,
        # Who of the staff was trained is kept by the implementation track; until it tells, nobody knows it here.
        Line(subject="trained_staff", status=UNKNOWN, note="not_kept"),
        *(asked(each, _shown(path, CONDITION_OF[each], read)) for each in OF_START),
        *_evaluated(path, read),
        *(of_report(_reported(each), read.now) for each in read.incidents.get(path.client_id, ())),
        *(_override(each, read.now) for each in read.overrides.get(path.id, ())),
    ]  # fmt: skip


def _promised(each: OverrideSeen) -> Promised:
    return Promised(
        condition=each.condition, because=each.because, by=each.by, at=each.at, make_good_by=each.make_good_by,
        made_good_at=each.made_good_at,
    )  # fmt: skip


def _override(each: OverrideSeen, now: datetime) -> Line:
    return Line(
        subject="overrides", status=of_promise(_promised(each), now), at=each.made_good_at, due=each.make_good_by,
        by=each.by, note="override",
        values={"condition": each.condition, "because": each.because, "let_at": each.at},
    )  # fmt: skip


def _agreed(path: PathSeen, read: _Rows) -> Known | None:
    """The decision that holds; of a path that ended the last one that did."""
    here = read.shown[path.id]
    kind = "agreement" if "agreement" in here else "wzd_decision" if "wzd_decision" in here else ""
    counts = [
        each
        for each in read.decisions.get(path.id, ())
        if is_agreement(each.said) or is_wzd_decision(each.said)
    ]
    if not counts or (not kind and path.ended_at is None):
        return None
    last = counts[-1]
    return Known(
        at=last.said.at, first_at=counts[0].said.at, by=last.by,
        note="wzd" if is_wzd_decision(last.said) else f"agreed_{last.said.decided_by}",
        values={"representative": last.said.representative, "wzd_on": last.said.wzd_on},
    )  # fmt: skip


def _assessed(path: PathSeen, start: Start, read: _Rows) -> Line:
    """The signed forms of this path, or the ones that a restart took over; skipping it is no assessment."""
    own = read.selections.get(path.id, ())
    signed = own or (read.selections.get(path.before_id, ()) if path.before_id else ())
    if not signed:
        skipped = read.skipped.get(path.id)
        known = of_start("assessed", None, start, None, read.now)
        return (
            known if skipped is None else Line(subject="assessed", status=UNKNOWN, by=skipped, note="skipped")
        )
    last = signed[-1]
    known_at = Known(
        at=last.created_at, first_at=signed[0].created_at, by=last.author, note="version",
        values={"version": last.version, "outcome": last.outcome, "role": last.author_role},
    )  # fmt: skip
    return of_start("assessed", known_at, Start(at=start.at, over=start.over), None, read.now)


def _trained(path: PathSeen, who: str, read: _Rows) -> Known | None:
    """Who showed it back well enough; the first time counts for the start, the last is told."""
    good = [each for each in read.sessions.get(path.id, ()) if each.who == who and each.understood]
    if not good:
        return None
    last = good[-1]
    return Known(
        at=last.at, first_at=good[0].at, by=last.by, note="taught",
        values={"name": last.name, "repeat_on": last.repeat_on, "times": len(good)},
    )  # fmt: skip


def _shown(path: PathSeen, kind: str, read: _Rows) -> Known | None:
    one = read.shown[path.id].get(kind)
    return None if one is None else Known(at=one.at, by=one.by)


def _evaluated(path: PathSeen, read: _Rows) -> list[Line]:
    """Those that were held or are open, and the next by the calendar where none of it is open."""
    zone, now = read.zones[path.client_id], read.now
    today = now.astimezone(zone).date()
    held = read.evaluations.get(path.id, ())
    lines = [of_evaluation(_evaluation(each), today, zone) for each in held]
    open_one = any(each.held_at is None and each.why == SCHEDULE for each in held)
    if path.started_at is not None and path.ended_at is None and not open_one:
        done = [each for each in held if each.held_at is not None and each.held_at >= path.started_at]
        days = [
            each.held_at.astimezone(zone).date() for each in done if each.why == SCHEDULE and each.held_at
        ]
        last = max(done, key=lambda each: each.held_at or now, default=None)
        due = read.terms[path.organisation_id].calendar.next_on(
            path.started_at.astimezone(zone).date(), days, last.next_on if last else None
        )
        lines.append(of_evaluation(Evaluated(why=SCHEDULE, due_on=due), today, zone))
    return lines


def _evaluation(each: EvaluationSeen) -> Evaluated:
    return Evaluated(
        why=each.why, due_on=each.due_on, held_at=each.held_at, held_by=each.held_by, outcome=each.outcome,
        fell_away=each.fell_away,
    )  # fmt: skip


def _reported(each: IncidentSeen) -> Reported:
    return Reported(
        kind=each.kind, reported_at=each.reported_at, reported_by=each.reported_by, report_by=each.report_by,
        inspectorate_at=each.inspectorate_at, closed_at=each.closed_at,
    )  # fmt: skip


def counted(proofs: Collection[Proof]) -> dict[str, dict[str, int]]:
    """How many clients stand how, by subject: what is missing or late first."""
    found: dict[str, dict[str, int]] = {subject: {} for subject in SUBJECTS}
    for proof in proofs:
        for subject in SUBJECTS:
            status = proof.status(subject)
            found[subject][status] = found[subject].get(status, 0) + 1
    return found
