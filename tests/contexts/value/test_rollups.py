"""Daily counts are the raw count, whatever is told late, changed, withdrawn or moved (issue 6, point 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reik.dispensing.devices.taking_in import FORGET
from reik.dispensing.models import Dispenser, Moment
from reik.kernel.ids import new_id
from reik.kernel.operations import found_organisation
from reik.kernel.tenancy import Actor, acting_for
from reik.people.models import Client, Team
from reik.value.adherence import BUCKETS, OPEN
from reik.value.models import LateChange, MomentDay, RollupState, TeamDay
from reik.value.rollups.counting import COLUMNS
from reik.value.rollups.running import rebuild, roll_up
from reik.value.rollups.seen import Days, Which, counts, days_of, grouped, of_clients, rows_behind
from tests import cast

pytestmark = pytest.mark.usefixtures("database")
START = datetime(2026, 10, 20, 6, 0, tzinfo=UTC)  # the hour changes five days later
MIN, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OUT = {"in_time", "early", "late"}
NUMBERS = count(1)
ALL_DAYS = Days(since=date(2026, 1, 1), until=date(2027, 1, 1))


def bucket(minutes: float) -> str:
    return next(key for key, end in BUCKETS.items() if end is None or minutes < end)


def by_hand(organisation_id: UUID, horizon: datetime) -> dict[tuple[Any, ...], Counter[str]]:
    """The raw count, moment by moment, in Python."""
    found: dict[tuple[Any, ...], Counter[str]] = {}
    rows = Moment.objects.filter(organisation_id=organisation_id, due_at__lt=horizon)
    for each in rows.select_related("client", "dispenser"):
        day = each.due_at.astimezone(ZoneInfo(each.client.zone)).date()
        model = (each.dispenser.started or {}).get("model") or ""
        here = found.setdefault((each.client_id, each.client.team_id, model, day), Counter())
        here.update(moments=1, sachets=each.sachets)
        here[each.outcome or OPEN] += 1
        if each.outcome in OUT:
            assert each.ended_at is not None
            here[bucket((each.ended_at - each.due_at).total_seconds() / 60)] += 1
    return found


def stored(table: Any, organisation_id: UUID, *keys: str) -> dict[tuple[Any, ...], Counter[str]]:
    rows = table.objects.filter(organisation_id=organisation_id).values_list(*keys, *COLUMNS)
    return {
        tuple(row[: len(keys)]): +Counter(dict(zip(COLUMNS, row[len(keys) :], strict=True))) for row in rows
    }


def check(organisation_id: UUID, horizon: datetime) -> None:
    raw = by_hand(organisation_id, horizon)
    assert stored(MomentDay, organisation_id, "client_id", "team_id", "model", "day") == raw
    teams: dict[tuple[Any, ...], Counter[str]] = {}
    for (_, team, model, day), each in raw.items():
        teams.setdefault((team, model, day), Counter()).update(each)
    assert stored(TeamDay, organisation_id, "team_id", "model", "day") == teams


class Street:
    """An organisation with two teams and two clients, whose clock only goes forward."""

    def __init__(self) -> None:
        self.now = START
        self.house = found_organisation(name=f"Zorg {next(NUMBERS)}", kind="care", now=START)
        self.teams = [
            Team.objects.create(id=new_id(START), organisation=self.house, name=name, created_at=START)
            for name in ("Noord", "Zuid")
        ]
        self.voices = [
            cast.beside(cast.welcome(self.house, name, START), f"REIK-{next(NUMBERS):05}", START)
            for name in ("Jansen", "Bakker")
        ]
        self.planned: list[tuple[cast.Voice, str, datetime]] = []

    def do(self, act: str, pick: int, minutes: int) -> None:
        {
            "plan": self._plan, "out": self._out, "closed": self._closed, "watch": self._watch, "wait": self._wait,
            "withdraw": self._withdraw, "team": self._team, "zone": self._zone, "model": self._model,
            "count": self._count,
        }[act](pick, minutes)  # fmt: skip

    def _plan(self, pick: int, minutes: int) -> None:
        """Ahead, or afterwards: up to five days back."""
        voice = self.voices[pick % 2]
        due = self.now + (minutes - 7200) * MIN
        key = f"m-{next(NUMBERS)}"
        cast.plan(voice, key, due, now=self.now, sachets=1 + pick % 2)
        self.planned.append((voice, key, due))

    def _one(self, pick: int) -> tuple[cast.Voice, str, datetime] | None:
        return self.planned[pick % len(self.planned)] if self.planned else None

    def _out(self, pick: int, minutes: int) -> None:
        """A sachet came out up to three hours after it was due; heard only now."""
        if (one := self._one(pick)) is not None:
            voice, key, due = one
            at = due + (minutes % 190 - 5) * MIN
            cast.tell(voice, voice.out(key, at, k=1 + minutes % 2, n=2), at=self.now)

    def _closed(self, pick: int, minutes: int) -> None:
        if (one := self._one(pick)) is not None:
            voice, key, due = one
            word = ("complete", "not_taken_out", "paused", "device_failure", "withheld", "partial")[
                minutes % 6
            ]
            cast.tell(voice, voice.closed(key, word, due + 30 * MIN), at=self.now)

    def _watch(self, pick: int, minutes: int) -> None:
        cast.look(self.now)

    def _wait(self, pick: int, minutes: int) -> None:
        self.now += (1 + minutes % 4300) * MIN

    def _withdraw(self, pick: int, minutes: int) -> None:
        voice = self.voices[pick % 2]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(FORGET, [voice.id, voice.client_id, self.now])
        kept = set(Moment.objects.filter(organisation=self.house).values_list("key", flat=True))
        self.planned = [each for each in self.planned if each[1] in kept]

    def _team(self, pick: int, minutes: int) -> None:
        team = [*self.teams, None][minutes % 3]
        Client.objects.filter(id=self.voices[pick % 2].client_id).update(team=team)

    def _zone(self, pick: int, minutes: int) -> None:
        zone = ("Europe/Amsterdam", "America/Curacao", "Pacific/Kiritimati")[minutes % 3]
        Client.objects.filter(id=self.voices[pick % 2].client_id).update(zone=zone)

    def _model(self, pick: int, minutes: int) -> None:
        started = {"model": ("Medido", "Evondos")[minutes % 2]}
        Dispenser.objects.filter(id=self.voices[pick % 2].id).update(started=started)

    def _count(self, pick: int, minutes: int) -> None:
        roll_up(self.now)
        check(self.house.id, self.now)


KINDS = ("plan", "out", "closed", "watch", "wait", "withdraw", "team", "zone", "model", "count")
ACTS = st.tuples(
    st.sampled_from((*KINDS, "plan", "out", "wait", "count")), st.integers(0, 40), st.integers(0, 9000)
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=8, max_size=30))
def test_the_counts_are_the_raw_count_whatever_happens_in_which_order(
    acts: list[tuple[str, int, int]],
) -> None:
    RollupState.objects.all().delete()  # an example's clock begins anew
    street = Street()
    roll_up(street.now)
    for act, pick, minutes in [("plan", 0, 3000), ("plan", 1, 9000), *acts, ("count", 0, 0)]:
        street.do(act, pick, minutes)
    before = stored(MomentDay, street.house.id, "client_id", "team_id", "model", "day", "changed_at")
    rebuild(None, date(2027, 1, 1), now=street.now)
    check(street.house.id, street.now)
    after = stored(MomentDay, street.house.id, "client_id", "team_id", "model", "day", "changed_at")
    assert after == before, "counting again writes nothing that is the same"


def test_a_word_about_an_old_day_is_counted_and_its_mark_is_gone() -> None:
    street = Street()
    voice = street.voices[0]
    due = START + HOUR
    cast.plan(voice, "old", due, now=START)
    cast.look(due + 40 * MIN)
    roll_up(due + 2 * HOUR)
    assert counts(street.house.id, ALL_DAYS).by_outcome["unknown"] == 1
    late = due + 20 * DAY
    roll_up(late - HOUR)
    cast.tell(voice, voice.out("old", due + 7 * MIN), at=late)
    assert LateChange.objects.count() == 1
    assert counts(street.house.id, ALL_DAYS).by_outcome["unknown"] == 1
    done = roll_up(late + HOUR)
    found = counts(street.house.id, ALL_DAYS)
    assert (found.by_outcome["in_time"], found.by_outcome["unknown"], found.delays["within_10"]) == (1, 0, 1)
    assert (done.days, LateChange.objects.count()) == (1, 0)


def test_a_later_time_of_the_same_outcome_is_counted_too() -> None:
    street = Street()
    voice = street.voices[0]
    due = START + HOUR
    cast.plan(voice, "two", due, now=START, sachets=1)
    cast.tell(voice, voice.out("two", due + 40 * MIN), at=due + HOUR)
    roll_up(due + 2 * HOUR)
    roll_up(due + 9 * DAY)
    cast.tell(voice, voice.out("two", due + 80 * MIN), at=due + 10 * DAY)
    roll_up(due + 10 * DAY + HOUR)
    found = counts(street.house.id, ALL_DAYS)
    assert (found.by_outcome["late"], found.delays["within_60"], found.delays["within_120"]) == (1, 0, 1)


def test_what_is_told_in_time_leaves_no_mark_and_costs_no_statement() -> None:
    street = Street()
    voice = street.voices[0]
    due = START + HOUR
    cast.plan(voice, "new", due, now=START)
    with CaptureQueriesContext(connection) as seen:
        cast.tell(voice, voice.out("new", due + 7 * MIN), at=due + 8 * MIN)
    assert "latechange" not in "".join(each["sql"] for each in seen.captured_queries)
    assert LateChange.objects.count() == 0


def test_marks_are_one_statement_for_one_and_for_many() -> None:
    street = Street()
    late = START + 30 * DAY

    def told(voice: cast.Voice, number: int, first: int) -> int:
        keys = [f"k-{first + each}" for each in range(number)]
        for at, key in enumerate(keys):
            cast.plan(voice, key, START + at * HOUR, now=START - DAY)
        said = [voice.out(key, START + at * HOUR) for at, key in enumerate(keys)]
        with CaptureQueriesContext(connection) as seen:
            cast.tell(voice, *said, at=late)
        assert LateChange.objects.filter(client_id=voice.client_id).count() == number
        return sum("value_latechange" in each["sql"] for each in seen.captured_queries)

    assert told(street.voices[0], 1, 0) == told(street.voices[1], 30, 100) == 1


def test_reads_by_client_team_and_day_agree_and_open_to_their_rows() -> None:
    street = Street()
    team = street.teams[0]
    Client.objects.filter(id=street.voices[0].client_id).update(team=team)
    for at in range(12):
        voice = street.voices[at % 2]
        due = START + at * 12 * HOUR
        cast.plan(voice, f"d-{at}", due, now=START - DAY)
        if at % 3:
            cast.tell(voice, voice.out(f"d-{at}", due + at * MIN), at=due + HOUR)
        else:
            cast.tell(voice, voice.closed(f"d-{at}", "not_taken_out", due + 31 * MIN), at=due + HOUR)
    house = street.house.id
    roll_up(START + 8 * DAY)
    whole = counts(house, ALL_DAYS)
    assert (whole.moments, whole.by_outcome["not_out"], whole.by_outcome["in_time"]) == (12, 4, 8)
    assert counts(house, ALL_DAYS, Which(team=str(team.id))).moments == 6
    assert counts(house, ALL_DAYS, Which(team="")).moments == 6
    assert list(grouped(house, ALL_DAYS, "team")) == ["", str(team.id)]
    ids = [each.client_id for each in street.voices]
    assert [each.moments for each in of_clients(house, ids, ALL_DAYS).values()] == [6, 6]
    assert sum(each.moments for each in days_of(house, ids[0], ALL_DAYS).values()) == 6
    behind = rows_behind(house, ALL_DAYS, ["not_out"])
    assert sum(each.counts.by_outcome["not_out"] for each in behind) == 4
    assert [each.day for each in behind] == sorted((each.day for each in behind), reverse=True)


def test_another_organisation_sees_none_of_it() -> None:
    street = Street()
    cast.plan(street.voices[0], "one", START, now=START - DAY)
    roll_up(START + DAY)
    other = found_organisation(name="Elders", kind="care", now=START)

    def seen(organisation_id: UUID) -> int:
        from reik.kernel.database import Role, become

        actor = Actor(
            account_id=new_id(START), name="x", role="nurse", organisation_id=organisation_id,
            organisations=(organisation_id,),
        )  # fmt: skip
        become(Role.WEB)
        try:
            with acting_for(actor):
                return counts(street.house.id, ALL_DAYS).moments
        finally:
            become(Role.WORKER)

    assert (seen(other.id), seen(street.house.id)) == (0, 1)


def test_the_number_of_statements_does_not_grow_with_the_clients() -> None:
    def counted(number: int) -> int:
        street = Street()
        voices = cast.many_homes(street.house, 0, START) + [
            cast.beside(cast.welcome(street.house, f"C {each}", START), f"REIK-{next(NUMBERS):05}", START)
            for each in range(number)
        ]
        for each in voices:
            cast.plan(each, "k", START, now=START - DAY)
        return work(lambda: rebuild(date(2026, 10, 19), date(2026, 10, 22), now=START + DAY))

    def work(what: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as seen:
            what()
        return len(seen)

    few = counted(1)
    # The first organisation is counted again in the second run: one more slice.
    assert counted(25) - few == (few - 1)
