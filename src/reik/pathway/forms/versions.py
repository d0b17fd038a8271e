"""An organisation's own texts: written, read by a second person, holding, withdrawn. Without one Reik's own text holds.

Every change is a new version; none is edited. At most one version of a form in a language holds: approving one
withdraws the one before, and withdrawing it gives Reik's own text back, never an older one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from reik.kernel.ids import new_id
from reik.pathway.forms.asked import read_form
from reik.pathway.forms.catalogue import FORMS, LANGUAGES, own_text
from reik.pathway.forms.fields import FIELDS
from reik.pathway.forms.markup import Block, FormFlawed, read
from reik.pathway.models import FormVersion

DRAFT, HOLDS, WITHDRAWN = "draft", "holds", "withdrawn"
MOST_VERSIONS = 50


class FormRefused(ValueError):
    """This cannot be done with this text; `code` is for a screen, the message says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSeen:
    """One version. `outdated`: Reik's own text is not any more what it was when this one was written."""

    id: UUID
    organisation_id: UUID
    form: str
    language: str
    version: int
    body: str
    author_id: UUID
    author: str
    created_at: datetime
    approved_at: datetime | None
    approved_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    outdated: bool

    @property
    def state(self) -> str:
        if self.withdrawn_at is not None:
            return WITHDRAWN
        return DRAFT if self.approved_at is None else HOLDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The text that holds. `own` None: Reik's. `flawed`: theirs can no longer be read, so Reik's holds."""

    body: str
    own: VersionSeen | None = None
    flawed: bool = False

    @property
    def blocks(self) -> tuple[Block, ...]:
        return read(self.body, FIELDS)


def versions_of(organisation_id: UUID, form: str, language: str) -> list[VersionSeen]:
    """The versions of one text, the newest first."""
    rows = FormVersion.objects.filter(organisation_id=organisation_id, form=form, language=language)
    return [_seen(each) for each in rows.order_by("-version")[:MOST_VERSIONS]]


def standing(organisation_id: UUID) -> dict[tuple[str, str], list[VersionSeen]]:
    """By form and language: the version that holds and the drafts, the newest first. One statement."""
    found: dict[tuple[str, str], list[VersionSeen]] = {}
    rows = FormVersion.objects.filter(organisation_id=organisation_id, withdrawn_at=None)
    for each in rows.order_by("form", "language", "-version"):
        found.setdefault((each.form, each.language), []).append(_seen(each))
    return found


def waiting_for(organisation_id: UUID, account_id: UUID) -> list[VersionSeen]:
    """The versions that wait for this person: written by somebody else, and the newest of their form."""
    found = standing(organisation_id).values()
    newest = (of[0] for of in found if of)
    waiting = [each for each in newest if each.state == DRAFT and each.author_id != account_id]
    return sorted(waiting, key=lambda each: (each.created_at, each.id))


def version(organisation_id: UUID, version_id: UUID) -> VersionSeen | None:
    row = FormVersion.objects.filter(organisation_id=organisation_id, id=version_id).first()
    return _seen(row) if row else None


def holding(organisation_id: UUID, form: str, language: str) -> Holding:
    """The text by which this organisation works. Raises KeyError for a form that there is not."""
    return _of(standing(organisation_id).get((form, language), ()), form, language)


def _of(versions: Sequence[VersionSeen], form: str, language: str) -> Holding:
    ours = own_text(form, language).body
    theirs = next((each for each in versions if each.state == HOLDS), None)
    if theirs is None:
        return Holding(body=ours)
    try:
        read_form(form, theirs.body)
    except FormFlawed:
        return Holding(body=ours, own=theirs, flawed=True)
    return Holding(body=theirs.body, own=theirs)


def write(
    *, organisation_id: UUID, form: str, language: str, body: str, after: int, author_id: UUID, author: str,
    now: datetime,
) -> UUID:  # fmt: skip
    """A new version, not yet approved. `after`: the newest version that the author saw, 0 for none.

    Raises FormFlawed with the lines that are wrong, and FormRefused when somebody else wrote meanwhile.
    """
    if form not in FORMS or language not in LANGUAGES:
        raise FormRefused("unknown", "There is no such form.")
    body = body.replace("\r\n", "\n").strip() + "\n"
    read_form(form, body)
    newest = _newest(organisation_id, form, language)
    if (newest.version if newest else 0) != after:
        raise FormRefused("overtaken", "Somebody else wrote a version meanwhile: look at that first.")
    before = newest.body if newest and newest.withdrawn_at is None else own_text(form, language).body
    if body == before:
        raise FormRefused("same", "Nothing was changed.")
    try:
        with transaction.atomic():
            made = FormVersion.objects.create(
                id=new_id(now), organisation_id=organisation_id, form=form, language=language, version=after + 1,
                body=body, author_id=author_id, author=author, created_at=now,
                reik_digest=own_text(form, language).digest,
            )  # fmt: skip
    except IntegrityError as twice:
        raise FormRefused(
            "overtaken", "Somebody else wrote a version meanwhile: look at that first."
        ) from twice
    return made.id


@transaction.atomic
def approve(organisation_id: UUID, version_id: UUID, *, by_id: UUID, by: str, now: datetime) -> None:
    """A second person read it: from now on it holds, and the one before does not. Raises FormRefused."""
    row = _locked(organisation_id, version_id)
    if row.approved_at is not None or row.withdrawn_at is not None:
        raise FormRefused("decided", "This version was decided on already.")
    if row.author_id == by_id:
        raise FormRefused("four_eyes", "Somebody else has to read it: ask a colleague.")
    newest = _newest(organisation_id, row.form, row.language)
    if newest is None or newest.id != row.id:
        raise FormRefused("overtaken", "There is a newer version: read that one.")
    before = FormVersion.objects.filter(
        organisation_id=organisation_id, form=row.form, language=row.language, withdrawn_at=None
    )
    before.exclude(id=row.id).update(withdrawn_at=now, withdrawn_by=by)
    FormVersion.objects.filter(id=row.id).update(approved_at=now, approved_id=by_id, approved_by=by)


@transaction.atomic
def withdraw(organisation_id: UUID, version_id: UUID, *, by: str, now: datetime) -> None:
    """It no longer holds, or is not put forward any more. Raises FormRefused when it was withdrawn already."""
    row = _locked(organisation_id, version_id)
    if row.withdrawn_at is not None:
        raise FormRefused("decided", "This version was withdrawn already.")
    FormVersion.objects.filter(id=row.id).update(withdrawn_at=now, withdrawn_by=by)


def _locked(organisation_id: UUID, version_id: UUID) -> FormVersion:
    """The version, with all of its form locked, so that two people never approve at once."""
    row = FormVersion.objects.filter(organisation_id=organisation_id, id=version_id).first()
    if row is None:
        raise FormRefused("unknown", "There is no such version.")
    same = FormVersion.objects.filter(organisation_id=organisation_id, form=row.form, language=row.language)
    return next(each for each in same.select_for_update(no_key=True).order_by("id") if each.id == row.id)


def _newest(organisation_id: UUID, form: str, language: str) -> FormVersion | None:
    rows = FormVersion.objects.filter(organisation_id=organisation_id, form=form, language=language)
    return rows.order_by("-version").first()


def _seen(row: FormVersion) -> VersionSeen:
    return VersionSeen(
        id=row.id, organisation_id=row.organisation_id, form=row.form, language=row.language, version=row.version,
        body=row.body, author_id=row.author_id, author=row.author, created_at=row.created_at,
        approved_at=row.approved_at, approved_by=row.approved_by, withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by, outdated=_outdated(row),
    )  # fmt: skip


def _outdated(row: FormVersion) -> bool:
    try:
        return row.reik_digest != own_text(row.form, row.language).digest
    except KeyError:
        return True
