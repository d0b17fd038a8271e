"""The addresses of absences and of giving by hand."""

from django.urls import URLPattern, path

from reik.web.away import hand, told, views

urlpatterns: list[URLPattern] = [
    path("clienten/<uuid:client_id>/afwezig", views.absence),
    path("clienten/<uuid:client_id>/met-de-hand/<uuid:moment_id>", hand.giving),
    path("naaste/afwezig", told.told_by_carer),
]
