"""What holds now for care paths, gathered from where it lives; set-wise: as many statements for 1 as for 200 paths.

THE registry: which module of the care path shows which kind (`OF_PATHWAY`); what other contexts know stands in
`elsewhere`. Rows of `pathway.Evidence` count for every kind. A kind that nobody shows does not hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import import_module
from uuid import UUID

from reik.pathway import elsewhere
from reik.pathway.evidence import KINDS, Shown, carried, holds
from reik.pathway.path import State
from reik.pathway.queries import PathSeen, evidence_of, paths_by_id

Reader = Callable[[Sequence[PathSeen]], Mapping[UUID, Shown]]

OF_PATHWAY: Mapping[str, str] = {
    "allotment": "allotments:shown_allotment",
    "indication": "selection.selection_shown:shown_indication",
    "baseline": "selection.selection_shown:shown_baseline",
    "assessed": "selection.selection_shown:shown_assessed",
    "selection": "selection.selection_shown:shown_selection",
    "agreement": "selection.selection_shown:shown_agreement",
    "wzd_decision": "selection.selection_shown:shown_wzd_decision",
    "device_ordered": "enrolment.orders_seen:shown_device_ordered",
    "device_delivered": "enrolment.orders_seen:shown_device_delivered",
    "signal_tested": "enrolment.installing:shown_signal_tested",
    "instruction_client": "enrolment.instructing:shown_instruction_client",
    "instruction_carer": "enrolment.instructing:shown_instruction_carer",
}
"""Kind → module of the care path and its function; by name, because those modules move paths and are not above this."""

OF_THIS_PAUSE = frozenset({"medication_checked", "roll_checked", "route_tested"})
"""What is shown anew for every restart (R12)."""


@cache
def _reader(name: str) -> Reader:
    module, _, function = name.partition(":")
    reader: Reader = getattr(import_module(f"reik.pathway.{module}"), function)
    return reader


def holding(
    path_ids: Collection[UUID], now: datetime, kinds: Collection[str] | None = None
) -> dict[UUID, frozenset[str]]:
    """The kinds (of `kinds`) that hold now for each of these paths."""
    return {id: frozenset(found) for id, found in shown(path_ids, now, kinds).items()}


def shown(
    path_ids: Collection[UUID], now: datetime, kinds: Collection[str] | None = None
) -> dict[UUID, dict[str, Shown]]:
    """What holds now for each of these paths, and who showed it when."""
    return shown_for(list(paths_by_id(path_ids).values()), now, kinds)


def shown_for(
    paths: Sequence[PathSeen], now: datetime, kinds: Collection[str] | None = None
) -> dict[UUID, dict[str, Shown]]:
    """As `shown`, of paths that were read already. A restart takes over what `evidence.CARRIED` says."""
    wanted = frozenset(KINDS if kinds is None else kinds)
    before = paths_by_id([each.before_id for each in paths if each.before_id])
    said = _said([*paths, *before.values()], wanted, now)
    found: dict[UUID, dict[str, Shown]] = {}
    for path in paths:
        mine = {kind: each for kind, each in said[path.id].items() if holds(kind, each, now)}
        if path.before_id is not None:
            for kind, each in said[path.before_id].items():
                if kind not in mine and carried(kind, each, now):
                    mine[kind] = each
        found[path.id] = mine
    return found


def _said(paths: Sequence[PathSeen], wanted: frozenset[str], now: datetime) -> dict[UUID, dict[str, Shown]]:
    """What rows, other contexts and the path's own modules say; the last goes before the first."""
    said: dict[UUID, dict[str, Shown]] = defaultdict(dict)
    for id, kind, each in _written(paths, wanted):
        said[id][kind] = each
    for by_kind in elsewhere.read(paths, wanted, now):
        for kind in wanted & by_kind.keys():  # one reader shows several kinds; only what was asked is told
            for id, each in by_kind[kind].items():
                said[id][kind] = each
    for kind in sorted(wanted & OF_PATHWAY.keys()):
        for id, each in _reader(OF_PATHWAY[kind])(paths).items():
            said[id][kind] = each
    return said


def _written(paths: Sequence[PathSeen], wanted: frozenset[str]) -> list[tuple[UUID, str, Shown]]:
    """Rows of evidence that were not taken back; of a restart those of this pause only. The newest comes last."""
    of = {each.id: each for each in paths}
    return [
        (
            row.path_id,
            row.kind,
            Shown(at=row.at, by=row.by, about=row.about, until=row.holds_until, evidence_id=row.id),
        )
        for row in evidence_of(of, wanted)
        if row.taken_back_at is None
        and not (
            row.kind in OF_THIS_PAUSE
            and of[row.path_id].state == State.PAUSED
            and row.at < of[row.path_id].entered_at
        )
    ]
