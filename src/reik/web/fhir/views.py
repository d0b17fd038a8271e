"""FHIR R4 over HTTP: a pharmacy's messages in; read, vread, history and search of what was received."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse

from reik.interop.fhir import port, search, tasks
from reik.interop.fhir.outcome import refused
from reik.interop.fhir.reading import LARGEST
from reik.interop.fhir.search import Search
from reik.interop.fhir.store import queries
from reik.interop.fhir.store.queries import Stored
from reik.interop.fhir.store.sealing import hidden
from reik.kernel import clock
from reik.kernel.access_log import Act, record_act
from reik.kernel.tenancy import Actor
from reik.web.acting import ActingRequest
from reik.web.fhir import bundles
from reik.web.fhir import tasks as tasks_shown
from reik.web.fhir.answers import (
    ORGANISATION_HEADER,
    answers,
    check_message_type,
    media_type,
    respond,
    respond_stored,
)
from reik.web.fhir.capability import TYPES, capability_statement
from reik.web.fhir.paging import Page, page_link, read_page

FORM = "application/x-www-form-urlencoded"
# More at once do not go faster: those of one organisation take turns in the store, and Python has one core.
_TURNS = threading.BoundedSemaphore(2)


def base_of(request: HttpRequest) -> str:
    """The address of this interface, as the caller reached it."""
    return request.build_absolute_uri("/fhir")


# Messages in


@contextmanager
def _turn() -> Iterator[None]:
    """Whoever has to wait holds no connection: a pharmacy's long list must not keep a screen waiting."""
    if not _TURNS.acquire(blocking=False):
        connection.close()
        _TURNS.acquire()
    try:
        yield
    finally:
        _TURNS.release()


@answers("POST")
def base(request: ActingRequest, actor: Actor) -> HttpResponse:
    """POST of a transaction Bundle. Not in the request's transaction: the raw message is committed first."""
    check_message_type(request)
    body = request.read(LARGEST + 1)
    with _turn():
        organisation_id = port.addressed(actor, request.headers.get(ORGANISATION_HEADER))
        taken = port.take_in(body, actor=actor, organisation_id=organisation_id, now=clock.now())
    minimal = "return=minimal" in request.headers.get("Prefer", "")
    answer = bundles.transaction_response(taken, base_of(request), with_resources=not minimal)
    return respond(request, 200, answer)


base.own_transactions = True  # type: ignore[attr-defined]


# What was received


@answers("GET", "HEAD")
def read(request: ActingRequest, actor: Actor, type: str, id: str) -> HttpResponse:
    """The current version."""
    if type == tasks.TYPE:
        return tasks_shown.read(request, actor, _uuid(id))
    found = queries.read(actor, _known(type), _uuid(id))
    return _shown(request, actor, type, id, [found] if found else [])


@answers("GET", "HEAD")
def vread(request: ActingRequest, actor: Actor, type: str, id: str, version: str) -> HttpResponse:
    """One version, as it was."""
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
    found = queries.vread(actor, _known(type), _uuid(id), number)
    return _shown(request, actor, type, id, [found] if found else [])


def _shown(request: ActingRequest, actor: Actor, type: str, id: str, found: Sequence[Stored]) -> HttpResponse:
    _seen(actor, type, id, found)
    return respond_stored(request, found[0])


@answers("GET", "HEAD")
def history(request: ActingRequest, actor: Actor, type: str, id: str) -> HttpResponse:
    """All versions of one resource, the newest first."""
    found = queries.history(actor, _known(type), _uuid(id))
    _seen(actor, type, id, found)
    return respond(request, 200, bundles.history(found, base_of(request), request.build_absolute_uri()))


def _seen(actor: Actor, type: str, id: str, found: Sequence[Stored]) -> None:
    """The access log's row for a look at one resource. Raises Refused (404) when there is nothing to see."""
    now = clock.now()
    if not found:
        # Not an error of the view, so this row stays: somebody asked for what is not there for her.
        record_act(actor, Act.REFUSED, type, [_uuid(id)], now, outcome="not found")
        raise refused(404, "Reik has no such resource for you.")
    record_act(actor, Act.VIEW, type, _ids(found[:1]), now, organisation_id=found[0].organisation_id)


def _ids(found: Sequence[Stored]) -> list[UUID]:
    """The resources and whose they are, each once."""
    ids = [each for one in found for each in (one.id, one.client_id) if each is not None]
    return list(dict.fromkeys(ids))


def _known(type: str) -> str:
    if type not in TYPES:
        raise refused(404, "Reik does not keep this type of resource.", code="not-supported")
    return type


def _uuid(id: str) -> UUID:
    """Ids of Reik are UUIDs; whatever else is asked for is not there."""
    try:
        return UUID(id)
    except ValueError:
        raise refused(404, "Reik has no such resource for you.") from None


# Search


@answers("GET", "HEAD")
def search_type(request: ActingRequest, actor: Actor, type: str) -> HttpResponse:
    own = request.build_absolute_uri()
    return _search(request, actor, _searched_type(type), _pairs(request.GET), own)


@answers("POST")
def search_by_post(request: ActingRequest, actor: Actor, type: str) -> HttpResponse:
    """As GET, with the parameters in the body: for a BSN, which belongs in no address."""
    if media_type(request) != FORM:
        raise refused(415, f"Send the parameters as {FORM}.", "Content-Type")
    pairs = [*_pairs(request.GET), *_pairs(request.POST)]
    return _search(request, actor, _searched_type(type), pairs, None)


def _searched_type(type: str) -> str:
    """Tasks are made here and have no versions: they are read and searched only."""
    return type if type == tasks.TYPE else _known(type)


def _pairs(given: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, values in given.lists() for value in values]


def _search(
    request: ActingRequest, actor: Actor, type: str, pairs: list[tuple[str, str]], own: str | None
) -> HttpResponse:
    """One page. `own` is the address asked; without one (POST) the links carry the search sealed."""
    page = read_page(actor, type, dict(pairs).get("_page")) or Page(type=type, pairs=pairs)
    strict = "handling=strict" in request.headers.get("Prefer", "")
    asked = search.parse(type, page.pairs, strict=strict)
    base = base_of(request)
    if type == tasks.TYPE:
        return tasks_shown.search(request, actor, asked, page, base, own)
    found = queries.search(actor, asked, after=page.after)
    _searched(actor, asked, found.page)
    links = {"self": own or page_link(base, actor, page)}
    if found.more:
        links["next"] = page_link(base, actor, replace(page, after=found.page[-1].id))
    return respond(request, 200, bundles.searchset(found, base, links, asked.ignored))


def _searched(actor: Actor, asked: Search, found: Sequence[Stored]) -> None:
    """One row with the query, without numbers that could be a BSN, and what was shown; per organisation."""
    detail = hidden("&".join(f"{name}={value}" for name, value in asked.used))[:500]
    now = clock.now()
    ordered = sorted(found, key=lambda each: each.organisation_id)
    groups = [(id, list(each)) for id, each in groupby(ordered, key=lambda each: each.organisation_id)]
    for organisation_id, shown in groups or [(actor.organisation_id, [])]:
        record_act(
            actor, Act.SEARCH, asked.type, _ids(shown), now, organisation_id=organisation_id, detail=detail
        )


# The rest


@answers("GET", "HEAD", anybody=True)
def metadata(request: ActingRequest, _actor: Actor | None) -> HttpResponse:
    """What this interface can do."""
    return respond(request, 200, capability_statement(base_of(request)))


@answers("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
def nothing_here(_request: ActingRequest, _actor: Actor, **_named: str) -> HttpResponse:
    """Every other address."""
    raise refused(404, "There is nothing at this address.")
