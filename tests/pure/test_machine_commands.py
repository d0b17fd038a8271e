"""Commands to the dispenser: numbers, answers, plans, holds, pauses (device contract, section 5; R22, R31, R41, N5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reik_dispenser.canonical import plan_sha256
from reik_dispenser.inputs import (
    AllReceipted,
    CommandReceived,
    Jammed,
    RollInserted,
    RollRemoved,
    SachetPresented,
    SachetRead,
    Ticked,
)
from reik_dispenser.messages import CommandRefusal, UnreadableCommand
from reik_dispenser.outputs import Advance, Cut, Reboot, Show, Signal, Unlock, Wipe
from reik_dispenser.state import Phase
from tests.pure.test_machine_cast import EIGHT, MINUTE, ROLL, SECOND, Bench, moment, plan_data, ready


def answer(bench: Bench) -> tuple[object, object]:
    event = bench.of("command_result")[-1]
    return event.data["result"], event.data.get("reason")


# -- numbers -------------------------------------------------------------------------------------------


def test_the_same_number_gets_the_same_answer_and_is_done_once() -> None:
    bench = ready().at(EIGHT)
    first = bench.send(10, "present_now", {"moments": ["m1"], "by": "x", "reason": "staff"})
    assert bench.wants(Advance)
    bench.motor().take()
    again = bench.send(10, "present_now", {"moments": ["m1"], "by": "x", "reason": "staff"})
    assert again.data == first.data
    assert again.seq > first.seq
    assert not bench.wants(Advance)


def test_a_lower_unseen_number_is_out_of_order() -> None:
    bench = ready()
    bench.send(50, "resume", {})
    assert bench.send(49, "resume", {}).data["reason"] == "out_of_order"
    assert bench.send(49, "resume", {}).data["reason"] == "out_of_order"


def test_the_last_32_answers_are_kept() -> None:
    bench = ready()
    for number in range(100, 140):
        bench.send(number, "identify", {})
    assert bench.send(108, "identify", {}).data["result"] == "confirmed"
    assert bench.send(107, "identify", {}).data["reason"] == "out_of_order"


def test_a_device_that_lost_its_number_obeys_only_its_session() -> None:
    bench = ready()
    bench.put(Ticked())
    bench.device = bench.device.__class__()
    bench.boot(highest_command=None, epoch=2, last_seq=0, session="f" * 16).timed()
    before = len(bench.events)
    bench.number = 500
    with pytest.raises(StopIteration):
        bench.command("pause", until=None, by="x")
    assert len(bench.events) == before
    assert bench.device.pause is None
    assert bench.send(502, "pause", {"by": "x"}, session="f" * 16).data["result"] == "confirmed"
    assert bench.send(499, "pause", {"by": "x"}).data["reason"] == "out_of_order", "502 was reached"
    assert bench.send(503, "resume", {}).data["result"] == "confirmed"


@pytest.mark.parametrize("type", ["set_plan", "present_now", "hold_sachets", "pause", "identify"])
def test_expired_commands_are_not_done(type: str) -> None:
    bench = ready()
    assert bench.send(9, type, {}, expires=bench.now - SECOND).data["reason"] == "expired"
    assert bench.device.pause is None


def test_without_a_trusted_clock_only_withholding_is_done() -> None:
    bench = Bench().boot()
    for type in ("set_plan", "release_sachets", "present_now", "resume", "expect_roll", "wipe", "unlock"):
        assert bench.command(type).data["reason"] == "clock"
    assert (
        bench.send(50, "pause", {"by": "x"}, expires=bench.now - timedelta(days=3)).data["result"]
        == "confirmed"
    )


def test_what_is_not_known_is_said() -> None:
    bench = ready()
    assert bench.command("dance").data["reason"] == "unknown_type"
    bench.put(CommandReceived(UnreadableCommand(command=77, reason=CommandRefusal.VERSION)))
    assert answer(bench) == ("refused", "version")
    assert bench.device.highest == 77


# -- the plan ------------------------------------------------------------------------------------------


def test_a_plan_is_proven_by_its_digest_and_stays_when_refused() -> None:
    bench = ready()
    data = plan_data([moment("m9")], 2)
    assert bench.command("set_plan", **{**data, "sha256": "0" * 64}).data["reason"] == "sha256"
    assert bench.command("set_plan", **{**data, "version": 0}).data["reason"] == "version"
    assert bench.command("set_plan", **{**data, "version": 1}).data["reason"] == "version"
    assert bench.command("set_plan", **plan_data([moment()], 1)).data["result"] == "confirmed", (
        "the same once more"
    )
    assert [event.data["version"] for event in bench.of("plan_applied")] == [1, 1]


@pytest.mark.parametrize(
    ("moments", "reason"),
    [
        ([moment(f"m{i}", EIGHT + i * MINUTE, [i]) for i in range(241)], "too_big"),
        ([moment(), moment("m2", EIGHT + timedelta(days=28, seconds=1), [2])], "too_big"),
        ([moment(), moment()], "not_supported"),
        ([moment(), moment("m2")], "not_supported"),
        ([moment("m2", EIGHT + MINUTE, [2]), moment()], "not_supported"),
        ([moment(late_min=44)], "not_supported"),
        ([moment(signals=[5, 5])], "not_supported"),
        ([moment(window_min=-1)], "not_supported"),
        ([moment(window_min=True)], "not_supported"),
        ([moment(sachets=[])], "not_supported"),
        ([moment(sachets=[1, 1])], "not_supported"),
        ([{**moment(), "at": "soon"}], "not_supported"),
        ([moment(whole="yes")], "not_supported"),
        (["m1"], "not_supported"),
    ],
)
def test_plans_that_cannot_be(moments: list[dict[str, object]], reason: str) -> None:
    bench = ready()
    data = {**plan_data([], 2), "moments": moments, "sha256": plan_sha256(moments)}
    assert bench.command("set_plan", **data).data["reason"] == reason
    assert bench.device.plan is not None
    assert bench.device.plan.version == 1


def test_a_new_plan_leaves_what_has_begun_and_what_ended_alone() -> None:
    bench = ready(moment(), moment("m2", EIGHT + 40 * MINUTE, [2]), moment("m3", EIGHT + 180 * MINUTE, [3]))
    bench.at(EIGHT).hand_out().at(EIGHT + 40 * MINUTE)
    later = EIGHT + timedelta(hours=5)
    bench.plan(moment("m1", later, [4]), moment("m2", later + MINUTE, [5]), version=2)
    bench.at(EIGHT + 86 * MINUTE)
    assert bench.closings("m2") == ["not_taken_out"], "under its own plan"
    bench.at(later + timedelta(hours=3))
    assert bench.closings("m1") == ["complete"]
    assert bench.closings("m2") == ["not_taken_out"]
    assert bench.closings("m3") == []


# -- withholding ---------------------------------------------------------------------------------------


def test_holds_outlive_plan_power_and_pause_and_name_what_is_not_held() -> None:
    bench = ready(moment(), moment("m2", EIGHT + 60 * MINUTE, [2])).at(EIGHT).hand_out()
    refused = bench.command("hold_sachets", roll=ROLL, sachets=[1, 2, 99])
    assert refused.data == {"command": 3, "result": "refused", "reason": "already_out", "sachets": [1, 99]}
    bench.plan(moment("m2", EIGHT + 60 * MINUTE, [2]), version=2)
    bench.command("pause", until=None, by="x")
    bench.power_cut().timed()
    bench.command("resume", by="x")
    bench.at(EIGHT + 60 * MINUTE).press()
    assert bench.shown() == ["held"]
    assert bench.command("release_sachets", roll=ROLL, sachets=[2]).data["result"] == "confirmed"
    assert bench.hand_out().closings("m2") == ["complete"]


def test_a_roll_that_is_not_known_cannot_be_held_and_one_to_come_can() -> None:
    bench = ready()
    assert bench.command("hold_sachets", roll="x", sachets=[1]).data["reason"] == "unknown_roll"
    bench.command("expect_roll", roll="next", first=1, last=7, count=7)
    assert bench.command("hold_sachets", roll="next", sachets=[3]).data["result"] == "confirmed"
    assert bench.command("hold_sachets", roll=ROLL).data["reason"] == "not_supported"


def test_release_is_all_or_nothing() -> None:
    bench = ready(moment(), moment("m2", EIGHT + 60 * MINUTE, [2])).at(EIGHT).hand_out()
    bench.command("hold_sachets", roll=ROLL, sachets=[2, 3])
    assert bench.command("release_sachets", roll=ROLL, sachets=[1, 2]).data["reason"] == "already_out"
    bench.at(EIGHT + timedelta(hours=4))
    assert bench.command("release_sachets", roll=ROLL, sachets=[2, 3]).data["reason"] == "too_late"
    assert {each.number for each in bench.device.holds} == {2, 3}


def test_a_pause_goes_on_after_its_end_until_a_person_resumes() -> None:
    bench = ready()
    bench.command("pause", until="2026-11-23T06:00:00.000Z", by="p1")
    assert bench.of("paused")[0].data == {"until": "2026-11-23T06:00:00.000Z", "by": "p1"}
    bench.at(EIGHT).press()
    assert bench.of("fault")[-1].data == {"code": "pause_ended"}
    assert bench.shown() == ["paused"]
    assert "signal_started" not in bench.types()
    bench.command("resume", by="p2")
    assert bench.of("signal_started")[-1].data["attempt"] == 1
    assert bench.hand_out().closings() == ["complete"]


def test_a_pause_is_at_most_seven_days() -> None:
    bench = ready()
    bench.command("pause", until="2027-11-23T06:00:00.000Z", by="p1")
    assert bench.device.pause is not None
    assert bench.device.pause.until == bench.now + timedelta(days=7)


def test_a_pause_stops_what_is_on_its_way_but_not_what_is_cut() -> None:
    bench = ready(moment(sachets=[1, 2])).at(EIGHT)
    bench.press()
    bench.command("pause", by="x")
    assert bench.device.phase is Phase.PAUSED
    bench.command("resume", by="x")
    bench.press()
    bench.put(SachetRead(ROLL, 1))
    bench.command("pause", by="x")
    assert bench.device.phase is Phase.CUTTING
    bench.put(SachetPresented())
    bench.take()
    assert not bench.wants(Advance)
    assert bench.at(EIGHT + 46 * MINUTE).closings() == ["partial"]


# -- present_now ---------------------------------------------------------------------------------------


def test_present_now_replaces_early_and_gap_and_says_who() -> None:
    bench = ready(moment(), moment("m2", EIGHT + 240 * MINUTE, [2, 3], gap_min=200)).at(EIGHT)
    assert (
        bench.command("present_now", moments=["m1", "m2"], by="p7", reason="take_along").data["result"]
        == "confirmed"
    )
    while bench.wants(Advance):
        bench.motor().take()
    outs = [
        (e.data["moment"], e.data["k"], e.data["how"], e.data["by"]) for e in bench.of("sachet_taken_out")
    ]
    assert outs == [
        ("m1", 1, "take_along", "p7"),
        ("m2", 1, "take_along", "p7"),
        ("m2", 2, "take_along", "p7"),
    ]
    assert bench.device.grant is None
    bench.at(EIGHT + 250 * MINUTE)
    assert "m2" not in [event.data["moment"] for event in bench.of("signal_started")]


@pytest.mark.parametrize(
    ("prepare", "names", "reason"),
    [
        (lambda b: None, ["mX"], "unknown_moment"),
        (lambda b: b.at(EIGHT).hand_out(), ["m1"], "already_out"),
        (lambda b: b.at(EIGHT + timedelta(hours=3)), ["m1"], "too_late"),
        (lambda b: b.command("hold_sachets", roll=ROLL, sachets=[1]), ["m1"], "held"),
        (lambda b: b.command("pause", by="x"), ["m1"], "paused"),
        (lambda b: b.at(EIGHT).press(), ["m1"], "busy"),
        (lambda b: b.put(RollRemoved()), ["m1"], "unknown_roll"),
        (lambda b: b.put(Jammed()), ["m1"], "fault"),
        (lambda b: None, [], "not_supported"),
    ],
)
def test_present_now_never_replaces_anything_else(prepare, names: list[str], reason: str) -> None:
    bench = ready(moment(), moment("m2", EIGHT + 600 * MINUTE, [2]))
    prepare(bench)
    assert bench.command("present_now", moments=names, by="x", reason="staff").data["reason"] == reason
    assert not bench.wants(Advance)
    assert not bench.wants(Cut)


def test_a_grant_lapses_when_nobody_takes_the_sachet() -> None:
    bench = ready(moment(), moment("m2", EIGHT + 240 * MINUTE, [2])).at(EIGHT)
    bench.command("present_now", moments=["m1", "m2"], by="x", reason="take_along")
    bench.motor().at(EIGHT + 20 * MINUTE)
    bench.take()
    assert not bench.wants(Advance)


# -- the rest ------------------------------------------------------------------------------------------


def test_unlock_is_shown_for_ten_seconds_and_answered_when_done() -> None:
    bench = ready()
    with pytest.raises(StopIteration):
        bench.command("unlock", by="x", reason="y")
    assert bench.shown() == ["unlocking"]
    bench.put(Ticked(), 9 * SECOND)
    assert not bench.wants(Unlock)
    bench.power_cut().timed()
    bench.at(bench.now + 10 * SECOND)
    assert [event.type for event in bench.events[-2:]] == ["unlocked", "command_result"]
    assert answer(bench) == ("confirmed", None)


def test_wipe_waits_for_every_receipt_and_never_with_a_roll() -> None:
    bench = ready()
    assert bench.command("wipe", by="x").data["reason"] == "busy"
    bench.put(RollRemoved())
    with pytest.raises(StopIteration):
        bench.command("wipe", by="x")
    bench.put(RollInserted(roll=ROLL, first=1, last=14, count=14))
    assert bench.events[-1].type == "roll_refused"
    bench.at(bench.now + 10 * SECOND)
    assert answer(bench) == ("confirmed", None)
    assert not bench.wants(Wipe)
    bench.put(AllReceipted())
    assert bench.wants(Wipe)


def test_reboot_is_answered_before_and_waits_for_the_knife() -> None:
    bench = ready().at(EIGHT)
    assert bench.command("reboot", by="x").data["result"] == "confirmed"
    assert bench.wants(Reboot)
    bench.press()
    assert bench.command("reboot", by="x").data["reason"] == "busy"
    assert not bench.wants(Reboot)


def test_settings_are_taken_whole_or_not_at_all() -> None:
    bench = ready()
    assert bench.command("settings", volume=20, text="Ga zitten").data["result"] == "confirmed"
    assert bench.command("settings", light=20, volume=101).data["reason"] == "not_supported"
    assert (bench.device.settings.volume, bench.device.settings.light) == (20, 70)
    bench.command("identify", by="x")
    assert bench.wants(Signal)
    assert bench.wants(Show)
