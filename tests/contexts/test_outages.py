"""Many dispensers silent at once: one outage, every client a line of its own, no miss hidden (N4, rule 4)."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.alerting.models import Alert, Outage, OutageLine, OutageNote, Step
from reik.alerting.operations import accept_alert, agree_arrangement
from reik.alerting.outages import notes
from reik.alerting.policy import RouteStep
from reik.dispensing.models import Dispenser
from reik.dispensing.moments.planned import plan_moments
from reik.kernel.models import OutboxMessage
from reik.kernel.operations import add_destination, new_webhook_secret
from reik.kernel.outbox import MessageSent
from tests.cast import WINDOW, look, planned, tell
from tests.contexts.silent_homes import (
    HOMES,
    MINUTE,
    announce,
    beat,
    cast,
    homes,
    homes_on,
    late,
    messages,
    minute_round,
    the_outage,
)

__all__ = ["cast", "homes"]


def test_silence_of_a_network_is_one_outage_with_a_line_for_each(homes, now):
    minute_round(now + 8 * MINUTE)
    outage = the_outage()
    assert (outage.scope, outage.value, outage.silent, outage.known) == ("network", "kpn", 12, 12)
    assert outage.began_at == now
    lines = list(OutageLine.objects.order_by("criticality", "deadline_at"))
    assert {each.client_id for each in lines} == {each.client_id for each in homes}
    assert lines[0].deadline_at == now + WINDOW  # time-critical: the end of its window
    assert lines[1].deadline_at == now + timedelta(minutes=60)  # half an hour before the latest hand-out time
    assert {each.owner for each in lines} == {"Zorg aan Zee"}
    assert not Alert.objects.exists()


def test_looking_again_opens_and_lists_nothing_twice(homes, now):
    for each in range(8, 12):
        minute_round(now + each * MINUTE)
    assert Outage.objects.count() == 1
    assert OutageLine.objects.count() == HOMES


def test_two_watchers_at_once_open_one(homes, now):
    def watch():
        minute_round(now + 8 * MINUTE)
        connection.close()

    threads = [Thread(target=watch) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    minute_round(now + 9 * MINUTE)
    assert Outage.objects.count() == 1
    assert OutageLine.objects.count() == HOMES
    assert messages() == 2


def test_the_team_and_the_centre_hear_once_each_without_a_name(homes, cast, now):
    minute_round(now + 8 * MINUTE)
    told = OutageNote.objects.all()
    assert {each.responder for each in told} == {"team", "centre"}
    for body in OutboxMessage.objects.values_list("body", flat=True):
        assert "Cliënt" not in body
        assert str(homes[0].client_id) not in body


def test_notes_are_repeated_until_accepted_and_never_more_than_twenty(homes, now):
    for each in range(8, 120, 1):
        minute_round(now + each * MINUTE)
    assert messages() == 20 == the_outage().messages


def test_more_responders_than_messages_the_most_urgent_hear_and_the_rest_is_counted(cast, now):
    voices = homes_on(cast, now, 23)
    plan_moments(
        [planned(each, "m", now, criticality=0 if i > 20 else 1) for i, each in enumerate(voices)], now
    )
    beat(voices, now)
    for i, each in enumerate(voices):
        desk = add_destination(
            organisation_id=cast.zorg.id, channel="webhook", name=f"desk {i}", address=f"https://127.0.0.1:9/{i}",
            secret=new_webhook_secret(), now=now,
        )  # fmt: skip
        agree_arrangement(
            organisation_id=cast.zorg.id, client_id=each.client_id, agreed_by="x", now=now,
            route=[
                RouteStep(
                    action="ask_team", responder=f"desk {i}", destination_id=desk.id, wait=5 * MINUTE,
                    repeat=5 * MINUTE,
                )
            ],
        )  # fmt: skip
    for each in range(8, 20):
        minute_round(now + each * MINUTE)
    assert messages() == 20
    assert the_outage().untold == 3
    assert {"desk 21", "desk 22"} <= set(OutageNote.objects.values_list("responder", flat=True))
    assert OutageLine.objects.count() == 23  # whom no message reaches is listed all the same


def test_a_key_on_the_phone_accepts_and_ends_the_repetition(homes, now):
    minute_round(now + 8 * MINUTE)
    for each in OutboxMessage.objects.filter(body__contains="outage.note"):
        notes.note_accepted([MessageSent(message_id=each.id, accepted_by="Petra")], now + 9 * MINUTE)
    for each in range(9, 60):
        minute_round(now + each * MINUTE)
    assert messages() == 2
    assert set(OutageNote.objects.values_list("accepted_by", flat=True)) == {"Petra"}


def test_silent_dispensers_of_an_outage_call_nobody_by_themselves(homes, now):
    minute_round(now + 8 * MINUTE)
    assert announce(now + 16 * MINUTE) == HOMES
    assert not Alert.objects.exists()


def test_alerts_about_silence_of_the_minutes_before_become_part_of_it(homes, cast, now):
    other = homes_on(cast, now, 0)
    assert not other
    announce(now + 16 * MINUTE)
    accepted = Alert.objects.first()
    accept_alert(alert_id=accepted.id, by="Petra", now=now + 16 * MINUTE)
    minute_round(now + 17 * MINUTE)
    accepted.refresh_from_db()
    assert accepted.state == "accepted"
    drawn = Alert.objects.exclude(id=accepted.id)
    assert set(drawn.values_list("closed_as", flat=True)) == {"in_outage"}
    steps = Step.objects.filter(alert__in=drawn, ended_at=now + 17 * MINUTE)
    assert set(steps.values_list("reason", flat=True)) == {"outage"}


def test_moments_that_end_unknown_inside_it_are_lines_and_no_alerts(homes, now):
    minute_round(now + 8 * MINUTE)
    look(now + WINDOW + 2 * MINUTE)
    assert not Alert.objects.filter(moment__isnull=False).exclude(outage_line=None).exists()
    assert Alert.objects.count() == 0
    assert OutageLine.objects.filter(outcome="").count() == HOMES


def test_moments_without_a_word_open_it_before_heartbeats_tell(homes, now):
    """Cut two minutes before the window ends: nobody is silent long enough, and still it is one outage."""
    beat(homes, now + WINDOW - 2 * MINUTE)
    look(now + WINDOW + 61 * MINUTE / 60)
    assert the_outage().silent == HOMES
    assert OutageLine.objects.count() == HOMES
    assert not Alert.objects.exists()
    minute_round(now + WINDOW + 2 * MINUTE)
    assert messages() == 2
    assert the_outage().recovered_at is None


def test_four_unknown_moments_are_four_alerts(cast, now):
    voices = homes_on(cast, now, 4)
    plan_moments([planned(each, "m", now) for each in voices], now)
    beat(voices, now)
    look(now + WINDOW + 2 * MINUTE)
    assert Alert.objects.count() == 4
    assert not Outage.objects.exists()


def test_a_line_past_its_deadline_opens_an_alert_once(homes, now):
    minute_round(now + 8 * MINUTE)
    assert late(now + WINDOW) == 1  # the time-critical one
    assert late(now + WINDOW + MINUTE) == 0
    alert = Alert.objects.get()
    assert alert.priority == 0
    assert alert.reason == "outage_unanswered"
    assert late(now + 61 * MINUTE) == HOMES - 1
    look(now + 61 * MINUTE)  # the moments end unknown after it: no second alert
    assert Alert.objects.count() == HOMES
    minute_round(now + 62 * MINUTE)
    assert not Alert.objects.filter(outage_line=None).exists()


def test_late_alert_closes_by_itself_when_the_journal_says_out(homes, now):
    minute_round(now + 8 * MINUTE)
    late(now + WINDOW)
    voice = homes[0]
    tell(voice, voice.out("m", now + 5 * MINUTE), voice.closed("m", "out", now + 6 * MINUTE), at=now + WINDOW)
    assert Alert.objects.get().closed_as == "out_after_all"
    assert OutageLine.objects.get(client_id=voice.client_id).outcome in ("in_time", "early", "late")


def test_a_returning_device_gives_its_line_the_real_outcome(homes, now):
    minute_round(now + 8 * MINUTE)
    look(now + WINDOW + 2 * MINUTE)
    well, missed, at = homes[1], homes[2], now + 45 * MINUTE
    tell(well, well.out("m", now + 5 * MINUTE), well.closed("m", "out", now + 5 * MINUTE), at=at)
    tell(missed, missed.closed("m", "not_taken_out", now + WINDOW), at=at)
    assert OutageLine.objects.get(client_id=well.client_id).outcome == "in_time"
    line = OutageLine.objects.get(client_id=missed.client_id)
    assert (line.outcome, line.how) == ("not_out", "device")
    alert = Alert.objects.get()  # a miss is never hidden
    assert (alert.client_id, alert.cause) == (missed.client_id, "not_out")
    assert Step.objects.filter(alert=alert, taken_at__isnull=False).exists()


def test_a_device_that_speaks_again_in_time_is_watched_as_ever(homes, now):
    minute_round(now + 8 * MINUTE)
    beat(homes[:1], now + 10 * MINUTE)
    minute_round(now + 11 * MINUTE)
    line = OutageLine.objects.get(client_id=homes[0].client_id)
    assert line.outcome == "heard_again"
    minute_round(now + 19 * MINUTE)  # and falls silent once more
    line.refresh_from_db()
    assert line.outcome == ""
    beat(homes[:1], now + 20 * MINUTE)
    minute_round(now + 21 * MINUTE)
    look(now + WINDOW + 2 * MINUTE)  # silent again, found by its moment
    line.refresh_from_db()
    assert line.outcome == ""
    assert not Alert.objects.exists()


def test_moments_unknown_because_reik_is_behind_are_one_platform_outage(homes, now):
    look(now + WINDOW + 2 * MINUTE, behind=range(16))
    outage = the_outage()
    assert (outage.scope, outage.value) == ("platform", "reik")
    assert OutageLine.objects.filter(outage=outage).count() == HOMES
    assert not Alert.objects.exists()
    beat(homes, now + WINDOW + 2 * MINUTE)
    minute_round(now + WINDOW + 3 * MINUTE)
    assert messages() == 2  # also when Reik has caught up by then
    line = OutageLine.objects.get(client_id=homes[0].client_id)
    assert line.deadline_at > now + WINDOW + 2 * MINUTE


def test_a_region_that_turns_out_to_be_part_of_a_network_becomes_part_of_it(homes, cast, now):
    Dispenser.objects.filter(device__lte="REIK-00006").update(region="noord")
    Dispenser.objects.filter(device__gt="REIK-00006").update(region="zuid")
    beat(homes[6:], now + 6 * MINUTE)
    minute_round(now + 8 * MINUTE)
    first = the_outage()
    assert (first.scope, first.value) == ("region", "noord")
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
    ):  # the network of which it is a part goes as well
        cursor.execute("UPDATE dispensing_dispenser SET region = '' WHERE region = 'zuid'")
    minute_round(now + 14 * MINUTE)
    first.refresh_from_db()
    wider = Outage.objects.get(merged_into=None)
    assert (wider.scope, wider.value) == ("network", "kpn")
    assert first.merged_into == wider.id
    assert set(OutageLine.objects.values_list("outage_id", flat=True)) == {wider.id}
    assert OutageLine.objects.count() == HOMES
    assert messages() == wider.messages


def test_a_moment_that_is_planned_otherwise_ends_its_line(cast, now):
    voices = homes_on(cast, now)
    plan_moments([planned(each, "m", now + 40 * MINUTE) for each in voices], now)
    beat(voices, now)
    minute_round(now + 8 * MINUTE)
    assert OutageLine.objects.count() == HOMES
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM dispensing_moment WHERE client_id = %s", [voices[0].client_id])
    minute_round(now + 9 * MINUTE)
    assert OutageLine.objects.get(client_id=voices[0].client_id).outcome == "replanned"


@pytest.mark.parametrize("number", [12, 200])
def test_statements_do_not_grow_with_the_list(cast, now, number):
    voices = homes_on(cast, now, number)
    plan_moments([planned(each, "m", now) for each in voices], now)
    beat(voices, now)
    with CaptureQueriesContext(
        connection,
    ) as round_of:
        minute_round(now + 8 * MINUTE)
    with CaptureQueriesContext(connection) as unheard:
        look(now + WINDOW + 2 * MINUTE)
    assert len(round_of) <= 40
    assert len(unheard) <= 30
    assert OutageLine.objects.count() == number
