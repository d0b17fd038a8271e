"""Screens of rosters: who may see and plan, gaps before and after saving, calendars, forewarnings, own absence."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reik.alerting.forewarnings import open_forewarnings
from reik.alerting.forewarnings.rosters import look_at_rosters
from reik.kernel.database import Role, become
from reik.kernel.models import Account, Destination
from reik.people.absence import away_of
from reik.people.models import (
    Carer,
    Roster,
    RosterException,
    RosterMember,
    RosterPattern,
    RosterSwap,
)
from reik.people.rosters import on_duty, operations
from reik.people.rosters.turns import NewPattern
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged

HOUR = timedelta(hours=1)


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    return found_town(now, monkeypatch)


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


@pytest.fixture
def nights(town: Town, now: datetime) -> UUID:
    """Nights from 22:00 by Fatma, with days on which nobody stands; Jos stands nowhere yet."""
    with as_worker():
        where = Destination.objects.filter(organisation_id=town.care.id).order_by("name").last()
        assert where is not None
        roster = operations.make_roster(
            organisation_id=town.care.id, name="Nacht Noord", last_resort_id=where.id, lead_id=where.id,
            team_id=town.north.id, now=now,
        )  # fmt: skip
        fatma, _ = (
            operations.add_member(roster_id=roster, name=name, destination_id=where.id, now=now)
            for name in ("Fatma", "Jos")
        )
        operations.add_pattern(
            NewPattern(
                member_id=fatma,
                weekdays=127,
                hours_from=time(22),
                hours_until=time(8),
                since=date(2026, 11, 1),
            ),
            now,
        )
    return roster


def member(roster: UUID, name: str) -> str:
    with as_worker():
        return str(RosterMember.objects.get(roster_id=roster, name=name).id)


def test_the_list_says_who_is_on_duty_next_and_the_gaps(visits: Visits, nights: UUID) -> None:
    text = visits.text("nurse", "/roosters")
    assert "Nacht Noord" in text
    assert "Fatma" in text
    assert "14 gaten" in text
    assert "08:00–22:00" in text
    for who in ("southerner", "operator"):
        assert "Nacht Noord" in visits.text(who, "/roosters")
    assert "Nacht Noord" not in visits.text("stranger", "/roosters")
    assert visits.by("stranger").get(f"/roosters/{nights}").status_code == 404
    for who in ("daughter", "pharmacist"):
        assert visits.by(who).get("/roosters").status_code == 404


def test_one_week_shows_turns_gaps_and_holidays(visits: Visits, nights: UUID) -> None:
    text = visits.text("nurse", f"/roosters/{nights}?van=2026-12-25")
    assert text.count("<b>niemand</b>") == 7
    assert text.count("<b>Fatma</b>") >= 14
    assert "feestdag" in text
    assert visits.by("nurse").get(f"/roosters/{nights}?van=onzin").status_code == 200


def test_who_works_for_the_centre_sees_a_partners_roster_and_changes_nothing(
    visits: Visits, nights: UUID
) -> None:
    assert "Vaste dienst erbij" not in visits.text("operator", f"/roosters/{nights}")
    answer = visits.by("operator").post(f"/roosters/{nights}", {"act": "take_back", "id": str(nights)})
    assert answer.status_code == 404


def pattern(roster: UUID, **more: object) -> dict[str, object]:
    return {
        "act": "pattern", "member": member(roster, "Jos"), "place": "1", "days": list("0123456"), "hours_from": "08:00",
        "hours_until": "22:00", "since": "2026-11-23", "every_weeks": "1", **more,
    }  # fmt: skip


def test_the_gaps_are_shown_before_saving_and_filled_after(visits: Visits, nights: UUID) -> None:
    nurse, address = visits.by("nurse"), f"/roosters/{nights}"
    seen = nurse.post(address, pattern(nights, preview="1"))
    assert seen.status_code == 200
    assert "Dit laat geen nieuw gat" in seen.content.decode()
    with as_worker():
        assert RosterPattern.objects.count() == 1, "nothing is kept yet"
    saved = nurse.post(address, pattern(nights))
    assert saved.status_code == 302
    text = visits.text("nurse", saved.headers["Location"].partition("#")[0])
    assert "Bewaard." in text
    assert "staat er altijd iemand" in text


def test_an_exception_that_leaves_a_gap_says_which_hours(visits: Visits, nights: UUID) -> None:
    off = {
        "act": "exception", "member": member(nights, "Fatma"), "kind": "off", "starts_at": "2026-11-24T23:00",
        "ends_at": "2026-11-25T02:00",
    }  # fmt: skip
    text = visits.by("nurse").post(f"/roosters/{nights}", {**off, "preview": "1"}).content.decode()
    shown = re.search(r"staat er niemand meer in deze uren:.*?</ul>", text, re.S)
    assert shown
    assert "23:00 tot de volgende dag 02:00" in shown[0]
    assert "Meldingen gaan dan naar" in text
    assert visits.by("nurse").post(f"/roosters/{nights}", off).status_code == 302
    with as_worker():
        assert on_duty([nights], datetime(2026, 11, 24, 23, tzinfo=UTC))[nights] == []
        found = [each.since for each in open_forewarnings([Roster.objects.get(id=nights).organisation_id])]
    assert datetime(2026, 11, 24, 22, tzinfo=UTC) in found, "within 72 hours: it is told at once"


def test_a_planner_notes_a_yes_from_the_phone_and_the_swap_counts_with_both(
    visits: Visits, nights: UUID
) -> None:
    asked = {
        "act": "swap", "giver": member(nights, "Fatma"), "taker": member(nights, "Jos"),
        "starts_at": "2026-11-25T22:00", "ends_at": "2026-11-26T08:00", "giver_agreed": "1",
    }  # fmt: skip
    refused = visits.by("nurse").post(f"/roosters/{nights}", {**asked, "starts_at": "2026-11-25T20:00"})
    assert refused.status_code == 422
    assert "Fatma heeft niet in al deze uren dienst" in refused.content.decode()
    assert 'value="2026-11-25T20:00"' in refused.content.decode(), "nothing typed is lost"
    assert visits.by("nurse").post(f"/roosters/{nights}", asked).status_code == 302
    text = visits.text("nurse", f"/roosters/{nights}")
    assert "Wacht op Jos. Het rooster is nog niet veranderd." in text
    assert "Fatma zei ja aan de telefoon (genoteerd door nurse" in text
    with as_worker():
        assert not RosterException.objects.exists()
        waiting = RosterSwap.objects.get().id
    assert visits.by("stranger").post(f"/roosters/ruil/{waiting}", {"act": "intrekken"}).status_code == 404
    said = visits.by("nurse").post(f"/roosters/ruil/{waiting}", {"act": "telefoon-taker"}, follow=True)
    assert "Geruild. Zo staat het nu op het rooster." in said.content.decode()
    assert "Fatma → Jos" in said.content.decode()
    with as_worker():
        row = RosterException.objects.get(kind="on")
        assert [each.name for each in on_duty([nights], row.starts_at)[nights]] == ["Jos"]
    late = visits.by("nurse").post(f"/roosters/ruil/{waiting}", {"act": "intrekken"})
    assert late.status_code == 422
    assert "al beantwoord of ingetrokken" in late.content.decode()
    assert (
        visits.by("nurse").post(f"/roosters/{nights}", {"act": "take_back", "id": str(row.id)}).status_code
        == 302
    )
    assert "Fatma → Jos" not in visits.text("nurse", f"/roosters/{nights}")


def test_a_member_asks_and_the_other_answers_herself(visits: Visits, town: Town, nights: UUID) -> None:
    """She need not plan: her own login, and what she is asked stands above every page that shows forewarnings."""
    with as_worker():
        for name, account in (("Fatma", "nurse"), ("Jos", "southerner")):
            RosterMember.objects.filter(name=name).update(account_id=town.accounts[account].id)
            Account.objects.filter(id=town.accounts[account].id).update(role="caregiver")
    page = visits.text("nurse", f"/roosters/{nights}")
    assert 'id="ruil"' not in page, "she does not plan"
    turn = re.search(r'<option value="([^"]+)"', page[page.index('id="t-turn"') :])
    assert turn
    typed = {"turn": turn[1].replace("&#x2B;", "+"), "taker": member(nights, "Jos")}
    refused = visits.by("nurse").post(f"/roosters/{nights}/ruil", {**typed, "turn": "2026-11-25T03:00"})
    assert "heeft niet in al deze uren dienst" in refused.content.decode()
    assert visits.by("operator").post(f"/roosters/{nights}/ruil", typed).status_code == 404
    asked = visits.by("nurse").post(f"/roosters/{nights}/ruil", typed, follow=True).content.decode()
    assert "Uw collega krijgt geen bericht: vertel het zelf." in asked  # a line between machines is not used
    for address in ("/roosters", f"/roosters/{nights}", "/roosters/vooraf"):
        assert "Fatma vraagt of u deze dienst overneemt." in visits.text("southerner", address)
        assert "vraagt of u" not in visits.text("nurse", address)
    with as_worker():
        made = RosterSwap.objects.get()
    assert visits.by("operator").post(f"/roosters/ruil/{made.id}", {"act": "ja"}).status_code == 404
    assert visits.by("nurse").post(f"/roosters/ruil/{made.id}", {"act": "telefoon-taker"}).status_code == 404
    said = visits.by("southerner").post(f"/roosters/ruil/{made.id}", {"act": "ja"}, follow=True)
    assert "Geruild." in said.content.decode()
    with as_worker():
        assert [each.name for each in on_duty([nights], made.starts_at + HOUR)[nights]] == ["Jos"]
    assert ("change", "roster", "ok", 1, "southerner", "swap ja") in logged()


def test_ids_of_another_roster_are_refused(visits: Visits, nights: UUID, now: datetime) -> None:
    with as_worker():
        here = Roster.objects.get(id=nights)
        other = operations.make_roster(
            organisation_id=here.organisation_id, name="Dag", last_resort_id=here.last_resort_id, now=now
        )
    own = member(nights, "Fatma")
    for post in ({"act": "end_member", "id": own}, pattern(nights, member=own)):
        assert visits.by("nurse").post(f"/roosters/{other}", post).status_code == 422
    with as_worker():
        assert RosterMember.objects.get(id=own).ended_at is None


def test_a_roster_is_made_and_somebody_is_put_on_it(visits: Visits, town: Town, nights: UUID) -> None:
    with as_worker():
        resort = str(Roster.objects.get(id=nights).last_resort_id)
    refused = visits.by("nurse").post("/roosters/nieuw", {"name": "Weekend"})
    assert refused.status_code == 422
    assert 'value="Weekend"' in refused.content.decode()
    made = visits.by("nurse").post("/roosters/nieuw", {"name": "Weekend", "last_resort": resort})
    address = made.headers["Location"]
    account = str(town.accounts["southerner"].id)
    added = visits.by("nurse").post(address, {"act": "member", "account": account, "called": "phone"})
    assert added.status_code == 302, added.content.decode()
    assert "southerner" in visits.text("nurse", address)


CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:{name}\r\n"
    "DTSTART;TZID=Europe/Amsterdam:20261123T080000\r\nDTEND;TZID=Europe/Amsterdam:20261123T220000\r\n"
    "RRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_a_calendar_is_uploaded_or_refused_by_its_entry(visits: Visits, nights: UUID) -> None:
    def send(name: str) -> object:
        file = SimpleUploadedFile("dienst.ics", CALENDAR.format(name=name).encode(), "text/calendar")
        return visits.by("nurse").post(f"/roosters/{nights}", {"act": "calendar", "file": file})

    refused = send("Teamuitje")
    assert refused.status_code == 422  # type: ignore[attr-defined]
    text = refused.content.decode()  # type: ignore[attr-defined]
    assert "Teamuitje: in de titel staat niet precies één naam" in text
    assert "Er is niets overgenomen" in text
    assert send("Jos").status_code == 302  # type: ignore[attr-defined]
    assert "staat er altijd iemand" in visits.text("nurse", f"/roosters/{nights}")
    assert visits.by("nurse").post(f"/roosters/{nights}", {"act": "calendar"}).status_code == 422


def test_a_feed_is_shown_once_and_read_without_logging_in(visits: Visits, nights: UUID) -> None:
    text = visits.by("nurse").post(f"/roosters/{nights}", {"act": "feed", "whose": ""}).content.decode()
    found = re.search(r"http://localhost(/rooster/[\w-]+\.ics)", text)
    assert found
    assert found[1] not in visits.text("nurse", f"/roosters/{nights}")
    from django.test import Client as Visitor

    nobody = Visitor(headers={"host": "localhost"})
    answer = nobody.get(found[1])
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert b"Fatma" in answer.content
    assert nobody.get(found[1][:-6] + "AA.ics").status_code == 404
    assert nobody.get("/rooster/" + "x" * 300 + ".ics").status_code == 404
    visits.by("nurse").post(f"/roosters/{nights}", {"act": "end_feed", "whose": ""})
    assert nobody.get(found[1]).status_code == 404


def test_a_forewarning_stands_on_top_until_somebody_sees_to_it(
    visits: Visits, town: Town, nights: UUID, now: datetime
) -> None:
    with as_worker():
        look_at_rosters(now)
        (first, *_) = open_forewarnings([town.care.id])
    for who in ("nurse", "operator"):
        assert "niemand van dienst" in visits.text(who, "/roosters/vooraf", **{"hx-request": "true"})
    assert "/roosters/vooraf" in visits.text("nurse", "/team")
    assert "niemand van dienst" not in visits.text("stranger", "/roosters/vooraf")
    assert visits.by("stranger").post(f"/roosters/vooraf/{first.id}").status_code == 404
    answer = visits.by("nurse").post(f"/roosters/vooraf/{first.id}", headers={"hx-request": "true"})
    assert "nurse pakt dit op" in answer.content.decode()
    with as_worker():
        held = {each.id: each.acknowledged_by for each in open_forewarnings([town.care.id])}
    assert held[first.id] == "nurse"
    assert visits.by("operator").post(f"/roosters/vooraf/{first.id}").status_code == 302, "shown as it is now"


def test_an_informal_carer_says_that_she_is_away_herself(visits: Visits, town: Town, now: datetime) -> None:
    with as_worker():
        town.move_in("Mw. de Boer", town.north)
        Carer.objects.update(account_id=town.accounts["daughter"].id)
        (carer,) = Carer.objects.values_list("id", flat=True)
    tell = {"act": "tell", "starts_at": "2026-11-24T09:00", "ends_at": "2026-11-26T09:00"}
    assert (
        visits.by("daughter").post("/naaste/zelf-weg", {**tell, "ends_at": "2026-11-23T09:00"}).status_code
        == 422
    )
    assert visits.by("daughter").post("/naaste/zelf-weg", tell).status_code == 302
    text = visits.text("daughter", "/naaste/zelf-weg")
    which = re.search(r'name="which" value="([^"]+)"', text)
    assert which
    with as_worker():
        assert [each.ends_at - each.starts_at for each in away_of([carer], now)] == [48 * HOUR]
    visits.by("daughter").post("/naaste/zelf-weg", {"act": "back", "which": which[1].replace("&#x2B;", "+")})
    with as_worker():
        assert away_of([carer], now) == []
    assert visits.by("nurse").get("/naaste/zelf-weg").status_code == 404
