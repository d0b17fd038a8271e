"""Ten made-up people without a dispenser, each at another step of her care path. Their days are counted from now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from reik.medication.times.schedule import local_day
from reik.ops.demo import care_paths_cast as cast
from reik.ops.demo import care_paths_steps as steps
from reik.ops.demo.care_paths_cast import CANDIDATES, NUMBERS_FROM, Candidate
from reik.ops.demo.care_paths_steps import DAY, ZONE, Walk
from reik.ops.demo.cast import PHARMACY, TEAMS, bsn
from reik.ops.demo.moving_in import Town
from reik.ops.demo.pharmacy import PHARMACIST
from reik.pathway.enrolment import enrolling, installing
from reik.pathway.enrolment.room_rules import RoomTried
from reik.pathway.moving import Happened, follow, move
from reik.pathway.path import Event
from reik.pathway.recording import record
from reik.pathway.selection import deciding, indications, selecting, signing
from reik.pathway.selection.deciding_rules import NO, Said
from reik.pathway.selection.measures import NOT_NOW
from reik.pathway.selection.questions import Given
from reik.people.operations import add_carer, register_client
from reik.people.pharmacies import give_pharmacy, pharmacies, pharmacies_of
from reik.people.queries import card_of, carers_of
from reik.tasks.operations import DONE, end_tasks

REGISTERED = -330
"""Days before now on which they came into the records."""
LOOK_AGAIN_IN = 40
INSTITUTION = "Verpleeghuis De Meent"


def begin(town: Town, suppliers: Mapping[UUID, UUID], now: datetime) -> None:
    """Enter them all, with their paths as far as they are."""
    for place, person in enumerate(CANDIDATES):
        STAGES[person.stage](_settle(town, suppliers, place, person, now))


def _settle(town: Town, suppliers: Mapping[UUID, UUID], place: int, person: Candidate, now: datetime) -> Walk:
    """A client with her carer and her pharmacy; her day is today."""
    house, number = town.organisations[TEAMS[person.team]], NUMBERS_FROM + place
    at = now + REGISTERED * DAY
    client = register_client(
        organisation_id=house, name=person.name, now=at, birth_date=person.born, bsn=bsn(number),
        phone=f"053 555 03 {place:02d}", address=f"Voorbeeldlaan {place + 1}, {person.town}",
        team_id=town.teams[person.team], salutation=person.salutation, caller_note="",
    )  # fmt: skip
    add_carer(
        organisation_id=house, client_id=client.id, name=person.carer, relation=person.relation, now=at,
        phone=f"06 555 03 1{place:02d}", consented=True,
    )  # fmt: skip
    give_pharmacy(client.id, next(each.id for each in pharmacies(house) if each.name == PHARMACY))
    nurse, nurse_id, caregiver = steps.staff_of(person.team)
    return Walk(
        number=number, card=card_of(client), nurse=nurse, nurse_id=nurse_id, caregiver=caregiver,
        carer=carers_of([client.id])[client.id][0], pharmacy=pharmacies_of([client.id]).get(client.id),
        supplier_id=suppliers[house], day=local_day(now, ZONE), basis=person.basis, device=f"TWENTE-{number:04d}",
    )  # fmt: skip


def _new(walk: Walk) -> None:
    """Came in by last night's list; the form waits."""
    steps.indicate(walk, -1, indications.CSV)


def _draft(walk: Walk) -> None:
    """Half of the form was filled in at the kitchen table yesterday."""
    path = steps.indicate(walk, -4)
    steps.measure_all([walk], {walk.number: path}, -2)
    answers = cast.given({})
    for minute, question in enumerate(cast.HALF):
        selecting.save_answer(
            path, question, answers[question], by=walk.nurse, role="nurse", now=walk.at(-1, 14, 5 + 2 * minute)
        )  # fmt: skip


def _not_now(walk: Walk) -> None:
    """Assessed, and looked at again on a day."""
    path = steps.indicate(walk, -30)
    answers: dict[str, Given] = cast.given(cast.NOT_NOW_ANSWERS)
    steps.fill_in_all([(walk, path, answers)], -24)
    said = replace(
        cast.signing(answers, walk.on(-24)), outcome=NOT_NOW, because=(cast.NOT_NOW_BECAUSE,),
        look_again_on=walk.on(LOOK_AGAIN_IN),
    )  # fmt: skip
    said = replace(
        said, planned=tuple(replace(each, due_on=walk.on(LOOK_AGAIN_IN - 7)) for each in said.planned)
    )
    signing.sign(
        path, said, author_id=walk.nurse_id, author=walk.nurse, role="nurse", now=walk.at(-24, 14, 45)
    )


def _said_no(walk: Walk) -> None:
    """It would suit her, and she does not want it."""
    path = steps.indicate(walk, -20)
    steps.assess_all([walk], {walk.number: path}, -15)
    at = walk.at(-14, 10, 30)
    deciding.decide(
        path, Said(choice=NO, words=cast.NO_WORDS, at=at), by=walk.nurse, role="nurse", now=at
    )  # fmt: skip


def _skipped(walk: Walk) -> None:
    path = steps.indicate(walk, -6)
    selecting.skip(path, cast.SKIPPED_BECAUSE, by=walk.nurse, role="nurse", now=walk.at(-4, 11, 15))


def _chosen(walk: Walk, days: int) -> UUID:
    """Up to and including who does what, ending on this day."""
    path = steps.indicate(walk, days - 8)
    steps.measure_all([walk], {walk.number: path}, days - 5)
    steps.assess_all([walk], {walk.number: path}, days - 3)
    steps.choose_all([walk], {walk.number: path}, days - 3)
    steps.share_out_all([walk], {walk.number: path}, days)
    return path


def _asked(walk: Walk, days: int) -> tuple[UUID, UUID]:
    """The pharmacy is asked on this day; gives the path and the question."""
    path = _chosen(walk, days)
    request = steps.ask(walk, path, days, starts_in=20)
    end_tasks(
        [walk.client_id], selecting.MEASURE_TASK, as_=DONE, by=walk.caregiver, now=walk.at(days, 10, 10)
    )
    move(path, Event.ENROLLED, by=walk.nurse, role="nurse", now=walk.at(days, 10, 15))
    return path, request


def _at_pharmacy(walk: Walk) -> None:
    _asked(walk, -1)


def _roll(walk: Walk) -> None:
    """The pharmacy makes the roll; nobody knows yet from which day."""
    _path, request = _asked(walk, -5)
    steps.agree(walk, request, -3)


def _ordered(walk: Walk, days: int) -> tuple[UUID, UUID]:
    """The roll is promised and the dispenser is ordered on this day; gives the path and the order."""
    path, request = _asked(walk, days - 6)
    steps.agree(walk, request, days - 3)
    promise = enrolling.Promise(
        first_day=walk.on(3), last_day=walk.on(16), told_by=PHARMACIST, packer="De Vijzel"
    )
    enrolling.promise_roll(
        path, promise, by=walk.nurse, role="nurse", now=walk.at(days - 2, 9, 20), zone=ZONE
    )
    move(path, Event.ROLL_ARRANGED, by=walk.nurse, role="nurse", now=walk.at(days - 2, 9, 30))
    return path, steps.order(walk, path, days)


def _late_order(walk: Walk) -> None:
    _ordered(walk, -7)


def _installing(walk: Walk) -> None:
    """It came yesterday; in the bedroom nobody hears it."""
    path, order = _ordered(walk, -5)
    steps.deliver(walk, order, -1)
    steps.open_door(walk, -1)
    for minute, tried in (
        (20, RoomTried(room="living_room", heard=True, seen=True, volume=4)),
        (26, RoomTried(room="bedroom", heard=False, seen=False, volume=5, measure=cast.NOT_HEARD)),
    ):
        installing.try_room(path, tried, by=walk.caregiver, now=walk.at(-1, 13, minute))
    installing.confirm_power(path, by=walk.caregiver, role="caregiver", now=walk.at(-1, 13, 35))


def _former(walk: Walk) -> None:
    """Had one for eight months, until she went to live in a nursing home.

    Her path goes by `follow`: what was so then is written down, and no condition is asked. Conditions ask what holds
    in the records, and her dispenser, rolls and follow-up of that time were never in these: Reik came later.
    """
    path = steps.indicate(walk, -300)
    steps.assess_all([walk], {walk.number: path}, -294)
    steps.choose_all([walk], {walk.number: path}, -294)
    for event, days in ((Event.ENROLLED, -290), (Event.ROLL_ARRANGED, -286), (Event.INSTALLED, -281)):
        _happen(walk, event, days)
    steps.teach(walk, path, -280)
    steps.write_in_care_plan([walk], {walk.number: path}, -281)
    _happen(walk, Event.GO_LIVE, -280)
    care = [
        {
            "who": "institution",
            "name": INSTITUTION,
            "from_on": walk.on(-46).isoformat(),
            "weekdays": 127,
            "at": "",
        }
    ]
    last = walk.at(-46, 12).isoformat()
    _happen(walk, Event.STOP, -50, because="admitted", last_at=last, instead=care)
    for kind, role, days in (("care_instead", "nurse", -50), ("access_closed", "nurse", -44),
                             ("billing_told", "team_manager", -43)):  # fmt: skip
        record(path, kind, by=walk.nurse, role=role, now=walk.at(days, 15), detail={"reason": "admitted"})
    _happen(walk, Event.STOPPED, -42)
    indications.end(walk.client_id, "Opgenomen in een verpleeghuis", by=walk.nurse, now=walk.at(-42, 16))


def _happen(walk: Walk, event: Event, days: int, **detail: object) -> None:
    one = Happened(client_id=walk.client_id, event=event, by=walk.nurse, detail=detail, role="nurse")
    follow([one], walk.at(days, 11))


STAGES: Mapping[str, Callable[[Walk], None]] = {
    cast.NEW: _new, cast.DRAFT: _draft, cast.NOT_NOW: _not_now, cast.SAID_NO: _said_no, cast.SKIPPED: _skipped,
    cast.AT_PHARMACY: _at_pharmacy, cast.ROLL: _roll, cast.LATE_ORDER: _late_order, cast.INSTALLING: _installing,
    cast.FORMER: _former,
}  # fmt: skip
"""How each of them came so far."""
