"""Informal carers are invited on the client's screen, choose how they log in, and see their client only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest
from django.test import Client as Visitor

from reik.alerting.models import DeliveryTest
from reik.kernel.database import Role, become
from reik.kernel.models import Account, Invitation
from reik.kernel.operations import add_destination, mark_installation
from reik.ops.database import as_owner
from reik.people.models import Carer
from reik.people.rosters import absent_carers
from reik.web import frame
from tests.contexts.login.door import browser, by_invitation
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged

SMS = "smpp://reik@127.0.0.1:2775/?to=%2B31612345670&from=Reik"
NEW = {
    "act": "add", "name": "Marleen de Boer", "relation": "dochter", "phone": "06 12 34 56 78", "email": "",
    "consent": "1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def kind_is_looked_up() -> Iterator[None]:
    frame._kind._until = 0.0
    yield
    frame._kind._until = 0.0


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    as_owner(lambda: mark_installation("demo", now))
    found = found_town(now, monkeypatch)
    found.move_in("A. de Boer", found.north)
    found.move_in("C. Wessels", found.north)
    return found


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


def page_of(town: Town) -> str:
    return f"/clienten/{town.id('A. de Boer')}/naasten"


def token_in(text: str) -> str:
    found = re.search(r"http://localhost/welkom/([\w-]+)</code>", text)
    assert found, text[:2000]
    return found[1]


def invited(visits: Visits, town: Town) -> str:
    answer = visits.by("nurse").post(page_of(town), NEW)
    assert answer.status_code == 200, answer.content.decode()[:3000]
    return token_in(answer.content.decode())


def is_in(hers: Visitor) -> bool:
    return hers.get("/naaste").status_code == 200


def carer_id() -> UUID:
    with as_worker():
        return Carer.objects.get(name="Marleen de Boer").id


def test_she_is_invited_makes_a_passkey_and_sees_her_client_only(visits: Visits, town: Town) -> None:
    token = invited(visits, town)
    assert "Uitgenodigd; de link werkt tot" in visits.text("nurse", page_of(town))
    assert ("change", "client", "ok", 1, "nurse", "carer add") in logged()
    hers = browser()
    assert "Welkom, Marleen de Boer" in hers.get(f"/welkom/{token}").content.decode()
    by_invitation(token, "/naaste", hers)
    assert is_in(hers)
    assert "De Boer" in hers.get("/naaste").content.decode()
    assert hers.get(f"/naaste?wie={town.id('C. Wessels')}").status_code == 404
    for shut in (f"/clienten/{town.id('A. de Boer')}", page_of(town), "/team", "/roosters"):
        assert hers.get(shut).status_code == 404
    assert browser().get(f"/welkom/{token}").status_code == 404, "it works once"
    assert "Kan inloggen" in visits.text("nurse", page_of(town))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": " "}, "Vul de naam in."),
        ({"relation": ""}, "Vul in wie deze naaste is"),
        ({"phone": "12"}, "geen heel telefoonnummer"),
        ({"phone": "", "email": ""}, "Vul een telefoonnummer of een e-mailadres in."),
        ({"consent": ""}, "Zonder toestemming kijkt niemand mee."),
    ],
)
def test_what_lacks_is_said_and_nothing_is_kept(
    visits: Visits, town: Town, wrong: dict[str, str], says: str
) -> None:
    with as_worker():
        before = Account.objects.count(), Carer.objects.count()
    answer = visits.by("nurse").post(page_of(town), {**NEW, **wrong})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert 'value="06 12 34 56 78"' in answer.content.decode() or "phone" in wrong
    with as_worker():
        assert (Account.objects.count(), Carer.objects.count()) == before


def test_a_number_is_tried_when_it_is_typed(visits: Visits, town: Town, now: datetime) -> None:
    """R57: by the channel that the organisation sends by; one that cannot be a number is refused before that."""
    with as_worker():
        add_destination(
            organisation_id=town.care.id, channel="sms", name="sms", address=SMS, secret="geheim", now=now
        )
    wrong = visits.by("nurse").post(page_of(town), {**NEW, "phone": "06 12 34 56 78 90 12 34 56 78"})
    assert wrong.status_code == 422
    invited(visits, town)
    with as_worker():
        assert DeliveryTest.objects.get().by == "nurse"
    text = visits.text("nurse", page_of(town))
    assert "…5678: proef onderweg" in text
    with as_worker():
        DeliveryTest.objects.update(failed_at=now, error="unknown number")
    assert "proef kwam niet aan" in visits.text("nurse", page_of(town))


def test_a_link_is_sent_again_or_withdrawn(visits: Visits, town: Town) -> None:
    first = invited(visits, town)
    who = {"carer": str(carer_id())}
    again = visits.by("nurse").post(page_of(town), {**who, "act": "again"})
    second = token_in(again.content.decode())
    assert browser().get(f"/welkom/{first}").status_code == 404, "the newest is the only one"
    assert browser().get(f"/welkom/{second}").status_code == 200
    assert visits.by("nurse").post(page_of(town), {**who, "act": "withdraw"}).status_code == 302
    assert browser().get(f"/welkom/{second}").status_code == 404
    assert "verlopen of ingetrokken" in visits.text("nurse", page_of(town))
    third = token_in(visits.by("nurse").post(page_of(town), {**who, "act": "again"}).content.decode())
    hers, _ = by_invitation(third, "/naaste")
    refused = visits.by("nurse").post(page_of(town), {**who, "act": "again"})
    assert refused.status_code == 422
    assert "kan al inloggen" in refused.content.decode()
    lost = visits.by("nurse").post(page_of(town), {**who, "act": "again", "lost": "1"})
    token_in(lost.content.decode())
    assert not is_in(hers), "what she logged in with ended"


def test_consent_taken_back_ends_all_and_she_is_called_no_more(
    visits: Visits, town: Town, now: datetime
) -> None:
    token = invited(visits, town)
    hers, _ = by_invitation(token, "/naaste")
    id = carer_id()
    with as_worker():
        assert absent_carers([id], now) == frozenset()
    said = visits.by("nurse").post(page_of(town), {"act": "end", "carer": str(id)}, follow=True)
    assert "ziet niets meer en wordt niet meer gebeld" in said.content.decode()
    assert not is_in(hers)
    with as_worker():
        assert absent_carers([id], now) == frozenset({id})
        assert not Account.objects.get(display_name="Marleen de Boer").is_active
        assert not Invitation.objects.filter(ended_at=None).exists()
    twice = visits.by("nurse").post(page_of(town), {"act": "end", "carer": str(id)})
    assert twice.status_code == 422


@pytest.mark.parametrize("who", ["southerner", "stranger", "operator", "pharmacist", "daughter"])
def test_nobody_else_sees_or_invites(visits: Visits, town: Town, who: str) -> None:
    assert visits.by(who).get(page_of(town)).status_code == 404
    assert visits.by(who).post(page_of(town), NEW).status_code == 404
    invited(visits, town)
    with as_worker():
        other = Carer.objects.get(client_id=town.id("C. Wessels"))
    answer = visits.by("nurse").post(page_of(town), {"act": "end", "carer": str(other.id)})
    assert answer.status_code == 422, "another client's is none of hers"
    with as_worker():
        assert Carer.objects.get(id=other.id).revoked_at is None


def test_elsewhere_she_shows_first_who_she_is(
    database: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_owner(lambda: mark_installation("real", now))
    found = found_town(now, monkeypatch)
    found.move_in("A. de Boer", found.north)
    become(Role.WEB)
    visits = Visits(found)
    assert "Laat zien dat u het bent" in visits.text("nurse", page_of(found))
    answer = visits.by("nurse").post(page_of(found), NEW)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/inloggen/opnieuw?next=%2Fclienten%2F")
    with as_worker():
        assert not Carer.objects.filter(name="Marleen de Boer").exists()
