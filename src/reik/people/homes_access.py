"""How one gets into a client's home (R81): kept sealed, opened for one visit with a row for it, checked, and changed.

The words come out by one door only, `reveal`, which writes down who saw them. Who may is decided above, by alerting.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Max, Q

from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.people.models import Client, HouseAccess, HouseAccessShown

HOWS = ("client_opens", "key_holder", "key_safe", "electronic_lock")
HOLDS_A_CODE = frozenset({"key_safe", "electronic_lock"})
"""What must be changed when somebody who saw it leaves; a key that somebody holds is asked back."""
LONGEST_WORDS = 500
CHECKED_EVERY = timedelta(days=182)
ASKED_AHEAD = timedelta(days=14)


class AccessRefused(ValueError):
    """This cannot be kept as house access; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSeen:
    """That there is access and how; never its words."""

    id: UUID
    client_id: UUID
    how: str
    checked_at: datetime | None
    checked_by: str
    created_at: datetime
    created_by: str

    @property
    def due_at(self) -> datetime:
        """Before when somebody has to check that it still holds: two weeks after it was written, then half-yearly."""
        return self.checked_at + CHECKED_EVERY if self.checked_at else self.created_at + ASKED_AHEAD


@transaction.atomic
def replace_access(
    *, client_id: UUID, how: str, words: str, by: str, now: datetime
) -> tuple[UUID, UUID | None]:
    """From now on one gets in like this; gives the new row and the one that it takes the place of.

    `words`: where the safe hangs, who holds the key, the code. Raises AccessRefused.
    """
    said = words.replace("\x00", "").strip()
    if how not in HOWS:
        raise AccessRefused("Choose how one gets in from the list.")
    if not by.strip():
        raise AccessRefused("Say who enters it.")
    if len(said) > LONGEST_WORDS:
        raise AccessRefused(f"Say it in at most {LONGEST_WORDS} letters.")
    if not said and how != "client_opens":
        raise AccessRefused("Say where the key is, or which code opens the door.")
    client = Client.objects.select_for_update(no_key=True, of=("self",)).get(id=client_id)
    rows = HouseAccess.objects.filter(client_id=client_id, ended_at=None)
    before = rows.values_list("id", flat=True).first()
    rows.update(ended_at=now)
    made = HouseAccess.objects.create(
        id=new_id(now), organisation_id=client.organisation_id, client_id=client_id, how=how,
        words=vault().seal_text(client.organisation_id, said), created_at=now, created_by=by.strip(),
    )  # fmt: skip
    return made.id, before


def end_access(client_id: UUID, now: datetime) -> int:
    """Nobody needs to get in any more: it is shown to nobody from now on; gives how many rows ended."""
    return HouseAccess.objects.filter(client_id=client_id, ended_at=None).update(ended_at=now)


def note_checked(access_ids: Collection[UUID], *, by: str, now: datetime) -> int:
    """Somebody tried it, and it still holds; gives how many."""
    rows = HouseAccess.objects.filter(id__in=access_ids, ended_at=None)
    return rows.update(checked_at=now, checked_by=by)


def accesses_of(client_ids: Collection[UUID]) -> dict[UUID, AccessSeen]:
    """How one gets in, without the words; a client of whom nothing was written is missing."""
    rows = HouseAccess.objects.filter(client_id__in=client_ids, ended_at=None)
    return {each.client_id: _seen(each) for each in rows}


def checks_due(now: datetime, most: int = 500) -> list[tuple[UUID, AccessSeen]]:
    """What has to be checked soon: never checked, or half a year ago in two weeks; with its organisation."""
    lately = now - CHECKED_EVERY + ASKED_AHEAD
    rows = HouseAccess.objects.filter(Q(checked_at=None) | Q(checked_at__lte=lately), ended_at=None)
    return [(each.organisation_id, _seen(each)) for each in rows.order_by("created_at", "id")[:most]]


def _seen(row: HouseAccess) -> AccessSeen:
    return AccessSeen(
        id=row.id, client_id=row.client_id, how=row.how, checked_at=row.checked_at, checked_by=row.checked_by,
        created_at=row.created_at, created_by=row.created_by,
    )  # fmt: skip


@transaction.atomic
def reveal(access_id: UUID, *, account_id: UUID, alert_id: UUID, now: datetime) -> str:
    """The words, with a row that says who saw them for which alert's visit. Only for who has the right."""
    row = HouseAccess.objects.get(id=access_id, ended_at=None)
    HouseAccessShown.objects.create(
        id=new_id(now), organisation_id=row.organisation_id, access=row, account_id=account_id, alert=alert_id,
        shown_at=now,
    )  # fmt: skip
    return vault().open_text(row.organisation_id, bytes(row.words))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCode:
    """An access that still holds and that somebody saw; `shown_at` the last time."""

    access_id: UUID
    client_id: UUID
    client: str
    how: str
    shown_at: datetime

    @property
    def to_change(self) -> bool:
        """A code that she may remember has to be changed when she leaves."""
        return self.how in HOLDS_A_CODE


def codes_known_by(account_id: UUID, organisation_ids: Collection[UUID]) -> list[KnownCode]:
    """What this person saw and what still holds, for when she leaves; codes first. Changing one takes it off."""
    rows = (
        HouseAccessShown.objects.filter(
            account_id=account_id, organisation_id__in=organisation_ids, access__ended_at=None
        )
        .values("access_id", "access__client_id", "access__how", name=F("access__client__name"))
        .annotate(last=Max("shown_at"))
    )
    known = [
        KnownCode(
            access_id=row["access_id"], client_id=row["access__client_id"], client=row["name"],
            how=row["access__how"], shown_at=row["last"],
        )
        for row in rows
    ]  # fmt: skip
    return sorted(known, key=lambda each: (not each.to_change, each.client, each.access_id))


def who_knows_codes(organisation_id: UUID) -> list[tuple[UUID, str, int]]:
    """Everybody who saw what still holds: account, name and how many; for the list of who leaves."""
    rows = (
        HouseAccessShown.objects.filter(organisation_id=organisation_id, access__ended_at=None)
        .values_list("account_id", "account__display_name")
        .annotate(many=Count("access", distinct=True))
    )
    return sorted(rows, key=lambda each: (each[1], each[0]))
