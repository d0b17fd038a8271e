"""What an operator is shown of the home of an alert: house access for a visit, language, video, whom to ask."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from reik.alerting import house_access
from reik.alerting.models import Alert
from reik.dispensing.models import Moment
from reik.kernel.access_log import Act
from reik.people import homes, homes_numbers
from reik.people.models import HouseAccessShown
from tests.contexts.console_town import ANNA, NOW, alert_id, post, take, town, visits
from tests.contexts.screens_town import Town, Visits, as_worker, logged
from tests.contexts.test_namesakes import leave_to_centre

__all__ = ["alert_id", "town", "visits"]


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
