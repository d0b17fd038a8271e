"""R8 to R12, R49: an absence withholds, is never a miss, ends by a person's word, and starts again after checks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reik.alerting.models import Alert
from reik.alerting.operations import handle_alert, undo_handling
from reik.dispensing.away import along as away_along
from reik.dispensing.away import keeping as away_keeping
from reik.dispensing.away import path as away
from reik.dispensing.away import returning as away_returning
from reik.dispensing.away import seen as away_seen
from reik.dispensing.away import stopping as away_stopping
from reik.dispensing.away.keeping import NewAbsence
from reik.dispensing.away.path import AwayRefused
from reik.dispensing.commands import giving as commands
from reik.dispensing.models import Absence, DeviceCommand
from reik.medication.models import PharmacyRequest
from reik.tasks.models import Task
from reik.tasks.operations import NewTask, open_tasks
from reik_dispenser.messages import CommandType
from tests import cast

ALL = list(range(16))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def anna(database, now):
    """A client with a moment after 1, 3 and 30 hours, and a dispenser that holds single sachets."""
    anna = cast.beside(cast.welcome(cast.gather(now).zorg, "Anna", now), "ANNA-1", now)
    data = {"reason": "power", "highest_command": 0, "session": "0123456789abcdef", "evidence": "removed"}
    cast.tell(
        anna, anna.event("started", now, **data, capabilities={"can_hold_single_sachets": True}), at=now
    )
    keys = {"one": 1, "three": 3, "thirty": 30}
    moments = [{"moment": key, "roll": "R", "sachets": [n]} for key, n in keys.items()]
    commands.give(
        organisation_id=anna.organisation_id, dispenser_id=anna.id, type=CommandType.SET_PLAN,
        data={"version": 1, "moments": moments}, by="test", now=now,
    )  # fmt: skip
    answer(anna, now, "confirmed")
    for key, hours in keys.items():
        cast.plan(anna, key, now + hours * HOUR, now=now)
    return anna


def answer(anna, now, result, **more):
    sent = commands.take_due(partitions=ALL, now=now)
    for each in sent:
        data = {"command": each.command.command, "result": result, **more}
        cast.tell(anna, anna.event("command_result", now, **data), at=now)
    return [each.command for each in sent]


def declare(anna, now, **more):
    usual = {
        "client_id": anna.client_id, "reason": "hospital", "starts_at": now, "expected_end": now + 2 * DAY,
        "said_by": "dochter Marja", "resumes": "dochter Marja", "resumes_phone": "0612345678",
    }  # fmt: skip
    return away_keeping.declare(NewAbsence(**(usual | more)), by="Els", now=now)


def open_kinds():
    return set(Task.objects.filter(ended_at=None).values_list("kind", flat=True))


def outcomes(anna, *keys):
    return [cast.the_moment(anna, key).outcome for key in keys]


def state():
    return Absence.objects.get().state


class TestPause:
    def test_the_device_is_paused_until_the_word_that_was_given_and_a_person_owns_it_till_it_answers(
        self, anna, now
    ):
        declare(anna, now)
        assert "pause_unconfirmed" in open_kinds()
        (command,) = answer(anna, now, "confirmed")
        assert (command.type, command.data["until"]) == ("pause", "2026-11-25T07:00:00.000Z")
        assert "pause_unconfirmed" not in open_kinds()
        assert away_seen.open_absences([anna.client_id])[anna.client_id].pause == "confirmed"

    @pytest.mark.parametrize("told", ["not_taken_out", "withheld", None])
    def test_what_falls_inside_is_paused_and_never_a_miss_whatever_the_device_says(self, anna, now, told):
        declare(anna, now)
        deadline = now + HOUR + cast.WINDOW
        if told:
            cast.tell(anna, anna.closed("one", told, deadline), at=deadline)
        cast.look(deadline + 2 * MINUTE)
        assert outcomes(anna, "one") == ["paused"]
        assert not Alert.objects.exists()

    def test_reported_late_it_closes_the_alerts_of_what_fell_inside_with_their_history(self, anna, now):
        at = now + HOUR + cast.WINDOW
        cast.tell(anna, anna.closed("one", "not_taken_out", at), at=at)
        assert Alert.objects.get().state == "open"
        declare(anna, at + HOUR, starts_at=now)
        alert = Alert.objects.get()
        assert (alert.state, alert.closed_as) == ("closed", "while_away")
        assert [each.kind for each in alert.remarks.order_by("at", "id")][-1] == "closed"
        assert outcomes(anna, "one") == ["paused"]

    def test_what_came_out_is_never_hidden_by_it(self, anna, now):
        declare(anna, now)
        cast.tell(anna, anna.out("one", now + HOUR), at=now + HOUR)
        assert outcomes(anna, "one") == ["in_time"]
        assert Alert.objects.get().cause == "pressed_while_away"

    def test_device_faults_still_alert_and_so_does_a_press(self, anna, now):
        declare(anna, now)
        cast.tell(anna, anna.event("fault", now, code="jam"), at=now)
        cast.tell(anna, anna.event("button_pressed", now + MINUTE, moment=None), at=now + MINUTE)
        assert set(Alert.objects.values_list("cause", flat=True)) == {"jam", "pressed_while_away"}

    def test_paused_though_nobody_is_away_is_somebodys(self, anna, now):
        at = now + HOUR + cast.WINDOW
        cast.tell(anna, anna.closed("one", "paused", at), at=at)
        assert Alert.objects.get().cause == "paused"

    def test_a_moment_that_is_planned_later_falls_inside_too(self, anna, now):
        declare(anna, now)
        cast.plan(anna, "new", now + 2 * HOUR, now=now)
        cast.look(now + 3 * HOUR)
        assert outcomes(anna, "new") == ["paused"]

    def test_planned_ahead_it_begins_by_itself(self, anna, now):
        declare(anna, now, starts_at=now + 2 * HOUR)
        assert away_keeping.begin_due(now + HOUR) == 0
        assert away_keeping.begin_due(now + 2 * HOUR) == 1
        assert (state(), DeviceCommand.objects.filter(type="pause").count()) == ("away", 1)

    def test_cancelled_before_it_begins_nothing_is_covered(self, anna, now):
        id = declare(anna, now, starts_at=now + 2 * HOUR)
        away_keeping.cancel(absence_id=id, by="Els", because="gaat niet door", now=now)
        cast.look(now + 4 * HOUR)
        assert outcomes(anna, "three") == ["unknown"]


class TestWord:
    def test_a_word_covers_seven_days_and_who_resumes_is_called_the_working_day_before(self, anna, now):
        declare(anna, now, reason="holiday", expected_end=now + 20 * DAY)
        absence = Absence.objects.get()
        assert absence.until == now + 7 * DAY  # Monday in a week: called on Friday at nine, Dutch time
        task = Task.objects.get(kind="absence_call")
        assert (task.due_at, task.detail["phone"]) == (now + 4 * DAY + HOUR, "0612345678")

    def test_nobody_confirms_and_it_alerts_once_and_goes_on_withholding(self, anna, now):
        id = declare(anna, now, expected_end=now + 2 * HOUR)
        answer(anna, now, "confirmed")
        assert away_keeping.tell_expired(now + HOUR) == 0
        assert away_keeping.tell_expired(now + 2 * HOUR) == 1
        assert away_keeping.tell_expired(now + 3 * HOUR) == 0
        assert Alert.objects.get().cause == "pause_ended"
        assert not DeviceCommand.objects.filter(type="resume").exists()
        # what falls due now is not covered by anyone's word
        at = now + 3 * HOUR + cast.WINDOW
        cast.tell(anna, anna.closed("three", "paused", at), at=at)
        assert Alert.objects.get(moment__key="three").state == "open"
        away_keeping.confirm(absence_id=id, until=at + DAY, said_by="ziekenhuis", by="Els", now=at)
        assert set(Alert.objects.values_list("cause", "state")) == {
            ("pause_ended", "closed"),
            ("paused", "closed"),
        }
        assert outcomes(anna, "three") == ["paused"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"reason": "zomaar"}, {"expected_end": None}, {"said_by": " "}, {"resumes": ""},
            {"starts_at": timedelta(days=-3)}, {"expected_end": timedelta(hours=-1)},
        ],
    )  # fmt: skip
    def test_what_is_not_complete_is_refused(self, anna, now, wrong):
        wrong = {key: now + value if isinstance(value, timedelta) else value for key, value in wrong.items()}
        with pytest.raises(AwayRefused):
            declare(anna, now, **wrong)
        assert not Absence.objects.exists()

    def test_one_at_a_time(self, anna, now):
        declare(anna, now)
        with pytest.raises(AwayRefused, match="open already"):
            declare(anna, now)


class TestReturn:
    def back(self, anna, now):
        id = declare(anna, now)
        answer(anna, now, "confirmed")
        away_returning.come_back(
            absence_id=id, returned_at=now + 3 * HOUR + MINUTE, by="Els", now=now + 4 * HOUR
        )
        return id, now + 4 * HOUR

    def check_all(self, id, now, **roll):
        away_returning.check(
            absence_id=id, what="medication", by="Els", now=now, text="apotheek: geen wijziging"
        )
        away_returning.check(absence_id=id, what="roll", by="Els", now=now, **roll)
        away_returning.check(absence_id=id, what="route", by="Els", now=now, text="Marja nam op")

    def test_nothing_is_resumed_before_the_three_checks(self, anna, now):
        id, later = self.back(anna, now)
        assert "absence_return" in open_kinds()
        with pytest.raises(AwayRefused, match="medication, roll, route"):
            away_returning.resume(absence_id=id, by="Els", now=later)
        assert not DeviceCommand.objects.filter(type="resume").exists()

    def test_what_fell_due_before_the_return_is_held_first_and_then_it_resumes(self, anna, now):
        id, later = self.back(anna, now)  # the moment of 3 hours may be handed out till 4.5 hours
        self.check_all(id, later)
        away_returning.resume(absence_id=id, by="Els", now=later)
        (hold,) = answer(anna, later, "confirmed")
        assert (hold.type, hold.data) == ("hold_sachets", {"roll": "R", "sachets": [3]})
        (resume,) = answer(anna, later, "confirmed")
        assert (resume.type, state()) == ("resume", "ended")
        assert "absence_return" not in open_kinds()
        cast.look(now + 31 * HOUR)
        assert outcomes(anna, "one", "three", "thirty") == ["paused", "paused", "unknown"]

    def test_a_hold_that_is_refused_resumes_nothing(self, anna, now):
        id, later = self.back(anna, now)
        self.check_all(id, later)
        away_returning.resume(absence_id=id, by="Els", now=later)
        answer(anna, later, "refused", reason="unknown_roll")
        assert state() == "back"
        assert not DeviceCommand.objects.filter(type="resume").exists()
        assert Alert.objects.get().cause == "command_not_done"

    def test_a_type_that_cannot_hold_waits_or_has_them_taken_out(self, anna, now):
        data = {"reason": "power", "session": "0123456789abcdef", "capabilities": {}}
        cast.tell(anna, anna.event("started", now, **data), at=now)
        id, later = self.back(anna, now)
        self.check_all(id, later)
        with pytest.raises(AwayRefused, match="cannot hold"):
            away_returning.resume(absence_id=id, by="Els", now=later)
        away_returning.check(absence_id=id, what="roll", by="Els", now=later, removed=[1, 3])
        away_returning.resume(absence_id=id, by="Els", now=later)
        assert answer(anna, later, "confirmed")[0].type == "resume"

    def test_the_pharmacy_hears_of_what_is_left(self, anna, now):
        id, later = self.back(anna, now)
        self.check_all(id, later)
        assert PharmacyRequest.objects.get().kind == "leftovers"

    def test_a_pause_for_another_reason_keeps_it_paused(self, anna, now):
        id, later = self.back(anna, now)
        self.check_all(id, later)
        away_returning.resume(absence_id=id, by="Els", now=now + 10 * HOUR)
        answer(anna, now + 10 * HOUR, "refused", reason="clock")
        assert state() == "back"


class TestAlong:
    def test_counted_out_and_back_and_what_is_out_of_sight_is_unknown(self, anna, now):
        id = declare(anna, now, reason="day_out", starts_at=now + 30 * MINUTE, expected_end=now + 8 * HOUR)
        moments = [cast.the_moment(anna, key).id for key in ("one", "three")]
        along = away_along.take_along(absence_id=id, moment_ids=moments, by="Els", now=now)
        (command,) = answer(anna, now, "confirmed")
        assert (command.type, command.data["moments"]) == ("present_now", ["one", "three"])
        assert command.data["reason"] == "take_along"
        for key in ("one", "three"):
            cast.tell(
                anna, anna.event("sachet_taken_out", now, moment=key, k=1, n=1, how="take_along"), at=now
            )
        assert (outcomes(anna, "one", "three"), Alert.objects.count()) == (["early", "early"], 0)
        assert away_seen.taken_along(id)[0].out == 2
        with pytest.raises(AwayRefused, match="First count"):
            away_along.reconcile(along_id=along, came_back=1, by="Els", now=now)
        away_along.pack(along_id=along, handed_out=2, by="Els", now=now)
        assert "take_along_count" in open_kinds()
        with pytest.raises(AwayRefused, match="0 to 2"):
            away_along.reconcile(along_id=along, came_back=3, by="Els", now=now + DAY)
        assert away_along.reconcile(along_id=along, came_back=1, by="Els", now=now + DAY) == 1
        assert "take_along_count" not in open_kinds()

    def test_from_a_paused_dispenser_nothing_is_handed_out_to_be_taken_along(self, anna, now):
        id = declare(anna, now)
        with pytest.raises(AwayRefused, match="paused already"):
            away_along.take_along(
                absence_id=id, moment_ids=[cast.the_moment(anna, "one").id], by="Els", now=now
            )


class TestGone:
    """R49: "died" and "admitted" stop every reminder, push and roll task of that client at once."""

    @pytest.fixture
    def alert(self, anna, now):
        at = now + HOUR + cast.WINDOW
        cast.tell(anna, anna.closed("one", "not_taken_out", at), at=at)
        order = {"kind": "roll_order", "owner_role": "pharmacist", "due_at": at, "by": "reik"}
        open_tasks([NewTask(organisation_id=anna.organisation_id, client_id=anna.client_id, **order)], at)
        return Alert.objects.get(), at

    def handle(self, alert, now, outcome):
        handle_alert(alert_id=alert.id, by="Jo", outcome=outcome, cause="ill", remote=True, now=now)

    @pytest.mark.parametrize("outcome", ["away", "died"])
    def test_everything_of_the_client_stops_and_the_rest_is_somebodys(self, anna, now, alert, outcome):
        alert, at = alert
        second = now + 3 * HOUR + cast.WINDOW
        cast.tell(anna, anna.closed("three", "not_taken_out", second), at=second)
        assert Alert.objects.filter(closed_at=None).count() == 2
        self.handle(alert, second + MINUTE, outcome)
        assert not Alert.objects.filter(closed_at=None).exists()
        assert set(Alert.objects.values_list("closed_as", flat=True)) == {outcome, f"client_{outcome}"}
        assert [each.type for each in answer(anna, second + MINUTE, "confirmed")] == ["pause"]
        assert open_kinds() - {"pharmacy_unknown"} == {
            "away": {"absence_details"}, "died": {"return_roll_and_device"},
        }[outcome]  # fmt: skip
        at = now + 30 * HOUR + cast.WINDOW
        cast.look(at + 2 * MINUTE)
        # nobody's word covers who is away unsaid for longer than a day
        assert outcomes(anna, "thirty") == (["unknown"] if outcome == "away" else ["paused"])

    def test_who_died_has_no_end_and_stays_paused(self, anna, now, alert):
        self.handle(alert[0], alert[1], "died")
        answer(anna, alert[1], "confirmed")
        assert away_keeping.tell_expired(now + 30 * DAY) == 0
        away_stopping.pause_the_stopped(now + 30 * DAY)
        assert DeviceCommand.objects.filter(type="pause").count() == 2
        assert state() == "stopped"

    def test_who_is_away_unsaid_is_told_after_a_day(self, anna, now, alert):
        self.handle(alert[0], alert[1], "away")
        assert away_keeping.tell_expired(alert[1] + DAY) == 1

    @pytest.mark.parametrize("outcome", ["away", "died"])
    def test_taken_back_within_the_minute_the_dispenser_goes_on(self, anna, now, alert, outcome):
        alert, at = alert
        self.handle(alert, at, outcome)
        undo_handling(alert_id=alert.id, by="Jo", now=at + 30 * timedelta(seconds=1))
        assert {each.type for each in answer(anna, at + MINUTE, "confirmed")} == {"pause", "resume"}
        assert state() == "ended"
        cast.look(now + 4 * HOUR)
        assert outcomes(anna, "three") == ["unknown"]

    def test_said_by_mistake_the_checks_come_first(self, anna, now, alert):
        self.handle(alert[0], alert[1], "died")
        id = Absence.objects.get().id
        away_returning.undo_stop(absence_id=id, by="Els", because="verkeerde cliënt", now=alert[1] + HOUR)
        assert (state(), "absence_return" in open_kinds()) == ("back", True)


def test_the_table_is_whole():
    """Every state that is open can be left, and nothing leaves what is over."""
    assert {state for state, _ in away.TRANSITIONS} == away.OPEN
    assert {event for _, event in away.TRANSITIONS} == set(away.Event)
