"""What who phones or visits a client must know of her home: language, who lives there, the video call."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from reik.kernel.crypto import vault
from reik.people.models import Client, ClientCard

LONGEST_WORDS = 200
LONGEST_LINK = 500
LONGEST_LANGUAGE = 12


class HomeRefused(ValueError):
    """This cannot be kept of a client's home; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeSeen:
    """`language` as a code ("nl", "tr"); `video_link` empty: none."""

    language: str
    lives_with: str
    video_link: str


UNKNOWN = HomeSeen(language="nl", lives_with="", video_link="")
"""Of whom nothing was written down."""


def homes_of(client_ids: Collection[UUID]) -> dict[UUID, HomeSeen]:
    """Of clients whom the caller may see already; who has no card is missing."""
    keys = vault()
    return {
        row.client_id: HomeSeen(
            language=row.language,
            lives_with=row.lives_with,
            video_link=keys.open_text(row.organisation_id, bytes(row.video_link)) if row.video_link else "",
        )
        for row in ClientCard.objects.filter(client_id__in=client_ids)
    }


@transaction.atomic
def keep_home(
    client_id: UUID, *, language: str, lives_with: str, video_link: str, by: str, now: datetime
) -> list[str]:
    """Keep what is known of her home; gives the names of what changed.

    `video_link`: the organisation's own system, https only. Raises HomeRefused.
    """
    _check(language, lives_with, video_link, by)
    client = Client.objects.select_for_update(no_key=True, of=("self",)).get(id=client_id)
    before = homes_of([client_id]).get(client_id, UNKNOWN)
    given = HomeSeen(
        language=language.strip() or "nl", lives_with=lives_with.strip(), video_link=video_link.strip()
    )
    changed = [each for each in HomeSeen.__slots__ if getattr(before, each) != getattr(given, each)]
    sealed = vault().seal_text(client.organisation_id, given.video_link) if given.video_link else None
    ClientCard.objects.update_or_create(
        client_id=client_id,
        defaults={
            "organisation_id": client.organisation_id, "language": given.language,
            "lives_with": given.lives_with, "video_link": sealed, "updated_at": now, "updated_by": by.strip(),
        },
    )  # fmt: skip
    return changed


def _check(language: str, lives_with: str, video_link: str, by: str) -> None:
    if not by.strip():
        raise HomeRefused("Say who enters it.")
    if len(language.strip()) > LONGEST_LANGUAGE:
        raise HomeRefused("Choose the language from the list.")
    if len(lives_with.strip()) > LONGEST_WORDS:
        raise HomeRefused(f"Say who lives there in at most {LONGEST_WORDS} letters.")
    link = video_link.strip()
    if not link:
        return
    try:
        parts = urlsplit(link)
        whole = parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        whole = False
    if not whole or len(link) > LONGEST_LINK or any(each.isspace() for each in link):
        raise HomeRefused("The link of the video call begins with https:// and holds no spaces.")
