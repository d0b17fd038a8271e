"""The time in which the demo stood still is lived at its next start: everything falls due, and people answer.

Without this all doses of that time would end unknown at once. Visitors' own clients and the story's live as others
do meanwhile, because no visitor was there to press.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from reik.dispensing.models import Dispenser
from reik.dispensing.plans.keeping import renew_all
from reik.kernel.home import Home
from reik.kernel.models import Organisation
from reik.ops.demo import disks, moving_in, pharmacy, soon
from reik.ops.demo.disks import Inhabited
from reik.ops.demo.pharmacy import Pharmacy
from reik.ops.history import Staff, Street

LEAST = timedelta(minutes=10)
"""A shorter stop is one that devices and Reik live through by themselves."""
MOST = timedelta(days=28)
"""A device holds a plan of so many days; after more there is nothing to go on from."""
SWITCHED_ON = timedelta(seconds=5)
CHANGED_BEFORE = timedelta(minutes=30)
"""Before the end some schedules change: time for a household to put the new roll in."""
LAST_SIGN = """
SELECT greatest(
    (SELECT max(heard_at) FROM dispensing_dispenser),
    (SELECT max(ended_at) FROM dispensing_moment),
    (SELECT max(greatest(opened_at, accepted_at, handled_at, closed_at)) FROM alerting_alert),
    (SELECT max(taken_at) FROM alerting_step),
    (SELECT max(given_at) FROM dispensing_devicecommand))
"""

Say = Callable[[str], None]
SetPace = Callable[[float], None]


class StoodStillTooLong(Exception):
    """This cannot be caught up with any more; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gap:
    since: datetime
    now: datetime
    inhabited: Sequence[Inhabited]
    staff: Mapping[UUID, Staff]
    pharmacy: Pharmacy
    zone: ZoneInfo
    street: Street


def catch_up(home: Home, now: datetime, *, set_pace: SetPace, pace: float, zone: ZoneInfo, say: Say) -> bool:
    """Live what nobody lived until `now`, when that is more than LEAST; says whether it was.

    To be called while no other Reik process runs. The gap is lived at its own pace; `pace` holds from `now` on.
    Breaking it off loses nothing: the next start does the rest. Raises StoodStillTooLong.
    """
    disks.mend(disks.moved_in(home), _held(), now)
    since = _last_sign()
    if since is None or now - since <= LEAST:
        return False
    if now - since > MOST:
        raise StoodStillTooLong(
            f"This demo stood still for {(now - since).days} days, more than it can catch up with:"
            " start `reik demo --fresh`."
        )
    gap = _find_homes(home, since, now, zone)
    if now - gap.since <= LEAST:
        return False
    say(f"Living the {_words(now - gap.since)} in which nobody was here.")
    set_pace(1.0)
    _in_one_piece(gap, lambda: _live(gap))
    set_pace(pace)
    _in_one_piece(gap, lambda: _hurry(gap))
    return True


def _words(time: timedelta) -> str:
    for unit, name in ((timedelta(days=1), "days"), (timedelta(hours=1), "hours")):
        if time >= 2 * unit:
            return f"{round(time / unit)} {name}"
    return f"{round(time / timedelta(minutes=1))} minutes"


def _held() -> dict[str, tuple[int, int]]:
    """Epoch and highest number that Reik has of each device."""
    return {
        name: (epoch, seq) for name, epoch, seq in Dispenser.objects.values_list("device", "epoch", "highest")
    }


def _last_sign() -> datetime | None:
    """When something was last heard or done; None in a neighbourhood where nothing ever was."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_SIGN)
        found: datetime | None = cursor.fetchone()[0]
    return found


def _in_one_piece(gap: _Gap, act: Callable[[], None]) -> None:
    """Database and disks change together, whatever happens."""
    with transaction.atomic():
        act()
        for each in gap.inhabited:
            each.keep(gap.now)
    disks.swap([each.folder for each in gap.inhabited])


def _live(gap: _Gap) -> None:
    for each in gap.inhabited:
        each.switch_on(gap.since)
    renew_all(gap.since)
    changed_at = max(gap.since + SWITCHED_ON, gap.now - CHANGED_BEFORE)
    gap.street.live(gap.since + SWITCHED_ON, changed_at)
    soon.change(
        [each.life.client_id for each in gap.inhabited], changed_at, gap.now,
        staff=gap.staff, pharmacy=gap.pharmacy, zone=gap.zone,
    )  # fmt: skip
    gap.street.live(changed_at, gap.now)


def _hurry(gap: _Gap) -> None:
    """Windows get the demo's pace, and the devices know."""
    renew_all(gap.now)
    gap.street.settle(gap.now)


def _find_homes(home: Home, since: datetime, now: datetime, zone: ZoneInfo) -> _Gap:
    """Every device that stands with a client and has a disk here, and who answers for whom."""
    clients = dict(Dispenser.objects.filter(client__isnull=False).values_list("device", "client_id"))
    inhabited = [
        disks.take_up(folder, clients[folder.name], since)
        for folder in disks.moved_in(home)
        if folder.name in clients
    ]
    known = [each.store.device.last_now for each in inhabited]  # devices go on while Reik is away
    since = min(now, max([since, *(each for each in known if each is not None)]))
    staff, shop = moving_in.staff_of_all(), Pharmacy([], zone, shelves=pharmacy.shelves(since, zone))
    street = Street(
        [each.life for each in inhabited], organisations=list(Organisation.objects.values_list("id", flat=True)),
        staff=staff, zone=zone, seed=int(since.timestamp()), daily=shop.round,
    )  # fmt: skip
    return _Gap(
        since=since, now=now, inhabited=inhabited, staff=staff, pharmacy=shop, zone=zone, street=street
    )
