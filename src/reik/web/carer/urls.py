"""The addresses of the informal carer's page."""

from django.urls import URLPattern, path

from reik.web.carer import views

urlpatterns: list[URLPattern] = [
    path("naaste", views.today),
    path("naaste/nu", views.now_fragment),
    path("naaste/week", views.week),
    path("naaste/wie", views.who_sees_what),
    path("naaste/taak/<uuid:task_id>/<str:what>", views.act_on_task),
    path("naaste/melding/<uuid:alert_id>", views.one),
    path("naaste/melding/<uuid:alert_id>/regelen", views.accept),
    path("naaste/melding/<uuid:alert_id>/teruggeven", views.give_back),
    path("naaste/melding/<uuid:alert_id>/afgelopen", views.handle),
    path("naaste/melding/<uuid:alert_id>/ongedaan", views.undo),
    path("naaste/melding/<uuid:alert_id>/niet-bellen", views.no_call),
]
