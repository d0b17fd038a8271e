"""The addresses of work lists, loading rounds and the calendar of one's own tasks."""

from django.urls import URLPattern, path

from reik.web.tasks import agenda, handing, rounds, views

urlpatterns: list[URLPattern] = [
    path("werklijst/taken", views.task_list),
    path("werklijst/taken/aantal", views.badge),
    path("werklijst/taken/<uuid:task_id>/geef", handing.give),
    path("werklijst/taken/<uuid:task_id>/<str:what>", views.act),
    path("werklijst/agenda", agenda.agenda),
    path("werklijst/rondes", rounds.page),
    path("werklijst/rondes.<str:kind>", rounds.exported),
    path("taken/<str:token>.ics", agenda.calendar),
]
