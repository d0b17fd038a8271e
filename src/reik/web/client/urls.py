"""The addresses of the client's screens."""

from django.urls import URLPattern, path

from reik.web.client import views

urlpatterns: list[URLPattern] = [
    path("clienten", views.clients),
    path("clienten/<uuid:client_id>", views.client),
    path("clienten/<uuid:client_id>/tijdlijn", views.story),
]
