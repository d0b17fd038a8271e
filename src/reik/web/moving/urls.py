"""The addresses of a client's details, the organisation's pharmacies, and the swap of a dispenser."""

from django.urls import URLPattern, path

from reik.web.moving import details, pharmacies, swap

urlpatterns: list[URLPattern] = [
    path("clienten/<uuid:client_id>/gegevens", details.details),
    path("clienten/<uuid:client_id>/wissel", swap.swap_dispenser),
    path("apotheken", pharmacies.listing),
    path("apotheken/nieuw", pharmacies.add),
    path("apotheken/<uuid:pharmacy_id>", pharmacies.edit),
]
