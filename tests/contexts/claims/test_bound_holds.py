"""No sequence of claims, releases and late presses moves the last step beyond its bound."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reik.alerting.claims.bounds import bounds_of
from reik.alerting.claims.who import Who
from reik.alerting.models import Alert, Step
from reik.alerting.operations import (
    AlertRefused,
    release_alert,
)
from reik.dispensing.moments.planned import plan_moments
from tests.cast import WINDOW, beside, planned, tell, welcome
from tests.contexts.claims.claiming import (
    SECOND,
    State,
    accept,
    fresh,
    handle,
    key_on_phone,
    waiting,
    watch,
)

ACTS = st.tuples(
    st.sampled_from(
        ["screen", "screen", "phone", "release", "not_reached", "says_out", "team_says_out", "press"]
    ),
    st.sampled_from(["Jo", "Ed", "Els", "Ali"]),
    st.sampled_from(["operator", "informal_carer", "team"]),
    st.sampled_from([0, 1, 30, 59, 240, 299, 300, 599, 600, 890, 900]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(criticality=st.sampled_from([0, 1]), acts=st.lists(ACTS, max_size=12))
def test_no_sequence_moves_the_last_step_beyond_its_bound(cast, now, criticality, acts):
    """Claims, keys on phones, releases, takeovers, watches and late presses: 10 minutes, or 30 (the whole engine)."""
    with transaction.atomic():
        voice = beside(welcome(cast.zorg, "Anna", now), "REIK-ANNA", now)
        plan_moments([planned(voice, "m", now, sachets=2, criticality=criticality)], now)
        at = now + WINDOW
        tell(voice, voice.closed("m", "not_taken_out", at), at=at)
        alert = Alert.objects.get()
        first = Step.objects.get(responder="team").due_at
        bound = bounds_of(criticality).together
        for act in acts:
            with suppress(AlertRefused), transaction.atomic():
                play(voice, alert, at, act)
            goal = at + act[3] * SECOND
            while (due := next_due(alert)) is not None and due <= goal:
                at = max(at, due)
                watch(at)
                in_time(alert, first, bound)
            at = goal
        transaction.set_rollback(True)


def next_due(alert):
    row = fresh(alert)
    if row.state == "accepted":
        return row.accepted_until
    if row.state == "watched":
        return row.watched_until
    return min((due for _, due in waiting(alert)), default=None) if row.state == "open" else None


def in_time(alert, first, bound):
    called = (
        Step.objects.filter(alert=alert, responder="team", taken_at__isnull=False)
        .order_by("taken_at")
        .first()
    )
    if called is not None:
        assert called.taken_at - first <= bound
    elif fresh(alert).state != "closed":
        due = next_due(alert)
        assert due is not None
        last = Step.objects.filter(alert=alert, responder="team", state=State.PLANNED).first()
        assert (last.due_at if last else due) - first <= bound
    assert timedelta(seconds=fresh(alert).moved_s) <= bound


def play(voice, alert, at, act):
    what, who, role, _ = act
    row = fresh(alert)
    holder = Who(row.accepted_key, row.accepted_by) if row.accepted_key else None
    match what:
        case "screen":
            accept(alert, at, by=who, role=role)
        case "phone":
            key_on_phone(alert, at)
        case "release":
            release_alert(alert_id=alert.id, by=holder or who, now=at)
        case "not_reached":
            handle(alert, "not_reached", at, by=holder or who, role=role)
        case "says_out":
            handle(alert, "says_out", at, by=holder or who, role=role)
        case "team_says_out":
            handle(alert, "says_out", at, by=who, role="team")
        case "press":
            tell(voice, voice.out("m", at, k=1, n=2), at=at)
