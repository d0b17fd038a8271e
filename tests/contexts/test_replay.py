"""One alert replayed on one page: what was known when, which rule decided, who was told, who had it (N16)."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from reik.alerting import operations, queries, replay
from reik.alerting.calls import take_due_steps
from reik.alerting.claims.who import Who
from reik.alerting.models import Alert, Step
from reik.alerting.operations import accept_alert, handle_alert, open_on_screen, take_ended_promises
from reik.alerting.receipts import note_received
from reik.dispensing.moments.planned import plan_moments
from reik.kernel import facts
from reik.kernel.outbox import MessageFailed, MessageSent
from reik.web.team.replay_page import told
from tests.cast import WINDOW, beside, gather, planned, tell, welcome

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
ZONE = ZoneInfo("Europe/Amsterdam")


@transaction.atomic
def watch(now):
    take_ended_promises(now=now)
    while take_due_steps(now=now):
        pass


@transaction.atomic
def wire(alert, responder, fact, now, **more):
    step = Step.objects.filter(alert=alert, responder=responder, taken_at__isnull=False).latest("taken_at")
    facts.publish([fact(message_id=step.id, **more)], now)
    return step


@pytest.fixture
def walked(database, now):
    """A time-critical moment: the centre's line fails, the carer answers by key and opens it, the team goes there."""
    cast = gather(now)
    anna = beside(welcome(cast.zorg, "Anna de Vries", now), "REIK-ANNA", now)
    plan_moments([planned(anna, "m", now, sachets=2, criticality=0)], now)
    at = now + WINDOW
    tell(anna, anna.closed("m", "not_taken_out", at), at=at)
    alert = Alert.objects.get()
    operations.add_code(
        organisation_id=cast.zorg.id, kind="outcome", label_nl="Zat bij de buren", label_en="At the neighbours’",
        like="refuses", by="Jo", now=now,
    )  # fmt: skip
    wire(alert, "centre", MessageFailed, at + 5 * SECOND, error="503")
    watch(at + 5 * SECOND)
    step = wire(alert, "carer", MessageSent, at + 7 * SECOND)
    note_received(message_id=step.id, now=at + 8 * SECOND)
    wire(alert, "carer", MessageSent, at + MINUTE, accepted_by="1")
    open_on_screen(alert_id=alert.id, by=Who(step.destination_id, "carer"), now=at + 2 * MINUTE)
    tell(anna, anna.out("m", at + 3 * MINUTE, k=1, n=2), at=at + 4 * MINUTE)
    watch(at + 6 * MINUTE)
    accept_alert(alert_id=alert.id, by="Els", role="team", now=at + 7 * MINUTE)
    handle_alert(
        alert_id=alert.id, by="Els", outcome="own_zat_bij_de_buren", cause="not_home", remote=False, role="team",
        note="terug om tien uur", now=at + 12 * MINUTE,
    )  # fmt: skip
    operations.evaluate(alert_id=alert.id, by="Jo", text="Route klopt.", now=at + 60 * MINUTE)
    return queries.alert(alert.id, [alert.client_id]), at


GOLDEN = """
-30:00 Het zakje moest eruit; de dispenser geeft een signaal.
00:00 De dispenser meldt: moment gesloten, niet uitgenomen.
00:00 Het venster sluit. Geven mag nog tot 09:30.
00:00 Melding: deels uitgenomen, want de dispenser meldt het zelf.
00:00 centre belt de cliënt: bericht niet aangekomen.
00:05 carer krijgt bericht: bericht aangekomen.
00:08 Aangekomen op de telefoon van carer.
01:00 carer heeft de melding op het scherm, 5 minuten: tot 08:36:00.
01:00 carer regelt het, met een toets op de telefoon.
02:00 carer opent de melding op het scherm en houdt haar.
04:00 De dispenser meldt: zakje uitgenomen (1 van 2). Op de klok van de dispenser was het toen 08:33:00.
04:00 De dispenser meldt nu: deels uitgenomen.
06:00 De tijd van carer is om; de volgende stap is genomen.
06:00 carer heeft de melding niet meer: de tijd was om.
06:00 team wordt gebeld en beslist over een bezoek: gevraagd.
07:00 Els heeft de melding op het scherm, 10 minuten: tot 08:47:00.
07:00 Els regelt het.
12:00 Els heeft de melding niet meer: zei hoe het ging.
12:00 Els: wil de medicijnen niet. terug om tien uur
12:00 In het woord van de organisatie: Zat bij de buren.
60:00 Jo kijkt terug: Route klopt.
"""


def test_the_whole_course_in_one_list(walked):
    alert, at = walked
    lines = told(alert, at + 61 * MINUTE, ZONE)["lines"]

    def since(moment):
        seconds = round((moment - at).total_seconds())
        return f"{'-' if seconds < 0 else ''}{abs(seconds) // 60:02}:{abs(seconds) % 60:02}"

    assert sorted(f"{since(each.at)} {each.sentence}" for each in lines) == sorted(
        GOLDEN.strip().splitlines()
    )
    assert [each.at for each in lines] == sorted(each.at for each in lines)


def test_the_six_states_with_their_times(walked):
    alert, at = walked
    life = replay.life_of(alert, queries.steps_of(alert.id), queries.remarks_of([alert.id]))
    assert [(name, when - at) for name, when in life] == [
        ("signalled", 0 * MINUTE), ("delivered", 7 * SECOND), ("received", 8 * SECOND), ("accepted", MINUTE),
        ("handled", 12 * MINUTE), ("evaluated", 60 * MINUTE),
    ]  # fmt: skip


def test_who_was_told_by_which_line_and_who_decided(walked):
    alert, at = walked
    page = told(alert, at + 61 * MINUTE, ZONE)
    called = [
        (each["who"].split()[0], each["failed"], each["delivered"], each["received"])
        for each in page["called"]
    ]
    assert called[:2] == [
        ("centre", at + 5 * SECOND, None, None), ("carer", None, at + 7 * SECOND, at + 8 * SECOND),
    ]  # fmt: skip
    assert {each["channel"] for each in page["called"]} == {"eigen systeem"}
    assert (page["arrangement"].version, page["one"], page["team"], page["all"]) == (
        1, "5 minuten", "10 minuten", "10 minuten",
    )  # fmt: skip
    assert (page["visit_by"], page["closed_as"], page["because"], page["moved"]) == (
        "het wijkteam", "wil de medicijnen niet", "was niet thuis", "",
    )  # fmt: skip
    assert [(each["by"], each["how"]) for each in page["claims"]] == [
        ("carer", "de tijd was om"), ("Els", "zei hoe het ging"),
    ]  # fmt: skip
