"""Logging in with a passkey, and invitations: each answer and each link opens once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from reik.kernel.database import Role, become
from reik.kernel.login import accounts
from reik.kernel.models import LoginEvent
from tests.authenticator import Phone
from tests.contexts.login.door import ALERT, browser, invited, is_in, outcomes, post, tap, with_passkey, world

__all__ = ["world"]


def test_invited_with_a_passkey_then_one_tap_opens_the_page_of_a_push(world: SimpleNamespace) -> None:
    visitor, phone = with_passkey(world)
    assert is_in(visitor)
    visitor.post("/uitloggen")
    door = visitor.get(ALERT)
    assert door.headers["Location"] == "/inloggen?next=" + ALERT.replace("/", "%2F")
    page = visitor.get(door.headers["Location"]).content.decode()
    assert f'data-next="{ALERT}"' in page
    assert "data-auto" in page  # this device has come in with a passkey before
    assert tap(visitor, phone, ALERT).json() == {"go": ALERT}
    assert is_in(visitor)
    assert outcomes() == [("invitation", "ok"), ("left", "ok"), ("passkey", "ok")]


def test_the_same_answer_twice_opens_once(world: SimpleNamespace) -> None:
    _visitor, phone = with_passkey(world)
    other = browser()
    answer = phone.answer(post(other, "/inloggen/sleutel/vraag").json())
    assert post(other, "/inloggen/sleutel", answer=answer).status_code == 200
    replayed = browser()
    assert post(replayed, "/inloggen/sleutel", answer=answer).status_code == 403
    assert not is_in(replayed)


def test_two_tabs_ask_and_each_is_answered(world: SimpleNamespace) -> None:
    visitor, phone = with_passkey(world)
    visitor.post("/uitloggen")
    first, second = (post(visitor, "/inloggen/sleutel/vraag").json() for _ in range(2))
    assert post(visitor, "/inloggen/sleutel", answer=phone.answer(first)).status_code == 200
    assert post(visitor, "/inloggen/sleutel", answer=phone.answer(second), next=ALERT).json() == {"go": ALERT}
    assert visitor.get("/inloggen", {"next": "/clienten"}).headers["Location"] == "/clienten"


def test_a_question_ends_after_five_minutes(world: SimpleNamespace) -> None:
    _, phone = with_passkey(world)
    other = browser()
    options = post(other, "/inloggen/sleutel/vraag").json()
    world.time.on(minutes=5)
    assert post(other, "/inloggen/sleutel", answer=phone.answer(options)).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "http://localhost.example.org"}, {"origin": "https://localhost"}, {"unlocked": False}],
)
def test_another_site_or_a_lock_that_stayed_shut_opens_nothing(
    world: SimpleNamespace, wrong: dict[str, Any]
) -> None:
    _, phone = with_passkey(world)
    for name, value in wrong.items():
        setattr(phone, name, value)
    other = browser()
    assert tap(other, phone).status_code == 403
    assert not is_in(other)


def test_a_counter_that_goes_back_is_a_copy(world: SimpleNamespace) -> None:
    _, phone = with_passkey(world)
    phone.counter = 7
    assert tap(browser(), phone).status_code == 200
    phone.counter = 6  # the copy answers with 7 again
    refused = tap(browser(), phone)
    assert refused.status_code == 403
    assert LoginEvent.objects.get(outcome="failed").detail == "counter"


def test_what_is_no_answer_is_refused_and_nothing_breaks(world: SimpleNamespace) -> None:
    for nonsense in ({}, {"answer": 3}, {"answer": {"id": "x", "rawId": "eA", "response": {}}}):
        assert post(browser(), "/inloggen/sleutel", **nonsense).status_code == 403
    assert browser().post("/inloggen/sleutel", "no json", content_type="application/json").status_code == 403


def test_an_invitation_works_once_and_looking_uses_nothing(world: SimpleNamespace) -> None:
    for _ in range(2):
        assert "Anja Prins" in browser().get(f"/welkom/{world.token}").content.decode()
    with_passkey(world)
    again = browser()
    assert again.get(f"/welkom/{world.token}").status_code == 404
    assert post(again, f"/welkom/{world.token}/vraag").status_code == 404


def test_an_invitation_ends_after_three_days(world: SimpleNamespace) -> None:
    phone, visitor = Phone(), browser()
    world.time.on(hours=71, minutes=59)
    options = post(visitor, f"/welkom/{world.token}/vraag").json()
    world.time.on(minutes=1)
    assert post(visitor, f"/welkom/{world.token}/sleutel", answer=phone.make(options)).status_code == 403
    assert visitor.get(f"/welkom/{world.token}").status_code == 404
    assert not is_in(visitor)


def test_a_new_invitation_makes_the_one_before_void_and_lost_ends_what_was(world: SimpleNamespace) -> None:
    visitor, phone = with_passkey(world)
    become(Role.WORKER)
    first = accounts.invite(world.anja, by="test", now=world.time.at)
    second = accounts.invite(world.anja, by="test", now=world.time.at, lost=True)
    become(Role.WEB)
    assert browser().get(f"/welkom/{first}").status_code == 404
    assert browser().get(f"/welkom/{second}").status_code == 200
    assert not is_in(visitor)
    assert tap(browser(), phone).status_code == 403


def test_the_passkey_of_one_invitation_is_not_made_with_anothers_question(world: SimpleNamespace) -> None:
    token = invited(world, "bea", "nurse")
    visitor, phone = browser(), Phone()
    made = phone.make(post(visitor, f"/welkom/{world.token}/vraag").json())
    assert post(visitor, f"/welkom/{token}/sleutel", answer=made).status_code == 403
