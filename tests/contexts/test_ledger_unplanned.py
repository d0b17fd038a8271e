"""What a device says of a moment before it is planned, and planning itself (R33)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import chain
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection

from reik.dispensing.models import Mention, Moment
from reik.dispensing.moments.planned import NewMoment, PlanRefused, plan_moments
from reik_dispenser.messages import Event
from tests.cast import LATEST, WINDOW, beside, hear, many_homes, plan, planned, tell, the_moment, welcome
from tests.contexts.ledger_seen import state, statements, upto

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def before_planning(voice, now) -> dict[str, list[Event]]:
    """For each moment what is said of it."""
    return {
        "whole": [voice.out("whole", now, k=1, n=2), voice.out("whole", now + MINUTE, k=2, n=2)],
        "partly": [voice.out("partly", now, k=1, n=2), voice.closed("partly", "partial", now + WINDOW)],
        "late": [
            voice.closed("late", "not_taken_out", now + WINDOW),
            voice.out("late", now + WINDOW + MINUTE, k=1, n=2),
            voice.out("late", now + WINDOW + MINUTE, k=2, n=2),
        ],
    }


def test_what_is_said_of_a_moment_before_it_is_planned_counts_when_it_is(cast, now):
    """R33: the end state is that of planning first; nothing waits behind."""
    ends = []
    for number in (0, 1, 2):
        voice = beside(welcome(cast.zorg, f"Anna {number}", now), f"REIK-{number}00", now)
        said = before_planning(voice, now)
        rows = [planned(voice, key, now, sachets=2) for key in said]
        first, second = [each[:1] for each in said.values()], [each[1:] for each in said.values()]
        if number == 0:
            plan_moments(rows, now)
        tell(voice, *chain.from_iterable(first), at=now + WINDOW)
        if number == 1:
            plan_moments(rows, now)
        tell(voice, *chain.from_iterable(second), at=now + WINDOW)
        if number == 2:
            assert Mention.objects.count() == 7
            plan_moments(rows, now + LATEST)
        ends.append(
            [
                {k: v for k, v in each.items() if k not in ("client_id", "dispenser_id")}
                for each in state(voice, *said)
            ]
        )
        assert [each["outcome"] for each in ends[-1]] == ["in_time", "partly", "late"]
    assert ends[0] == ends[1] == ends[2]
    assert not Mention.objects.exists()


def test_two_bodies_before_planning_make_the_moment_unknown_when_it_is_planned(anna, now):
    one = anna.out("new", now)
    tell(anna, one, replace(one, at=now + SECOND), at=now)
    plan(anna, "new", now, now=now)
    assert the_moment(anna, "new").outcome == "unknown"
    assert not Mention.objects.exists()


def test_what_another_device_says_of_a_moment_of_the_same_name_is_not_folded_in(cast, anna, now):
    bert = beside(welcome(cast.zorg, "Bert", now), "REIK-BERT", now)
    tell(bert, bert.out("new", now), at=now)
    plan(anna, "new", now, now=now)
    assert the_moment(anna, "new").outcome is None
    assert Mention.objects.count() == 1


def test_a_moment_planned_while_its_event_comes_in_gets_it_whoever_is_first(anna, now):
    """Planning and reporting take turns on the dispenser's row: twenty races, none lost."""
    failures = []

    def act(start, work):
        try:
            start.wait()
            work()
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    for number in range(20):
        key, start = f"race-{number}", Barrier(2)
        heard = anna.heard(anna.out(key, now), at=now)
        threads = [
            Thread(target=act, args=(start, lambda heard=heard: hear(heard, now=now))),
            Thread(target=act, args=(start, lambda key=key: plan(anna, key, now, now=now))),
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert not failures
    assert Moment.objects.filter(key__startswith="race-", outcome="in_time").count() == 20
    assert not Mention.objects.exists()


def test_planning_many_moments_costs_as_many_statements_as_planning_one(cast, anna, now):
    homes = many_homes(cast.zorg, 20, now)
    for home in homes:
        tell(home, home.out("m0", now), at=now)
    one = statements(lambda: plan_moments([planned(homes[0], "m0", now)], now))
    many = [planned(home, f"m{each}", now) for home in homes for each in range(10)][1:]
    assert statements(lambda: plan_moments(many, now)) == one
    assert Moment.objects.filter(outcome="in_time").count() == 20


def test_a_plan_that_cannot_be_is_refused_whole(cast, anna, now):
    good = planned(anna, "new", now)
    foreign = replace(good, key="x", organisation_id=cast.eva.id)
    for bad in (foreign, replace(good, key="k" * 65)):
        with pytest.raises(PlanRefused):
            plan_moments([good, bad], now)
    with pytest.raises(IntegrityError):
        plan_moments([good, planned(anna, "m", now)], now)
    assert Moment.objects.count() == 1


def test_a_name_too_long_for_any_moment_is_kept_in_the_ledger_and_nowhere_else(anna, now):
    assert upto(tell(anna, anna.out("k" * 5000, now), at=now)) == [(1, 1)]
    assert not Mention.objects.exists()


def test_moments_are_values_with_their_times_in_order(anna, now):
    wrong = NewMoment(
        organisation_id=anna.organisation_id, client_id=anna.client_id, dispenser_id=anna.id, key="x", due_at=now,
        deadline_at=now, latest_at=now,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="moment_times"):
        plan_moments([wrong], now)
