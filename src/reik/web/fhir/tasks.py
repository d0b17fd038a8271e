"""`/fhir/Task`: tasks for other systems, beside what was received."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from reik.interop.fhir import tasks
from reik.interop.fhir.outcome import refused
from reik.interop.fhir.search import Search
from reik.interop.fhir.store.sealing import hidden
from reik.interop.fhir.tasks import Shown
from reik.kernel import clock
from reik.kernel.access_log import Act, record_act
from reik.kernel.tenancy import Actor
from reik.tasks.exported import changed_at
from reik.web.fhir import bundles
from reik.web.fhir.answers import respond
from reik.web.fhir.paging import Page, page_link


def read(request: HttpRequest, actor: Actor, id: UUID) -> HttpResponse:
    """One task; that it was looked at, or asked for in vain, is written down. Raises Refused (404)."""
    found, now = tasks.read(actor, id), clock.now()
    if found is None:
        record_act(actor, Act.REFUSED, tasks.TYPE, [id], now, outcome="not found")
        raise refused(404, "Reik has no such resource for you.")
    record_act(
        actor,
        Act.VIEW,
        tasks.TYPE,
        [id, found.task.client_id],
        now,
        organisation_id=found.task.organisation_id,
    )
    changed = http_date(changed_at(found.task).timestamp())
    return respond(request, 200, found.resource, {"Last-Modified": changed})


def search(
    request: HttpRequest, actor: Actor, asked: Search, page: Page, base: str, own: str | None
) -> HttpResponse:
    """One page of a search, as for every other type."""
    found, total, more = tasks.search(actor, asked, after=page.after)
    _note(actor, asked, found)
    links = {"self": own or page_link(base, actor, page)}
    if more:
        links["next"] = page_link(base, actor, replace(page, after=found[-1].task.id))
    return respond(
        request,
        200,
        bundles.searchset_of([each.resource for each in found], total, base, links, asked.ignored),
    )


def _note(actor: Actor, asked: Search, found: list[Shown]) -> None:
    detail = hidden("&".join(f"{name}={value}" for name, value in asked.used))[:500]
    ids = list(dict.fromkeys(id for each in found for id in (each.task.id, each.task.client_id)))
    record_act(
        actor, Act.SEARCH, tasks.TYPE, ids, clock.now(), organisation_id=actor.organisation_id, detail=detail
    )
