"""The inbox: what comes in from devices is stored sealed, interpreted, receipted, and never lost (rule 6, R33)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.alerting.models import Alert
from reik.dispensing.devices.enrolment import enrol
from reik.dispensing.models import DeviceConflict, DeviceEvent, DeviceSecret, Dispenser, Mention
from reik.dispensing.moments import twin
from reik.dispensing.moments.planned import plan_moments
from reik.ingest.models import RawMessage, Rejection, StreamPartition
from reik.ingest.payloads import Arrived
from reik.kernel.crypto import SealBroken, reset_vault, vault
from reik.kernel.models import Organisation
from reik_dispenser.messages import Receipt, RefusedPayload
from reik_dispenser.wire import sign, up_topic
from tests.cast import WINDOW, beside, look, many_homes, planned, rows, the_moment, welcome
from tests.contexts.ingest_door import receiver, rejections, said, take_in

__all__ = ["receiver"]
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
Fate = RawMessage.Fate


def test_an_event_is_stored_interpreted_and_receipted_with_a_right_mac(anna, receiver, now):
    answers = take_in(receiver, anna.arrived(anna.noise(now), anna.out("m", now), at=now), now=now)
    assert said(answers, anna) == [Receipt(epoch=1, upto=2, now=now)]
    assert the_moment(anna, "m").outcome == "in_time"
    assert (RawMessage.objects.get().fate, RawMessage.objects.get().interpreter) == (
        Fate.INTERPRETED,
        "device/1",
    )
    assert DeviceEvent.objects.filter(raw_id=RawMessage.objects.get().id).count() == 2


def test_a_lone_heartbeat_is_a_sign_of_life_without_row_or_receipt(anna, receiver, now):
    assert take_in(receiver, anna.arrived(anna.heartbeat(now), at=now), now=now) == []
    assert not RawMessage.objects.exists()
    assert Dispenser.objects.get(id=anna.id).beat_at == now


def test_a_wrong_mac_is_counted_and_not_answered_and_no_sign_of_life(anna, receiver, now):
    event = anna.out("m", now)
    for number, payload in enumerate(
        [anna.payload(event, key=bytes(32)), b"", b"x" * 43, anna.payload(event)[1:]]
    ):
        answers = take_in(receiver, Arrived("REIK-ANNA", payload, now), now=now + number * SECOND)
        assert answers == []
    assert rejections() == {("REIK-ANNA", "mac", "care"): 4}
    assert not RawMessage.objects.exists()
    assert not DeviceEvent.objects.exists()
    assert Dispenser.objects.get(id=anna.id).heard_at is None


def test_another_devices_payload_under_ones_own_name_has_a_wrong_mac(cast, anna, receiver, now):
    bert = beside(welcome(cast.zorg, "Bert", now), "REIK-BERT", now)
    assert take_in(receiver, Arrived("REIK-BERT", anna.payload(anna.out("m", now)), now), now=now) == []
    assert rejections() == {(bert.device, "mac", "care"): 1}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "json"),
        (b'{"epoch":1,"seq":1,"seq":1}', "json"),
        (b"[]", "count"),
        (b"[1]", "envelope"),
        (b'{"v":1,"epoch":0,"seq":1}', "envelope"),
        (b" " * 70_000, "size"),
    ],
)
def test_a_refused_payload_is_answered_signed_and_kept_as_it_came(anna, receiver, now, body, code):
    payload = sign(anna.enrolment.key, up_topic(anna.device), body)
    answers = take_in(receiver, Arrived(anna.device, payload, now), now=now)
    assert said(answers, anna) == [RefusedPayload(code=code)]
    assert b'{"refused":"' + code.encode() + b'","v":1}' in answers[0].payload
    raw = RawMessage.objects.get()
    assert (raw.fate, raw.reason) == (Fate.REFUSED, code)
    assert vault().open(raw.organisation_id, bytes(raw.body)) == payload
    assert rejections() == {("REIK-ANNA", code, "care"): 1}


def test_a_payload_that_is_understood_in_part_is_receipted_whole_and_parked_for_a_person(anna, receiver, now):
    body = (
        b'[{"v":1,"epoch":1,"seq":1,"at":"2026-11-23T07:00:00.000Z","type":"dance","data":{}},'
        b'{"v":1,"epoch":1,"seq":2,"at":"2026-11-23T07:00:00.000Z","type":"sachet_taken_out",'
        b'"data":{"moment":"m","k":1,"n":1}}]'
    )
    answers = take_in(
        receiver, Arrived(anna.device, sign(anna.enrolment.key, up_topic(anna.device), body), now), now=now
    )
    assert said(answers, anna) == [Receipt(epoch=1, upto=2, now=now)]
    assert (RawMessage.objects.get().fate, RawMessage.objects.get().reason) == (Fate.PARKED, "unknown_type")
    assert the_moment(anna, "m").outcome == "in_time"


def test_an_unknown_device_is_counted_for_the_quarantine_organisation(anna, receiver, now):
    batch = [
        Arrived("NOBODY-1", b"x", now),
        Arrived("NOBODY-1", b"y", now),
        anna.arrived(anna.noise(now), at=now),
    ]
    answers = take_in(receiver, *batch, now=now)
    assert rejections() == {("NOBODY-1", "unknown_device", "quarantine"): 2}
    assert len(answers) == 1
    take_in(receiver, batch[0], now=now + timedelta(hours=1))
    assert Rejection.objects.count() == 2  # counted per hour


def test_the_raw_body_is_unreadable_in_the_table_and_opens_again_for_its_organisation_only(
    cast, anna, receiver, now
):
    """Rule 6: stored encrypted before it is interpreted."""
    arrived = anna.arrived(anna.out("m", now), anna.event("help_pressed", now, by="geheim-woord"), at=now)
    take_in(receiver, arrived, now=now)
    raw = RawMessage.objects.get()
    assert b"geheim-woord" not in bytes(raw.body)
    assert b"sachet_taken_out" not in bytes(raw.body)
    assert vault().open(cast.zorg.id, bytes(raw.body)) == arrived.payload
    with pytest.raises(SealBroken):
        vault().open(cast.eva.id, bytes(raw.body))
    assert raw.organisation_id == cast.zorg.id


class TestPoison:
    """A payload that breaks its interpreter is set apart; the rest goes on and nobody repeats it for ever."""

    @pytest.fixture(autouse=True)
    def poison(self, monkeypatch):
        sound = twin.fold

        def fold(tally, *, data, **rest):
            if data["moment"] == "poison":
                raise ZeroDivisionError("a fault in the interpreter")
            sound(tally, data=data, **rest)

        monkeypatch.setattr(twin, "fold", fold)
        return lambda: monkeypatch.setattr(twin, "fold", sound)

    @pytest.fixture
    def homes(self, cast, now):
        homes = many_homes(cast.zorg, 3, now)
        plan_moments([planned(h, key, now) for h in homes for key in ("m", "poison")], now)
        return homes

    def test_it_is_parked_alone_and_the_others_are_interpreted(self, homes, receiver, now):
        first, second, third = homes
        batch = [
            first.arrived(first.out("m", now), at=now),
            second.arrived(second.out("poison", now), at=now),
            second.arrived(second.out("m", now), at=now),
            third.arrived(third.closed("m", "not_taken_out", now), at=now),
        ]
        answers = take_in(receiver, *batch, now=now, position=77)
        assert [the_moment(h, "m").outcome for h in homes] == ["in_time", "in_time", "not_out"]
        assert the_moment(second, "poison").outcome is None
        fates = RawMessage.objects.order_by("id").values_list("fate", "reason")
        assert sorted(fates) == [(1, ""), (1, ""), (1, ""), (Fate.PARKED, "poison")]
        assert DeviceEvent.objects.get(parked="poison").data["moment"] == "poison"
        assert Alert.objects.count() == 1
        for home in homes:
            upto = max(each.upto for each in said(answers, home))
            assert upto == (2 if home is second else 1)  # its receipt is given all the same
        assert set(StreamPartition.objects.values_list("stream_seq", "received_through")) == {(77, now)}

    def test_silence_about_its_moment_is_unknown_and_never_not_out(self, homes, receiver, now):
        home = homes[0]
        take_in(receiver, home.arrived(home.out("poison", now), at=now), now=now)
        later = now + WINDOW + MINUTE
        take_in(receiver, home.arrived(home.heartbeat(later), at=later), now=later)
        look(later)
        assert (the_moment(home, "m").outcome, the_moment(home, "poison").outcome) == ("not_out", "unknown")
        assert the_moment(home, "poison").verdict_reason == "not_understood"

    def test_sent_again_it_changes_nothing_and_is_receipted_again(self, homes, receiver, now):
        home = homes[0]
        event = home.out("poison", now)
        take_in(receiver, home.arrived(event, at=now), now=now)
        answers = take_in(receiver, home.arrived(event, at=now), now=now)
        assert said(answers, home) == [Receipt(epoch=1, upto=1, now=now)]
        assert (DeviceEvent.objects.count(), Mention.objects.count()) == (1, 1)
        assert not DeviceConflict.objects.exists()

    def test_nothing_of_its_content_is_a_reason_to_stop_the_partition(self, homes, receiver, now):
        home = homes[0]
        take_in(receiver, home.arrived(home.out("poison", now), at=now), now=now, position=5)
        take_in(receiver, home.arrived(home.out("m", now), at=now), now=now, position=6)
        assert the_moment(home, "m").outcome == "in_time"


class TestRenewedSecrets:
    """Device contract, section 1: old and new work until the first good message with the new."""

    def again(self, anna, now):
        fresh = enrol(organisation_id=anna.organisation_id, device=anna.device, now=now)
        return fresh, replace(anna, enrolment=fresh)

    def test_a_device_with_new_secrets_is_understood_at_once(self, anna, receiver, now):
        take_in(receiver, anna.arrived(anna.noise(now), at=now), now=now)
        fresh, renewed = self.again(anna, now)
        answers = take_in(receiver, renewed.arrived(anna.noise(now), at=now), now=now + SECOND)
        assert said(answers, anna, fresh.key) == [Receipt(epoch=1, upto=2, now=now + SECOND)]
        assert rejections() == {}

    def test_the_old_secrets_work_until_the_new_ones_have_and_then_no_more(self, anna, receiver, now):
        _, renewed = self.again(anna, now)
        answers = take_in(receiver, anna.arrived(anna.noise(now), at=now), now=now)
        assert len(said(answers, anna)) == 1  # signed with the key that the device used
        assert DeviceSecret.objects.get(generation=1).ends_at == now + timedelta(days=7)
        take_in(receiver, renewed.arrived(anna.noise(now), at=now), now=now + SECOND)
        assert DeviceSecret.objects.get(generation=1).ends_at == now + SECOND
        assert DeviceSecret.objects.get(generation=2).ends_at is None
        assert take_in(receiver, anna.arrived(anna.noise(now), at=now), now=now + 2 * SECOND) == []
        assert rejections() == {("REIK-ANNA", "mac", "care"): 1}

    def test_old_secrets_end_after_seven_days_by_themselves(self, anna, receiver, now):
        self.again(anna, now)
        later = now + timedelta(days=7)
        assert take_in(receiver, anna.arrived(anna.noise(now), at=later), now=later) == []


def test_a_device_of_an_erased_organisation_stops_nobody_else(cast, anna, receiver, now):
    """Destroying a data key erases; a device that goes on speaking is then a stranger."""
    eva = beside(welcome(cast.eva, "Cor", now), "REIK-COR", now)
    rows(
        "UPDATE kernel_datakey SET destroyed_at = %s WHERE organisation_id = %s RETURNING 1", now, cast.eva.id
    )
    reset_vault()
    answers = take_in(
        receiver, eva.arrived(eva.noise(now), at=now), anna.arrived(anna.out("m", now), at=now), now=now
    )
    assert len(answers) == 1
    assert the_moment(anna, "m").outcome == "in_time"
    assert rejections() == {("REIK-COR", "unknown_device", "quarantine"): 1}


def test_one_and_three_hundred_payloads_cost_as_many_statements(cast, receiver, now):
    homes = many_homes(cast.zorg, 301, now)
    plan_moments([planned(home, "m", now) for home in homes], now)
    for home in homes:  # known, so that keys are in memory on both sides
        receiver._devices.find([home.device], now)
    costs = []
    for some in (homes[:1], homes[1:]):
        batch = [home.arrived(home.noise(now), home.out("m", now), at=now) for home in some]
        batch += [Arrived(home.device, b"wrong", now) for home in some]
        with CaptureQueriesContext(connection) as captured:
            take_in(receiver, *batch, now=now)
        costs.append(len(captured))
    assert costs[0] == costs[1]
    assert RawMessage.objects.count() == 301


def test_every_organisation_has_its_own_count_of_rejections(cast, receiver, now):
    zorg, eva = many_homes(cast.zorg, 1, now)[0], beside(welcome(cast.eva, "Cor", now), "REIK-COR", now)
    take_in(receiver, *[Arrived(each.device, b"", now) for each in (zorg, eva)], now=now)
    assert {r.organisation_id for r in Rejection.objects.all()} == {cast.zorg.id, cast.eva.id}
    assert Organisation.objects.filter(kind="quarantine").count() == 1
