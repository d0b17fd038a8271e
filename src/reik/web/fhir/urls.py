"""The addresses below /fhir."""

from django.urls import URLPattern, path

from reik.web.fhir import views

urlpatterns: list[URLPattern] = [
    path("fhir", views.base),
    path("fhir/", views.base),
    path("fhir/metadata", views.metadata),
    path("fhir/<str:type>", views.search_type),
    path("fhir/<str:type>/_search", views.search_by_post),
    path("fhir/<str:type>/<str:id>", views.read),
    path("fhir/<str:type>/<str:id>/_history", views.history),
    path("fhir/<str:type>/<str:id>/_history/<str:version>", views.vread),
    path("fhir/<path:rest>", views.nothing_here),
]
