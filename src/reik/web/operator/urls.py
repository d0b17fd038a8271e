"""The addresses of the console."""

from django.urls import path

from reik.web.operator import acts, beside, shifts, urgent, views, visits

urlpatterns = [
    path("zorgcentrale", views.console),
    path("zorgcentrale/rij", views.rows),
    path("zorgcentrale/stil", views.silent),
    path("zorgcentrale/zoek", views.search),
    path("zorgcentrale/toetsen", views.keys),
    path("zorgcentrale/tweede", views.second),
    path("zorgcentrale/overdracht", shifts.shift),
    path("zorgcentrale/overdracht/geef", shifts.give),
    path("zorgcentrale/overdracht/<uuid:handover_id>/neem", shifts.take),
    path("zorgcentrale/melding/<uuid:alert_id>", views.detail),
    path("zorgcentrale/melding/<uuid:alert_id>/stand", views.standing),
    path("zorgcentrale/melding/<uuid:alert_id>/kijkt", views.beside),
    path("zorgcentrale/melding/<uuid:alert_id>/neem", acts.take),
    path("zorgcentrale/melding/<uuid:alert_id>/geef-terug", acts.give_back),
    path("zorgcentrale/melding/<uuid:alert_id>/uitkomst", acts.handle),
    path("zorgcentrale/melding/<uuid:alert_id>/herstel", acts.undo),
    path("zorgcentrale/melding/<uuid:alert_id>/teruggebeld", beside.called_back),
    path("zorgcentrale/melding/<uuid:alert_id>/notitie", beside.note),
    path("zorgcentrale/melding/<uuid:alert_id>/protocol/<uuid:protocol_id>/<int:number>", beside.step),
    path("zorgcentrale/melding/<uuid:alert_id>/huis", beside.house),
    path("zorgcentrale/melding/<uuid:alert_id>/bezoek", visits.visit),
    path("zorgcentrale/melding/<uuid:alert_id>/spoed", urgent.at_emergency),
    path("zorgcentrale/melding/<uuid:alert_id>/dempen", urgent.at_mute),
    path("zorgcentrale/melding/<uuid:alert_id>/dempen/<uuid:mute_id>/stop", urgent.unmute),
]
