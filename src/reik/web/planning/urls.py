"""The addresses of planning files."""

from django.urls import URLPattern, path

from reik.web.planning import views

urlpatterns: list[URLPattern] = [
    path("waarde/planning", views.overview),
    path("waarde/planning/<uuid:file_id>", views.one),
    path("waarde/planning/<uuid:file_id>/geweigerd.csv", views.refused_csv),
]
