"""The care paths of the demo: everybody with a dispenser has one behind her, and ten people are on their way.

Entered as people would, by Reik's own operations with the time handed in; moves of many at once are set-wise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from reik.alerting.drills.answering import end_over, note_sent
from reik.alerting.drills.holding import hold
from reik.alerting.drills.routes_in_use import routes_in_use
from reik.alerting.drills.rules import GO_LIVE
from reik.alerting.models import DrillStep
from reik.kernel.outbox import MessageSent
from reik.medication.queries import timetables
from reik.medication.times.schedule import local_day
from reik.ops.demo import CENTRE_PORT, care_paths_beside, care_paths_use, cast
from reik.ops.demo import care_paths_steps as steps
from reik.ops.demo.care_paths_steps import DAY, MODEL, ZONE, Walk
from reik.ops.demo.desks import webhook_address
from reik.ops.demo.moving_in import Town
from reik.pathway.asking import kept_at_the_end
from reik.pathway.enrolment.ordering import PHONE, WEBHOOK
from reik.pathway.enrolment.suppliers import NewSupplier, add_supplier
from reik.pathway.moving import Happened, move_all
from reik.pathway.overrides import let_through
from reik.pathway.path import Event
from reik.pathway.terms import set_terms
from reik.people.homes_access import accesses_of
from reik.people.models import Client
from reik.people.pharmacies import pharmacies_of
from reik.people.queries import card_of, carers_of

MANAGER = "Wim Lansink"
RENAMED = {"2": {"nl": "Samen kiezen", "en": "Choosing together"}}
SUPPLIER, BY_WEBHOOK = "Voorbeeld Dispensers", "Noorderlicht Zorgtechniek"
THEIRS = {
    "order": "bestelling.nummer", "client": "bewoner.naam", "address": "bewoner.adres", "phone": "bewoner.telefoon",
    "model": "artikel", "wanted_on": "gewenst_op", "language": "taal", "'TWENTE-01'": "klantnummer",
}  # fmt: skip
LAST_START = 10
"""The dispensers began within so many days of each other, where the history is long enough."""

ORDERED_OF = 4
"""Every so manieth dispenser was ordered by Reik; the others stood ready at the supplier."""


def walk(town: Town, since: datetime, now: datetime) -> None:
    """Everybody's care path until `now`. `since`: when the dispensers came; their past is on Reik's records already.

    In the caller's transaction, after those who work here were let in and the routes were agreed.
    """
    suppliers = _agree_terms(town, since)
    walks = _walks(town, suppliers, since, now)
    _rehearse(walks, min(each.at(0, 8, 30) for each in walks))
    paths = _come_to_use(walks, now)
    care_paths_use.happen(walks, paths, now)
    if len(walks) >= len(cast.PEOPLE):  # not where a test has a few homes
        with kept_at_the_end(now):
            care_paths_beside.begin(town, suppliers, now)


def _agree_terms(town: Town, now: datetime) -> dict[UUID, UUID]:
    """An organisation's own name of a step, and who delivers dispensers; gives the usual supplier by organisation."""
    today = local_day(now, ZONE)
    house = town.organisations[cast.TWENTESTROOM]
    set_terms(organisation_id=house, names=RENAMED, terms={}, choices={}, version=0, by=MANAGER, now=now)
    other = NewSupplier(
        name=BY_WEBHOOK, types=["Noorderlicht M1", "Noorderlicht M1 XL"], channel=WEBHOOK, phone="053 555 07 10",
        agreed_on=today, url=webhook_address(CENTRE_PORT), mapping=THEIRS,
    )  # fmt: skip
    add_supplier(organisation_id=house, new=other, by=MANAGER, now=now, today=today)
    usual = NewSupplier(
        name=SUPPLIER, types=[MODEL], channel=PHONE, phone="053 555 07 00", agreed_on=today, lead_days=5
    )
    return {
        id: add_supplier(organisation_id=id, new=usual, by=MANAGER, now=now, today=today)[0]
        for id in (town.organisations[each] for each in (cast.TWENTESTROOM, cast.LINDE))
    }


def _walks(town: Town, suppliers: Mapping[UUID, UUID], since: datetime, now: datetime) -> list[Walk]:
    """Everybody with a dispenser; her day is the one on which it began to count, in turn."""
    ids = [each.client_id for each in town.residents]
    clients = {each.id: each for each in Client.objects.filter(id__in=ids).select_related("team")}
    carers, pharmacies, tables = carers_of(ids), pharmacies_of(ids), timetables(ids)
    staff = {team: steps.staff_of(team) for team in {each.person.team for each in town.residents}}
    first = local_day(since, ZONE) + DAY
    spread = max(1, min(LAST_START, (now - since).days // 6))
    return [
        Walk(
            number=each.number, card=card_of(clients[each.client_id]), nurse=staff[each.person.team][0],
            nurse_id=staff[each.person.team][1], caregiver=staff[each.person.team][2],
            carer=next(iter(carers.get(each.client_id, ())), None), pharmacy=pharmacies.get(each.client_id),
            supplier_id=suppliers[each.organisation_id], day=first + each.number % spread * DAY,
            times=_times(tables[each.client_id][-1].lines), basis="wlz_home" if each.number % 7 == 3 else "zvw",
            device=each.device,
        )
        for each in town.residents
    ]  # fmt: skip


def _times(lines: Sequence[object]) -> list[time]:
    return sorted({each.at for each in lines})  # type: ignore[attr-defined]


def _rehearse(walks: Sequence[Walk], at: datetime) -> None:
    """The test alarm of every route, heard and answered by everybody (R57)."""
    houses = {each.card.organisation_id for each in walks}
    routes = [(each.arrangement_id, each.number) for each in routes_in_use(houses)]
    begun = hold(routes, why=GO_LIVE, by=walks[0].nurse, now=at)
    called = DrillStep.objects.filter(drill_id__in=begun)
    answered = at + timedelta(seconds=9)
    note_sent(
        [MessageSent(message_id=id, accepted_by=name) for id, name in called.values_list("id", "responder")],
        answered,
    )
    end_over(answered, begun, most=len(begun))


def _come_to_use(walks: Sequence[Walk], now: datetime) -> dict[int, UUID]:
    """From the indication to the start, for everybody; gives the paths by her number."""
    paths: dict[int, UUID] = {}
    last = max(each.at(0, 10) for each in walks)
    with kept_at_the_end(min(last, now)):
        for of in steps.together(walks):
            paths |= steps.indicate_all(of, -25 - of[0].number % 5)
            _choose(of, paths)
        _move(walks, Event.ENROLLED, -12, time(11))
        _move(walks, Event.ROLL_ARRANGED, -9, time(16, 20))
        known = accesses_of([each.client_id for each in walks])
        for each in walks:
            if each.number % ORDERED_OF == 0:
                steps.deliver(each, steps.order(each, paths[each.number], -8), -1)
            if each.client_id not in known:
                steps.open_door(each, -1)
        for of in steps.together(walks):
            steps.install_all(of, paths, -1)
        _move(walks, Event.INSTALLED, -1, time(14, 5))
        untried = {id for id, one in known.items() if one.checked_at is None}
        for each in walks:
            steps.teach(each, paths[each.number], 0)
            if each.client_id in untried:
                _let_through(each, paths[each.number], now)
        for of in steps.together(walks):
            steps.write_in_care_plan(of, paths, -2)
        _move(walks, Event.GO_LIVE, 0, time(9, 40))
    return paths


def _choose(of: Sequence[Walk], paths: Mapping[int, UUID]) -> None:
    """What one nurse does for those who began on one day, until the pharmacy has said yes."""
    steps.measure_all(of, paths, -22)
    steps.assess_all(of, paths, -20)
    steps.choose_all(of, paths, -20)
    steps.share_out_all(of, paths, -15)
    requests = steps.ask_all(of, paths, -14, starts_in=14)
    for each in of:
        steps.agree(each, requests[paths[each.number]], -12)


def _move(walks: Sequence[Walk], event: Event, days: int, at: time) -> None:
    """Everybody whose day this is moves at once, and every condition is asked as it is of anybody (R2)."""
    of_day: dict[date, list[Walk]] = {}
    for each in walks:
        of_day.setdefault(each.day, []).append(each)
    for of in of_day.values():
        happened = [
            Happened(client_id=each.client_id, event=event, by=each.nurse, detail={}, role="nurse") for each in of
        ]  # fmt: skip
        move_all(happened, of[0].at(days, at.hour, at.minute))


def _let_through(each: Walk, path_id: UUID, now: datetime) -> None:
    """Nobody tried the key yet; it was promised within two days, and that is over."""
    begins = each.at(0, 9, 30)
    let_through(
        path_id, "house_access_tried", because="De buren met de sleutel zijn nog twee dagen weg.", by=each.nurse,
        role="nurse", now=begins, make_good_by=begins + min(2 * DAY, (now - begins) / 2),
    )  # fmt: skip
