"""The addresses of changes in the middle of a roll."""

from django.urls import URLPattern, path

from reik.web.changes import views

urlpatterns: list[URLPattern] = [
    path("clienten/<uuid:client_id>/wijziging/<uuid:change_id>", views.change),
    path("clienten/<uuid:client_id>/wijziging/<uuid:change_id>/kies", views.choose),
    path("clienten/<uuid:client_id>/wijziging/<uuid:change_id>/eruit", views.taken_out),
]
