"""Answers of the FHIR interface: JSON or XML as asked, and an OperationOutcome for whatever goes wrong."""

from __future__ import annotations

import functools
import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from reik.interop.fhir.outcome import Issue, Refused, operation_outcome, refused
from reik.interop.fhir.port import Parked, addressed
from reik.interop.fhir.store.queries import Stored
from reik.interop.fhir.writing import Format, write
from reik.kernel import clock
from reik.kernel.access_log import Act, record_act
from reik.kernel.tenancy import Actor, acting_for
from reik.web.acting import ActingRequest

log = logging.getLogger("reik.fhir")

ORGANISATION_HEADER = "X-Reik-Organisation"
AGAIN_AFTER_S = 5
_FORMS = {
    "json": Format.JSON, "application/json": Format.JSON, "application/fhir+json": Format.JSON,
    "text/json": Format.JSON, "xml": Format.XML, "application/xml": Format.XML, "text/xml": Format.XML,
    "application/fhir+xml": Format.XML,
}  # fmt: skip
_ANY = ("*/*", "application/*", "")
# What a sender may call a message whose form is then found from its content.
_UNSAID = ("", "text/plain", "application/octet-stream")

View = Callable[..., HttpResponse]


def respond(
    request: HttpRequest, status: int, resource: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """The resource in the form that was asked."""
    form = _form(request)
    answer = HttpResponse(
        write(resource, form), status=status, content_type=f"{form}; charset=utf-8", headers=headers
    )
    # Django would log the address of what it calls an error, and an address may hold a BSN.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def respond_stored(request: HttpRequest, stored: Stored) -> HttpResponse:
    """One version of a resource with its ETag; 304 when the caller has it."""
    etag = f'W/"{stored.version}"'
    headers = {"ETag": etag, "Last-Modified": http_date(stored.recorded_at.timestamp())}
    if etag in [each.strip() for each in request.headers.get("If-None-Match", "").split(",")]:
        return HttpResponse(status=304, headers=headers)
    return respond(request, 200, stored.resource, headers)


def respond_refusal(request: HttpRequest, refusal: Refused, **headers: str) -> HttpResponse:
    return respond(request, refusal.status, operation_outcome(refusal.issues, refusal.message_id), headers)


def _form(request: HttpRequest) -> Format:
    """The form that was asked; JSON where that cannot be had, so that a refusal still says something."""
    try:
        return form_of(request)
    except Refused:
        return Format.JSON


def form_of(request: HttpRequest) -> Format:
    """`_format` goes before Accept; without a wish the form that was sent, else JSON. Raises Refused (406)."""
    said = request.GET.get("_format")
    if said is not None:
        form = _FORMS.get(said.replace(" ", "+").partition(";")[0].strip().lower())
        if form is None:
            raise refused(406, "Reik speaks JSON and XML.", "_format")
        return form
    accepted = _accepted(request.headers.get("Accept", ""))
    for name in accepted:
        if name in _FORMS:
            return _FORMS[name]
        if name in _ANY:
            return _FORMS.get(media_type(request), Format.JSON)
    if accepted:
        raise refused(406, "Reik speaks application/fhir+json and application/fhir+xml.", "Accept")
    return _FORMS.get(media_type(request), Format.JSON)


def _accepted(header: str) -> list[str]:
    """The media types of an Accept header, the most wanted first; those of another FHIR version left out."""
    found: list[tuple[float, str]] = []
    for each in header.lower().split(","):
        name, *parameters = (part.strip() for part in each.split(";"))
        named = dict(part.partition("=")[::2] for part in parameters)
        try:
            wanted = float(named.get("q", "1"))
        except ValueError:
            wanted = 0.0
        if each.strip() and wanted > 0:
            other = not named.get("fhirversion", "4.0").startswith("4.0")
            found.append((-wanted, "another version" if other else name))
    return [name for _, name in sorted(found, key=lambda each: each[0])]


def media_type(request: HttpRequest) -> str:
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def check_message_type(request: HttpRequest) -> None:
    """Raises Refused (415) for what says itself that it is no FHIR, or another version of it."""
    kind = request.headers.get("Content-Type", "").lower()
    version = kind.partition("fhirversion=")[2].strip('" ')
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise refused(415, "Send the message as it is, not compressed.", "Content-Encoding")
    if media_type(request) not in (*_FORMS, *_UNSAID) or not (version or "4.0").startswith("4.0"):
        raise refused(415, "Reik reads application/fhir+json and application/fhir+xml, R4.", "Content-Type")


def answers(*methods: str, anybody: bool = False) -> Callable[[View], View]:
    """For FHIR views: these methods, who asks (unless for anybody), and an OperationOutcome for each refusal."""

    def around(view: View) -> View:
        @functools.wraps(view)
        def answered(request: ActingRequest, *values: object, **named: object) -> HttpResponse:
            try:
                form_of(request)
                if request.method not in methods:
                    raise refused(405, "Reik does not do this here.")
                return view(request, None if anybody else _actor(request), *values, **named)
            except Refused as refusal:
                return respond_refusal(request, refusal, **_headers(refusal.status, methods))
            except Exception as failure:
                return _failure(request, failure)

        # No cookie can send anything here (`_actor`), so there is no form of another site to be kept out.
        answered.csrf_exempt = True  # type: ignore[attr-defined]
        return answered

    return around


def _failure(request: HttpRequest, failure: Exception) -> HttpResponse:
    """What Reik itself could not do: nothing is kept of it, and no log holds the exception's own words."""
    if connection.in_atomic_block:
        transaction.set_rollback(True)
    if isinstance(failure, Parked):
        return _failed(request, 500, "exception", str(failure))
    kind = type(failure).__name__
    if isinstance(failure, (OperationalError, InterfaceError)):
        log.warning("A FHIR request has to come back: %s", kind)
        return _failed(request, 503, "transient", "The database does not answer: try again.")
    log.error("A FHIR request broke: %s\n%s", kind, "".join(traceback.format_tb(failure.__traceback__)))
    return _failed(request, 500, "exception", "Reik could not do this; its log says where it broke.")


def _failed(request: HttpRequest, status: int, code: str, text: str) -> HttpResponse:
    headers = {"Retry-After": str(AGAIN_AFTER_S)} if status == 503 else {}
    return respond(
        request, status, operation_outcome([Issue(text=text, code=code, severity="fatal")]), headers
    )


def _headers(status: int, methods: tuple[str, ...]) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": 'Bearer realm="reik"'}
    return {"Allow": ", ".join(methods)} if status == 405 else {}


def _actor(request: ActingRequest) -> Actor:
    """Who asks, for the organisation that the request names. A session may read; only a token may send.

    Raises Refused (401, 403).
    """
    actor = request.actor
    if actor is None or (request.method == "POST" and actor.session != "token"):
        raise refused(401, "Send a valid bearer token.", "Authorization")
    wanted = request.headers.get(ORGANISATION_HEADER)
    if not wanted:
        return actor
    try:
        return replace(actor, organisations=(addressed(actor, wanted),))
    except Refused:
        with acting_for(actor):
            record_act(actor, Act.REFUSED, "organisation", [], clock.now(), outcome="no partnership")
        raise
