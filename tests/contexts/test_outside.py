"""Outside the roll on real engines: lines in versions, what was given, what is asked and decided (R5, R31, R82)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.kernel.database import Role, become
from reik.kernel.ids import new_id
from reik.kernel.operations import open_account
from reik.kernel.tenancy import acting_for
from reik.medication.agreed.agreements import Amount, AsNeeded, Dosage, MostPer, Period
from reik.medication.facts import AgreementsReceived
from reik.medication.models import LooseGiven, LooseLine
from reik.medication.outside import proposals as outside_proposals
from reik.medication.outside.keeping import change_line, correct_given, record_given, stop_line, write_line
from reik.medication.outside.lines import IN_ERROR, Giving, LooseWords, OutsideRefused
from reik.medication.outside.proposals import decide_line, decide_otherwise
from reik.medication.outside.seen import history_of, loose_of, proposals_open
from reik.medication.outside.tasks import tell_outside
from reik.people.access import actor_for
from reik.people.pharmacies import give_pharmacy, register_pharmacy
from reik.tasks.queries import open_tasks_of
from tests import cast
from tests.contexts.test_medication_agreements import agreement, receive

MONDAY = date(2026, 11, 23)  # `now` is 08:00 there
DROPS = LooseWords(
    product="Timolol oogdruppels", amount="1 druppel", starts_on=MONDAY, times=(time(8), time(20))
)
NEED = LooseWords(
    product="Paracetamol 500 mg", amount="1 tablet", starts_on=MONDAY, as_needed=True, max_per_day=2
)
HOUR = timedelta(hours=1)
ANJA = {"by": "Anja", "role": "nurse"}


@pytest.fixture
def anna(database, now):
    return cast.welcome(cast.gather(now).zorg, "Anna", now)


def giving(line, at, planned=None, *, name="Anja", **more) -> Giving:
    said = Giving(line=line, day=MONDAY, at=planned, amount="1", given_at=at, given_name=name)
    return replace(said, **more)


def kinds(client) -> list[str]:
    return sorted(each.kind for each in open_tasks_of([client.id]))


def test_a_line_is_changed_and_stopped_by_versions_that_all_stay(anna, now):
    line = write_line(anna.id, DROPS, now=now, **ANJA)
    later = replace(DROPS, times=(time(9),), amount="2 druppels")
    with pytest.raises(OutsideRefused, match="why"):
        change_line(line, later, because=" ", now=now + HOUR, **ANJA)
    change_line(line, later, because="huisarts", now=now + HOUR, **ANJA)
    stop_line(line, because="ogen beter", now=now + 3 * HOUR, **ANJA)
    assert [(each.version, each.stopped) for each in history_of(line)] == [(3, True), (2, False), (1, False)]
    (seen,) = loose_of([anna.id], MONDAY, now + 4 * HOUR)[anna.id]
    # 08:00 was planned before the change, 09:00 by it, and 20:00 by nothing that still counts
    assert [each.dose.at for each in seen.times] == [time(8), time(9)]
    assert loose_of([anna.id], MONDAY + timedelta(days=1), now + 4 * HOUR) == {anna.id: []}


@pytest.mark.parametrize("role", ["caregiver", "operator", "informal_carer"])
def test_only_a_nurse_or_the_pharmacy_writes_a_line(anna, now, role):
    with pytest.raises(OutsideRefused) as refused:
        write_line(anna.id, DROPS, by="Wie", role=role, now=now)
    assert refused.value.code == "no_writer"


def test_a_time_without_a_word_is_asked_once_reminded_once_and_ends_with_a_word(anna, now):
    line = write_line(anna.id, replace(DROPS, responsible="carer", responsible_name="Petra"), now=now, **ANJA)
    tell_outside(now + timedelta(minutes=59))
    assert kinds(anna) == []
    for minutes in (60, 61, 119):  # a restart in between changes nothing: what was told stands in rows
        tell_outside(now + timedelta(minutes=minutes))
        (task,) = open_tasks_of([anna.id])
        assert (task.kind, task.owner_role, task.owner_name, task.detail["at"]) == (
            "outside_not_given", "informal_carer", "Petra", "08:00",
        )  # fmt: skip
    for minutes in (120, 180):
        tell_outside(now + timedelta(minutes=minutes))
        assert kinds(anna) == ["outside_no_word", "outside_not_given"]
    (reminder,) = [each for each in open_tasks_of([anna.id]) if each.kind == "outside_no_word"]
    assert (reminder.owner_role, reminder.high_risk) == ("nurse", True)
    record_given(giving(line, now + 3 * HOUR, time(8), because="vergeten op te schrijven"), by="Anja",
                 now=now + 3 * HOUR)  # fmt: skip
    assert kinds(anna) == []
    tell_outside(now + 4 * HOUR)
    assert kinds(anna) == []


def test_what_was_written_down_in_time_is_never_asked_and_an_error_asks_again(anna, now):
    line = write_line(anna.id, DROPS, now=now, **ANJA)
    given = record_given(giving(line, now, time(8)), by="Anja", now=now)
    tell_outside(now + 3 * HOUR)
    assert kinds(anna) == []
    wrong = giving(line, now, time(8), not_given=IN_ERROR, because="bij de buurvrouw")
    correct_given(given, wrong, by="Anja", now=now + 3 * HOUR)
    assert kinds(anna) == ["outside_not_given"]
    with pytest.raises(OutsideRefused, match="put right already"):
        correct_given(given, wrong, by="Anja", now=now + 3 * HOUR)


def test_a_task_that_a_person_ended_is_not_opened_again(anna, now):
    write_line(anna.id, DROPS, now=now, **ANJA)
    tell_outside(now + HOUR)
    (task,) = open_tasks_of([anna.id])
    from reik.tasks.operations import finish_task

    finish_task(task.id, by="Anja", now=now + HOUR)
    tell_outside(now + HOUR + timedelta(minutes=5))
    assert kinds(anna) == []


def test_times_before_a_line_was_written_are_never_asked_nor_stand_in_the_way(anna, now):
    late = now + 3 * HOUR
    write_line(anna.id, DROPS, now=late, **ANJA)
    tell_outside(late + HOUR)
    tell_outside(late + 2 * HOUR)
    assert kinds(anna) == []
    with CaptureQueriesContext(connection) as asked:
        tell_outside(late + 2 * HOUR + timedelta(minutes=1))
    assert not any('FROM "medication_looseline"' in each["sql"] for each in asked)  # nothing left to look at


def test_telling_takes_as_many_statements_for_one_as_for_many(anna, now):
    def told(number: int, client) -> int:
        for each in range(number):
            write_line(client.id, replace(DROPS, product=f"Zalf {each}"), now=now, **ANJA)
        with CaptureQueriesContext(connection) as asked:
            assert tell_outside(now + HOUR) == number
        return len(asked)

    bert = cast.welcome(anna.organisation, "Bert", now)
    assert told(1, anna) == told(25, bert)


def test_more_than_one_batch_is_told_in_one_look_and_what_is_to_come_stands_in_nobodys_way(anna, now):
    for each in range(7):  # their reminders are to come, and were planned before the one that is over
        write_line(anna.id, replace(DROPS, product=f"Zalf {each}", times=(time(8),)), now=now, **ANJA)
    write_line(
        anna.id, replace(DROPS, product="Druppels", times=(time(8, 30),), window_min=15), now=now, **ANJA
    )
    assert tell_outside(now + HOUR, most=3) == 8
    assert tell_outside(now + HOUR, most=3) == 0
    later = now + timedelta(minutes=110)
    assert tell_outside(later, most=3) == 1  # only the reminder of the drops is due
    assert tell_outside(now + 2 * HOUR, most=3) == 7


def test_as_needed_over_the_most_is_refused_with_whom_to_phone(anna, now):
    pharmacy = register_pharmacy(
        organisation_id=anna.organisation_id, name="Apotheek De Brug", phone="053 555 01 00", now=now,
        duty_name="Dienstapotheek", duty_phone="053 555 01 99",
        hours={str(day): ("08:30", "17:30") for day in range(1, 6)},
    )  # fmt: skip
    give_pharmacy(anna.id, pharmacy)
    line = write_line(anna.id, NEED, now=now, **ANJA)
    for hours in (1, 2):
        record_given(giving(line, now + hours * HOUR), by="Anja", now=now + hours * HOUR)
    with pytest.raises(OutsideRefused, match=r"Apotheek De Brug \(053 555 01 00\)"):
        record_given(giving(line, now + 3 * HOUR), by="Anja", now=now + 3 * HOUR)
    night = now + 12 * HOUR
    with pytest.raises(OutsideRefused, match=r"Dienstapotheek \(053 555 01 99\)"):
        record_given(giving(line, night), by="Anja", now=night)
    tomorrow = now + 24 * HOUR
    record_given(giving(line, tomorrow), by="Anja", now=tomorrow)
    (seen,) = loose_of([anna.id], MONDAY, now)[anna.id]
    assert len(seen.given) == 2


def test_the_database_itself_refuses_the_same_person_twice_and_a_second_first_row(anna, now):
    line = write_line(anna.id, DROPS, now=now, **ANJA)
    record_given(giving(line, now, time(8)), by="Anja", now=now)
    kept = LooseGiven.objects.get()
    twin = {each.attname: getattr(kept, each.attname) for each in LooseGiven._meta.concrete_fields} | {
        "id": new_id(now)
    }
    with pytest.raises(IntegrityError, match="given_in_turn"), transaction.atomic():
        LooseGiven.objects.create(**twin)
    with pytest.raises(IntegrityError, match="given_second_person"), transaction.atomic():
        LooseGiven.objects.create(**twin | {"serial": 2, "second_name": "ANJA"})
    account = uuid4()
    with pytest.raises(IntegrityError, match="given_second_person"), transaction.atomic():
        LooseGiven.objects.create(
            **twin | {"serial": 2, "given_by": account, "second_by": account, "second_name": "Joke"}
        )
    for change in ("UPDATE medication_loosegiven SET amount = '2'", "DELETE FROM medication_looseline"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(change)


def test_another_organisation_sees_nothing_of_it(anna, now):
    line = write_line(anna.id, DROPS, now=now, **ANJA)
    record_given(giving(line, now, time(8)), by="Anja", now=now)
    eva = cast.found_organisation(name="Vreemd", kind="care", now=now)
    stranger = open_account(organisation_id=eva.id, username="eva", display_name="Eva", role="nurse", now=now)
    connection.close()
    become(Role.WEB)
    with acting_for(actor_for(stranger.id, now)):
        assert not LooseLine.objects.exists()
        assert loose_of([anna.id], MONDAY, now) == {}


NEEDED = Dosage(
    as_needed=AsNeeded(criteria=("bij pijn",)), dose=Amount(value=Decimal(1), unit="stuk"),
    limit=MostPer(most=Amount(value=Decimal(4), unit="stuk"), per=Decimal(1), per_unit="d"),
)  # fmt: skip


def test_what_is_as_needed_waits_too_with_the_words_of_the_pharmacy(anna, now):
    receive(anna, agreement("urn:oid:1|TA2", packable=True, dosages=(NEEDED,)), now=now)
    (seen,) = proposals_open([anna.id])
    says = seen.proposed.says
    assert (says.as_needed, says.criteria, says.max_per_day, seen.proposed.limit) == (
        True, "bij pijn", None, "4 stuk / 1 d",
    )  # fmt: skip
    assert kinds(anna) == ["outside_undecided"]


def test_what_the_agreements_give_beside_the_roll_waits_for_a_person(anna, now):
    receive(anna, agreement("urn:oid:1|TA1", "08:00:00"), agreement("urn:oid:1|TA2", "09:00:00", packable=False),
            now=now)  # fmt: skip
    (seen,) = proposals_open([anna.id])
    assert (seen.proposed.says.times, seen.proposed.says.amount, seen.proposed.exact) == (
        (time(9),),
        "1 stuk",
        True,
    )
    (task,) = open_tasks_of([anna.id])
    assert (task.kind, task.about, task.detail["product"]) == ("outside_undecided", seen.id, "Middel")
    assert task.due_at == now + HOUR  # before its first time
    # The same message again, or another one that says the same of it, asks nothing new.
    receive(anna, agreement("urn:oid:1|TA3", "10:00:00"), message="m2", now=now + timedelta(days=9))
    assert len(proposals_open([anna.id])) == 1

    says = replace(seen.proposed.says, starts_on=MONDAY, responsible="team")
    line = decide_line(seen.id, says, now=now, **ANJA)
    assert kinds(anna) == []
    assert history_of(line)[0].says.agreement == "urn:oid:1|TA2"
    with pytest.raises(OutsideRefused, match="decided already"):
        decide_otherwise(seen.id, "elsewhere", because="ziekenhuis", now=now, **ANJA)


def test_an_agreement_that_ends_is_withdrawn_and_its_line_is_told(anna, now):
    loose = agreement("urn:oid:1|TA2", "09:00:00", packable=False)
    receive(anna, loose, now=now)
    (seen,) = proposals_open([anna.id])
    decide_line(seen.id, replace(seen.proposed.says, starts_on=MONDAY), now=now, **ANJA)
    ended = replace(
        loose, period=Period(start="2026-11-01", end="2026-11-20"), registered="2026-11-23T08:00:00+01:00"
    )
    receive(anna, ended, message="m2", now=now + HOUR)
    assert kinds(anna) == ["outside_agreement_gone"]
    receive(anna, replace(loose, registered="2026-11-23T09:00:00+01:00"), message="m3", now=now + 2 * HOUR)
    assert kinds(anna) == [
        "outside_agreement_gone",
        "outside_undecided",
    ]  # back again: never dropped in silence


def test_whoever_gives_it_elsewhere_is_written_down(anna, now):
    receive(anna, agreement("urn:oid:1|TA2", "09:00:00", packable=False), now=now)
    (seen,) = proposals_open([anna.id])
    with pytest.raises(OutsideRefused):
        decide_otherwise(seen.id, "elsewhere", because="", now=now, **ANJA)
    with pytest.raises(OutsideRefused):
        decide_otherwise(seen.id, "elsewhere", because="x", by="Cor", role="caregiver", now=now)
    decide_otherwise(seen.id, "elsewhere", because="thuiszorg Eva", now=now, **ANJA)
    assert proposals_open([anna.id]) == []
    assert kinds(anna) == []


def test_following_messages_takes_as_many_statements_for_one_as_for_many(anna, now):
    others = [cast.welcome(anna.organisation, f"Cliënt {each}", now) for each in range(12)]
    for each in (anna, *others):
        receive(each, agreement("urn:oid:1|TA2", "09:00:00", packable=False), now=now)

    def asked(*clients) -> int:
        facts = [
            AgreementsReceived(
                organisation_id=each.organisation_id,
                client_id=each.id,
                message_id="m",
                unplannable=0,
                differences=0,
            )
            for each in clients
        ]
        with CaptureQueriesContext(connection) as seen:
            outside_proposals.follow(facts, now)
        return len(seen)

    assert asked(anna) == asked(*others)
