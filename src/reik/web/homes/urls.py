"""The addresses of what one must know of a home, and of what an organisation agreed with its centre."""

from django.urls import URLPattern, path

from reik.web.homes import client, organisation

urlpatterns: list[URLPattern] = [
    path("clienten/<uuid:client_id>/thuis", client.home),
    path("clienten/<uuid:client_id>/thuis/kaart", client.keep),
    path("clienten/<uuid:client_id>/thuis/toegang", client.access),
    path("clienten/<uuid:client_id>/thuis/gecontroleerd", client.checked),
    path("bezoek/<uuid:alert_id>/huistoegang", client.visit),
    path("bereikbaar", organisation.page),
    path("bereikbaar/nummer", organisation.add),
    path("bereikbaar/nummer/<uuid:number_id>/weg", organisation.end),
    path("bereikbaar/protocol", organisation.protocol),
]
