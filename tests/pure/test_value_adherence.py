"""The open definition of adherence, shares with their interval, and the measurement plan as data (N8, R70)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.alerting.figures import counting
from reik.dispensing.outcomes import OUT, Outcome
from reik.kernel import shares
from reik.kernel.shares import Share, wilson
from reik.value.adherence import (
    BUCKETS,
    DEFINITION,
    NONE,
    OPEN,
    OUTCOMES,
    RULES,
    Counts,
    adherence,
    distribution,
    half_within,
    total,
)
from reik.value.case.parameters import parameters
from reik.value.indicators import plan
from reik.value.indicators.measures import MEASURES
from reik.value.indicators.questionnaires import (
    QUESTIONNAIRES,
    AnswersRefused,
    average,
    check_answers,
    is_content,
)
from reik.value.indicators.values import ENOUGH, NOT_MEASURED, TOO_FEW, Measure, byar, value_of

NUMBERS = st.fixed_dictionaries(dict.fromkeys(map(str, OUTCOMES), st.integers(0, 500)))


def counted(**by: int) -> Counts:
    outcomes = {**dict.fromkeys(map(str, OUTCOMES), 0), **by}
    delays = {**dict.fromkeys(BUCKETS, 0), "within_5": sum(outcomes[each] for each in OUT)}
    return Counts(moments=sum(outcomes.values()), sachets=0, by_outcome=outcomes, delays=delays)


def test_every_end_of_a_moment_has_a_rule_and_only_what_is_out_counts_as_out() -> None:
    assert {*map(str, OUTCOMES)} == {*map(str, Outcome), OPEN}
    assert {each for each, rule in RULES.items() if rule.out} == set(OUT)
    assert {each for each, rule in RULES.items() if rule.in_time} == {Outcome.IN_TIME, Outcome.EARLY}
    assert all(rule.counts or not rule.out for rule in RULES.values())
    unsure = {OPEN, Outcome.UNKNOWN, Outcome.NO_NOTICE, Outcome.DEVICE_FAILURE}
    assert {each for each, rule in RULES.items() if rule.may_be_out} == unsure
    for text in [*(rule.nl for rule in RULES.values()), *(each["nl"] for each in DEFINITION.values())]:
        assert "ingenomen" not in text


@given(by=NUMBERS)
def test_numerator_denominator_and_exclusions_are_all_moments(by: dict[str, int]) -> None:
    found = adherence(counted(**by))
    assert found.in_time.of + sum(found.excluded.values()) == found.counts.moments
    assert 0 <= found.in_time.n <= found.out.n <= found.out.of == found.in_time.of
    if found.lowest is not None and found.highest is not None and found.in_time.pct is not None:
        assert found.lowest <= found.in_time.pct <= found.highest


def test_unknown_and_no_notice_are_never_green_and_never_a_miss() -> None:
    found = adherence(counted(in_time=90, not_out=10, unknown=50, no_notice=40, by_hand=7, paused=3))
    assert (found.in_time.pct, found.lowest, found.highest) == (90.0, 47.4, 94.7)
    assert found.excluded["unknown"] == 50
    assert found.known.of == 200


def test_too_few_cases_give_no_percentage() -> None:
    found = adherence(counted(in_time=9))
    assert (found.in_time.pct, found.in_time.interval, found.lowest) == (None, None, None)
    assert adherence(counted(in_time=10)).in_time.pct == 100.0
    assert adherence(NONE).in_time.pct is None
    assert shares.FEWEST == counting.FEWEST


def test_a_share_is_never_rounded_to_all_or_to_nothing() -> None:
    assert (Share(9999, 10000).pct, Share(1, 10000).pct) == (99.9, 0.1)
    assert (Share(10, 10).pct, Share(0, 10).pct) == (100.0, 0.0)


def test_the_interval_is_wilsons() -> None:
    low, high = wilson(81, 263)  # Newcombe 1998, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    low, high = wilson(0, 20)
    assert (low, round(high, 4)) == (0.0, 0.1611)
    assert wilson(0, 0) == (0.0, 1.0)


def test_delays_are_counted_from_the_shortest_and_half_is_the_end_of_a_bucket() -> None:
    delays = dict(zip(BUCKETS, (2, 3, 5, 6, 3, 0, 0, 1), strict=True))
    counts = Counts(moments=20, sachets=20, by_outcome=counted(in_time=20).by_outcome, delays=delays)
    found = distribution(counts)
    assert [(each.at_least, each.under) for each in found][:3] == [(None, 0), (0, 5), (5, 10)]
    assert (found[-1].at_least, found[-1].under) == (120, None)
    assert sum(each.share.n for each in found) == 20
    assert half_within(counts) == 10
    assert half_within(counted(in_time=3)) is None
    assert total([counts, counts]).delays["within_5"] == 6


def test_the_plan_is_whole_and_every_indicator_can_be_computed() -> None:
    assert set(MEASURES) == {each.measure for each in plan.indicators().values()}
    for each in plan.indicators().values():
        assert each.domain in plan.DOMAINS
        assert each.priority in plan.PRIORITIES
        assert each.kind in plan.KINDS
        assert each.better in ("high", "low")
        assert all(each.title[language] and each.numerator[language] for language in ("nl", "en"))
        assert all(seen.status in plan.STATUSES for seen in each.evidence)
        assert set(each.factors) <= set(parameters())
        assert "ingenomen" not in " ".join([each.title["nl"], each.numerator["nl"], each.denominator["nl"]])
    assert {each.domain for each in plan.indicators().values()} == set(plan.DOMAINS)


def test_evidence_holds_for_the_type_that_it_was_found_with() -> None:
    visits = plan.indicators()["visits"]
    assert visits.status_for("medido") == "accepted"
    assert visits.status_for("Evondos") == "unknown"
    assert plan.indicators()["client_adoption"].status_for("Medido") == "insufficient"
    assert plan.indicators()["impact"].status_for("Medido") == "unknown"


def test_a_value_says_when_it_was_not_measured_or_has_too_few_cases() -> None:
    share = plan.indicators()["in_time"]
    assert value_of(share, None).status == NOT_MEASURED
    assert value_of(share, Measure(numerator=0, denominator=0, cases=0)).status == NOT_MEASURED
    few = value_of(share, Measure(numerator=9, denominator=9, cases=9))
    assert (few.status, few.value) == (TOO_FEW, None)
    enough = value_of(share, Measure(numerator=81, denominator=263, cases=263))
    assert (enough.status, enough.value, enough.low, enough.high) == (ENOUGH, 30.8, 25.5, 36.6)
    gap = Measure(numerator=0, denominator=0, cases=0, missing=("car_pct",))
    assert value_of(plan.indicators()["travel_co2"], gap).status == NOT_MEASURED


def test_a_rate_is_per_so_many_with_byars_interval() -> None:
    found = value_of(plan.indicators()["incidents"], Measure(numerator=3, denominator=2000, cases=2000))
    assert (found.value, found.low, found.high) == (1.5, 0.301, 4.383)
    assert byar(0)[0] == 0.0
    assert 3.6 < byar(0)[1] < 3.8


def test_do_not_know_counts_for_nothing_and_every_question_is_answered() -> None:
    assert average({"a": 5, "b": 0, "c": 4}) == 4.5
    assert is_content({"a": 0, "b": 0, "c": 0}) is None
    assert is_content({"a": 4, "b": 4, "c": 3}) is False
    assert len(QUESTIONNAIRES["client_control"].questions) == 3
    with pytest.raises(AnswersRefused, match="every question"):
        check_answers("client_control", {"control": 4, "structure": 3})
    with pytest.raises(AnswersRefused, match="1 to 5"):
        check_answers("client_control", {"control": 6, "structure": 3, "freedom": 1})
    with pytest.raises(AnswersRefused, match="one of the questionnaires"):
        check_answers("nps", {})
