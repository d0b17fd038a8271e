"""The addresses of the short questionnaires."""

from django.urls import URLPattern, path

from reik.web.questions import carer, client, professional

urlpatterns: list[URLPattern] = [
    path("clienten/<uuid:client_id>/vragenlijst", client.every),
    path("clienten/<uuid:client_id>/vragenlijst.pdf", client.paper),
    path("clienten/<uuid:client_id>/vragenlijst/<str:key>", client.one),
    path("naaste/vragenlijst", carer.page),
    path("vragenlijst", professional.page),
]
