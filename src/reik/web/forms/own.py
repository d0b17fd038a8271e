"""`/formulieren`: the texts of an organisation. A team manager writes, a second one approves; a nurse reads."""

from __future__ import annotations

import difflib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.pathway.forms import versions
from reik.pathway.forms.asked import read_form
from reik.pathway.forms.catalogue import FORMS, LANGUAGES, own_text
from reik.pathway.forms.fields import FIELDS
from reik.pathway.forms.gathering import made_up
from reik.pathway.forms.markup import LONGEST, FormFlawed
from reik.pathway.forms.versions import DRAFT, HOLDS, FormRefused, VersionSeen
from reik.web.acting import ActingRequest
from reik.web.forms.shown import filled_for, on_screen
from reik.web.forms.words import field_words, flaw_words, form_words, refused_words, state_words, tongue_words
from reik.web.frame import ZONE
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted

READS, WRITES = ("team_manager", "nurse"), "team_manager"


@room_for(*READS)
@require_safe
@never_cache
def listing(request: ActingRequest) -> HttpResponse:
    """Each form in each language: whose text holds, and what waits."""
    standing = versions.standing(actor_of(request).organisation_id)
    rows = [
        (form, *form_words(form), [_row(form, each, standing.get((form, each), [])) for each in LANGUAGES])
        for form in FORMS
    ]
    return render(request, "forms/list.html", {"rows": rows})


def _row(form: str, language: str, found: list[VersionSeen]) -> dict[str, Any]:
    return {
        "address": f"/formulieren/{form}/{language}", "tongue": tongue_words(language),
        "holds": next((each for each in found if each.state == HOLDS), None),
        "draft": next((each for each in found if each.state == DRAFT), None),
    }  # fmt: skip


@room_for(*READS)
@require_safe
@never_cache
def text(request: ActingRequest, form: str, language: str) -> HttpResponse:
    """The text that holds, with a client who does not exist, and its versions."""
    _known(form, language)
    organisation_id = actor_of(request).organisation_id
    held = versions.holding(organisation_id, form, language)
    page = {
        **_frame(request, form, language), **_preview(form, held.body, language, clock.now()), "held": held,
        "versions": [
            (each, state_words(each.state)) for each in versions.versions_of(organisation_id, form, language)
        ],
    }  # fmt: skip
    return render(request, "forms/text.html", page)


@room_for(WRITES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def write(request: ActingRequest, form: str, language: str) -> HttpResponse:
    """Write a new version; `knop=bekijk` shows it first. What is wrong is told by line, and nothing typed is lost."""
    _known(form, language)
    actor, now, post = actor_of(request), clock.now(), request.POST
    if request.method != "POST":
        return _writing(request, form, language, now)
    body, after = post.get("tekst", ""), post.get("na", "")
    try:
        if post.get("knop") == "bekijk":
            return _writing(request, form, language, now, body=body, preview=True)
        made = versions.write(
            organisation_id=actor.organisation_id, form=form, language=language, body=body, now=now,
            after=int(after) if after.isascii() and after.isdigit() else -1, author_id=actor.account_id,
            author=actor.name,
        )  # fmt: skip
    except FormFlawed as flawed:
        errors = [flaw_words(each) for each in flawed.flaws[:20]]
        return _writing(request, form, language, now, body=body, errors=errors, status=422)
    except FormRefused as refusal:
        errors = [refused_words(refusal.code, str(refusal))]
        return _writing(request, form, language, now, body=body, errors=errors, status=409)
    acted(request, Act.CREATE, "form", [made], now, organisation_id=actor.organisation_id,
          detail=f"{form} {language}")  # fmt: skip
    return HttpResponseRedirect(f"/formulieren/versie/{made}")


def _writing(
    request: ActingRequest, form: str, language: str, now: datetime, *, body: str | None = None,
    preview: bool = False, errors: list[str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    found = versions.versions_of(actor_of(request).organisation_id, form, language)
    newest, ours = found[0] if found else None, own_text(form, language).body
    before = newest.body if newest and newest.state != versions.WITHDRAWN else ours
    page = {
        **_frame(request, form, language), "errors": errors or [], "body": before if body is None else body,
        "after": request.POST.get("na") or (newest.version if newest else 0), "ours": ours, "longest": LONGEST,
        "fields": [("{" + each + "}", field_words(each)) for each in FIELDS], "newest": newest,
    }  # fmt: skip
    if preview and body is not None:
        page |= _preview(form, body, language, now)
    return render(request, "forms/write.html", page, status=status)


@room_for(*READS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def version(request: ActingRequest, version_id: UUID) -> HttpResponse:
    """One version: what it changes, how it looks; approve it as the second person, or withdraw it."""
    actor, now = actor_of(request), clock.now()
    seen = versions.version(actor.organisation_id, version_id)
    if seen is None or (request.method == "POST" and actor.role != WRITES):
        raise Http404
    if request.method != "POST":
        return _version(request, seen, now)
    what = request.POST.get("knop", "")
    try:
        if what == "goedkeuren":
            versions.approve(actor.organisation_id, seen.id, by_id=actor.account_id, by=actor.name, now=now)
        elif what == "intrekken":
            versions.withdraw(actor.organisation_id, seen.id, by=actor.name, now=now)
        else:
            raise Http404
    except FormRefused as refusal:
        return _version(request, seen, now, error=refused_words(refusal.code, str(refusal)))
    acted(request, Act.CHANGE, "form", [seen.id], now, organisation_id=actor.organisation_id,
          detail="approved" if what == "goedkeuren" else "withdrawn")  # fmt: skip
    return HttpResponseRedirect(f"/formulieren/{seen.form}/{seen.language}")


def _version(request: ActingRequest, seen: VersionSeen, now: datetime, *, error: str = "") -> HttpResponse:
    held = versions.holding(seen.organisation_id, seen.form, seen.language)
    page = {
        **_frame(request, seen.form, seen.language), **_preview(seen.form, seen.body, seen.language, now), "seen": seen,
        "state": state_words(seen.state), "error": error, "mine": seen.author_id == actor_of(request).account_id,
        "changes": _changes(held.body, seen.body) if seen.state == DRAFT else [],
    }  # fmt: skip
    return render(request, "forms/version.html", page, status=409 if error else 200)


def _changes(before: str, after: str) -> list[tuple[str, str]]:
    """The lines that went and came, in order."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [(each[0], each[2:]) for each in lines if each[0] in "+-" and each[2:].strip()]


def _preview(form: str, body: str, language: str, now: datetime) -> dict[str, Any]:
    """How a text looks, with a client who does not exist. Raises FormFlawed for what was never a form."""
    try:
        filled = filled_for(read_form(form, body), made_up(now, ZONE), language)
    except FormFlawed as flawed:
        return {"flaws": [flaw_words(each) for each in flawed.flaws]}
    return {"title": filled.title, "blocks": on_screen(filled)}


def _frame(request: ActingRequest, form: str, language: str) -> dict[str, Any]:
    name, for_whom = form_words(form)
    return {
        "form": form, "language": language, "name": name, "for_whom": for_whom, "tongue": tongue_words(language),
        "base": f"/formulieren/{form}/{language}", "writes": actor_of(request).role == WRITES,
    }  # fmt: skip


def _known(form: str, language: str) -> None:
    if form not in FORMS or language not in LANGUAGES:
        raise Http404
