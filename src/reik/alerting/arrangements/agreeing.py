"""Agreeing a follow-up arrangement: a new version, with all its routes, in the words of the agreement (R45, R47)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from reik.alerting import policy
from reik.alerting.arrangements.carer_left import end_looking
from reik.alerting.arrangements.checking import refuse_unreachable, resorts_of
from reik.alerting.arrangements.choosing import OtherRoute, When, check_routes
from reik.alerting.models import Arrangement, ArrangementRoute, ArrangementStep
from reik.alerting.policy import ArrangementInvalid, RouteStep
from reik.kernel.ids import new_id

LONGEST_WORDS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyPath:
    """What the organisation agreed for *not reached and worrying* (R49): in words, and who then acts."""

    words: str = ""
    responder: str = ""
    destination_id: UUID | None = None


NO_PATH = EmergencyPath()


@transaction.atomic
def agree_arrangement(
    *,
    organisation_id: UUID,
    client_id: UUID | None,
    route: Sequence[RouteStep],
    agreed_by: str,
    now: datetime,
    others: Sequence[OtherRoute] = (),
    words: str = "",
    emergency: EmergencyPath = NO_PATH,
    centre_decides: bool = False,
    shortest: timedelta = policy.SHORTEST,
    based_on: int | None = None,
) -> Arrangement:
    """A new version of a client's (or, without client, the organisation's default) follow-up arrangement.

    `route` holds whenever none of `others` does; `words`: what was agreed, as it was said;
    `centre_decides`: the decision on a visit is left to the centre (R50). `shortest`: the least
    wait of a step; only a demo that runs fast goes below a minute. `based_on`: the version that was changed (0 for
    none), where that matters. Raises policy.ArrangementInvalid when a chain could end with nobody, when a step
    cannot be reached, or when somebody agreed another version since.
    """
    check_routes(route, others, shortest=shortest)
    if len(words) > LONGEST_WORDS or len(emergency.words) > LONGEST_WORDS:
        raise ArrangementInvalid(f"The words of an agreement have {LONGEST_WORDS} letters at most.", "words")
    all_steps = [list(route), *(list(each.steps) for each in others)]
    refuse_unreachable(organisation_id, client_id, all_steps, emergency.destination_id)
    new = partial(
        Arrangement, organisation_id=organisation_id, client_id=client_id, agreed_by=agreed_by, words=words,
        emergency_words=emergency.words, emergency_responder=emergency.responder,
        emergency_id=emergency.destination_id, centre_decides=centre_decides, created_at=now,
    )  # fmt: skip
    made = _new_version(organisation_id, client_id, new, based_on, now)
    ArrangementRoute.objects.bulk_create(
        _route(made, number, each.name, each.when, now) for number, each in enumerate(others, start=1)
    )
    resorts = resorts_of(all_steps)
    ArrangementStep.objects.bulk_create(
        step for number, steps in enumerate(all_steps) for step in _steps(made, number, steps, resorts, now)
    )
    if client_id is not None:
        end_looking([client_id], agreed_by, now)
    return made


def _new_version(
    organisation_id: UUID,
    client_id: UUID | None,
    new: Callable[..., Arrangement],
    based_on: int | None,
    now: datetime,
) -> Arrangement:
    whose = Q(client_id=client_id) if client_id else Q(client=None)
    newest = Arrangement.objects.filter(whose, organisation_id=organisation_id).order_by("-version").first()
    version = newest.version if newest else 0
    if based_on is not None and based_on != version:
        raise _overtaken()
    made = new(id=new_id(now), version=version + 1)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise _overtaken() from None
    return made


def _overtaken() -> ArrangementInvalid:
    return ArrangementInvalid(
        "Somebody agreed another version in the meantime: open it and agree again.", "overtaken"
    )


def _route(made: Arrangement, number: int, name: str, when: When, now: datetime) -> ArrangementRoute:
    return ArrangementRoute(
        id=new_id(now), organisation_id=made.organisation_id, arrangement=made, number=number, name=name,
        weekdays=when.weekdays, criticalities=when.criticalities, moments=list(when.moments),
        hours_from=when.hours[0] if when.hours else None, hours_until=when.hours[1] if when.hours else None,
    )  # fmt: skip


def _steps(
    made: Arrangement, number: int, steps: Sequence[RouteStep], resorts: dict[UUID, UUID], now: datetime
) -> Iterator[ArrangementStep]:
    for position, each in enumerate(steps, start=1):
        step = replace(each, destination_id=resorts.get(each.roster_id or made.id, each.destination_id))
        yield ArrangementStep(
            id=new_id(now), organisation_id=made.organisation_id, arrangement=made, route=number,
            position=position, action=step.action, responder=step.responder,
            destination_id=step.destination_id, fallback_id=step.fallback_id, roster_id=step.roster_id,
            place=step.place, carer_id=step.carer_id, wait_s=round(step.wait.total_seconds()),
            repeat_s=round(step.repeat.total_seconds()) if step.repeat else None,
            hours_from=step.hours[0] if step.hours else None,
            hours_until=step.hours[1] if step.hours else None,
        )  # fmt: skip
