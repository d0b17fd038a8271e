"""A route without a reachable end cannot be saved: what an arrangement calls must be there, and work (R47, R57)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from reik.alerting.arrangements.trying import failed_tries
from reik.alerting.policy import ArrangementInvalid, RouteStep
from reik.kernel.models import Destination
from reik.people.models import Carer, PushDestination, PushSubscription, Roster

Routes = Sequence[Sequence[RouteStep]]


def resorts_of(routes: Routes) -> dict[UUID, UUID]:
    """Where a call goes when nobody stands on a roster, for each roster that these routes ask."""
    rosters = {step.roster_id for route in routes for step in route if step.roster_id is not None}
    if not rosters:
        return {}
    return dict(Roster.objects.filter(id__in=rosters, ended_at=None).values_list("id", "last_resort_id"))


def refuse_unreachable(
    organisation_id: UUID, client_id: UUID | None, routes: Routes, emergency_id: UUID | None
) -> None:
    """Raise ArrangementInvalid where a step calls what is not there, or what is known not to arrive.

    A destination must be the organisation's own and must not have failed its delivery test; a roster must be in
    use; an informal carer must be this client's, with her consent; what ends a route must have somewhere to ring.
    """
    resorts = resorts_of(routes)
    _check_rosters(organisation_id, routes, resorts)
    _check_carers(client_id, routes)
    used = {where for *_, where in _called(routes, resorts)} | ({emergency_id} if emergency_id else set())
    known = dict(
        Destination.objects.filter(id__in=used, organisation_id=organisation_id).values_list("id", "channel")
    )
    failed, deaf = (
        failed_tries(known),
        _without_phone([id for id, channel in known.items() if channel == "webpush"]),
    )
    for number, position, last, responder, id in _called(routes, resorts):
        _check(id, known, failed, responder, number, position)
        if last and id in deaf:
            raise ArrangementInvalid(
                f"{responder} has no phone with notifications yet, and a route must not end there: let her switch"
                " them on, or end with another.", "no_phone", route=number, position=position,
            )  # fmt: skip
    if emergency_id is not None:
        _check(emergency_id, known, failed, "The emergency path", 0, 0)
        if emergency_id in deaf:
            raise ArrangementInvalid("The emergency path ends at a person without a phone.", "no_phone")


def _called(routes: Routes, resorts: dict[UUID, UUID]) -> Iterator[tuple[int, int, bool, str, UUID]]:
    """All that these routes may call: route, position, whether it is the end, who, and where."""
    for number, route in enumerate(routes):
        for position, step in enumerate(route, start=1):
            last = position == len(route)
            where = (
                resorts.get(step.roster_id, step.destination_id) if step.roster_id else step.destination_id
            )
            yield number, position, last, step.responder, where
            if step.fallback_id is not None:
                yield number, position, False, step.responder, step.fallback_id


def _check(
    id: UUID, known: dict[UUID, str], failed: dict[UUID, str], who: str, route: int, position: int
) -> None:
    if id not in known:
        raise ArrangementInvalid(
            f"{who}: that destination is not known here; choose another.",
            "unknown",
            route=route,
            position=position,
        )
    if id in failed:
        raise ArrangementInvalid(
            f"{who}: the test message did not arrive ({failed[id]}). Mend the number or address, and test it again.",
            "test_failed", route=route, position=position,
        )  # fmt: skip


def _check_rosters(organisation_id: UUID, routes: Routes, resorts: dict[UUID, UUID]) -> None:
    own = set(
        Roster.objects.filter(id__in=resorts, organisation_id=organisation_id).values_list("id", flat=True)
    )
    for number, route in enumerate(routes):
        for position, step in enumerate(route, start=1):
            if step.roster_id is not None and step.roster_id not in own:
                raise ArrangementInvalid(
                    f"{step.responder}: that roster has ended, or says nobody for an hour without anybody on it."
                    " Choose another roster.", "roster", route=number, position=position,
                )  # fmt: skip


def _check_carers(client_id: UUID | None, routes: Routes) -> None:
    asked = {step.carer_id for route in routes for step in route if step.carer_id is not None}
    if not asked:
        return
    taking_part = Carer.objects.filter(id__in=asked, consented_at__isnull=False, revoked_at=None)
    hers = taking_part.filter(client_id=client_id) if client_id else taking_part.none()
    own = set(hers.values_list("id", flat=True))
    for number, route in enumerate(routes):
        for position, step in enumerate(route, start=1):
            if step.carer_id is not None and step.carer_id not in own:
                raise ArrangementInvalid(
                    f"{step.responder} is no informal carer of this client, or takes no part any more.",
                    "carer", route=number, position=position,
                )  # fmt: skip


def _without_phone(destination_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of these destinations of persons that reach no phone at all yet."""
    if not destination_ids:
        return frozenset()
    owners = dict(
        PushDestination.objects.filter(destination_id__in=destination_ids).values_list(
            "account_id", "destination_id"
        )
    )
    living = set(
        PushSubscription.objects.filter(account_id__in=owners, gone_at=None).values_list(
            "account_id", flat=True
        )
    )
    return frozenset(destination for account, destination in owners.items() if account not in living)
