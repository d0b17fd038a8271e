"""Which route an alert walks, and what the presets make: pure rules (R45, R46, R47, N2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.alerting.arrangements.choosing import (
    EVERY_DAY,
    WEEKEND,
    WORKING_DAYS,
    Asked,
    OtherRoute,
    When,
    check_routes,
    choose,
    fits,
)
from reik.alerting.arrangements.presets import People, Preset, Reached, made
from reik.alerting.policy import (
    ASK_CARER,
    ASK_TEAM,
    EMERGENCY_PATH,
    PHONE_CLIENT,
    ArrangementInvalid,
    RouteStep,
    check_route,
    go_on,
    plan,
)

MINUTE = timedelta(minutes=1)
ZONE = ZoneInfo("Europe/Amsterdam")
NIGHT = (time(23), time(7))


def local(month: int, day: int, hour: int, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE, fold=fold).astimezone(UTC)


def at(moment: datetime, **more) -> Asked:
    return Asked(at=moment, **more)


class TestWhen:
    def test_route_zero_holds_where_no_other_does(self):
        assert choose([], at(local(11, 23, 9)), ZONE) == 0
        assert choose([(1, When(hours=NIGHT))], at(local(11, 23, 9)), ZONE) == 0

    def test_the_lowest_number_that_fits_goes_first_in_whatever_order_they_come(self):
        night, any_time = (1, When(hours=NIGHT)), (2, When())
        for others in ([night, any_time], [any_time, night]):
            assert choose(others, at(local(11, 23, 3)), ZONE) == 1
            assert choose(others, at(local(11, 23, 9)), ZONE) == 2

    @pytest.mark.parametrize(
        ("hour", "minute", "holds"),
        [(22, 59, False), (23, 0, True), (0, 0, True), (6, 59, True), (7, 0, False)],
    )
    def test_hours_begin_at_their_first_minute_and_end_before_their_last(self, hour, minute, holds):
        assert fits(When(hours=NIGHT), at(local(11, 24, hour, minute)), ZONE) is holds

    def test_a_night_belongs_to_the_day_on_which_it_began(self):
        """A route for Friday nights holds until Saturday morning, and not in the small hours of Friday."""
        friday = When(weekdays=1 << 4, hours=NIGHT)
        assert fits(friday, at(local(11, 27, 23, 30)), ZONE)
        assert fits(friday, at(local(11, 28, 6, 59)), ZONE)
        assert not fits(friday, at(local(11, 27, 3)), ZONE)

    def test_a_public_holiday_is_no_weekday(self):
        """Christmas 2026 is a Friday; New Year's night began on an ordinary Thursday."""
        christmas = local(12, 25, 10)
        assert date(2026, 12, 25).weekday() == 4
        assert not fits(When(weekdays=WORKING_DAYS), at(christmas), ZONE)
        assert fits(When(weekdays=WEEKEND), at(christmas), ZONE)
        assert fits(When(weekdays=WORKING_DAYS), at(local(12, 24, 10)), ZONE)
        new_year = datetime(2027, 1, 1, 3, tzinfo=ZONE).astimezone(UTC)
        assert fits(When(weekdays=WORKING_DAYS, hours=NIGHT), at(new_year), ZONE)

    def test_criticality_of_the_moment(self):
        critical = When(criticalities=0b001)
        assert fits(critical, at(local(11, 23, 9), criticality=0), ZONE)
        assert not fits(critical, at(local(11, 23, 9), criticality=1), ZONE)
        assert fits(When(criticalities=0b100), at(local(11, 23, 9), criticality=7), ZONE)

    def test_a_moment_by_its_local_time_in_summer_and_winter(self):
        morning = When(moments=("08:00",))
        for month in (1, 7):
            due = local(month, 6, 8)
            assert fits(morning, at(due + 30 * MINUTE, due_at=due), ZONE)
            assert not fits(morning, at(due, due_at=due + 60 * MINUTE), ZONE)
        assert not fits(morning, at(local(11, 23, 9)), ZONE)  # about the dispenser: it has no moment

    def test_the_night_that_skips_an_hour_and_the_one_that_has_it_twice(self):
        """R32: 29 March 2026 has no 02:30; 25 October has it twice, and the same route holds both times."""
        early = When(hours=(time(2), time(3)))
        assert not fits(early, at(local(3, 29, 1, 59)), ZONE)
        assert not fits(early, at(local(3, 29, 1, 59) + MINUTE), ZONE)  # 03:00
        for fold in (0, 1):
            assert fits(early, at(local(10, 25, 2, 30, fold=fold)), ZONE)


instants = st.integers(0, 3 * 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + n * MINUTE)
quarters = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
spans = st.none() | st.tuples(quarters, quarters).filter(lambda pair: pair[0] != pair[1])
whens = st.builds(
    When, weekdays=st.integers(1, 255), hours=spans, criticalities=st.integers(1, 7),
    moments=st.lists(st.sampled_from(["08:00", "21:00"]), max_size=2).map(tuple),
)  # fmt: skip
zones = st.sampled_from(["Europe/Amsterdam", "America/Curacao"]).map(ZoneInfo)


@settings(max_examples=300, deadline=None)
@given(
    found=st.lists(whens, max_size=5), moment=instants, criticality=st.integers(0, 2),
    due=st.none() | instants, zone=zones, order=st.randoms(use_true_random=False),
)  # fmt: skip
def test_the_choice_is_total_and_always_the_same(found, moment, criticality, due, zone, order):
    """R45: whatever the hours, one route holds; the order in which they are read changes nothing."""
    others = list(enumerate(found, start=1))
    asked = Asked(at=moment, criticality=criticality, due_at=due)
    chosen = choose(others, asked, zone)
    shuffled = list(others)
    order.shuffle(shuffled)
    assert choose(shuffled, asked, zone) == chosen
    assert chosen == 0 or fits(found[chosen - 1], asked, zone)
    assert not any(fits(when, asked, zone) for number, when in others if chosen == 0 or number < chosen)


@settings(max_examples=300, deadline=None)
@given(moment=instants, hours=spans.filter(lambda pair: pair is not None), zone=zones)
def test_a_span_of_hours_and_the_rest_of_the_day_share_every_minute(moment, hours, zone):
    """Around each border, in nights with 23 and 25 hours too: one of two complementary routes holds, never both."""
    inside, outside = When(hours=hours), When(hours=(hours[1], hours[0]))
    assert fits(inside, at(moment), zone) != fits(outside, at(moment), zone)


@settings(max_examples=200, deadline=None)
@given(moment=instants, zone=zones)
def test_every_instant_has_one_kind_of_day(moment, zone):
    days = [fits(When(weekdays=1 << bit), at(moment), zone) for bit in range(8)]
    assert days.count(True) == 1
    assert fits(When(weekdays=EVERY_DAY), at(moment), zone)


def reached(number: int, name: str, **more) -> Reached:
    return Reached(name=name, destination_id=UUID(int=number), **more)


CENTRE = reached(1, "Zorgcentrale")
MARLEEN = reached(2, "Marleen", carer_id=UUID(int=20), hours=(time(7), time(22, 30)))
TEAM = reached(3, "Wijkteam van dienst", roster_id=UUID(int=30))
LEAD = reached(4, "Achterwacht")
PATH = reached(5, "Noodteam")
ALL = People(team=TEAM, centre=CENTRE, carers=[MARLEEN], emergency=PATH)


def told(route) -> list[tuple[str, str, int]]:
    return [(each.action, each.responder, each.wait // MINUTE) for each in route]


class TestPresets:
    def test_centre_first_is_the_default(self):
        """R46: the centre 5 min, the carer in her hours 10, the team every 5, its back-up after 15, the path."""
        route = made(Preset.CENTRE_FIRST, ALL).route
        assert told(route) == [
            (PHONE_CLIENT, "Zorgcentrale", 5),
            (ASK_CARER, "Marleen", 10),
            (ASK_TEAM, "Wijkteam van dienst", 5),
            (ASK_TEAM, "Wijkteam van dienst", 5),
            (ASK_TEAM, "Wijkteam van dienst", 5),
            (ASK_TEAM, "Wijkteam van dienst", 5),
            (EMERGENCY_PATH, "Noodteam", 5),
        ]
        assert [each.place for each in route[2:6]] == [1, 1, 1, 2]
        assert route[1].hours == MARLEEN.hours
        due = [each.due_at for each in plan(route, local(11, 23, 9), ZONE)]
        assert (due[5] - due[2]) == 15 * MINUTE

    def test_a_time_critical_moment_waits_shorter(self):
        """N2."""
        for preset in Preset:
            usual = made(preset, ALL)
            (critical,) = usual.others
            assert critical.when.criticalities == 0b001
            now = local(11, 23, 9)
            ends = [plan(each, now, ZONE)[-1].due_at for each in (critical.steps, usual.route)]
            assert ends[0] < ends[1]

    def test_without_a_centre_the_team_phones_the_client(self):
        first = made(Preset.WITHOUT_CENTRE, replace(ALL, centre=None)).route[0]
        assert (first.action, first.responder) == (PHONE_CLIENT, TEAM.name)
        with pytest.raises(ArrangementInvalid, match="without a centre"):
            made(Preset.CENTRE_FIRST, replace(ALL, centre=None))

    def test_who_comes_first(self):
        assert made(Preset.FAMILY_FIRST, ALL).route[0].responder == "Marleen"
        assert made(Preset.TEAM_FIRST, ALL).route[0].responder == TEAM.name

    @pytest.mark.parametrize("preset", Preset)
    @pytest.mark.parametrize("emergency", [PATH, None])
    @pytest.mark.parametrize("backup", [LEAD, None])
    @pytest.mark.parametrize("team", [TEAM, reached(3, "Team", hours=(time(8), time(18)))])
    @pytest.mark.parametrize("carers", [[], [MARLEEN, MARLEEN]])
    def test_every_preset_passes_the_check(self, preset, emergency, backup, team, carers):
        people = People(team=team, centre=CENTRE, carers=carers, backup=backup, emergency=emergency)
        found = made(preset, people)
        check_routes(found.route, found.others)


actions = st.sampled_from([PHONE_CLIENT, ASK_CARER, ASK_TEAM])
carers = st.none() | st.integers(1, 3).map(lambda n: UUID(int=n))
middle = st.builds(
    RouteStep, action=actions, responder=st.just("x"), destination_id=st.just(UUID(int=9)),
    wait=st.integers(1, 120).map(lambda n: n * MINUTE), hours=spans, carer_id=carers,
)  # fmt: skip
END = RouteStep(
    action=ASK_TEAM, responder="team", destination_id=UUID(int=9), wait=5 * MINUTE, repeat=5 * MINUTE
)


@settings(max_examples=300, deadline=None)
@given(
    head=st.lists(middle, max_size=5), moment=instants, zone=zones, after=st.integers(0, 7),
    away=st.sets(st.integers(1, 3).map(lambda n: UUID(int=n))), to_team=st.booleans(),
)  # fmt: skip
def test_every_route_ends_at_a_human(head, moment, zone, after, away, to_team):
    """R47: whoever is away and whatever the hours, from the beginning and from anywhere on the way."""
    route = [*head, END]
    check_route(route)
    for planned in (
        plan(route, moment, zone, away=away),
        go_on(route, after, moment, zone, to_team=to_team, away=away),
    ):
        assert (planned[-1].skipped, planned[-1].repeat) == ("", END.repeat)
        called = [each for each in planned if not each.skipped]
        assert called[0].due_at == moment
        carers_at_once = {route[each.position - 1].carer_id for each in called if each.due_at == moment}
        assert not carers_at_once & away


class TestRefusals:
    """Bad input: a route without a reachable end cannot be saved, whichever of them it is."""

    def test_each_route_is_checked_and_named(self):
        night = OtherRoute(name="Nacht", when=When(hours=NIGHT), steps=(replace(END, repeat=None),))
        with pytest.raises(
            ArrangementInvalid, match="Route Nacht: The last step must be repeated"
        ) as refused:
            check_routes([END], [night])
        assert (refused.value.route, refused.value.position, refused.value.code) == (1, 1, "end_once")

    @pytest.mark.parametrize(
        ("when", "name", "code"),
        [
            (When(weekdays=0), "a", "never"),
            (When(criticalities=0), "a", "never"),
            (When(weekdays=256), "a", "never"),
            (When(hours=(time(8), time(8))), "a", "no_route_hours"),
            (When(moments=("8 uur",)), "a", "moments"),
            (When(), " ", "unnamed"),
        ],
    )
    def test_a_route_that_would_never_hold(self, when, name, code):
        with pytest.raises(ArrangementInvalid) as refused:
            check_routes([END], [OtherRoute(name=name, when=when, steps=(END,))])
        assert (refused.value.code, refused.value.route) == (code, 1)

    def test_an_informal_carer_is_no_end(self):
        for last in (replace(END, action=ASK_CARER), replace(END, carer_id=UUID(int=1))):
            with pytest.raises(ArrangementInvalid, match="can be away"):
                check_route([last])
