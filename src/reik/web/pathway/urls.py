"""The addresses of the care path."""

from django.urls import URLPattern, path

from reik.web.pathway import duties, overview, own_terms, start, views

urlpatterns: list[URLPattern] = [
    path("clienten/<uuid:client_id>/zorgpad", views.care_path),
    path("clienten/<uuid:client_id>/zorgpad/start", start.go_live),
    path("clienten/<uuid:client_id>/zorgpad/wie", duties.who_does_what),
    path("zorgpad", overview.overview),
    path("zorgpad/instellingen", own_terms.settings),
]
