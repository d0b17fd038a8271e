"""The addresses of the dispenser in use: loading, evaluating, reports, stopping."""

from django.urls import URLPattern, path

from reik.web.inuse import evaluations, loads, reports, stops

urlpatterns: list[URLPattern] = [
    path("clienten/<uuid:client_id>/laden", loads.load),
    path("clienten/<uuid:client_id>/evaluatie", evaluations.evaluation),
    path("clienten/<uuid:client_id>/incidenten", reports.of_client),
    path("clienten/<uuid:client_id>/incidenten/<uuid:incident_id>", reports.one),
    path("clienten/<uuid:client_id>/stoppen", stops.stop),
    path("incidenten", reports.of_all),
    path("naaste/laden", loads.load_by_carer),
    path("naaste/klacht", reports.complaint_by_carer),
]
