"""What a page's own script tells in the body of a request."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest

MOST_BYTES = 16_384


def told_in(request: HttpRequest, *, most: int = MOST_BYTES) -> dict[str, Any]:
    """The JSON object of a request; empty for anything else, or more than `most` bytes."""
    length = request.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) > most:
        return {}
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
