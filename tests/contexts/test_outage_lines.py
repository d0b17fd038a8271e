"""The lines of an outage: shared out, ticked off, taken back, handed over, until it closes (N4, rule 4)."""

from __future__ import annotations

from threading import Thread

import pytest
from django.db import connection

from reik.alerting.models import Alert, OutageLine, OutageTick
from reik.alerting.operations import accept_alert, handle_alert
from reik.alerting.outages import sharing
from reik.alerting.outages.sharing import OutageRefused, Person, Said
from reik.alerting.outages.undoing import undo
from reik.kernel.ids import new_id
from tests.cast import WINDOW, look, tell
from tests.contexts.silent_homes import (
    HOMES,
    MINUTE,
    announce,
    beat,
    cast,
    homes,
    messages,
    minute_round,
    the_outage,
)

__all__ = ["cast", "homes"]


def test_it_closes_only_when_recovered_and_no_line_is_open(homes, now):
    minute_round(now + 8 * MINUTE)
    look(now + WINDOW + 2 * MINUTE)
    beat(homes, now + 40 * MINUTE)
    minute_round(now + 41 * MINUTE)
    outage = the_outage()
    assert outage.recovered_at == now + 41 * MINUTE
    assert outage.closed_at is None
    someone = Person(account_id=new_id(now), name="Petra")
    clients = [each.client_id for each in homes]
    mine = sharing.take(outage.id, someone, clients, now + 42 * MINUTE, most=50)
    sharing.tick(
        outage.id, [Said(line_id=each, outcome="says_out", how="phone") for each in mine], "Petra", clients,
        now + 43 * MINUTE, of_team=True,
    )  # fmt: skip
    minute_round(now + 44 * MINUTE)
    assert the_outage().closed_at is None  # what was said may still be taken back
    minute_round(now + 45 * MINUTE)
    assert the_outage().closed_at == now + 45 * MINUTE


def test_what_was_ticked_off_is_taken_back_within_a_minute_and_stays_on_record(homes, now):
    minute_round(now + 8 * MINUTE)
    outage, clients = the_outage(), [each.client_id for each in homes]
    petra, ali = (Person(account_id=new_id(now), name=name) for name in ("Petra", "Ali"))
    one, other, third = sharing.take(outage.id, petra, clients, now + 9 * MINUTE)[:3]
    said = [
        Said(line_id=one, outcome="says_out", how="phone", note="wrong line"),
        Said(line_id=other, outcome="not_reached", how="phone"),
        Said(line_id=third, outcome="away", how="phone"),
    ]
    at = now + 10 * MINUTE
    sharing.tick(outage.id, said, "Petra", clients, at, of_team=True, by_id=petra.account_id)
    with pytest.raises(OutageRefused):
        undo([one], ali, clients, at + MINUTE / 2)  # another's word
    with pytest.raises(OutageRefused):
        undo([third], petra, [], at + MINUTE / 2)  # whom she may not see
    assert set(undo([one, other], petra, clients, at + MINUTE)) == {one, other}
    with pytest.raises(OutageRefused):
        undo([third], petra, clients, at + MINUTE * 1.1)
    line = OutageLine.objects.get(id=one)
    assert (line.outcome, line.outcome_at, line.how, line.note, line.owner) == ("", None, "", "", "Petra")
    assert OutageLine.objects.get(id=third).outcome == "away"
    assert OutageTick.objects.filter(undone_at=at + MINUTE).count() == 2
    assert OutageTick.objects.count() == 3
    sharing.tick(outage.id, said[:1], "Petra", clients, at + 2 * MINUTE, of_team=True)
    assert OutageLine.objects.get(id=one).note == "wrong line"


def test_a_line_taken_back_after_its_device_spoke_has_what_that_told(homes, now):
    minute_round(now + 8 * MINUTE)
    look(now + WINDOW + 2 * MINUTE)
    petra, home = Person(account_id=new_id(now), name="Petra"), homes[0]
    line, at = OutageLine.objects.get(client_id=home.client_id), now + WINDOW + 3 * MINUTE
    said = [Said(line_id=line.id, outcome="away", how="phone")]
    sharing.tick(line.outage_id, said, "Petra", [home.client_id], at, of_team=True, by_id=petra.account_id)
    out = now + 5 * MINUTE
    tell(home, home.out("m", out), home.closed("m", "complete", out), at=at + MINUTE / 4)
    undo([line.id], petra, [home.client_id], at + MINUTE / 2)
    line.refresh_from_db()
    assert (line.outcome, line.how) == ("in_time", "device")


def test_who_is_silent_still_when_it_closes_is_announced_as_ever(homes, now):
    minute_round(now + 8 * MINUTE)
    announce(now + 16 * MINUTE)
    beat(homes[1:], now + 20 * MINUTE)
    for line in OutageLine.objects.filter(client_id=homes[0].client_id):
        sharing.tick(
            line.outage_id, [Said(line_id=line.id, outcome="out_seen", how="round")], "Petra",
            [homes[0].client_id], now + 21 * MINUTE, of_team=True,
        )  # fmt: skip
    minute_round(now + 24 * MINUTE)
    assert the_outage().closed_at is not None
    assert announce(now + 25 * MINUTE) == 1
    assert Alert.objects.get().cause == "silent"


def test_five_each_the_most_urgent_first_and_never_the_same(homes, now):
    minute_round(now + 8 * MINUTE)
    outage, clients = the_outage(), [each.client_id for each in homes]
    got: list[list[object]] = []

    def take(name):
        got.append(
            sharing.take(outage.id, Person(account_id=new_id(now), name=name), clients, now + 9 * MINUTE)
        )
        connection.close()

    threads = [Thread(target=take, args=(name,)) for name in ("Petra", "Ali")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [len(each) for each in got] == [5, 5]
    assert len({one for each in got for one in each}) == 10
    critical = OutageLine.objects.get(criticality=0)
    assert critical.owner_kind == "person"
    minute_round(now + 15 * MINUTE)
    assert messages() == 2  # whoever took lines has heard of it


def test_handing_over_keeps_what_is_urgent(homes, now):
    minute_round(now + 8 * MINUTE)
    outage, clients = the_outage(), [each.client_id for each in homes]
    petra, ali = (Person(account_id=new_id(now), name=name) for name in ("Petra", "Ali"))
    sharing.take(outage.id, petra, clients, now + 9 * MINUTE, most=6)
    assert len(sharing.hand_over(outage.id, petra, ali, clients, now + 10 * MINUTE)) == 5
    assert OutageLine.objects.get(owner="Petra").criticality == 0
    assert sharing.give_back(outage.id, ali) == 5
    assert OutageLine.objects.filter(owner_kind="team").count() == HOMES - 1


def test_only_who_was_there_says_that_it_is_out(homes, now):
    minute_round(now + 8 * MINUTE)
    line = OutageLine.objects.first()
    with pytest.raises(OutageRefused):
        sharing.tick(
            line.outage_id, [Said(line_id=line.id, outcome="out_seen", how="phone")], "x", [line.client_id], now,
            of_team=True,
        )  # fmt: skip


def test_who_is_not_reached_or_unwell_is_called_on_by_an_alert(homes, now):
    minute_round(now + 8 * MINUTE)
    outage, clients = the_outage(), [each.client_id for each in homes]
    lines = list(OutageLine.objects.order_by("id")[:3])
    said = [
        Said(line_id=line.id, outcome=outcome, how="phone")
        for line, outcome in zip(lines, ("not_reached", "unwell", "refuses"), strict=True)
    ]
    sharing.tick(outage.id, said, "Joost", clients, now + 9 * MINUTE, of_team=False)
    causes = sorted(Alert.objects.values_list("cause", flat=True))
    assert causes == ["help_pressed", "unknown", "unknown"]
    lines[0].refresh_from_db()
    assert lines[0].outcome == ""  # it stays a line until the alert is handled
    alert = Alert.objects.get(client_id=lines[0].client_id)
    accept_alert(alert_id=alert.id, by="Petra", now=now + 10 * MINUTE)
    handle_alert(
        alert_id=alert.id,
        outcome="false_notice",
        cause="client",
        remote=True,
        by="Petra",
        now=now + 11 * MINUTE,
    )
    minute_round(now + 12 * MINUTE)
    lines[0].refresh_from_db()
    assert (lines[0].outcome, lines[0].how) == ("false_notice", "alert")
