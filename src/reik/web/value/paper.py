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
from reik.value.planning import queries as planning
from reik.value.report import BOARD, INSURER, Report, charts_of, report
from reik.value.report_charts import CHARTS, chart
from reik.value.report_peak import Quarter, peak_chart, peak_table
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
PEAK = "ochtendpiek"
Peak = tuple[list[Quarter], str, str]
"""The quarters of a morning, the language, the name of the planning."""
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
    peak = _peak(actor.organisation_id)
    made = report(
        document, reproduction(ranges_of(actor.organisation_id, now)), language=language(), audience=audience,
        peak=peak_table(*peak) if peak else None,
        organisation=organisation_names([actor.organisation_id]).get(actor.organisation_id, ""),
    )  # fmt: skip
    act = Act.PRINT if kind == "pdf" else Act.EXPORT
    acted(
        request, act, "case", [], now, organisation_id=actor.organisation_id, detail=f"{kind} for {audience}"
    )
    answer = HttpResponse(_file(kind, made, document, now, peak), content_type=TYPES[kind])
    answer["Content-Disposition"] = (
        f'attachment; filename="waarde-{request.GET.get("voor") or "bestuur"}.{kind}"'
    )
    return answer


def _peak(organisation_id: UUID) -> Peak | None:
    """The morning of the newest planning, in the language of the page."""
    newest = planning.newest_taken(organisation_id)
    bars = planning.quarters_of(newest) if newest else []
    return (bars, language(), newest.name) if newest and bars else None


def _file(
    kind: str, made: Report, document: Mapping[str, Any], now: datetime, peak: Peak | None
) -> bytes | str:
    if kind == "csv":
        return as_csv(made)
    if kind == "xlsx":
        return workbook(made, now, demo=is_demo())
    charts = charts_of(document, made.language, made.audience)
    charts += [peak_chart(peak[0], peak[1])] if peak else []
    return report_pdf(made, charts, made_at=now, zone=ZONE, demo=is_demo())


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
    organisation_id = actor_of(request).organisation_id
    if name == PEAK:
        peak = _peak(organisation_id)
        made = peak_chart(peak[0], peak[1]) if peak else None
    elif name in CHARTS:
        made = chart(name, _document(organisation_id, request.GET.dict(), clock.now()), language())
    else:
        raise Http404
    if made is None:
        raise Http404
    answer = HttpResponse(made.svg, content_type="image/svg+xml")
    answer["Content-Disposition"] = f'attachment; filename="waarde-{name}.svg"'
    return answer
