"""The addresses of Reik."""

from django.urls import URLPattern, URLResolver, include, path

from reik.web import device
from reik.web.health import health, pulse
from reik.web.whoami import whoami

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health),
    path("health/pulse", pulse),
    path("whoami", whoami),
    path("device/1/<str:device>/up", device.up),
    path("device/1/<str:device>/down", device.down),
    path("", include("reik.web.fhir.urls")),
    path("", include("reik.web.rosters.urls")),
    path("", include("reik.web.carer.urls")),
    path("", include("reik.web.carers.urls")),
    path("", include("reik.web.inuse.urls")),
    path("", include("reik.web.dispenser.urls")),
    path("", include("reik.web.story.urls")),
    path("", include("reik.web.outside.urls")),
    path("", include("reik.web.changes.urls")),
    path("", include("reik.web.away.urls")),
    path("", include("reik.web.followup.urls")),
    path("", include("reik.web.enrolment.urls")),
    path("", include("reik.web.moving.urls")),
    path("", include("reik.web.homes.urls")),
    path("", include("reik.web.selection.urls")),
    path("", include("reik.web.tasks.urls")),
    path("", include("reik.web.inspection.urls")),
    path("", include("reik.web.work.urls")),
    path("", include("reik.web.pharmacy.urls")),
    path("", include("reik.web.outages.urls")),
    path("", include("reik.web.load.urls")),
    path("", include("reik.web.planning.urls")),
    path("", include("reik.web.adherence.urls")),
    path("", include("reik.web.questions.urls")),
    path("", include("reik.web.value.urls")),
    path("", include("reik.web.declaring.urls")),
    path("", include("reik.web.whatif.urls")),
    path("", include("reik.web.team.urls")),
    path("", include("reik.web.pathway.urls")),
    path("", include("reik.web.forms.urls")),
    path("", include("reik.web.client.urls")),
    path("", include("reik.web.operator.urls")),
    path("", include("reik.web.answer.urls")),
    path("", include("reik.web.push.urls")),
    path("", include("reik.web.entrance.urls")),
]

handler404 = "reik.web.failures.not_found"
handler500 = "reik.web.failures.broken"
