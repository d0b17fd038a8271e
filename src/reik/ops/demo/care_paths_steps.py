"""The steps of the care path as the people of the demo take them: each by Reik's own operation, at its own time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.alerting.house_access import confirm_access, keep_access
from reik.interop.orders.mapping import body
from reik.kernel.models import Account
from reik.medication.requests.operations import answer
from reik.medication.times.schedule import instant_of
from reik.ops.demo import care_paths_cast as cast
from reik.ops.demo import cast as people
from reik.ops.demo.pharmacy import PHARMACIST
from reik.pathway import allotments, recording
from reik.pathway.baseline import baselines
from reik.pathway.baseline.baseline_rules import EVERY_DAY, WeekMoment
from reik.pathway.enrolment import enrolling, installing, instructing, orders
from reik.pathway.enrolment.ordering import Answer, OrderState, Wanted
from reik.pathway.enrolment.room_rules import RoomTried
from reik.pathway.enrolment.teach_back import ALONE, CARER, ITEMS, WITH_HELP, Session
from reik.pathway.models import SelectionDraft
from reik.pathway.queries import paths_by_id
from reik.pathway.selection import deciding, indications, selecting
from reik.pathway.selection.deciding_rules import ABLE, CLIENT, NOT_ABLE, REPRESENTATIVE, YES, Said
from reik.pathway.selection.questions import FORM, Given, to_json
from reik.people.pharmacies import PharmacyCard
from reik.people.queries import CarerCard, ClientCard

ZONE = ZoneInfo("Europe/Amsterdam")
DAY = timedelta(days=1)
MODEL = "Voorbeeld D2"
BUSY, QUIET = Decimal(12), Decimal(8)
"""Minutes of care in the first moment of the day, and of the others."""
ROOMS = ("living_room", "bedroom")
HOWS = ("client_opens", "key_holder", "key_safe")
IN_WORDS = "Sleutel bij de buren op nummer {door}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One client, who looks after her, and the local day from which her days are counted."""

    number: int
    card: ClientCard
    nurse: str
    nurse_id: UUID
    caregiver: str
    carer: CarerCard | None
    pharmacy: PharmacyCard | None
    supplier_id: UUID
    day: date
    times: Sequence[time] = (time(8), time(13), time(20))
    basis: str = "zvw"
    device: str = ""

    @property
    def client_id(self) -> UUID:
        return self.card.id

    def on(self, days: int) -> date:
        return self.day + days * DAY

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """So many days after her day, at this wall-clock time."""
        return instant_of(self.on(days), time(hour, minute), ZONE)

    @property
    def represented(self) -> str:
        """Who decides for her; empty: she does."""
        return self.carer.name if self.carer and self.number % 9 == 4 else ""


def staff_of(team: str) -> tuple[str, UUID, str]:
    """The nurse of a team with her account, and who else goes there."""
    here = [each for each in people.WORKERS if each.team == team]
    nurse = next(each.name for each in here if each.role == "nurse")
    other = next((each.name for each in here if each.role == "caregiver"), nurse)
    account = Account.objects.get(display_name=nurse, role="nurse", username__startswith="demo.")
    return nurse, account.id, other


def indicate(walk: Walk, days: int, source: str = indications.TYPED) -> UUID:
    """The indication comes in, and the form opens by itself; gives the path."""
    entry = indications.Entry(
        client_id=walk.client_id, basis=walk.basis, starts_on=walk.on(days), in_care_plan=walk.number % 4 != 0,
        source_key=f"IND-{walk.number:04d}" if source != indications.TYPED else "",
    )  # fmt: skip
    taken = indications.enter(entry, by=walk.nurse, role="nurse", now=walk.at(days, 9, 10), source=source)
    if taken.path_id is None:
        raise ValueError(f"{walk.card.display} has a care path already")
    return taken.path_id


def measure(walk: Walk, path_id: UUID, days: int) -> None:
    """The care as it is: one visit for each time of her medication, the first of them together with other care."""
    moments = [
        WeekMoment(
            at=each, weekdays=EVERY_DAY, unique=place > 0 or walk.number % 3 == 0,
            care_minutes=QUIET if place else BUSY, travel_minutes=Decimal(6 + walk.number % 5),
            who="informal_carer" if place == 2 and walk.number % 7 == 0 else "caregiver",
        )
        for place, each in enumerate(sorted(walk.times))
    ]  # fmt: skip
    baselines.measure(
        path_id, moments, Decimal(15), measured_on=walk.on(days), by=walk.nurse, now=walk.at(days, 11, 20)
    )


def fill_in(walk: Walk, path_id: UUID, answers: Mapping[str, Given], days: int) -> None:
    """The whole form at the kitchen table, as it stands before it is signed."""
    at = walk.at(days, 14, 30)
    kept = {code: {**each, "by": walk.nurse, "at": at.isoformat()} for code, each in to_json(answers).items()}
    SelectionDraft.objects.create(
        path_id=path_id, organisation_id=walk.card.organisation_id, client_id=walk.client_id, form=FORM,
        answers=kept, saved_at=at, saved_by=walk.nurse,
    )  # fmt: skip


def assess(walk: Walk, path_id: UUID, days: int) -> None:
    """The form is filled in and signed: it suits, with measures or without."""
    answers = cast.given(cast.OTHERWISE[walk.number % len(cast.OTHERWISE)], walk.represented)
    fill_in(walk, path_id, answers, days)
    selecting.sign(
        path_id, cast.signing(answers, walk.on(days)), author_id=walk.nurse_id, author=walk.nurse, role="nurse",
        now=walk.at(days, 14, 45),
    )  # fmt: skip


def choose(walk: Walk, path_id: UUID, days: int) -> None:
    """A yes, with her carer beside her; where she cannot decide on this herself, by who decides for her."""
    at = walk.at(days, 15, 10)
    said = Said(
        choice=YES, decided_by=REPRESENTATIVE if walk.represented else CLIENT, representative=walk.represented,
        capacity=NOT_ABLE if walk.represented else ABLE, carer=walk.carer.name if walk.carer else "",
        words="" if walk.represented else cast.YES_WORDS[walk.number % len(cast.YES_WORDS)], at=at,
    )  # fmt: skip
    deciding.decide(path_id, said, by=walk.nurse, role="nurse", now=at)


def share_out(walk: Walk, path_id: UUID, days: int) -> None:
    """Who does what: as is usual, with the pharmacy that brings and changes rolls at some."""
    path = paths_by_id([path_id])[path_id]
    duties = allotments.proposed(path)
    if walk.number % 3 == 1:
        duties["change_roll"] = allotments.Duty(
            who="pharmacy", name=walk.pharmacy.name if walk.pharmacy else ""
        )
    if walk.number % 5 == 2 and walk.carer:
        duties["load"] = allotments.Duty(who="carer", name=walk.carer.name, carer_id=walk.carer.id)
    allotments.allot(path_id, duties, by=walk.nurse, now=walk.at(days, 9, 40))


def ask(walk: Walk, path_id: UUID, days: int, *, starts_in: int) -> UUID:
    """The pharmacy is asked for rolls from a day on, with the times that are wanted."""
    asked = enrolling.Asked(starts_on=walk.on(days + starts_in), times=walk.times)
    return enrolling.ask_pharmacy(path_id, asked, by=walk.nurse, now=walk.at(days, 10, 5), zone=ZONE)


def agree(walk: Walk, request_id: UUID, days: int) -> None:
    """The pharmacy says yes: in Reik, or on paper where it has no account."""
    works_here = walk.pharmacy is not None and walk.pharmacy.partner_id is not None
    answer(
        request_id, answer="agreed", by=PHARMACIST if works_here else "apotheker De Eik", now=walk.at(days, 15, 30),
        how="account" if works_here else "paper", read_back_by="" if works_here else walk.nurse,
    )  # fmt: skip


def order(walk: Walk, path_id: UUID, days: int) -> UUID:
    """A dispenser is ordered by telephone."""
    wanted = Wanted(
        model=MODEL, wanted_on=walk.on(days + 5), times_per_day=len(walk.times), taken_by="M. Oosterveen",
        volume="high" if walk.number % 6 == 1 else "normal",
    )  # fmt: skip
    return orders.place_order(
        path_id,
        walk.supplier_id,
        wanted,
        card=walk.card,
        write=body,
        by=walk.nurse,
        now=walk.at(days, 10, 30),
    )


def deliver(walk: Walk, order_id: UUID, days: int) -> None:
    """It came, with its serial number."""
    told = orders.Told(
        answer=Answer.DELIVER,
        seen=OrderState.SENT,
        device=walk.device,
        their_number=f"VD-{4200 + walk.number}",
    )
    orders.answer_order(order_id, told, by=walk.caregiver, now=walk.at(days, 13, 15))


def install(walk: Walk, path_id: UUID, days: int) -> None:
    """Signal room by room, network, power, and what is done without."""
    for place, room in enumerate(ROOMS):
        tried = RoomTried(room=room, heard=True, seen=place == 0, volume=2 + place % 2)
        installing.try_room(path_id, tried, by=walk.caregiver, now=walk.at(days, 13, 30 + 4 * place))
    said = {"by": walk.caregiver, "role": "caregiver"}
    installing.confirm_coverage(
        path_id, measure="Proefbericht kwam binnen een minuut aan.", now=walk.at(days, 13, 44), **said
    )
    installing.confirm_power(path_id, now=walk.at(days, 13, 47), **said)
    installing.agree_fallback(path_id, words=cast.FALLBACK, now=walk.at(days, 13, 52), **said)


def open_door(walk: Walk, days: int) -> None:
    """How one gets in is written down and tried."""
    how = HOWS[walk.number % 2]
    words = IN_WORDS.format(door=walk.number + 3) if how == "key_holder" else ""
    access = keep_access(
        client_id=walk.client_id, how=how, words=words, by=walk.nurse, now=walk.at(days, 9, 50)
    )
    confirm_access(access, by=walk.caregiver, now=walk.at(days, 13, 10))


def teach(walk: Walk, path_id: UUID, days: int) -> None:
    """Client and carer show back what they were shown."""
    how = {**dict.fromkeys(ITEMS["client"], ALONE), "power_cut": WITH_HELP, "going_away": WITH_HELP}
    mine = Session(who="client", name=walk.card.display, items=how, practised=True)
    _teach(walk, path_id, mine, None, walk.at(days, 9, 5))
    if walk.carer is not None:
        theirs = Session(who=CARER, name=walk.carer.name, items=dict.fromkeys(ITEMS[CARER], ALONE))
        _teach(walk, path_id, theirs, walk.carer.id, walk.at(days, 9, 25))


def _teach(walk: Walk, path_id: UUID, session: Session, carer_id: UUID | None, now: datetime) -> None:
    instructing.instruct(path_id, session, carer_id=carer_id, by=walk.nurse, role="nurse", now=now, zone=ZONE)


def write_in_care_plan(walk: Walk, path_id: UUID, days: int) -> None:
    recording.record(path_id, "care_plan", by=walk.nurse, role="nurse", now=walk.at(days, 16, 5))
