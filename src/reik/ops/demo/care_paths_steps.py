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
from reik.pathway.queries import PathSeen, paths_by_id
from reik.pathway.selection import deciding, indications, signing
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


def together(walks: Sequence[Walk]) -> list[list[Walk]]:
    """Those with the same day and the same nurse: what she does for them that day is written down at once."""
    groups: dict[tuple[date, UUID], list[Walk]] = {}
    for each in walks:
        groups.setdefault((each.day, each.nurse_id), []).append(each)
    return list(groups.values())


def indicate(walk: Walk, days: int, source: str = indications.TYPED) -> UUID:
    """One indication comes in, and the form opens by itself; gives the path."""
    return indicate_all([walk], days, source)[walk.number]


def indicate_all(of: Sequence[Walk], days: int, source: str = indications.TYPED) -> dict[int, UUID]:
    """The indications of these clients of one nurse come in on one day; gives their paths by number."""
    entries = [
        indications.Entry(
            client_id=each.client_id, basis=each.basis, starts_on=each.on(days), in_care_plan=each.number % 4 != 0,
            source_key=f"IND-{each.number:04d}" if source != indications.TYPED else "",
        )
        for each in of
    ]  # fmt: skip
    first = of[0]
    taken = indications.take(entries, by=first.nurse, role="nurse", now=first.at(days, 9, 10), source=source)
    opened = {each.client_id: each.path_id for each in taken if each.path_id is not None}
    return {each.number: opened[each.client_id] for each in of}


def measure_all(of: Sequence[Walk], paths: Mapping[int, UUID], days: int) -> None:
    """The care as it is: one visit for each time of her medication, the first of them together with other care."""
    measured = {
        paths[each.number]: baselines.Measured(
            moments=_visits(each), administration=Decimal(15), measured_on=each.on(days)
        )
        for each in of
    }
    baselines.measure_all(measured, by=of[0].nurse, now=of[0].at(days, 11, 20))


def _visits(walk: Walk) -> list[WeekMoment]:
    return [
        WeekMoment(
            at=each, weekdays=EVERY_DAY, unique=place > 0 or walk.number % 3 == 0,
            care_minutes=QUIET if place else BUSY, travel_minutes=Decimal(6 + walk.number % 5),
            who="informal_carer" if place == 2 and walk.number % 7 == 0 else "caregiver",
        )
        for place, each in enumerate(sorted(walk.times))
    ]  # fmt: skip


def fill_in_all(forms: Sequence[tuple[Walk, UUID, Mapping[str, Given]]], days: int) -> None:
    """Whole forms, as they stand before they are signed."""
    drafts = []
    for walk, path_id, answers in forms:
        at = walk.at(days, 14, 30)
        said = {"by": walk.nurse, "at": at.isoformat()}
        kept = {code: {**each, **said} for code, each in to_json(answers).items()}
        drafts.append(
            SelectionDraft(
                path_id=path_id, organisation_id=walk.card.organisation_id, client_id=walk.client_id, form=FORM,
                answers=kept, saved_at=at, saved_by=walk.nurse,
            )
        )  # fmt: skip
    SelectionDraft.objects.bulk_create(drafts)


def assess_all(of: Sequence[Walk], paths: Mapping[int, UUID], days: int) -> None:
    """The forms of these clients of one nurse are filled in and signed: it suits, with measures or without."""
    forms = [
        (each, paths[each.number], cast.given(cast.OTHERWISE[each.number % len(cast.OTHERWISE)], each.represented))
        for each in of
    ]  # fmt: skip
    fill_in_all(forms, days)
    signed = [
        signing.Form(path_id=path, said=cast.signing(answers, walk.on(days))) for walk, path, answers in forms
    ]
    first = of[0]
    signing.sign_all(
        signed, author_id=first.nurse_id, author=first.nurse, role="nurse", now=first.at(days, 14, 45)
    )


def choose_all(of: Sequence[Walk], paths: Mapping[int, UUID], days: int) -> None:
    """The yes of these clients of one nurse, with a carer beside; who cannot decide on this: by who decides for her."""
    at = of[0].at(days, 15, 10)
    said = {paths[each.number]: _yes(each, at) for each in of}
    deciding.decide_all(said, by=of[0].nurse, role="nurse", now=at)


def _yes(walk: Walk, at: datetime) -> Said:
    return Said(
        choice=YES, decided_by=REPRESENTATIVE if walk.represented else CLIENT, representative=walk.represented,
        capacity=NOT_ABLE if walk.represented else ABLE, carer=walk.carer.name if walk.carer else "",
        words="" if walk.represented else cast.YES_WORDS[walk.number % len(cast.YES_WORDS)], at=at,
    )  # fmt: skip


def share_out_all(of: Sequence[Walk], paths: Mapping[int, UUID], days: int) -> None:
    """Who does what: as is usual, with the pharmacy that brings and changes rolls at some."""
    seen = paths_by_id([paths[each.number] for each in of])
    duties = {paths[each.number]: _duties(each, seen[paths[each.number]]) for each in of}
    allotments.allot_all(duties, by=of[0].nurse, now=of[0].at(days, 9, 40))


def _duties(walk: Walk, path: PathSeen) -> dict[str, allotments.Duty]:
    duties = allotments.proposed(path)
    if walk.number % 3 == 1:
        duties["change_roll"] = allotments.Duty(
            who="pharmacy", name=walk.pharmacy.name if walk.pharmacy else ""
        )
    if walk.number % 5 == 2 and walk.carer:
        duties["load"] = allotments.Duty(who="carer", name=walk.carer.name, carer_id=walk.carer.id)
    return duties


def ask(walk: Walk, path_id: UUID, days: int, *, starts_in: int) -> UUID:
    """One client's pharmacy is asked; gives the question."""
    return ask_all([walk], {walk.number: path_id}, days, starts_in=starts_in)[path_id]


def ask_all(of: Sequence[Walk], paths: Mapping[int, UUID], days: int, *, starts_in: int) -> dict[UUID, UUID]:
    """The pharmacies are asked for rolls from a day on, with the times wanted; gives each path's question."""
    asked = {
        paths[each.number]: enrolling.Asked(starts_on=each.on(days + starts_in), times=each.times)
        for each in of
    }
    return enrolling.ask_pharmacies(asked, by=of[0].nurse, now=of[0].at(days, 10, 5), zone=ZONE)


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


def install_all(of: Sequence[Walk], paths: Mapping[int, UUID], days: int) -> None:
    """Signal room by room, network, power, and what is done without, at those of one caregiver."""
    first, ids = of[0], [paths[each.number] for each in of]
    for place, room in enumerate(ROOMS):
        tried = RoomTried(room=room, heard=True, seen=place == 0, volume=2 + place % 2)
        tests = [(id, tried) for id in ids]
        installing.try_rooms(tests, by=first.caregiver, now=first.at(days, 13, 30 + 4 * place))
    by, role = first.caregiver, "caregiver"
    seen = dict.fromkeys(ids, "Proefbericht kwam binnen een minuut aan.")
    installing.confirm_coverages(seen, by=by, role=role, now=first.at(days, 13, 44))
    installing.confirm_powers(ids, by=by, role=role, now=first.at(days, 13, 47))
    words = dict.fromkeys(ids, cast.FALLBACK)
    installing.agree_fallbacks(words, by=by, role=role, now=first.at(days, 13, 52))


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


def write_in_care_plan(of: Sequence[Walk], paths: Mapping[int, UUID], days: int) -> None:
    details: dict[UUID, Mapping[str, object]] = {paths[each.number]: {} for each in of}
    recording.record_all(details, "care_plan", by=of[0].nurse, role="nurse", now=of[0].at(days, 16, 5))
