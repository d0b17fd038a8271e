"""Says whether this process can serve: for `reik up`, load balancers and monitors. Without log-in, without data."""

from __future__ import annotations

import logging

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from reik.kernel import clock
from reik.kernel.pulse import pulses

log = logging.getLogger("reik.web")


@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """200 after a real statement as `reik_web` through the pool; 503 with the reason when the database is away."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except (OperationalError, InterfaceError) as failure:
        log.warning("The database is away (%s)", failure)
        return JsonResponse({"status": "fault", "reason": "The database does not answer."}, status=503)
    return JsonResponse({"status": "ok"})


@require_safe
def pulse(_request: HttpRequest) -> JsonResponse:
    """What a watcher outside asks: of each process without which nobody is called, when it last moved, and how its
    clock stands. 503 when the database is away. No data of anybody."""
    try:
        found = pulses()
    except (OperationalError, InterfaceError):
        return JsonResponse({"status": "fault", "reason": "The database does not answer."}, status=503)
    processes = [{"process": each.process, "age_s": each.age_s, "ahead_s": each.ahead_s} for each in found]
    return JsonResponse({"status": "ok", "now": clock.now().timestamp(), "processes": processes})
