"""The addresses of follow-up arrangements."""

from django.urls import URLPattern, path

from reik.web.followup import reach, views

urlpatterns: list[URLPattern] = [
    path("clienten/<uuid:client_id>/opvolgafspraak", views.of_client),
    path("clienten/<uuid:client_id>/opvolgafspraak/nieuw", views.agree_for_client),
    path("clienten/<uuid:client_id>/opvolgafspraak/bereik", reach.of_client),
    path("opvolgafspraak", views.default),
    path("opvolgafspraak/nieuw", views.agree_default),
    path("opvolgafspraak/bereik", reach.of_organisation_view),
]
