"""The business case of one organisation from its own rows: denominators, measurements, terms (R66)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.dispensing.devices.in_use import in_use
from reik.dispensing.models import Dispenser, Moment
from reik.kernel.database import Role, become
from reik.kernel.ids import new_id
from reik.kernel.tenancy import Actor, acting_for
from reik.value.case import funding, keeping
from reik.value.case.assumptions import NewRange, assume, history_of, own_ranges
from reik.value.case.funding import NewTerms, agree_terms
from reik.value.case.measured import measure
from reik.value.case.organisation import Asked, case_of
from reik.value.case.parameters import RangeRefused
from reik.value.case.setting import SettingRefused
from reik.value.models import ClientFunding
from tests import cast
from tests.contexts.value_rows import MONEY, alert, baseline, fill_in, moments, people

__all__ = ["people"]
pytestmark = pytest.mark.usefixtures("database")
DAY = timedelta(days=1)


class TestDenominators:
    def test_issued_installed_active_silent_and_ended_are_counted_apart(
        self, people: cast.Cast, now: datetime
    ) -> None:
        voices = cast.many_homes(people.zorg, 4, now - 100 * DAY)
        moments(voices, now, days=3, a_day=1)
        Moment.objects.filter(dispenser_id__in=[each.id for each in voices[:2]], key="m-2-0").update(out=1)
        Moment.objects.filter(dispenser_id=voices[2].id).update(due_at=now - 20 * DAY, out=1)
        Dispenser.objects.filter(id=voices[3].id).update(client=None)
        cast.beside(cast.welcome(people.eva, "Cliënt", now), "EVA-1", now)
        found = in_use(people.zorg.id, now - 90 * DAY, now)
        assert (found.issued, found.installed, found.active) == (4, 3, 2)
        assert (found.paused, found.silent, found.ended) == (0, 1, 1)
        assert found.moments == 9

    def test_an_organisation_without_dispensers_has_a_document_too(
        self, people: cast.Cast, now: datetime
    ) -> None:
        found = case_of(people.eva.id, Asked(draws=10), now)
        assert {each["n"] for each in found["denominators"].values()} == {0}
        assert found["hours"]["per_month_at_full_size"]["net"]["likely"] == 0
        assert found["money"]["sides"]["organisation"]["in_all"]["likely"] is None


class TestMeasured:
    def test_ten_baselines_replace_what_is_published(self, people: cast.Cast, now: datetime) -> None:
        voices = cast.many_homes(people.zorg, 10, now - 100 * DAY)
        for number, voice in enumerate(voices):
            baseline(voice, now, unique=2 if number < 5 else 4, stopped=2)
        found = measure(people.zorg.id, now)
        each = found.ranges["unique_moments_per_day"]
        assert (each.low, each.likely, each.high) == (2.0, 3.0, 4.0)
        assert each.origin == "measured"
        assert "10 clients" in each.source
        assert found.ranges["care_minutes"].likely == 6.0
        assert found.ranges["combined_moments_per_day"].likely == 1.0
        assert (
            found.ranges["travel_minutes_urban"].likely == found.ranges["travel_minutes_rural"].likely == 9.0
        )
        assert found.ranges["administration_minutes_week"].likely == 14.0
        assert found.ranges["reduction_pct"].likely == 75.0

    def test_nine_are_too_few_and_it_is_said(self, people: cast.Cast, now: datetime) -> None:
        for voice in cast.many_homes(people.zorg, 9, now - 100 * DAY):
            baseline(voice, now, unique=3, stopped=0)
        found = measure(people.zorg.id, now)
        assert "care_minutes" not in found.ranges
        assert {"care_minutes", "reduction_pct"} <= {each.key for each in found.too_few}
        assert {each.cases for each in found.too_few if each.key == "care_minutes"} == {9}
        document = case_of(people.zorg.id, Asked(dispensers=5, draws=10), now)
        origin = {each["key"]: each["origin"] for each in document["assumptions"]}
        assert origin["care_minutes"] == "published"

    def test_alerts_and_the_centres_share_are_counted(self, people: cast.Cast, now: datetime) -> None:
        voices = cast.many_homes(people.zorg, 12, now - 100 * DAY)
        moments(voices, now, days=42, a_day=2)  # 1008
        for number in range(20):
            alert(
                people,
                voices[number % 12],
                now - (number + 1) * DAY,
                by_centre=number < 16,
                drove=number >= 16,
            )
        found = measure(people.zorg.id, now).ranges
        assert found["alerts_per_100_moments"].likely == round(100 * 20 / 1008, 3)
        assert found["centre_closed_pct"].likely == 80.0
        assert "visit_pct_alone" not in found

    def test_with_few_moments_the_published_rate_of_alerts_counts(
        self, people: cast.Cast, now: datetime
    ) -> None:
        voices = cast.many_homes(people.zorg, 2, now - 100 * DAY)
        moments(voices, now, days=10, a_day=2)
        alert(people, voices[0], now - DAY, by_centre=True, drove=False)
        found = measure(people.zorg.id, now)
        assert "alerts_per_100_moments" not in found.ranges
        assert "alerts_per_100_moments" in {each.key for each in found.too_few}


class TestAssumptions:
    def test_the_newest_counts_and_the_one_before_stays(self, people: cast.Cast, now: datetime) -> None:
        fill_in(people, now, wage_hour_eur=40.0)
        fill_in(people, now + DAY, wage_hour_eur=45.0)
        assert own_ranges(people.zorg.id)["wage_hour_eur"].likely == 45.0
        assert [each.new.likely for each in history_of(people.zorg.id, "wage_hour_eur")] == [45.0, 40.0]
        assert own_ranges(people.eva.id) == {}

    def test_without_a_source_or_of_tomorrow_it_is_refused(self, people: cast.Cast, now: datetime) -> None:
        new = NewRange(key="wage_hour_eur", low=1, likely=2, high=3, source=" ", source_date=now.date())
        for wrong in (new, NewRange(**{**_fields(new), "source": "x", "source_date": date(2027, 1, 1)})):
            with pytest.raises(RangeRefused):
                assume(people.zorg.id, wrong, by="x", now=now)

    def test_terms_of_insurers_count_by_their_share_of_the_clients(
        self, people: cast.Cast, now: datetime
    ) -> None:
        voices = cast.many_homes(people.zorg, 4, now - 100 * DAY)
        for insurer, amount in (("Oost", 100.0), ("West", 300.0)):
            new = NewTerms(
                insurer=insurer,
                year=2026,
                mode="hour",
                values={"dispenser_month_eur": amount},
                source="contract",
            )
            agree_terms(people.zorg.id, new, by="controller", now=now)
        for number, voice in enumerate(voices):
            ClientFunding.objects.create(
                id=new_id(now), organisation_id=people.zorg.id, client_id=voice.client_id,
                insurer="Oost" if number else "West", since=date(2026, 1, 1), by="x", created_at=now,
            )  # fmt: skip
        found = funding.funders(people.zorg.id, [each.client_id for each in voices], now.date())
        assert [(each.insurer, each.share) for each in found] == [("Oost", 0.75), ("West", 0.25)]
        document = case_of(people.zorg.id, Asked(dispensers=4, years=1, draws=10), now)
        paid = document["money"]["income"]["dispenser"]["in_all"]["likely"]
        assert paid == 12 * (3 * 100 + 300)

    def test_terms_that_cannot_be_are_refused(self, people: cast.Cast, now: datetime) -> None:
        for wrong in ({"year": 1999}, {"mode": "gift"}, {"values": {"care_minutes": 1.0}}, {"insurer": ""}):
            given: dict[str, Any] = {
                "insurer": "Oost", "year": 2026, "mode": "hour", "values": {}, "source": "contract", **wrong
            }  # fmt: skip
            with pytest.raises(SettingRefused):
                agree_terms(people.zorg.id, NewTerms(**given), by="x", now=now)

    def test_a_case_can_be_kept_and_opened_again(self, people: cast.Cast, now: datetime) -> None:
        document = case_of(people.zorg.id, Asked(dispensers=5, draws=10, seed=3), now)
        keeping.keep_case(people.zorg.id, document, title="Begroting 2027", by="controller", now=now)
        (kept,) = keeping.kept_cases([people.zorg.id])
        assert kept.title == "Begroting 2027"
        assert kept.seed == 3
        assert kept.outcome["hours"] == document["hours"]
        assert keeping.kept_cases([people.eva.id]) == []


def test_a_controller_sees_the_whole_case_of_her_own_organisation_only(
    people: cast.Cast, now: datetime
) -> None:
    cast.many_homes(people.zorg, 3, now - 100 * DAY)
    whose = people.zorg.id
    actor = Actor(
        account_id=new_id(now), name="Carla", role="controller", organisation_id=whose, organisations=(whose,)
    )
    become(Role.WEB)
    with acting_for(actor):
        fill_in(people, now, **MONEY)
        document = case_of(whose, Asked(dispensers=50, draws=50), now)
        assert document["fill_in"] == []
        money = document["money"]["sides"]
        apart = sum(money[key]["in_all"]["likely"] for key in ("insurer", "organisation", "others"))
        assert money["society"]["in_all"]["likely"] == pytest.approx(apart, abs=0.05)
        assert case_of(people.eva.id, Asked(draws=10), now)["denominators"]["issued"]["n"] == 0


def test_the_number_of_statements_does_not_grow_with_the_clients(people: cast.Cast, now: datetime) -> None:
    counted = []
    for numbers in (range(1), range(1, 12)):
        for each in numbers:
            voice = cast.beside(cast.welcome(people.eva, f"Cliënt {each}", now), f"EVA-{each}", now)
            baseline(voice, now, unique=2, stopped=1)
        with CaptureQueriesContext(connection) as context:
            case_of(people.eva.id, Asked(draws=5), now)
        counted.append(len(context))
    assert counted[0] == counted[1]


def _fields(new: NewRange) -> dict[str, Any]:
    return {name: getattr(new, name) for name in NewRange.__dataclass_fields__}
