"""The rows that a proposal rests on: moments with when they were due and out, or alerts with their course."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.alerting.figures.proposals import ProposalSeen
from reik.alerting.queries import AlertSeen, alerts_by_id
from reik.dispensing.queries import MomentSeen, moments_by_id
from reik.web.shown import Shown, shown
from reik.web.words import cause_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One row: when, how it ended, when the last sachet came out; an alert links to its course."""

    at: datetime
    shown: Shown
    out_at: datetime | None = None
    link: str = ""


def evidence_of(found: Collection[ProposalSeen], now: datetime) -> dict[UUID, list[Evidence]]:
    """The rows behind each of these proposals, the oldest first. Two reads, however many proposals."""
    moments = moments_by_id([UUID(id) for each in found for id in each.evidence.get("moments", [])])
    alerts = alerts_by_id([UUID(id) for each in found for id in each.evidence.get("alerts_of", [])])
    return {each.id: _rows(each, moments, alerts, now) for each in found}


def _rows(
    each: ProposalSeen, moments: Mapping[UUID, MomentSeen], alerts: Mapping[UUID, AlertSeen], now: datetime
) -> list[Evidence]:
    rows = [
        _moment(moments[id], now)
        for said in each.evidence.get("moments", [])
        if (id := UUID(said)) in moments
    ]
    rows += [
        Evidence(
            at=alerts[id].opened_at, shown=Shown("niet", cause_words(alerts[id].cause)),
            link=f"/team/melding/{id}/verloop",
        )
        for said in each.evidence.get("alerts_of", [])
        if (id := UUID(said)) in alerts
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row.at)


def _moment(row: MomentSeen, now: datetime) -> Evidence:
    state = shown(
        row.outcome, due_at=row.due_at, deadline_at=row.deadline_at, now=now, sachets=row.sachets, out=row.out
    )
    return Evidence(at=row.due_at, shown=state, out_at=row.last_out_at)
