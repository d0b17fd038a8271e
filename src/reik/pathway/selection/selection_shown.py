"""What shows indication, baseline, selection and decision to a care path: readers of `readiness.OF_PATHWAY`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

from reik.medication.queries import zones_of
from reik.medication.times.schedule import whole_days
from reik.pathway.evidence import Shown
from reik.pathway.models import Baseline
from reik.pathway.queries import PathSeen
from reik.pathway.selection.deciding_rules import Said, is_agreement, is_wzd_decision
from reik.pathway.selection.measures import GOOD
from reik.pathway.selection.selection_seen import newest_decisions, newest_selections, open_indications
from reik.pathway.use import resistance

DAY = timedelta(days=1)


def shown_indication(paths: Sequence[PathSeen]) -> dict[UUID, Shown]:
    """An open indication whose days are not over."""
    found = open_indications({each.client_id for each in paths})
    zones = zones_of(found)
    return {
        path.id: Shown(
            at=one.created_at, by=one.by, about=one.id,
            until=whole_days(one.ends_on, one.ends_on + DAY, zones[path.client_id])[1] if one.ends_on else None,
        )
        for path in paths
        if (one := found.get(path.client_id)) is not None
    }  # fmt: skip


def shown_baseline(paths: Sequence[PathSeen]) -> dict[UUID, Shown]:
    """A measurement that was made for this path."""
    rows = Baseline.objects.filter(path_id__in=[each.id for each in paths]).order_by("created_at", "id")
    return {each.path_id: Shown(at=each.created_at, by=each.by, about=each.id) for each in rows}


def shown_assessed(paths: Sequence[PathSeen]) -> dict[UUID, Shown]:
    """A signed form, whatever it came to."""
    return {
        id: Shown(at=one.created_at, by=one.author, about=one.id, words=one.outcome)
        for id, one in newest_selections([each.id for each in paths]).items()
    }


def shown_selection(paths: Sequence[PathSeen]) -> dict[UUID, Shown]:
    """The newest signed form came to suitable, with measures or without."""
    return {id: one for id, one in shown_assessed(paths).items() if one.words in GOOD}


def shown_agreement(paths: Sequence[PathSeen]) -> dict[UUID, Shown]:
    """The newest decision says yes, freely, and nobody who cannot decide on this resisted since (R8)."""
    agreed = _decided(paths, is_agreement)
    unsure = resistance.not_presumed(list(agreed))
    resisted = resistance.shown_since(list(unsure))
    return {
        id: one
        for id, one in agreed.items()
        if id not in resisted or (one.at is not None and one.at > resisted[id])
    }


def shown_wzd_decision(paths: Sequence[PathSeen]) -> dict[UUID, Shown]:
    """The newest decision rests on a step plan of the Wzd."""
    return _decided(paths, is_wzd_decision)


def _decided(paths: Sequence[PathSeen], counts: Callable[[Said], bool]) -> dict[UUID, Shown]:
    return {
        id: Shown(at=one.said.at, by=one.by, about=one.id)
        for id, one in newest_decisions([each.id for each in paths]).items()
        if counts(one.said)
    }
