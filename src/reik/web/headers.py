"""What every answer tells the browser: nothing from elsewhere, in no frame, cookies only over a safe line."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from reik.kernel import hosts

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)


class StrictHeadersMiddleware:
    """Adds to Django's own headers (nosniff, referrer policy same-origin); a view may set a stricter policy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        if getattr(request, "actor", None) is not None:
            response.headers.setdefault("Cache-Control", "private, no-store")
        if response.cookies and not (is_loopback(request.get_host()) and not request.is_secure()):
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response


def is_loopback(host: str) -> bool:
    """Whether the Host header, with or without port, names this very machine."""
    return hosts.is_loopback(urlsplit(f"//{host}").hostname or "")
