"""Logging in with a password and a code: nothing says whether a name exists, wrong tries are slowed."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from reik.kernel.login import attempts, passwords, totp
from reik.kernel.login.refusals import LoginRefused
from reik.kernel.models import LoginEvent
from tests.contexts.login.door import ALERT, app_in, browser, is_in, try_password, with_password, world

__all__ = ["world"]


def test_password_and_code_open_the_page_that_was_asked_for(world: SimpleNamespace) -> None:
    visitor, secret, paper = with_password(world)
    assert len(paper) == 10
    assert is_in(visitor)
    fresh = browser()
    half = try_password(fresh, username=" ANJA.Prins ", next=ALERT)
    assert half.headers["Location"].startswith("/inloggen/code?")
    assert not is_in(fresh)  # half is not in
    world.time.on(minutes=1)
    code = totp.code_of(secret, totp.step_at(world.time.at))
    assert fresh.post("/inloggen/code", {"code": code, "next": ALERT}).headers["Location"] == ALERT
    assert is_in(fresh)
    replay = browser()
    try_password(replay)
    assert replay.post("/inloggen/code", {"code": code}).status_code == 403  # the same code again


def test_a_code_on_paper_works_once(world: SimpleNamespace) -> None:
    _, _, paper = with_password(world)
    first, second = browser(), browser()
    try_password(first)
    assert first.post("/inloggen/code", {"code": paper[0].upper()}).status_code == 302
    try_password(second)
    assert second.post("/inloggen/code", {"code": paper[0]}).status_code == 403
    assert passwords.paper_left(world.anja) == 9


def test_a_code_without_the_password_before_it_opens_nothing(world: SimpleNamespace) -> None:
    _, _secret, paper = with_password(world)
    visitor = browser()
    assert visitor.post("/inloggen/code", {"code": paper[0]}).headers["Location"].startswith("/inloggen?")
    try_password(visitor)
    world.time.on(minutes=5)
    assert visitor.post("/inloggen/code", {"code": paper[0]}).headers["Location"].startswith("/inloggen?")


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("elf tekens.", "te kort"), ("anja prins12", "op uw naam"), ("qwerty123456", "te veel mensen"),
    ],
)  # fmt: skip
def test_a_weak_password_is_refused_and_uses_nothing_up(
    world: SimpleNamespace, password: str, says: str
) -> None:
    visitor = browser()
    secret, signed = app_in(visitor.get(f"/welkom/{world.token}").content.decode())
    code = totp.code_of(secret, totp.step_at(world.time.at))
    told = {"password": password, "again": password, "code": code, "secret": signed}
    answer = visitor.post(f"/welkom/{world.token}", told)
    assert answer.status_code == 403
    assert says in answer.content.decode()
    assert browser().get(f"/welkom/{world.token}").status_code == 200
    assert not is_in(visitor)


def test_nothing_says_whether_a_name_exists(world: SimpleNamespace) -> None:
    with_password(world)
    pages = set()
    for username in ("anja.prins", "nobody.here"):
        answer = try_password(browser(), "not the password", username)
        assert answer.status_code == 403
        text = answer.content.decode().replace(username, "NAME")
        pages.add(re.sub(r'value="[^"]{64}"|X-CSRFToken": "[^"]+"', "", text))
    assert len(pages) == 1
    assert LoginEvent.objects.filter(outcome="failed").count() == 2


def test_wrong_tries_are_slowed_more_and_more_and_never_for_another_address_she_knows(
    world: SimpleNamespace,
) -> None:
    _, _, _paper = with_password(world)
    at_work = browser("192.0.2.7")
    try_password(at_work)
    attacker = browser("198.51.100.9")
    for _ in range(5):
        assert try_password(attacker, "wrong wrong wrong").status_code == 403
    assert try_password(attacker).status_code == 429  # the right one, too: it is not looked at
    world.time.on(seconds=2)
    assert try_password(attacker, "wrong wrong wrong").status_code == 403
    world.time.on(seconds=1)
    assert try_password(attacker, "wrong wrong wrong").status_code == 429  # now two seconds
    for each in range(40):
        world.time.on(minutes=1)
        try_password(browser(f"203.0.113.{each}"), "wrong wrong wrong")
    assert try_password(browser("203.0.113.99")).status_code == 429
    assert try_password(at_work).status_code == 302  # hers is not slowed by what others do


def test_wrong_codes_are_slowed_too(world: SimpleNamespace) -> None:
    _, secret, _paper = with_password(world)
    world.time.on(minutes=2)
    visitor = browser("198.51.100.9")
    try_password(visitor)
    for _ in range(5):
        assert visitor.post("/inloggen/code", {"code": "000000"}).status_code == 403
    code = totp.code_of(secret, totp.step_at(world.time.at))
    assert visitor.post("/inloggen/code", {"code": code}).status_code == 403
    with pytest.raises(LoginRefused) as slowed:
        passwords.with_code(world.anja, code, attempts.Where.of("198.51.100.10"), world.time.at)
    assert slowed.value.code == "slowed"
