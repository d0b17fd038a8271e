"""Signs of life that a guard on another host asks for, and what it needs before it begins (R56)."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from reik.interop.email.mapping import SAYS
from reik.interop.sms.text import Lang, text
from reik.kernel import clock
from reik.kernel.pulse import Beating, pulses
from reik.ops import guard, outside
from reik.ops.bench.sink import Sink
from reik.ops.outside import Outside, OutsideRefused

WEBHOOK_SECRET = "whsec_" + "A" * 44


@pytest.fixture
def beaten(database):
    """`watch` beat, ten minutes ahead of its server."""
    Beating("watch").beat(clock.now() + timedelta(minutes=10))
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('application_name', '', false)")


def test_a_beat_is_seen_with_its_age_and_its_clock(beaten):
    (found,) = pulses()
    assert found.process == "watch"
    assert 0 <= found.age_s < 30
    assert 590 < found.ahead_s < 610


def test_it_beats_once_in_ten_seconds(database):
    beating = Beating("send")
    assert beating.due()
    beating.beat(clock.now())
    assert not beating.due()


def test_the_web_process_tells_it_to_whoever_asks_and_says_nothing_of_anybody(beaten):
    said = Client(headers={"host": "localhost"}).get("/health/pulse").json()
    assert sorted(said) == ["now", "processes", "status"]
    assert [sorted(each) for each in said["processes"]] == [["age_s", "ahead_s", "process"]]
    assert abs(said["now"] - clock.now().timestamp()) < 5


@pytest.mark.parametrize(
    ("urls", "environment", "words"),
    [
        (["http://reik.example/health/pulse"], {}, "https://"),
        (["https://reik.example/health/pulse"], {}, "REIK_OUTSIDE_1"),
        (["https://reik.example/health/pulse"], {"REIK_OUTSIDE_1": "pigeon loft"}, "a channel"),
        (["https://reik.example/health/pulse"], {"REIK_OUTSIDE_1": "voice sip:a@b"}, "a channel"),
    ],
)
def test_the_guard_outside_says_what_is_missing(monkeypatch, urls, environment, words):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(OutsideRefused, match=words):
        outside.run(urls, None)


def test_the_command_is_the_guard_of_this_installation_unless_it_is_told_where_to_look(monkeypatch):
    ran: list[object] = []
    monkeypatch.setattr(guard, "run", lambda: ran.append("inside"))
    monkeypatch.setattr(outside, "run", lambda urls, listen: ran.append((urls, listen)))
    parser = argparse.ArgumentParser()
    guard.add_arguments(parser)
    guard.command(parser.parse_args([]))
    guard.command(parser.parse_args(["--outside", "https://a", "--listen", "9000"]))
    assert ran == ["inside", (["https://a"], 9000)]


def test_it_tells_by_its_own_way_once_and_again_when_all_is_well(monkeypatch):
    with Sink() as sink:
        monkeypatch.setenv("REIK_OUTSIDE_1", f"webhook {sink.url('alarm')}")
        monkeypatch.setenv("REIK_OUTSIDE_1_SECRET", WEBHOOK_SECRET)

        async def play() -> None:
            stop, looking = asyncio.Event(), Outside(["https://127.0.0.1:1/health/pulse"], None)
            serving = asyncio.create_task(looking.serve(stop))
            await asyncio.sleep(0.3)
            for found in ({"watch stuck": "It stands still."}, {"watch stuck": "It stands still."}, {}):
                looking._judge(found)
                await asyncio.sleep(0.2)
            stop.set()
            await serving

        asyncio.run(play())
        bodies = [json.loads(each.body) for each in sink.stop()]
    assert [each["type"] for each in bodies] == ["platform.alarm", "platform.well"]
    assert bodies[0]["data"]["findings"] == {"watch stuck": "It stands still."}


@pytest.mark.parametrize("lang", list(Lang))
def test_a_text_of_the_platform_does_not_send_anybody_to_an_app_that_may_not_work(lang):
    said = text(
        str(UUID(int=1)), '{"type":"platform.alarm"}', lang=lang, name="Reik", callback="+31612345678"
    )
    assert "app" not in said
    assert "612345678" not in said


def test_a_letter_of_the_platform_says_what_it_is():
    assert SAYS["platform.alarm"][0] == "Reik staat misschien stil"
