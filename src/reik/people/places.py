"""Taking somebody on: an account with the place that it works from, and the invitation to log in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.kernel.ids import new_id
from reik.kernel.login import accounts
from reik.kernel.login.refusals import AccountRefused
from reik.people.models import Carer, Team, TeamMember


@transaction.atomic
def take_on(
    *,
    organisation_id: UUID,
    username: str,
    name: str,
    role: str,
    by: str,
    now: datetime,
    teams: Sequence[str] = (),
    carer_id: UUID | None = None,
) -> tuple[UUID, str]:
    """A new account in these teams, or of this informal carer; gives its id and the token of its invitation.

    Raises AccountRefused, and then nothing was made.
    """
    account_id, token = accounts.add_account(
        organisation_id=organisation_id, username=username, name=name, role=role, by=by, now=now
    )
    for each in teams:
        team = Team.objects.filter(organisation_id=organisation_id, name=each).first()
        if team is None:
            raise AccountRefused(f"This organisation has no team {each!r}: write its name as it is.")
        TeamMember.objects.create(
            id=new_id(now), organisation_id=organisation_id, team=team, account_id=account_id, created_at=now
        )
    if carer_id is not None and not _is_carer(carer_id, organisation_id, account_id):
        raise AccountRefused(
            "There is no such informal carer here without an account: look in the client's file."
        )
    return account_id, token


def _is_carer(carer_id: UUID, organisation_id: UUID, account_id: UUID) -> bool:
    rows = Carer.objects.filter(id=carer_id, organisation_id=organisation_id, account=None)
    return bool(rows.update(account_id=account_id))


def team_names(organisation_id: UUID) -> list[str]:
    """The teams of this organisation, by name."""
    return list(
        Team.objects.filter(organisation_id=organisation_id).order_by("name").values_list("name", flat=True)
    )
