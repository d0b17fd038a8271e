"""What is an operator's comes into the next hands, and into no others."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection

from reik.alerting import handover
from reik.alerting.models import Alert, ShiftHandover
from tests.contexts.console_town import NOW, alert_id, post, take, town, visits
from tests.contexts.screens_town import Town, Visits, as_worker

__all__ = ["alert_id", "town", "visits"]


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
