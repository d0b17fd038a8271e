"""Who hears a forewarning: the lead of the roster that it is about, else of another roster of the organisation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from reik.people.models import Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Where somebody hears of what is wrong with a roster."""

    roster_id: UUID
    destination_id: UUID


@dataclass(slots=True)
class Leads:
    """The leads of organisations, in the order in which their rosters were made."""

    by_organisation: dict[UUID, list[Lead]] = field(default_factory=lambda: defaultdict(list))

    def of(
        self, organisation_id: UUID, rosters: Collection[UUID] = (), dead: Collection[UUID] = ()
    ) -> UUID | None:
        """One of the leads: of these rosters rather than of another, and rather one who is not out of reach."""
        found: Sequence[Lead] = self.by_organisation.get(organisation_id, ())
        ranked = sorted(found, key=lambda each: (each.destination_id in dead, each.roster_id not in rosters))
        return ranked[0].destination_id if ranked else None


def leads_of(organisation_ids: Collection[UUID]) -> Leads:
    """One statement. A roster without a lead tells its last resort, after all who are a lead."""
    leads = Leads()
    rows = Roster.objects.filter(organisation_id__in=organisation_ids, ended_at=None)
    ordered = sorted(rows.order_by("created_at", "id"), key=lambda each: each.lead_id is None)
    for each in ordered:
        leads.by_organisation[each.organisation_id].append(
            Lead(roster_id=each.id, destination_id=each.lead_id or each.last_resort_id)
        )
    return leads
