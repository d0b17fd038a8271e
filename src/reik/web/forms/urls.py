"""The addresses of forms and cards."""

from django.urls import URLPattern, path

from reik.web.forms import client, own

_CLIENT = "clienten/<uuid:client_id>/formulieren"
urlpatterns: list[URLPattern] = [
    path("formulieren", own.listing),
    path("formulieren/versie/<uuid:version_id>", own.version),
    path("formulieren/<str:form>/<str:language>", own.text),
    path("formulieren/<str:form>/<str:language>/schrijven", own.write),
    path(_CLIENT, client.listing),
    path(f"{_CLIENT}/kaart.pdf", client.card_paper),
    path(f"{_CLIENT}/<str:form>.pdf", client.paper),
    path(f"{_CLIENT}/<str:form>", client.form),
]
