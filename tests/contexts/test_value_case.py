"""The business case of one organisation from its own rows: denominators, measurements, terms; and by command (R66)."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.alerting.models import Alert, ArrangementStep, Step
from reik.dispensing.devices.in_use import in_use
from reik.dispensing.models import Dispenser, Moment
from reik.dispensing.moments.planned import plan_moments
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.ids import new_id
from reik.kernel.tenancy import Actor, acting_for
from reik.ops import cli
from reik.pathway.models import Baseline, BaselineMoment, CarePath, PlannedVisit
from reik.value.case import funding, keeping
from reik.value.case.assumptions import NewRange, assume, history_of, own_ranges
from reik.value.case.funding import NewTerms, agree_terms
from reik.value.case.measured import measure
from reik.value.case.organisation import Asked, case_of
from reik.value.case.parameters import RangeRefused
from reik.value.case.setting import SettingRefused
from reik.value.models import ClientFunding
from tests import cast

pytestmark = pytest.mark.usefixtures("database")
DAY = timedelta(days=1)
EVERY_DAY = 0b1111111
MONEY = {
    "wage_hour_eur": 42.0, "device_month_eur": 80.0, "device_start_eur": 0.0, "device_return_eur": 0.0,
    "coupling_start_eur": 0.0, "coupling_year_eur": 0.0, "centre_month_eur": 8.0, "centre_alert_eur": 0.0,
    "workers_trained": 10.0, "training_hours": 2.0, "project_start_eur": 5000.0, "tariff_hour_eur": 70.0,
    "declarable_pct": 100.0, "dispenser_month_eur": 150.0, "use_more_clients_pct": 50.0, "use_heavier_pct": 20.0,
    "use_fewer_hired_pct": 0.0, "refilled_declarable_pct": 60.0,
}  # fmt: skip


def fill_in(people: cast.Cast, now: datetime, **values: float) -> None:
    for key, value in values.items():
        new = NewRange(
            key=key, low=value, likely=value, high=value, source="contract", source_date=now.date()
        )
        assume(people.zorg.id, new, by="controller", now=now)


def baseline(voice: cast.Voice, now: datetime, *, unique: int, stopped: int) -> None:
    """A measured week: so many unique visits a day, of which so many have stopped, and one combined."""
    whose: dict[str, Any] = {"organisation_id": voice.organisation_id, "client_id": voice.client_id}
    path = CarePath.objects.create(
        id=new_id(now), **whose, setting="zvw", state="in_use", step=8, opened_at=now, opened_by="x", entered_at=now
    )  # fmt: skip
    row = Baseline.objects.create(
        id=new_id(now), **whose, path=path, measured_on=now.date(), administration_minutes=Decimal(14), by="x",
        created_at=now,
    )  # fmt: skip
    for number in range(unique + 1):
        moment = BaselineMoment.objects.create(
            id=new_id(now), **whose, baseline=row, at=time(8 + number), weekdays=EVERY_DAY, unique=number < unique,
            care_minutes=Decimal(6 if number < unique else 40), travel_minutes=Decimal(9), who="caregiver",
        )  # fmt: skip
        PlannedVisit.objects.create(
            id=new_id(now), **whose, moment=moment, state="stopped" if number < stopped else "runs", changed_by="x",
            changed_at=now,
        )  # fmt: skip


def alert(people: cast.Cast, voice: cast.Voice, opened: datetime, *, by_centre: bool, drove: bool) -> None:
    row = Alert.objects.create(
        id=new_id(opened), organisation_id=people.zorg.id, client_id=voice.client_id, dispenser_id=voice.id,
        arrangement=people.default, cause="not_out", reason="", priority=1, state="closed", opened_at=opened,
        handled_at=opened, handled_as="out_at_visit", closed_at=opened, closed_as="out_at_visit", remote=not drove,
    )  # fmt: skip
    for position, action in ((1, "phone_client"), (3, "ask_team")):
        if position == 3 and by_centre:
            continue
        step = ArrangementStep.objects.get(arrangement=people.default, position=position)
        Step.objects.create(
            id=new_id(opened), organisation_id=people.zorg.id, alert=row, position=position, action=action,
            responder=step.responder, destination=people.desks["centre"], due_at=opened, state=2, taken_at=opened,
        )  # fmt: skip


def moments(voices: list[cast.Voice], now: datetime, *, days: int, a_day: int) -> None:
    plan_moments(
        [
            cast.planned(voice, f"m-{day}-{number}", now - day * DAY - number * timedelta(hours=3))
            for voice in voices
            for day in range(1, days + 1)
            for number in range(a_day)
        ],
        now - (days + 1) * DAY,
    )


@pytest.fixture
def people(now: datetime) -> cast.Cast:
    return cast.gather(now - 200 * DAY)


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


class TestCommand:
    def test_the_document_is_json_and_the_same_by_seed(
        self, people: cast.Cast, now: datetime, capsys: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clock, "now", lambda: now)
        said = []
        for _time in range(2):
            assert cli.main([*f"value --organisation {people.zorg.id} --dispensers 20 --json".split()]) == 0
            said.append(capsys.readouterr().out)
        assert said[0] == said[1]
        found = json.loads(said[0])
        assert {"organisation", "denominators", "hours", "money", "turnover", "tornado", "break_even"} <= set(
            found
        )
        assert found["setting"]["dispensers"] == 20

    def test_for_a_person_it_says_what_to_fill_in(self, people: cast.Cast, capsys: Any) -> None:
        assert cli.main(["value", "--organisation", people.zorg.name]) == 0
        said = capsys.readouterr().out
        assert "0 active" in said
        assert "Fill in: Tariff per hour (€/h), tariff_hour_eur" in said
        assert "organisation   not known" in said

    def test_an_assumption_may_be_given_for_this_once(self, people: cast.Cast, capsys: Any) -> None:
        given = [f"--assume={key}={value}" for key, value in MONEY.items()]
        whose = ["--organisation", people.zorg.name, "--dispensers", "30"]
        assert cli.main(["value", *whose, *given, "--assume", "wage_hour_eur=38:42:50", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["fill_in"] == []
        (wage,) = [each for each in found["assumptions"] if each["key"] == "wage_hour_eur"]
        assert (wage["low"], wage["high"], wage["source"]) == (38, 50, "command line")
        assert own_ranges(people.zorg.id) == {}

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            (["--organisation", "Zorg aan Zee", "--assume", "care_minutes=a"], "is no assumption"),
            (
                ["--organisation", "Zorg aan Zee", "--assume", "care_minutes=-5"],
                "lies between 0 and 240 min",
            ),
            (["--organisation", "Zorg aan Zee", "--assume", "care_minutes=3:2:1"], "low is at most likely"),
            (["--organisation", "Nergens"], "No organisation is called 'Nergens'"),
            ([], "Name the organisation"),
            (["--organisation", "Zorg aan Zee", "--years", "9"], "1 to 5 years"),
            (["--organisation", "Zorg aan Zee", "--dispensers", "-3"], "Give 0 to"),
            (["--organisation", "Zorg aan Zee", "--seed", "-1"], "the seed is 0 or more"),
        ],
    )
    def test_what_cannot_be_done_is_one_sentence(
        self, people: cast.Cast, capsys: Any, given: list[str], says: str
    ) -> None:
        assert cli.main(["value", *given]) == 2
        assert says in capsys.readouterr().err

    def test_the_reproduction_needs_no_organisation(self, people: cast.Cast, capsys: Any) -> None:
        assert cli.main(["value", "reproduce", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert all({"figure", "source", "published", "model", "difference"} <= set(each) for each in found)
        assert cli.main(["value", "reproduce"]) == 0
        assert "published more than 10.1 h/month" in capsys.readouterr().out

    def test_with_an_organisation_its_own_figures_stand_beside_them(
        self, people: cast.Cast, now: datetime, capsys: Any
    ) -> None:
        for voice in cast.many_homes(people.zorg, 10, now - 100 * DAY):
            baseline(voice, now, unique=4, stopped=3)
        assert cli.main(["value", "reproduce", "--organisation", people.zorg.name, "--json"]) == 0
        own = {each["figure"]: each["own"] for each in json.loads(capsys.readouterr().out)}
        assert own["unique_moments"] == 75.0
        with_administration = 2 * 30.4375 * 0.75 * 15 / 60 + 14 * 30.4375 / 7 / 60
        assert own["hours_two_moments"] == pytest.approx(with_administration, abs=0.01)
        assert own["closed_by_centre"] is None
        assert own["zuyderland_active"] is None


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
