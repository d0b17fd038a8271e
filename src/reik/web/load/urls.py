"""The addresses of load and drills."""

from django.urls import URLPattern, path

from reik.web.load import answering, drills, views

urlpatterns: list[URLPattern] = [
    path("belasting", views.page),
    path("belasting.csv", views.as_csv),
    path("belasting/cijfer/<str:figure>", views.behind),
    path("belasting/voorstel/<uuid:proposal_id>", views.decide),
    path("oefeningen", drills.every),
    path("oefeningen/begin", drills.begin),
    path("oefeningen/<uuid:drill_id>", drills.report),
    path("clienten/<uuid:client_id>/proefmelding", drills.go_live),
    path("oefening/<uuid:step_id>", answering.page),
]
