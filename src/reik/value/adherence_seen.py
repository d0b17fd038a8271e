"""Adherence of clients, teams and types of dispenser, and its drift; for a conversation, never a ranking (N8, N11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from reik.alerting.figures.proposals import ProposalSeen, proposals_open
from reik.alerting.figures.proposing import DRIFTS_LATER, MORE_MISSES
from reik.value.adherence import Adherence, Delay, adherence, distribution, half_within
from reik.value.rollups.seen import ALL, Days, Which, counts, grouped, of_clients

DRIFT = frozenset({DRIFTS_LATER, MORE_MISSES})


@dataclass(frozen=True, slots=True, kw_only=True)
class AdherenceSeen:
    """What the definition makes of a period. `half_within`: minutes within which half was out, None: cannot be said."""

    adherence: Adherence
    delays: list[Delay]
    half_within: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAdherence:
    """One client, for the conversation about her care. `drift`: what waits for a person's decision, with evidence."""

    client_id: UUID
    seen: AdherenceSeen
    drift: list[ProposalSeen]


def of_organisation(organisation_id: UUID, days: Days, which: Which = ALL) -> AdherenceSeen:
    """Of all clients of an organisation, or of one team or type of dispenser."""
    found = counts(organisation_id, days, which)
    return AdherenceSeen(
        adherence=adherence(found), delays=distribution(found), half_within=half_within(found)
    )


def by(group: str, organisation_id: UUID, days: Days, which: Which = ALL) -> Mapping[str, Adherence]:
    """By `team`, `model`, `day` or `month`, in the order of the key. Raises KeyError for anything else: no people."""
    return {key: adherence(each) for key, each in grouped(organisation_id, days, group, which).items()}


def of_client(organisation_id: UUID, client_id: UUID, days: Days) -> ClientAdherence:
    """One client whom the caller may see, with the drift that four weeks of her use suggest."""
    found = of_clients(organisation_id, [client_id], days)[client_id]
    seen = AdherenceSeen(
        adherence=adherence(found), delays=distribution(found), half_within=half_within(found)
    )
    drift = [each for each in proposals_open([client_id]) if each.kind in DRIFT]
    return ClientAdherence(client_id=client_id, seen=seen, drift=drift)
