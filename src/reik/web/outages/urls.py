"""The addresses of outages."""

from django.urls import URLPattern, path

from reik.web.outages import demo, paper, sharing_out, views

urlpatterns: list[URLPattern] = [
    path("storing", views.every),
    path("storing/demo/<str:act>", demo.switch),
    path("storing/<uuid:outage_id>", views.one),
    path("storing/<uuid:outage_id>/verslag", views.report),
    path("storing/<uuid:outage_id>/neem", sharing_out.take),
    path("storing/<uuid:outage_id>/draag-over", sharing_out.hand_over),
    path("storing/<uuid:outage_id>/geef-terug", sharing_out.give_back),
    path("storing/<uuid:outage_id>/vink-af", sharing_out.tick),
    path("storing/<uuid:outage_id>/draai-terug", sharing_out.undo),
    path("storing/<uuid:outage_id>/ronde.pdf", paper.round_pdf),
    path("storing/<uuid:outage_id>/papier", paper.enter),
]
