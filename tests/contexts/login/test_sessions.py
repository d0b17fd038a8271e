"""How a session begins, lasts and ends, and what asks first who one is."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import DatabaseError

from reik.kernel.database import Role, become
from reik.kernel.login import accounts
from reik.kernel.login.passkeys import passkeys_of
from reik.kernel.models import Account
from reik.kernel.operations import issue_token
from reik.people.access import actor_for_token
from reik.people.leaving import end_account
from reik.people.sessions import OpenSession, holding
from reik.web import live
from tests.authenticator import Phone
from tests.contexts.login.door import browser, by_invitation, invited, is_in, post, tap, with_passkey, world

__all__ = ["world"]


def test_a_session_has_another_key_after_logging_in_and_ends_idle_and_at_last(world: SimpleNamespace) -> None:
    visitor, phone = with_passkey(world)
    before = visitor.cookies["sessionid"].value
    assert tap(visitor, phone).status_code == 200
    assert visitor.cookies["sessionid"].value != before
    for _ in range(11):
        world.time.on(minutes=65)
        assert is_in(visitor)
    world.time.on(minutes=6)
    assert not is_in(visitor)  # 12 hours after logging in
    tap(visitor, phone)
    world.time.on(minutes=119)
    assert is_in(visitor)
    world.time.on(hours=2)
    assert not is_in(visitor)


def test_a_console_tells_when_it_ends_and_one_tap_keeps_it(world: SimpleNamespace) -> None:
    visitor, phone = with_passkey(world)
    assert 'data-ends="2026-11-23T19:00:00' in visitor.get("/clienten").content.decode()
    for _ in range(6):
        world.time.on(minutes=115)
        assert is_in(visitor)
    options = post(visitor, "/inloggen/sleutel/vraag").json()
    answer = post(visitor, "/inloggen/opnieuw/sleutel", answer=phone.answer(options), next="/clienten")
    assert answer.json() == {"go": "/clienten"}
    assert 'data-ends="2026-11-24T06:30:00' in visitor.get("/clienten").content.decode()
    world.time.on(minutes=60)
    assert is_in(visitor)  # more than 12 hours after it first came in


def test_an_open_console_is_somebody_who_is_there_and_another_page_is_not(world: SimpleNamespace) -> None:
    nurse, _ = with_passkey(world)
    console, _ = by_invitation(invited(world, "noor", "operator"), "/zorgcentrale")
    for _ in range(13):  # a stream begins anew every ten minutes
        world.time.on(minutes=10)
        for visitor in (console, nurse):
            live._listener(visitor.cookies["sessionid"].value)
        nurse.get("/team", headers={"hx-request": "true"})
    assert console.get("/").headers["Location"] == "/zorgcentrale"
    assert not is_in(nurse)  # two hours without doing anything
    gone = nurse.get("/team", headers={"hx-request": "true", "hx-current-url": "http://localhost/team?x=1"})
    assert gone.status_code == 401
    assert gone.headers["HX-Redirect"] == "/inloggen?next=%2Fteam%3Fx%3D1"


def test_an_informal_carer_reads_on_and_shows_herself_before_she_acts(world: SimpleNamespace) -> None:
    visitor, phone = by_invitation(invited(world, "mia", "informal_carer"), "/naaste")
    world.time.on(days=20)
    assert visitor.get("/").headers["Location"] == "/naaste"
    page = {"referer": "http://localhost/naaste?dag=1"}
    refused = visitor.post("/naaste/iets", headers=page)
    if refused.status_code == 404:
        refused = visitor.post("/mijn-toegang/overal", headers=page)
    assert refused.headers["Location"] == "/inloggen/opnieuw?next=%2Fnaaste%3Fdag%3D1"
    assert visitor.get(refused.headers["Location"]).status_code == 200
    options = post(visitor, "/inloggen/sleutel/vraag").json()
    shown = post(visitor, "/inloggen/opnieuw/sleutel", answer=phone.answer(options), next="/naaste?dag=1")
    assert shown.json() == {"go": "/naaste?dag=1"}
    assert visitor.post("/mijn-toegang/overal", headers=page).headers["Location"] == "/inloggen?weg"
    assert visitor.get("/").headers["Location"] == "/inloggen"


def test_anothers_passkey_does_not_show_who_i_am(world: SimpleNamespace) -> None:
    anja, _ = with_passkey(world)
    _, phone = by_invitation(invited(world, "bea", "nurse"), "/team")
    options = post(anja, "/inloggen/sleutel/vraag").json()
    assert post(anja, "/inloggen/opnieuw/sleutel", answer=phone.answer(options)).status_code == 403


def test_changing_how_one_logs_in_asks_first_who_one_is(world: SimpleNamespace) -> None:
    visitor, phone = with_passkey(world)
    key = next(iter(post(visitor, "/mijn-toegang/vraag").json()["excludeCredentials"]))["id"]
    assert key
    world.time.on(minutes=16)
    assert post(visitor, "/mijn-toegang/vraag").json() == {"go": "/inloggen/opnieuw?next=/mijn-toegang"}
    assert visitor.get("/mijn-toegang/wachtwoord").status_code == 302
    options = post(visitor, "/inloggen/sleutel/vraag").json()
    post(visitor, "/inloggen/opnieuw/sleutel", answer=phone.answer(options))
    assert post(visitor, "/mijn-toegang/vraag").status_code == 200


def test_the_last_way_in_cannot_be_taken_away(world: SimpleNamespace) -> None:
    visitor, phone = with_passkey(world)
    (only,) = passkeys_of(world.anja)
    assert visitor.post(f"/mijn-toegang/sleutel/{only.id}/weg").status_code == 403
    second = Phone()
    made = second.make(post(visitor, "/mijn-toegang/vraag").json())
    assert post(visitor, "/mijn-toegang/sleutel", answer=made).status_code == 200
    assert visitor.post(f"/mijn-toegang/sleutel/{only.id}/weg").status_code == 302
    assert tap(browser(), phone).status_code == 403
    assert tap(browser(), second).status_code == 200


def test_logging_out_everywhere_ends_every_session_and_stream(world: SimpleNamespace) -> None:
    visitor, phone = with_passkey(world)
    other = browser()
    tap(other, phone)
    account = Account.objects.get(id=world.anja)
    stream = OpenSession(other.cookies["sessionid"].value, account.id, account.session_secret)
    assert stream.key in holding([stream], world.time.at)
    assert visitor.post("/mijn-toegang/overal").status_code == 302
    assert not is_in(other)
    assert not is_in(visitor)
    assert holding([stream], world.time.at) == {}
    assert tap(browser(), phone).status_code == 200


def test_ending_an_account_ends_all_that_it_opens(world: SimpleNamespace) -> None:
    visitor, phone = with_passkey(world)
    become(Role.WORKER)
    token = issue_token(account_id=world.anja, now=world.time.at)
    link = accounts.invite(world.anja, by="t", now=world.time.at)
    left = end_account(world.anja, world.time.at)
    assert (left.tokens, left.phones, left.codes) == (1, 0, [])
    become(Role.WEB)
    assert not is_in(visitor)
    assert tap(browser(), phone).status_code == 403
    assert browser().get(f"/welkom/{link}").status_code == 404
    with pytest.raises(Exception, match="unknown or has ended"):
        actor_for_token(token, world.time.at)


def test_the_web_makes_no_account_of_another_organisation(world: SimpleNamespace) -> None:
    with pytest.raises(DatabaseError, match="another organisation"):
        accounts.add_account(
            organisation_id=world.zorg.id, username="eve", name="Eve", role="nurse", by="t", now=world.time.at
        )


def test_every_page_of_logging_in_keeps_to_the_policy(world: SimpleNamespace) -> None:
    visitor, _ = with_passkey(world)
    for address in ("/mijn-toegang", "/mijn-toegang/wachtwoord", "/inloggen/opnieuw"):
        page = visitor.get(address)
        assert page.status_code == 200
        text = page.content.decode()
        assert "<script>" not in text
        assert " style=" not in text
        assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert UUID(str(world.anja))
