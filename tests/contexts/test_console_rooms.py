"""What an operator does with an alert beside taking and handling it: notes, protocol, emergency, mute, search."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from reik.alerting import notes, protocols
from reik.alerting.models import Alert, Mute, ProtocolTick
from reik.kernel.access_log import Act
from tests.contexts.console_town import ANNA, NOW, alert_id, post, town, visits
from tests.contexts.screens_town import Town, Visits, as_worker, logged

__all__ = ["alert_id", "town", "visits"]


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
