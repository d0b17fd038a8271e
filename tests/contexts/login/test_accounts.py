"""Accounts made, invited and ended, on the screen and by `reik account`."""

from __future__ import annotations

import argparse
import re
from types import SimpleNamespace

import pytest

from reik.kernel.database import Role, become
from reik.kernel.login import accounts
from reik.kernel.login.refusals import AccountRefused
from reik.kernel.operations import found_organisation
from reik.ops import accounts as command
from reik.people import homes_access, push
from reik.people.leaving import end_account
from reik.people.models import PushSubscription
from reik.people.operations import register_client
from tests.adapters.push_service import Browser
from tests.contexts.login.door import browser, by_invitation, invited, with_passkey, world

__all__ = ["world"]


def test_a_team_manager_invites_and_closes_in_her_own_organisation_only(world: SimpleNamespace) -> None:
    become(Role.WORKER)
    other = found_organisation(name="Elders", kind="care", now=world.time.at)
    stranger, _ = accounts.add_account(
        organisation_id=other.id, username="eve", name="Eve", role="nurse", by="t", now=world.time.at
    )
    manager, _ = by_invitation(invited(world, "karin", "team_manager"), "/team")
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
