"""The next page of a search as an address that tells nothing: the search is sealed in it, as it may hold a BSN."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from reik.interop.fhir.outcome import refused
from reik.kernel.crypto import SealBroken, vault
from reik.kernel.tenancy import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A search and the resource after which this page begins."""

    type: str
    pairs: Sequence[tuple[str, str]]
    after: UUID | None = None


def page_link(base: str, actor: Actor, page: Page) -> str:
    """The address of a page, for actors of the same organisation."""
    said = json.dumps([page.type, list(page.pairs), str(page.after or "")])
    sealed = base64.urlsafe_b64encode(vault().seal_text(actor.organisation_id, said)).decode().rstrip("=")
    return f"{base}/{page.type}?_page={sealed}"


def read_page(actor: Actor, type: str, sealed: str | None) -> Page | None:
    """The page behind a link; None without one. Raises Refused (400) for a link of another."""
    if sealed is None:
        return None
    try:
        opened = vault().open_text(
            actor.organisation_id, base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        )
        of, pairs, after = json.loads(opened)
    except (SealBroken, binascii.Error, ValueError):
        of, pairs, after = "", [], ""
    if of != type:
        raise refused(400, "This link is not a page of yours: search again.", "_page")
    return Page(
        type=type, pairs=[(name, value) for name, value in pairs], after=UUID(after) if after else None
    )
