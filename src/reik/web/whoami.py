"""Tells a caller who Reik takes it for: the first thing to ask when a coupling does not work."""

from __future__ import annotations

from django.http import JsonResponse
from django.views.decorators.http import require_safe

from reik.web.acting import ActingRequest, needs_actor


@require_safe
@needs_actor
def whoami(request: ActingRequest) -> JsonResponse:
    """The actor's name and role, and how many organisations' records it may see now."""
    actor = request.actor
    assert actor is not None
    return JsonResponse({"name": actor.name, "role": actor.role, "organisations": len(actor.organisations)})
