"""What an operator does beside taking and handling: notes, protocol, house access, emergency, mute, shifts, search."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from reik.alerting import handover, house_access, notes, protocols
from reik.alerting.claims.who import Who
from reik.alerting.models import Alert, Mute, ProtocolTick, ShiftHandover
from reik.alerting.operations import accept_alert
from reik.dispensing.models import Moment
from reik.kernel.access_log import Act
from reik.kernel.database import Role, become
from reik.kernel.operations import open_account
from reik.people import homes, homes_numbers
from reik.people.models import HouseAccessShown
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged
from tests.contexts.test_namesakes import leave_to_centre

NOW = datetime.fromisoformat("2026-11-24T21:47:00+01:00")
ANNA = "Anna de Boer"


@pytest.fixture
def town(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    town = found_town(NOW, monkeypatch)
    town.move_in(ANNA, town.north)
    town.misses(ANNA)
    centre = town.accounts["operator"].organisation_id
    town.accounts["ricardo"] = open_account(
        organisation_id=centre, username="ricardo", display_name="Ricardo", role="operator", now=NOW
    )
    town.accounts["elsewhere"] = open_account(
        organisation_id=town.accounts["stranger"].organisation_id, username="elsewhere", display_name="Elders",
        role="operator", now=NOW,
    )  # fmt: skip
    become(Role.WEB)
    yield town
    connection.close()
    become(Role.WORKER)


@pytest.fixture
def alert_id(town: Town) -> UUID:
    with as_worker():
        return Alert.objects.get().id


@pytest.fixture
def visits(town: Town) -> Visits:
    return Visits(town)


def post(visits: Visits, who: str, address: str, **fields: object) -> str:
    answer = visits.by(who).post(f"/zorgcentrale/{address}", fields, headers={"hx-request": "true"})
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def take(town: Town, alert_id: UUID, by: str, role: str = "operator") -> None:
    account = town.accounts[by]
    with as_worker():
        accept_alert(alert_id=alert_id, by=Who(account.id, account.display_name), now=NOW, role=role)


class TestNotes:
    def test_a_note_is_kept_with_its_writer_and_changes_nothing_else(
        self, visits: Visits, alert_id: UUID
    ) -> None:
        page = post(visits, "operator", f"melding/{alert_id}/notitie", notitie="De zoon belt terug")
        assert "operator noteert: De zoon belt terug" in page
        assert "Schrijf eerst de notitie" in post(
            visits, "operator", f"melding/{alert_id}/notitie", notitie=" "
        )
        with as_worker():
            assert Alert.objects.get().state == "open"
            with pytest.raises(notes.NoteRefused):
                notes.add_note(alert_id, by="operator", text="\x00 ", now=NOW)

    def test_a_stranger_writes_none(self, visits: Visits, alert_id: UUID) -> None:
        address = f"/zorgcentrale/melding/{alert_id}/notitie"
        for who in ("elsewhere", "nurse"):
            assert visits.by(who).post(address, {"notitie": "x"}).status_code == 404


class TestProtocol:
    STEPS = ("Bel", "Vraag of zij bij de dispenser staat")

    def write(self, town: Town, cause: str = "", steps: tuple[str, ...] = STEPS) -> UUID:
        with as_worker():
            return protocols.write_protocol(
                organisation_id=town.care.id, cause=cause, steps=steps, by="Anja", now=NOW
            )

    def test_steps_are_ticked_and_unticked_by_name(self, town: Town, visits: Visits, alert_id: UUID) -> None:
        protocol = self.write(town)
        address = f"melding/{alert_id}/protocol/{protocol}/1"
        assert "0 van 2" in visits.text("operator", f"/zorgcentrale?melding={alert_id}")
        assert "1 van 2" in post(visits, "operator", address, gedaan="ja")
        assert "1 van 2" in post(visits, "ricardo", address, gedaan="ja")
        with as_worker():
            assert ProtocolTick.objects.get().by == "operator"  # who did it first
        assert "0 van 2" in post(visits, "operator", address, gedaan="nee")
        assert "ondertussen veranderd" in post(
            visits, "operator", f"melding/{alert_id}/protocol/{protocol}/3", gedaan="ja"
        )

    def test_the_one_for_its_cause_goes_before_the_common_one_and_the_begun_version_stays(
        self, town: Town, alert_id: UUID
    ) -> None:
        self.write(town)
        special = self.write(town, "not_out", ("Bel eerst de zoon",))
        with as_worker():
            found = protocols.protocol_of(alert_id)
            assert found is not None
            assert found.id == special
            protocols.tick(alert_id, special, 1, by="operator", now=NOW)
            protocols.write_protocol(
                organisation_id=town.care.id, cause="not_out", steps=["Anders"], by="Anja", now=NOW
            )
            found = protocols.protocol_of(alert_id)
            assert found is not None
            assert (found.id, found.done) == (special, 1)
            assert [each.version for each in protocols.protocols_of(town.care.id)] == [1, 2]

    def test_none_is_shown_where_none_is_written(self, alert_id: UUID) -> None:
        with as_worker():
            assert protocols.protocol_of(alert_id) is None


class TestHouse:
    @pytest.fixture(autouse=True)
    def access(self, town: Town) -> None:
        with as_worker():
            house_access.keep_access(
                client_id=town.id(ANNA), how="key_safe", words="Code 4711", by="Anja", now=NOW
            )

    def test_refused_and_logged_until_a_visit_is_hers(
        self, town: Town, visits: Visits, alert_id: UUID
    ) -> None:
        page = visits.text("operator", f"/zorgcentrale?melding={alert_id}")
        assert "leutelkluis" in page
        assert "4711" not in page
        address = f"melding/{alert_id}/huis"
        assert "4711" not in post(visits, "operator", address)
        take(town, alert_id, "operator")
        assert "niet tot een bezoek besloten" in post(visits, "operator", address)
        refused = post(visits, "operator", f"melding/{alert_id}/bezoek", besluit="centrale")
        assert "niet aan de zorgcentrale overgelaten" in refused
        assert "4711" not in post(visits, "operator", address)
        with as_worker():
            leave_to_centre(Alert.objects.get())
        decided = post(visits, "operator", f"melding/{alert_id}/bezoek", besluit="centrale")
        assert "operator besloot namens de zorgcentrale tot een bezoek" in decided
        assert "Code 4711" in post(visits, "operator", address)
        assert "4711" not in post(visits, "ricardo", address)
        rows = [each for each in logged() if each[1] == "house_access"]
        # All of it was logged in the same instant, so the order is nobody's.
        assert sorted((each[0], each[2], each[4]) for each in rows) == sorted(
            [(Act.REFUSED, "refused", "operator")] * 3
            + [(Act.VIEW, "ok", "operator"), (Act.REFUSED, "refused", "Ricardo")]
        )
        with as_worker():
            assert HouseAccessShown.objects.get().account_id == town.accounts["operator"].id

    def test_no_list_and_no_message_holds_the_words(self, town: Town, visits: Visits, alert_id: UUID) -> None:
        take(town, alert_id, "operator")
        for address in (
            "/zorgcentrale",
            "/zorgcentrale/rij",
            "/zorgcentrale/zoek?q=anna",
            "/zorgcentrale/tweede",
        ):
            assert "4711" not in visits.text("operator", address)


class TestEmergencyAndMute:
    def test_one_key_starts_the_emergency_path(self, visits: Visits, alert_id: UUID) -> None:
        said = visits.text("operator", f"/zorgcentrale/melding/{alert_id}/spoed")
        assert "Start de noodroute" in said
        page = post(visits, "operator", f"melding/{alert_id}/spoed")
        assert "noodroute" in page
        with as_worker():
            alert = Alert.objects.get()
            assert (alert.emergency_by, alert.priority, alert.emergency_at) == ("operator", 0, NOW)

    def test_a_mute_has_an_owner_and_a_reason_or_is_refused(self, visits: Visits, alert_id: UUID) -> None:
        address = f"melding/{alert_id}/dempen"
        assert "Zo kan het niet" in post(visits, "operator", address, minuten="60", eigenaar="Sanne")
        assert "Zo kan het niet" in post(visits, "operator", address, minuten="9999", eigenaar="S", reden="x")
        post(visits, "operator", address, minuten="60", eigenaar="Sanne", reden="monteur is er")
        with as_worker():
            mute = Mute.objects.get()
            assert (mute.by, mute.owner, mute.until) == ("operator", "Sanne", NOW + timedelta(hours=1))
        assert "monteur is er" in visits.text("operator", f"/zorgcentrale/{address}")
        post(visits, "operator", f"{address}/{mute.id}/stop")
        with as_worker():
            assert Mute.objects.get().ended_by == "operator"
        assert sorted(each[2] for each in logged() if "mute" in each[5]) == ["ok", "ok", "refused", "refused"]


class TestShifts:
    def test_what_is_hers_comes_into_the_next_hands_without_a_call(
        self, town: Town, visits: Visits, alert_id: UUID
    ) -> None:
        take(town, alert_id, "operator")
        post(visits, "operator", "overdracht/geef", bericht="Anna belt terug", aan="")
        page = visits.text("ricardo", "/zorgcentrale")
        assert "draagt de dienst over" in page
        assert "Anna belt terug" in visits.text("ricardo", "/zorgcentrale/overdracht")
        with as_worker():
            shift = ShiftHandover.objects.get()
        before = _sent()
        assert "1 melding is nu van u" in post(visits, "ricardo", f"overdracht/{shift.id}/neem")
        assert "al over" in post(visits, "ricardo", f"overdracht/{shift.id}/neem")
        with as_worker():
            assert Alert.objects.get().accepted_by == "Ricardo"
        assert _sent() == before

    def test_another_centre_sees_and_takes_nothing(self, town: Town, visits: Visits, alert_id: UUID) -> None:
        take(town, alert_id, "operator")
        post(visits, "operator", "overdracht/geef", bericht="geheim")
        with as_worker():
            shift = ShiftHandover.objects.get()
        assert "geheim" not in visits.text("elsewhere", "/zorgcentrale/overdracht")
        assert "al over" in post(visits, "elsewhere", f"overdracht/{shift.id}/neem")
        with as_worker():
            assert ShiftHandover.objects.get().taken_at is None
            assert Alert.objects.get().accepted_by == "operator"

    def test_nobody_takes_over_from_herself_or_twice(self, town: Town) -> None:
        with as_worker():
            shift = handover.hand_over(organisation_id=town.care.id, by="A", to="", note="", now=NOW)
            with pytest.raises(handover.HandoverRefused):
                handover.take_shift(shift, town.care.id, by="A", now=NOW)
            handover.take_shift(shift, town.care.id, by="B", now=NOW)
            with pytest.raises(handover.HandoverRefused):
                handover.take_shift(shift, town.care.id, by="C", now=NOW)


def _sent() -> int:
    with as_worker(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_outboxmessage WHERE state < 2")
        return int(cursor.fetchone()[0])


class TestFinding:
    @pytest.mark.parametrize(
        ("words", "by"),
        [("de boer", ""), ("053-555 01 42", "eigen nummer"), ("06 555 01 07", "Petra, dochter"),
         ("reik-00000", "dispenser REIK-00000")],
    )  # fmt: skip
    def test_by_name_by_who_rings_and_by_dispenser(
        self, visits: Visits, alert_id: UUID, words: str, by: str
    ) -> None:
        page = visits.text("operator", f"/zorgcentrale/zoek?q={words}")
        assert ANNA in page
        assert by in page
        assert f"melding={alert_id}" in page  # her open alert is one click away
        assert ANNA not in visits.text("elsewhere", f"/zorgcentrale/zoek?q={words}")

    def test_by_the_numbers_that_phones_show(self, visits: Visits, alert_id: UUID) -> None:
        with as_worker():
            step = Alert.objects.get().steps.first()
            assert step is not None
        for number in (alert_id.hex[-4:].upper(), step.id.hex[-6:].upper()):
            assert f"melding={alert_id}" in visits.text("operator", f"/zorgcentrale/zoek?q={number}")
            assert str(alert_id) not in visits.text("elsewhere", f"/zorgcentrale/zoek?q={number}")

    def test_a_search_is_logged_without_what_was_typed(self, visits: Visits, alert_id: UUID) -> None:
        visits.text("operator", "/zorgcentrale/zoek?q=053 555 01 42")
        (row,) = [each for each in logged() if each[0] == Act.SEARCH]
        assert "053" not in row[5]


class TestTheHome:
    def test_language_company_video_and_whom_to_ask_stand_in_the_detail(
        self, town: Town, visits: Visits, alert_id: UUID
    ) -> None:
        with as_worker():
            homes.keep_home(
                town.id(ANNA), language="tr", lives_with="haar man", video_link="https://video.example/k/1",
                by="Anja", now=NOW,
            )  # fmt: skip
            homes_numbers.add_number(
                organisation_id=town.care.id, kind="gp_post", name="De post", phone="053 555 03 00",
                hours={"2": ("17:00", "22:00")}, now=NOW,
            )  # fmt: skip
            homes_numbers.add_number(
                organisation_id=town.care.id, kind="duty_pharmacy", name="De nacht", phone="053 555 03 10",
                hours={"2": ("22:00", "08:00")}, now=NOW,
            )  # fmt: skip
            Moment.objects.filter(alert=alert_id).update(latest_at=NOW + timedelta(minutes=43))
        page = visits.text("operator", f"/zorgcentrale?melding={alert_id}")
        for words in ("spreekt Turks", "woont met haar man", "https://video.example/k/1"):
            assert words in page
        line = page.split('class="until-line"')[1].split("</p>")[0]
        assert "Mag nog tot 22:30, daarna overleg met" in line
        assert line.index("De nacht") < line.index("nu open:") < line.index("De post")

    def test_past_its_time_it_says_so_and_without_numbers_it_says_that(
        self, visits: Visits, alert_id: UUID
    ) -> None:
        with as_worker():
            Moment.objects.filter(alert=alert_id).update(latest_at=NOW - timedelta(minutes=17))
        page = visits.text("operator", f"/zorgcentrale?melding={alert_id}")
        assert "Mag niet meer sinds 21:30. Er is nu geen apotheek of huisartsenpost bekend" in page
