"""Pages for what went wrong: what it was, what still works, and what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def _wants_page(request: HttpRequest) -> bool:
    return "text/html" in request.headers.get("Accept", "")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing here, or nothing that this visitor may see: the two look the same."""
    del exception
    if not _wants_page(request):
        return JsonResponse({"error": "There is nothing here, or nothing that you may see."}, status=404)
    return render(request, "failures/not_found.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of Reik itself. The page needs no database and no session."""
    if not _wants_page(request):
        return JsonResponse({"error": "Reik has a fault; it was written down."}, status=500)
    return HttpResponse(render_to_string("failures/broken.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: the page was open for too long, or it is not ours."""
    del reason
    if not _wants_page(request):
        return JsonResponse({"error": "Open the page again and send the form from there."}, status=403)
    return render(request, "failures/stale_form.html", status=403)
