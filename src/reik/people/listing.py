"""Lists of clients: searched, in Dutch order, a page at a time, as far as the actor may see them (rule 10)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from reik.kernel.tenancy import Actor
from reik.people.queries import ClientCard, card_of, visible_to

_BIRTH_DATE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page of a list; `total` counts all pages."""

    total: int
    cards: Sequence[ClientCard]


def listed(actor: Actor, *, words: str, team_id: UUID | None, first: int, most: int) -> Listed:
    """Clients by parts of their name or their date of birth (31-12-1940), from number `first` (0) on.

    Without words: all. `team_id`: of this team, and who has no team yet.
    """
    rows = visible_to(actor)
    if team_id is not None:
        rows = rows.filter(Q(team_id=team_id) | Q(team=None))
    for word in words.split():
        rows = rows.filter(_by(word))
    page = rows.select_related("team").order_by("sort_name", "id")[first : first + most]
    return Listed(total=rows.count(), cards=[card_of(each) for each in page])


def _by(word: str) -> Q:
    born = _born(word)
    if born is not None:
        return Q(birth_date=born)
    plain = unicodedata.normalize("NFKD", word.lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return Q(sort_name__contains=plain) | Q(name__icontains=word)


def _born(word: str) -> date | None:
    said = _BIRTH_DATE.fullmatch(word)
    if said is None:
        return None
    day, month, year = (int(each) for each in said.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None
