"""The words on a dispenser's screen: one pair of sentences for each screen of the core, and nobody named untruly."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from reik.alerting.queries import ArrangedStep, ArrangementSeen
from reik.dispensing.queries import MomentSeen
from reik.people.queries import ClientCard
from reik.web.carer.names import addressed, called
from reik.web.dispenser.screen import Around, OnScreen, screen_of
from reik_dispenser.outputs import Screen

NOW = datetime(2026, 11, 23, 16, 40, tzinfo=UTC)  # 17:40 at her home
ID = UUID(int=1)
STEPS = (
    ArrangedStep(
        position=1, action="phone_client", responder="De Wacht", wait=timedelta(minutes=5), repeat=None,
        hours=(time(9), time(17)),
    ),
    ArrangedStep(
        position=2, action="ask_team", responder="Team Noord", wait=timedelta(minutes=5),
        repeat=timedelta(minutes=5), hours=None,
    ),
)  # fmt: skip


def card(name: str = "A. (Annie) de Boer", salutation: str = "Mw.") -> ClientCard:
    return ClientCard(
        id=ID, organisation_id=ID, team_id=None, team="Team Noord", salutation=salutation, name=name, birth_date=None,
        phone="", address="", caller_note="", zone="Europe/Amsterdam",
    )  # fmt: skip


def moment(due_at: datetime) -> MomentSeen:
    return MomentSeen(
        id=ID, client_id=ID, organisation_id=ID, dispenser_id=ID, key="m", due_at=due_at,
        deadline_at=due_at + timedelta(minutes=45), latest_at=due_at + timedelta(minutes=90), sachets=1, out=0,
        presented=0, last_out_at=None, criticality=1, outcome=None, ended_at=None, reason="",
    )  # fmt: skip


def shown(screen: str, *, steps: tuple[ArrangedStep, ...] = STEPS, **look: Any) -> OnScreen:
    arrangement = ArrangementSeen(
        id=ID, version=1, agreed_by="x", created_at=NOW, of_client=True, steps=steps
    )
    around = Around(
        card=card(),
        moments=[moment(NOW - timedelta(minutes=10))],
        alerts=[],
        arrangement=arrangement,
        now=NOW,
    )
    seen = {
        "device": "D-1",
        "powered": True,
        "connected": True,
        "clock": NOW.isoformat(),
        "values": {},
        **look,
    }
    return screen_of({**seen, "screen": screen}, around)


@pytest.mark.parametrize("screen", list(Screen))
def test_every_screen_of_the_core_has_its_own_words(screen: Screen) -> None:
    found = shown(screen.value)
    assert found.headline
    assert "ingenomen" not in found.headline + found.then
    if screen is not Screen.NOTHING_NOW:
        assert found.headline != shown("nothing_now").headline


def test_who_hears_of_it_is_who_may_be_called_when_the_window_ends() -> None:
    assert shown("take_it_now").notice == "Drukt u niet? Na 18:15 krijgt Team Noord bericht."
    day = tuple(each for each in STEPS if each.hours is None)
    assert "Team Noord" in shown("take_it_now", steps=day).notice
    assert shown("take_it_now", steps=()).notice == ""
    assert "Bel dan zelf" in shown("take_it_now", connected=False).notice


def test_without_power_it_is_dark_and_promises_nothing() -> None:
    dark = shown("take_it_now", powered=False, connected=False)
    assert (dark.state, dark.ok, dark.notice) == ("donker", False, "")


def test_ready_is_not_out() -> None:
    assert shown("take_from_tray", tray_occupied=True).headline == "Uw zakje ligt klaar"
    assert shown("take_from_tray", tray_occupied=True).take


def test_when_she_hears_it_again() -> None:
    assert shown("nothing_now", next_moment="2026-11-23T21:00:00+00:00").then == "Om 22:00 hoort u mij weer."
    assert shown("done", next_moment="2026-11-24T07:00:00+00:00").then == "Morgen om 08:00 hoort u mij weer."
    assert shown("nothing_now", next_moment=None).then == ""


def test_names() -> None:
    assert called(card()) == "Annie"
    assert addressed(card()) == "mevrouw De Boer"
    assert called(card("H. Wessels", "Dhr.")) == "meneer Wessels"
    assert called(card("Sam Jansen", "")) == "Sam Jansen"
