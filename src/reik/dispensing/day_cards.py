"""Day cards read live: what medication plans, as the dispenser and the people around it make it go (R5, R82).

Read again at every look, so that a time that goes back to hand-giving is on the card in the same minute.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from reik.dispensing.away.path import OPEN, State
from reik.dispensing.by_hand.path import OPEN as GIVING_OPEN
from reik.dispensing.devices.silence import SILENT_AFTER
from reik.dispensing.models import Absence, HandGiving
from reik.dispensing.queries import moments_between
from reik.kernel.rows import array
from reik.medication import queries as medication
from reik.medication.cards.daycard import DayCard, DeviceWay, Ended, Known, Turned, cards_of
from reik.medication.cards.rows import AgreedCard, agreed_for, changed_for, sachets_of
from reik.medication.outside.lines import expand, standing
from reik.medication.outside.seen import LAST_GIVEN, given_since, proposals_open, versions_of
from reik.medication.times.schedule import whole_days

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

DEVICES = """
SELECT d.client_id, d.device, d.evidence, d.created_at, d.heard_at, d.beat_data->>'state', d.beat_at, d.reports,
    (SELECT max(given_at) FROM dispensing_devicecommand AS p WHERE p.dispenser_id = d.id AND p.type = 'pause'
        AND p.state NOT IN ('refused', 'replaced')),
    (SELECT max(ended_at) FROM dispensing_devicecommand AS r WHERE r.dispenser_id = d.id AND r.type = 'resume'
        AND r.state = 'confirmed')
FROM dispensing_dispenser AS d WHERE d.client_id = ANY(%s::uuid[])
"""


def day_cards(
    client_ids: Collection[UUID], first: date, days: int, now: datetime
) -> dict[UUID, list[DayCard]]:
    """The cards of these clients for `days` local days from `first` on; a fixed number of reads for any number."""
    zones = medication.zones_of(client_ids)
    until = first + days * DAY
    agreed, changed = agreed_for(zones, first, days), changed_for(zones)
    known = _on_paper(zones, first, until, now)
    devices, ended = _devices(zones.keys(), now), _ended(zones, first, until)
    turned = _turned(zones.keys())
    return {
        id: cards_of(
            replace(
                known[id],
                device=devices.get(id),
                ended=ended[id],
                agreed=agreed.get(id, AgreedCard()).contents,
                unplannable=agreed.get(id, AgreedCard()).unplannable,
                besides=changed[id].besides if id in changed else (),
                turned=[*turned.get(id, []), *(changed[id].turned if id in changed else ())],
            ),
            first, days, now,
        )
        for id in zones
    }  # fmt: skip


def _on_paper(zones: Mapping[UUID, ZoneInfo], first: date, until: date, now: datetime) -> dict[UUID, Known]:
    """What medication alone knows: the plan, the sachets, what lies outside the roll."""
    doses = medication.planned_doses(zones.keys(), first, until)
    sachets, versions = sachets_of(zones.keys(), first, until), versions_of(zones.keys())
    given = given_since(zones.keys(), first - LAST_GIVEN)
    undecided: dict[UUID, list[str]] = defaultdict(list)
    for each in proposals_open(zones.keys()):
        says = each.proposed.says
        undecided[each.client_id].append(" ".join(part for part in (says.product, says.amount) if part))
    return {
        id: Known(
            client_id=id, zone=zone, device=None, doses=doses.get(id, []), on_roll=sachets.get(id, {}),
            loose=expand(versions.get(id, []), first, until, zone),
            needs=[each for each in standing(versions.get(id, []), now, zone) if each.says.as_needed],
            given=given.get(id, []), undecided=undecided.get(id, []),
        )
        for id, zone in zones.items()
    }  # fmt: skip


def _devices(client_ids: Collection[UUID], now: datetime) -> dict[UUID, DeviceWay]:
    """Each client's dispenser. It is paused from when it was told to, until it has confirmed that it is not."""
    served = medication.served_since(client_ids)
    with connection.cursor() as cursor:
        cursor.execute(DEVICES, [array("uuid", client_ids)])
        rows = cursor.fetchall()
    found: dict[UUID, DeviceWay] = {}
    for client_id, name, evidence, created, heard, state, beat, reports, paused, resumed in rows:
        told = paused is not None and (resumed is None or resumed < paused)
        says_so = state == "paused" and (resumed is None or (beat is not None and beat > resumed))
        if told or says_so or state == "paused":
            state = "paused" if told or says_so else "ready"
        found[client_id] = DeviceWay(
            name=name, evidence=evidence, heard_at=heard, state=state,
            silent=reports == "every_moment" and (heard is None or now - heard > SILENT_AFTER),
            since=max(created, served[client_id]).date() if client_id in served else None,
        )  # fmt: skip
    return found


def _ended(zones: Mapping[UUID, ZoneInfo], first: date, until: date) -> dict[UUID, dict[datetime, Ended]]:
    """The moments as the dispenser's own words have them, by the instant for which they are planned."""
    spans = [whole_days(first, until, zone) for zone in set(zones.values())]
    if not spans:
        return {}
    moments = moments_between(zones.keys(), min(span[0] for span in spans), max(span[1] for span in spans))
    return {
        id: {
            each.due_at: Ended(
                outcome=each.outcome, deadline_at=each.deadline_at, latest_at=each.latest_at, at=each.last_out_at
            )
            for each in of_client
        }
        for id, of_client in moments.items()
    }  # fmt: skip


def _turned(client_ids: Collection[UUID]) -> dict[UUID, list[Turned]]:
    """Absences, and moments of which somebody has begun to give the dose by hand (R10, R34)."""
    found: dict[UUID, list[Turned]] = defaultdict(list)
    for absence in Absence.objects.filter(client_id__in=client_ids, state__in=[*OPEN]):
        planned = absence.state == State.PLANNED
        found[absence.client_id].append(
            Turned(
                since=absence.starts_at, until=absence.until if planned else None,
                why="stopped" if absence.state == State.STOPPED else "away",
            )
        )  # fmt: skip
    givings = HandGiving.objects.filter(client_id__in=client_ids, state__in=[*GIVING_OPEN, "counted"])
    for client_id, due_at, by in givings.values_list("client_id", "moment__due_at", "by"):
        found[client_id].append(Turned(since=due_at, until=due_at + SECOND, why="by_hand", who=by))
    return found
