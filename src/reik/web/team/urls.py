"""The addresses of the team's screens."""

from django.urls import URLPattern, path

from reik.web.team import alert_page, codes_page, replay_page, urgent, views

urlpatterns: list[URLPattern] = [
    path("team", views.board),
    path("team/noodlijst", views.emergency_list),
    path("team/melding/<uuid:alert_id>", alert_page.show),
    path("team/melding/<uuid:alert_id>/oppakken", alert_page.accept),
    path("team/melding/<uuid:alert_id>/teruggeven", alert_page.give_back),
    path("team/melding/<uuid:alert_id>/uitkomst", alert_page.handle),
    path("team/melding/<uuid:alert_id>/ongedaan", alert_page.undo),
    path("team/melding/<uuid:alert_id>/noodroute", urgent.emergency),
    path("team/melding/<uuid:alert_id>/teruggebeld", urgent.called_back),
    path("team/melding/<uuid:alert_id>/dempen", urgent.mute),
    path("team/melding/<uuid:alert_id>/dempen/verleng", urgent.lengthen),
    path("team/melding/<uuid:alert_id>/dempen/stop", urgent.unmute),
    path("team/melding/<uuid:alert_id>/verloop", replay_page.show),
    path("team/melding/<uuid:alert_id>/terugkijken", replay_page.evaluate),
    path("team/melding/<uuid:alert_id>/vraag", replay_page.ask),
    path("team/uitkomsten", codes_page.show),
    path("team/uitkomsten/nieuw", codes_page.add),
    path("team/uitkomsten/stop", codes_page.retire),
]
