"""What happened since the dispensers of the demo began: visits, signed loads, evaluations, reports, one who stops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from reik.medication.facts import RollLoaded
from reik.medication.models import Roll
from reik.medication.times.schedule import instant_of
from reik.ops.demo.care_paths_steps import DAY, ZONE, Walk
from reik.pathway.baseline import winding_down
from reik.pathway.baseline.winding_down import OTHER_CARE
from reik.pathway.models import Evaluation, PlannedVisit
from reik.pathway.selection.selecting import MEASURE_TASK
from reik.pathway.use import evaluating, incidents, loading, looking_back, resistance, stopping
from reik.pathway.use.evaluation_questions import GOES_ON, QUESTIONS, WELL
from reik.pathway.use.incident_rules import COMPLAINT, INCIDENT
from reik.pathway.use.stopping_rules import INSTITUTION, Instead
from reik.tasks.operations import DONE, end_tasks

EVALUATED = (13, 40)
"""Days after the last start on which everybody's evaluations were held."""
NOT_EVALUATED, ADJUSTED = 17, 8
"""Whose second evaluation still waits, and with whom something was changed."""
STILL_VISITED, SAID_TO_STOP = 20, 5
"""Whose visit was never stopped, and of whom nobody said that it did."""
UNSIGNED = (6, 24)
"""Whose last load nobody signed yet."""
CALAMITY_WITH, INCIDENT_WITH, COMPLAINT_OF, RESISTS, STOPS = 6, 19, 16, 22, 38
MANAGER, MANAGES = "Wim Lansink", "team_manager"
CALAMITY_WORDS = (
    "Dubbele ochtendmedicatie: het zakje uit de dispenser en daarna de tabletten van een oude rol uit de kast. "
    "Een nacht ter observatie opgenomen, de volgende dag weer thuis."
)
INCIDENT_WORDS = "De nieuwe rol is een dag te laat geladen; de ochtendmedicatie is met de hand gegeven."
COMPLAINT_WORDS = "Het signaal gaat 's avonds te hard. De buren horen het ook."
RESISTANCE_WORDS = (
    "Trok vanmorgen de stekker eruit en riep dat het ding weg moet. Werd rustig toen zijn dochter kwam."
)


def happen(walks: Sequence[Walk], paths: Mapping[int, UUID], now: datetime) -> None:
    """All of it, until now."""
    of = {each.number: each for each in walks}
    begun = max(each.at(0, 10) for each in walks)
    end_tasks(
        [each.client_id for each in walks], MEASURE_TASK, as_=DONE, by=walks[0].nurse, now=min(begun, now)
    )
    _wind_down(walks, now)
    _sign_loads(walks, now)
    _evaluate(of, paths, begun, now)
    if len(walks) > STOPS:
        _report(of, begun, now)
        _resist(of[RESISTS], paths, now)
        _stop(of[STOPS], paths[STOPS], begun, now)
    looking_back.look_back(now)


def _wind_down(walks: Sequence[Walk], now: datetime) -> None:
    """The visits for medication alone stopped a few days after the start; what is part of other care goes on."""
    for each in walks:
        if each.number == STILL_VISITED:
            continue
        rows = PlannedVisit.objects.filter(client_id=each.client_id)
        said = {"changed_by": each.nurse, "changed_at": min(each.at(3, 16), now)}
        state = "winding_down" if each.number == SAID_TO_STOP else "stopped"
        stops_on = min(each.on(5), now.astimezone(ZONE).date())
        rows.filter(moment__unique=True).update(state=state, stops_on=stops_on, **said)
        rows.filter(moment__unique=False).update(state="kept", because=OTHER_CARE, **said)
    clients = [each.client_id for each in walks]
    winding_down.end_when_settled(clients, by=walks[0].nurse, now=min(walks[0].at(3, 16), now))


def _sign_loads(walks: Sequence[Walk], now: datetime) -> None:
    """Who loaded the roll that is in it counted and signed; a few still have to."""
    of = {each.client_id: each for each in walks}
    waiting = []
    for roll in Roll.objects.filter(client_id__in=of, state="loaded").order_by("client_id", "loaded_at"):
        each, count = of[roll.client_id], roll.loaded_count if roll.loaded_count is not None else roll.count
        if roll.loaded_at is None:
            continue
        if each.number in UNSIGNED:
            waiting.append(_loaded(roll, each, now))
            continue
        signed = loading.NewSigning(
            client_id=roll.client_id, roll_id=roll.id, counted=count, left_in_tray=0,
            compared_with="paper" if each.number % 3 else "ncare",
        )  # fmt: skip
        at = min(roll.loaded_at + timedelta(minutes=7 + each.number % 9), now)
        loading.sign(signed, account_id=None, by=each.caregiver, who="caregiver", now=at)
    loading.follow_loaded(waiting, now - timedelta(hours=3))


def _loaded(roll: Roll, each: Walk, now: datetime) -> RollLoaded:
    return RollLoaded(
        organisation_id=roll.organisation_id, client_id=each.client_id, roll_id=roll.id, number=roll.number,
        first=1, last=roll.count, count=roll.count, by=each.caregiver, how="device", at=roll.loaded_at or now,
    )  # fmt: skip


def _evaluate(of: Mapping[int, Walk], paths: Mapping[int, UUID], begun: datetime, now: datetime) -> None:
    """Looked back at on the days of the calendar; where the history is short, once half-way."""
    days = [begun + each * DAY for each in EVALUATED if begun + (each + 2) * DAY < now]
    for place, day in enumerate(days or [begun + (now - begun) / 2]):
        looking_back.look_back(day)
        _hold(of, paths, day + timedelta(hours=3), last=place + 1 >= len(days))


def _hold(of: Mapping[int, Walk], paths: Mapping[int, UUID], at: datetime, *, last: bool) -> None:
    """What is open was spoken about with the client; a nurse chooses the next day, in turn over half a year."""
    held = []
    for number, each in of.items():
        rows = Evaluation.objects.filter(path_id=paths[number], held_at=None)
        if last and number == NOT_EVALUATED:
            continue
        if number == ADJUSTED:
            _adjust(each, paths[number], [row.id for row in rows], at)
            continue
        next_on = at.astimezone(ZONE).date() + timedelta(days=12 + 17 * number % 150 if last else 28)
        rows.update(
            held_at=at, held_by=each.nurse, role="nurse", outcome=GOES_ON, next_on=next_on,
            answers={question: {"answer": WELL, "saw": ""} for question in QUESTIONS},
        )  # fmt: skip
        held.append(each.client_id)
    end_tasks(held, looking_back.TASK, as_=DONE, by=next(iter(of.values())).nurse, now=at)


def _adjust(each: Walk, path_id: UUID, ids: Sequence[UUID], at: datetime) -> None:
    """With one of them something is changed: the volume, by the caregiver, within a week."""
    today = at.astimezone(ZONE).date()
    answers = {question: {"answer": WELL, "saw": ""} for question in QUESTIONS}
    answers["hears"] = {"answer": "partly", "saw": "Hoort het signaal niet als de televisie aan staat."}
    held = evaluating.Held(
        ids=ids, answers=answers, outcome="adjusted", note="Signaal harder, daarna opnieuw kijken.",
        next_on=today + 28 * DAY, adjust="Zet het volume op 4 en probeer het in elke kamer.",
        adjust_role="caregiver", adjust_by=today + 7 * DAY,
    )  # fmt: skip
    evaluating.hold(path_id, held, by=each.nurse, role="nurse", now=at)
    end_tasks([each.client_id], evaluating.ADJUST, as_=DONE, by=each.caregiver, now=at + timedelta(hours=20))


def _report(of: Mapping[int, Walk], begun: datetime, now: datetime) -> None:
    """A calamity that the inspectorate heard of in time, an incident that is looked into, a complaint."""
    day = min(DAY, (now - begun) / 8)
    _calamity(of[CALAMITY_WITH], now - 6 * day, day)
    one = of[INCIDENT_WITH]
    told = incidents.NewIncident(
        client_id=one.client_id, kind=INCIDENT, happened_at=now - 3 * day, what=INCIDENT_WORDS, reporter="caregiver",
        phase="loading", harm="none",
    )  # fmt: skip
    incidents.report(told, by=one.caregiver, role="caregiver", now=now - 2.8 * day)
    complains = of[COMPLAINT_OF]
    heard = incidents.NewIncident(
        client_id=complains.client_id, kind=COMPLAINT, happened_at=now - 2 * day, what=COMPLAINT_WORDS,
        reporter="carer",
    )  # fmt: skip
    by = complains.carer.name if complains.carer else complains.nurse
    incidents.report(heard, by=by, role="informal_carer", now=now - day)


def _calamity(walk: Walk, happened: datetime, day: timedelta) -> None:
    told = incidents.NewIncident(
        client_id=walk.client_id, kind=INCIDENT, happened_at=happened, what=CALAMITY_WORDS, reporter="caregiver",
    )  # fmt: skip
    id = incidents.report(told, by=walk.caregiver, role="caregiver", now=happened + 0.3 * day)
    manager = {"by": MANAGER, "role": MANAGES}
    incidents.establish_calamity(id, now=happened + day, **manager)
    incidents.class_it(
        id, phase="taking", cause="double", harm="serious", now=happened + 1.2 * day,
        measures="Oude rollen gaan bij de start mee terug. Dit staat nu op de lijst bij het installeren.",
        answer="Besproken met mevrouw en haar zoon.", **manager,
    )  # fmt: skip
    at = happened + 2 * day
    incidents.tell_inspectorate(id, at=at, number="VOORBEELD-2026-0114", now=at, **manager)
    incidents.review(
        id,
        note="Besproken in het teamoverleg: oude voorraad weg bij de start.",
        now=happened + 5 * day,
        **manager,
    )
    incidents.close(id, now=happened + 5 * day, **manager)


def _resist(walk: Walk, paths: Mapping[int, UUID], now: datetime) -> None:
    """He cannot decide on this himself, so his resistance ends the presumption that he takes part freely (R8)."""
    at = now - timedelta(hours=3)
    resistance.show(
        paths[walk.number], what=resistance.PLUG, note=RESISTANCE_WORDS, at=at, by=walk.caregiver, role="caregiver",
        now=now - timedelta(hours=2),
    )  # fmt: skip


def _stop(walk: Walk, path_id: UUID, begun: datetime, now: datetime) -> None:
    """She goes to live in a nursing home: told some days ago, over now; the dispenser is not back yet."""
    today = now.astimezone(ZONE).date()
    told = instant_of(today - min(3, max(1, (now - begun).days)) * DAY, time(14), ZONE)
    new = stopping.NewStop(
        reason="admitted", last_at=now, note="Verhuist naar een verpleeghuis.",
        instead=[Instead(who=INSTITUTION, name="Verpleeghuis De Meent", from_on=today)],
    )  # fmt: skip
    stopping.stop(path_id, new, by=walk.nurse, role="nurse", now=max(told, begun))
    stopping.close_routes([path_id], now)
