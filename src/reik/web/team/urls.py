"""The addresses of the team's screens."""

from django.urls import URLPattern, path

from reik.web.team import alert_page, views

urlpatterns: list[URLPattern] = [
    path("team", views.board),
    path("team/noodlijst", views.emergency_list),
    path("team/melding/<uuid:alert_id>", alert_page.show),
    path("team/melding/<uuid:alert_id>/oppakken", alert_page.accept),
    path("team/melding/<uuid:alert_id>/teruggeven", alert_page.give_back),
    path("team/melding/<uuid:alert_id>/uitkomst", alert_page.handle),
    path("team/melding/<uuid:alert_id>/ongedaan", alert_page.undo),
]
