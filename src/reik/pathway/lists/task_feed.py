"""One's own tasks as a calendar reads them (RFC 5545): initials and a link, nothing of a name or of health."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel.ids import new_id
from reik.kernel.tenancy import NoActor
from reik.pathway.models import TaskFeed
from reik.people.access import actor_for
from reik.people.queries import cards
from reik.people.rosters.calendar_out import Entry, calendar_of
from reik.people.rosters.calendars import digest_of, new_token
from reik.tasks.lists import own_tasks

BEFORE = timedelta(minutes=30)
"""An entry ends when the task is due, and begins so long before."""


@transaction.atomic
def open_feed(account_id: UUID, organisation_id: UUID, now: datetime) -> str:
    """The token of a new address; an older one of this person ends with it. Said once: only its digest is kept."""
    end_feed(account_id, now)
    token = new_token(organisation_id)
    TaskFeed.objects.create(
        id=new_id(now), organisation_id=organisation_id, account_id=account_id, digest=digest_of(token),
        created_at=now,
    )  # fmt: skip
    return token


def end_feed(account_id: UUID, now: datetime) -> bool:
    """Whoever reads this person's feed gets nothing any more; says whether there was one."""
    return TaskFeed.objects.filter(account_id=account_id, ended_at=None).update(ended_at=now) > 0


def feed_since(account_id: UUID) -> datetime | None:
    """Since when this person has a living address; None: she has none."""
    rows = TaskFeed.objects.filter(account_id=account_id, ended_at=None)
    return rows.values_list("created_at", flat=True).first()


def feed(token: str, now: datetime, *, title: str, word: str, door: str) -> bytes | None:
    """The calendar of this token, within `acting_for(actor_of_token(token))`; None when there is none (any more).

    `word` with %(who)s is what an entry is called; `door` is put before a task's id. Only clients whom she may see
    today are in it, and nobody's for an account that was closed.
    """
    account_id = (
        TaskFeed.objects.filter(digest=digest_of(token), ended_at=None)
        .values_list("account_id", flat=True)
        .first()
    )
    if account_id is None:
        return None
    try:
        actor = actor_for(account_id, now)
    except NoActor:
        return None
    known = cards(actor)
    return calendar_of(
        title,
        [
            Entry(
                uid=f"{each.id}@reik", title=word % {"who": initials_of(known[each.client_id].name)},
                starts_at=each.due_at - BEFORE, ends_at=each.due_at, address=f"{door}{each.id}",
            )
            for each in own_tasks(account_id, known)
        ],
        now,
    )  # fmt: skip


def initials_of(name: str) -> str:
    """A. de B. for A. (Annie) de Boer: enough to know her by for who knows her."""
    words = [each for each in name.split() if not each.startswith("(")]
    return " ".join(each if each.islower() else f"{each[0]}." for each in words if each[:1].isalpha())
