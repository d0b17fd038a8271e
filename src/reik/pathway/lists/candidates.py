"""Who has an indication and no dispenser in use, and why not (R76). A fixed number of statements for any team."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from reik.pathway import path, readiness
from reik.pathway.path import State
from reik.pathway.queries import EvidenceSeen, PathSeen, evidence_of, paths_of
from reik.pathway.selection.selection_seen import (
    IndicationSeen,
    SelectionSeen,
    newest_selections,
    open_indications,
)

NO_PATH, SKIPPED, NOT_NOW, LACKS, GOES_ON = "no_path", "skipped", "not_now", "lacks", "goes_on"
WITH_DISPENSER = frozenset({State.IN_USE, State.PAUSED, State.STOPPING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A client who could have a dispenser. `why`: a code above; `lacks`: kinds of evidence the step still asks.

    `because`: what somebody wrote or chose; `look_again_on`: when she is assessed anew; `since`: of the indication.
    """

    client_id: UUID
    indication: IndicationSeen
    path: PathSeen | None
    why: str
    lacks: tuple[str, ...] = ()
    because: str = ""
    reasons: tuple[str, ...] = ()
    look_again_on: date | None = None

    @property
    def since(self) -> date:
        return self.indication.starts_on


def candidates(client_ids: Collection[UUID], now: datetime) -> dict[UUID, Candidate]:
    """Clients with an open indication whose dispenser is not in use, each with the reason; others are missing."""
    indications = open_indications(client_ids)
    paths = paths_of(indications)
    waiting = {id: one for id, one in paths.items() if one.state not in WITH_DISPENSER}
    ids = [each.id for each in waiting.values()]
    asked = {each.id: path.asked_in(State(each.state), each.setting) for each in waiting.values()}
    kinds = {one.kind for of in asked.values() for one in of}
    kinds |= {other for kind in kinds for other in path.also_shown_by(kind)}
    shown = readiness.shown_for(list(waiting.values()), now, kinds)
    skipped = {
        each.path_id: each for each in evidence_of(ids, ["selection_skipped"]) if each.taken_back_at is None
    }
    signed = newest_selections(ids)
    found: dict[UUID, Candidate] = {}
    for id, indication in indications.items():
        one = waiting.get(id)
        if id in paths and one is None:
            continue
        if one is None:
            found[id] = Candidate(client_id=id, indication=indication, path=None, why=NO_PATH)
            continue
        lacks = _lacks(asked[one.id], shown[one.id])
        found[id] = _candidate(one, indication, lacks, skipped.get(one.id), signed.get(one.id))
    return found


def _lacks(asked: Sequence[path.Condition], shown: Collection[str]) -> tuple[str, ...]:
    """What is asked and nothing shows, in the order of the step."""
    return tuple(
        each.kind
        for each in asked
        if each.kind not in shown and not any(other in shown for other in each.unless)
    )


def _candidate(
    one: PathSeen,
    indication: IndicationSeen,
    lacks: tuple[str, ...],
    skip: EvidenceSeen | None,
    selection: SelectionSeen | None,
) -> Candidate:
    """Not now goes before a form that was skipped, and that before what the step still asks."""
    why = NOT_NOW if one.state == State.NOT_NOW else SKIPPED if skip else LACKS if lacks else GOES_ON
    return Candidate(
        client_id=one.client_id, indication=indication, path=one, why=why, lacks=lacks,
        look_again_on=one.look_again_on, because=_text(skip.detail) if skip and why == SKIPPED else "",
        reasons=tuple(selection.because) if selection is not None and why == NOT_NOW else (),
    )  # fmt: skip


def _text(detail: Mapping[str, object]) -> str:
    """What was written beside a choice."""
    return str(detail.get("because") or detail.get("note") or "")
