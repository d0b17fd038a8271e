"""The addresses of inspection."""

from django.urls import URLPattern, path

from reik.web.inspection import views

urlpatterns: list[URLPattern] = [
    path("inspectie", views.overview),
    path("inspectie.<str:kind>", views.exported),
    path("clienten/<uuid:client_id>/inspectie", views.of_client),
    path("clienten/<uuid:client_id>/inspectie.<str:kind>", views.exported_of_client),
]
