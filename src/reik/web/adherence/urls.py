"""The addresses of adherence."""

from django.urls import URLPattern, path

from reik.web.adherence import client, organisation

urlpatterns: list[URLPattern] = [
    path("clienten/<uuid:client_id>/uitgenomen", client.page),
    path("clienten/<uuid:client_id>/uitgenomen.pdf", client.on_paper),
    path("naaste/uitgenomen", client.by_carer),
    path("waarde/uitgenomen", organisation.page),
    path("waarde/uitgenomen/rijen", organisation.behind),
]
