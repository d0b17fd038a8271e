"""What makes the site a thing on a phone: service worker, manifest, and the page for when there is no connection.

None of it holds anything of anybody, so each of them is the same for everyone.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reik.web.parts import asset

OFFLINE = "/geen-verbinding"
_ASSETS = (
    "reik/vendor/tabler.min.css", "reik/tokens.css", "reik/components.css", "reik/reik.css", "reik/carer.css",
    "reik/team.css", "reik/push.css", "reik/vendor/htmx.min.js", "reik/live.js", "reik/phone.js", "reik/icons.svg",
    "reik/favicon.svg", "reik/app/icon-192.png", "reik/app/badge-96.png",
)  # fmt: skip
_PLAIN = ("reik/vendor/atkinson-next-latin.woff2", "reik/vendor/atkinson-next-latin-ext.woff2")
"""What style sheets ask for themselves, without a version in the address."""


@cache
def shell() -> list[str]:
    """The addresses that a phone keeps, so that a page can be shown without a connection."""
    return [OFFLINE, *(asset(each) for each in _ASSETS), *(static(each) for each in _PLAIN)]


@cache
def _worker() -> str:
    found = finders.find("reik/sw.js")
    assert found is not None
    source = Path(found).read_text()
    told = {"shell": shell(), "icon": asset("reik/app/icon-192.png"), "badge": asset("reik/app/badge-96.png")}
    page = render_to_string("push/offline.html")
    version = hashlib.sha256((source + json.dumps(told) + page).encode()).hexdigest()[:12]
    return f"self.REIK = {json.dumps({**told, 'version': version})};\n{source}"


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """`/sw.js`: at the root, because a service worker sees only what lies below its own address."""
    response = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def manifest(_request: HttpRequest) -> JsonResponse:
    """`/manifest.webmanifest`: the name, the icons and the first page of Reik on a phone's home screen."""
    icons = [
        {"src": asset("reik/app/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": asset("reik/app/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {
            "src": asset("reik/app/mask-512.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]
    told = {
        "id": "/", "name": "Reik", "short_name": "Reik", "description": _("Meldingen van de medicijndispenser"),
        "start_url": "/", "scope": "/", "display": "standalone", "background_color": "#EDF2F0",
        "theme_color": "#0B5F59", "icons": icons,
    }  # fmt: skip
    response = JsonResponse(told, content_type="application/manifest+json")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def offline(_request: HttpRequest) -> HttpResponse:
    """What a phone shows when it has no connection and nothing was kept on it."""
    response = HttpResponse(render_to_string("push/offline.html"))
    response["Cache-Control"] = "no-cache"
    return response
