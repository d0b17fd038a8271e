"""The addresses of enrolment, delivery, instruction, and of who delivers dispensers."""

from django.urls import URLPattern, path

from reik.web.enrolment import deliver, enrol, suppliers, teach

urlpatterns: list[URLPattern] = [
    path("clienten/<uuid:client_id>/aanmelden", enrol.enrol),
    path("clienten/<uuid:client_id>/levering", deliver.deliver),
    path("clienten/<uuid:client_id>/instructie", teach.teach),
    path("leveranciers", suppliers.page),
    path("leveranciers/<uuid:supplier_id>/weg", suppliers.end),
]
