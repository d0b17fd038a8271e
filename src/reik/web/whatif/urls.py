"""The addresses of what-ifs."""

from django.urls import URLPattern, path

from reik.web.whatif import one, views

urlpatterns: list[URLPattern] = [
    path("waarde/wat-als", views.overview),
    path("waarde/wat-als/vergelijk", views.compare),
    path("waarde/wat-als/<uuid:id>", one.page),
    path("waarde/wat-als/<uuid:id>/planning.csv", one.planning_file),
]
