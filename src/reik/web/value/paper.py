"""`/waarde/rapport.pdf`, `.xlsx`, `.csv` for board or insurer, and the charts as SVG."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.interop.print.report import report_pdf
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.queries import organisation_names
from reik.value.case.organisation import ranges_of
from reik.value.report import BOARD, INSURER, Report, charts_of, report
from reik.value.report_charts import CHARTS, chart
from reik.value.report_sheets import as_csv, workbook
from reik.value.reproduce import reproduction
from reik.web.acting import ActingRequest
from reik.web.frame import ZONE, is_demo
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted
from reik.web.value.asked import answered, language
from reik.web.value.views import ROLES

TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
AUDIENCES = {"": BOARD, "bestuur": BOARD, "verzekeraar": INSURER}
room = room_for(*ROLES)


@room
@require_safe
@never_cache
def report_file(request: ActingRequest, kind: str) -> HttpResponse:
    """With the setting of the page that it is asked from."""
    audience = AUDIENCES.get(request.GET.get("voor", ""))
    if kind not in TYPES or audience is None:
        raise Http404
    actor, now = actor_of(request), clock.now()
    document = _document(actor.organisation_id, request.GET.dict(), now)
    made = report(
        document, reproduction(ranges_of(actor.organisation_id, now)), language=language(), audience=audience,
        organisation=organisation_names([actor.organisation_id]).get(actor.organisation_id, ""),
    )  # fmt: skip
    act = Act.PRINT if kind == "pdf" else Act.EXPORT
    acted(
        request, act, "case", [], now, organisation_id=actor.organisation_id, detail=f"{kind} for {audience}"
    )
    answer = HttpResponse(_file(kind, made, document, now), content_type=TYPES[kind])
    answer["Content-Disposition"] = (
        f'attachment; filename="waarde-{request.GET.get("voor") or "bestuur"}.{kind}"'
    )
    return answer


def _file(kind: str, made: Report, document: Mapping[str, Any], now: datetime) -> bytes | str:
    if kind == "csv":
        return as_csv(made)
    if kind == "xlsx":
        return workbook(made, now, demo=is_demo())
    return report_pdf(
        made, charts_of(document, made.language, made.audience), made_at=now, zone=ZONE, demo=is_demo()
    )


def _document(organisation_id: UUID, given: Mapping[str, str], now: datetime) -> dict[str, Any]:
    question, document = answered(organisation_id, given, now)
    if not document or question.error:
        raise Http404
    return document


@room
@require_safe
@never_cache
def chart_file(request: ActingRequest, name: str) -> HttpResponse:
    """One chart to take along."""
    if name not in CHARTS:
        raise Http404
    made = chart(
        name, _document(actor_of(request).organisation_id, request.GET.dict(), clock.now()), language()
    )
    if made is None:
        raise Http404
    answer = HttpResponse(made.svg, content_type="image/svg+xml")
    answer["Content-Disposition"] = f'attachment; filename="waarde-{name}.svg"'
    return answer
