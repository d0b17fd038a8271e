"""The addresses of questions to pharmacies and their answers."""

from django.urls import URLPattern, path

from reik.web.answer import of_client, public

urlpatterns: list[URLPattern] = [
    path("antwoord/<str:token>", public.page),
    path("clienten/<uuid:client_id>/vragen", of_client.questions),
    path("clienten/<uuid:client_id>/vragen/<uuid:request_id>", of_client.question),
    path("clienten/<uuid:client_id>/vragen/<uuid:request_id>/<str:act>", of_client.act),
]
