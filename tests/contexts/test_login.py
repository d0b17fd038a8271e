"""Logging in on a real installation: invited, with a passkey or a password and a code, and never otherwise."""

from __future__ import annotations

import argparse
import base64
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection
from django.test import Client as Visitor

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.login import accounts, attempts, passwords, totp
from reik.kernel.login.passkeys import passkeys_of
from reik.kernel.login.refusals import AccountRefused, LoginRefused
from reik.kernel.models import Account, LoginEvent
from reik.kernel.operations import found_organisation, issue_token, mark_installation
from reik.ops import accounts as command
from reik.people import homes_access, push
from reik.people.access import actor_for_token
from reik.people.leaving import end_account
from reik.people.models import PushSubscription
from reik.people.operations import register_client
from reik.people.sessions import OpenSession, holding
from reik.web import frame, live
from tests.adapters.push_service import Browser
from tests.authenticator import Phone

PASSWORD = "drie groene fietsen in de regen"
ALERT = "/team/melding/0193b5a0-0000-7000-8000-000000000001"


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def on(self, **by: int) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def world(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A real installation with one invited nurse, seen by the web's role."""
    time = Clock(now)
    monkeypatch.setattr(clock, "now", time)
    zorg = found_organisation(name="Zorg aan Zee", kind="care", now=now)
    id, token = accounts.add_account(
        organisation_id=zorg.id, username="Anja.Prins", name="Anja Prins", role="nurse", by="test", now=now
    )
    mark_installation("real", now)
    frame._kind._until = 0.0
    connection.close()
    become(Role.WEB)
    yield SimpleNamespace(zorg=zorg, anja=id, token=token, time=time)
    frame._kind._until = 0.0


def browser(address: str = "192.0.2.7") -> Visitor:
    return Visitor(headers={"accept": "text/html", "host": "localhost"}, REMOTE_ADDR=address)


def post(visitor: Visitor, path: str, **told: Any) -> Any:
    return visitor.post(path, json.dumps(told), content_type="application/json")


def with_passkey(world: SimpleNamespace, visitor: Visitor | None = None) -> tuple[Visitor, Phone]:
    """Anja makes her passkey by her invitation, and is in."""
    visitor, phone = visitor or browser(), Phone()
    options = post(visitor, f"/welkom/{world.token}/vraag").json()
    answer = post(visitor, f"/welkom/{world.token}/sleutel", answer=phone.make(options))
    assert answer.json() == {"go": "/team"}
    return visitor, phone


def tap(visitor: Visitor, phone: Phone, next: str = "", **other: Any) -> Any:
    options = post(visitor, "/inloggen/sleutel/vraag").json()
    return post(visitor, "/inloggen/sleutel", answer=phone.answer(options, **other), next=next)


def with_password(world: SimpleNamespace) -> tuple[Visitor, bytes, list[str]]:
    """Anja takes a password and an app by her invitation; gives the app's secret and the codes on paper."""
    visitor = browser()
    page = visitor.get(f"/welkom/{world.token}").content.decode()
    secret, signed = app_in(page)
    code = totp.code_of(secret, totp.step_at(world.time.at))
    done = visitor.post(
        f"/welkom/{world.token}", {"password": PASSWORD, "again": PASSWORD, "code": code, "secret": signed}
    ).content.decode()
    return visitor, secret, re.findall(r"<code>([a-z0-9-]{14})</code>", done)


def app_in(page: str) -> tuple[bytes, str]:
    text = re.search(r'login-secret">([A-Z2-7 ]+)<', page)
    signed = re.search(r'name="secret" value="([^"]+)"', page)
    assert text
    assert signed
    return base64.b32decode(text[1].replace(" ", "")), signed[1]


def try_password(
    visitor: Visitor, password: str = PASSWORD, username: str = "anja.prins", **more: str
) -> Any:
    return visitor.post("/inloggen/wachtwoord", {"username": username, "password": password, **more})


def is_in(visitor: Visitor) -> bool:
    return str(visitor.get("/").headers["Location"]) == "/team"


def outcomes() -> list[tuple[str, str]]:
    return sorted(LoginEvent.objects.values_list("what", "outcome"))


# passkeys


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


# invitations


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
    become(Role.WORKER)
    _, token = accounts.add_account(
        organisation_id=world.zorg.id, username="bea", name="Bea", role="nurse", by="test", now=world.time.at
    )
    become(Role.WEB)
    visitor, phone = browser(), Phone()
    made = phone.make(post(visitor, f"/welkom/{world.token}/vraag").json())
    assert post(visitor, f"/welkom/{token}/sleutel", answer=made).status_code == 403


# password and code


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


# wrong tries


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


# staying, acting, leaving


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
    become(Role.WORKER)
    _, token = accounts.add_account(
        organisation_id=world.zorg.id,
        username="noor",
        name="Noor",
        role="operator",
        by="t",
        now=world.time.at,
    )
    become(Role.WEB)
    nurse, _ = with_passkey(world)
    console, phone = browser(), Phone()
    made = phone.make(post(console, f"/welkom/{token}/vraag").json())
    post(console, f"/welkom/{token}/sleutel", answer=made)
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
    become(Role.WORKER)
    _, token = accounts.add_account(
        organisation_id=world.zorg.id,
        username="mia",
        name="Mia",
        role="informal_carer",
        by="t",
        now=world.time.at,
    )
    become(Role.WEB)
    visitor, phone = browser(), Phone()
    made = phone.make(post(visitor, f"/welkom/{token}/vraag").json())
    assert post(visitor, f"/welkom/{token}/sleutel", answer=made).json() == {"go": "/naaste"}
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
    become(Role.WORKER)
    _, token = accounts.add_account(
        organisation_id=world.zorg.id, username="bea", name="Bea", role="nurse", by="t", now=world.time.at
    )
    become(Role.WEB)
    world.token = token
    _, phone = with_passkey(world)
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


def test_a_team_manager_invites_and_closes_in_her_own_organisation_only(world: SimpleNamespace) -> None:
    become(Role.WORKER)
    other = found_organisation(name="Elders", kind="care", now=world.time.at)
    stranger, _ = accounts.add_account(
        organisation_id=other.id, username="eve", name="Eve", role="nurse", by="t", now=world.time.at
    )
    _, world.token = accounts.add_account(
        organisation_id=world.zorg.id,
        username="karin",
        name="Karin",
        role="team_manager",
        by="t",
        now=world.time.at,
    )
    become(Role.WEB)
    manager, _ = with_passkey(world)
    page = manager.get("/medewerkers").content.decode()
    assert "Anja Prins" in page
    assert "Eve" not in page
    told = {"name": "Bo Nieuw", "username": "Bo.Nieuw", "role": "caregiver"}
    made = manager.post("/medewerkers", told).content.decode()
    link = re.search(r"http://localhost(/welkom/[^<]+)<", made)
    assert link
    assert browser().get(link[1]).status_code == 200
    assert manager.post("/medewerkers", told).status_code == 400
    assert manager.post("/medewerkers", {**told, "username": "x.y", "role": "operator"}).status_code == 404
    for act in ("uitnodigen", "sluit"):
        assert manager.post(f"/medewerkers/{stranger}/{act}").status_code == 404
    closed = manager.post(f"/medewerkers/{world.anja}/sluit")
    assert "Afgesloten." in closed.content.decode()
    world.time.on(minutes=16)
    asked = manager.post("/medewerkers", {**told, "username": "later"})
    assert asked.headers["Location"] == "/inloggen/opnieuw?next=%2Fmedewerkers"


def test_a_nurse_has_no_page_of_accounts(world: SimpleNamespace) -> None:
    visitor, _ = with_passkey(world)
    assert visitor.get("/medewerkers").status_code == 404


def account(*given: str) -> int:
    """`reik account …`, as a person types it; as the command's own role."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.command(parser.parse_args(given))


def test_an_administrator_founds_adds_lists_invites_and_ends(
    world: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    account("found", "Zorgcentrale Oost", "--kind", "centre")
    with pytest.raises(AccountRefused, match="already"):
        account("found", "Zorgcentrale Oost", "--kind", "centre")
    add = (
        "add",
        "Noor",
        "--name",
        "Noor Bakker",
        "--organisation",
        "Zorgcentrale Oost",
        "--role",
        "operator",
    )
    account(*add, "--site", "https://reik.example/")
    printed = capsys.readouterr().out
    link = re.search(r"https://reik\.example(/welkom/\S+)", printed)
    assert link
    assert browser().get(link[1]).status_code == 200
    for wrong, says in (
        (add, "taken"),
        ((*add[:5], "Nergens", *add[6:]), "No organisation"),
        (("add", "x", *add[2:]), "user name"),
        (("add", "demo.noor", *add[2:]), "user name"),
        ((*add[:1], "noor2", *add[2:], "--team", "Noord"), "no team"),
        (("end", "nobody"), "no such account"),
    ):
        with pytest.raises(AccountRefused, match=says):
            account(*wrong)
    account("list")
    listed = capsys.readouterr().out
    assert re.search(r"noor +operator +invited +never in", listed)
    assert "noor2" not in listed  # what is refused leaves nothing
    account("end", "noor")
    assert browser().get(link[1]).status_code == 404
    with pytest.raises(AccountRefused, match="closed"):
        account("invite", "noor")
    account("list")
    assert re.search(r"noor +operator +closed", capsys.readouterr().out)


def test_the_phones_and_house_codes_of_who_leaves(world: SimpleNamespace) -> None:
    """Her notifications end, and the codes that she saw are named to be changed (R81)."""
    become(Role.WORKER)
    client = register_client(organisation_id=world.zorg.id, name="A. de Boer", now=world.time.at)
    access, _ = homes_access.replace_access(
        client_id=client.id, how="key_safe", words="kastje 4711", by="Karin", now=world.time.at
    )
    homes_access.reveal(access, account_id=world.anja, alert_id=client.id, now=world.time.at)
    phone = Browser()
    push.subscribe(
        account_id=world.anja, endpoint="https://web.push.apple.com/x", p256dh=phone.p256dh, auth=phone.auth,
        label="iPhone", now=world.time.at,
    )  # fmt: skip
    left = end_account(world.anja, world.time.at)
    assert left.phones == 1
    assert [each.client_id for each in left.codes] == [client.id]
    assert PushSubscription.objects.get().gone_because == "left"
