"""The addresses of what lies outside the roll, and of the cards."""

from django.urls import URLPattern, path

from reik.web.outside import cards, giving, lines

_CLIENT = "clienten/<uuid:client_id>"
urlpatterns: list[URLPattern] = [
    path(f"{_CLIENT}/buiten-de-rol", lines.lines),
    path(f"{_CLIENT}/buiten-de-rol/regel", lines.write),
    path(f"{_CLIENT}/buiten-de-rol/<uuid:line>/regel", lines.change),
    path(f"{_CLIENT}/buiten-de-rol/<uuid:line>/stop", lines.stop),
    path(f"{_CLIENT}/buiten-de-rol/<uuid:line>/geven", giving.give),
    path(f"{_CLIENT}/buiten-de-rol/voorstel/<uuid:proposal_id>", lines.decide),
    path(f"{_CLIENT}/dagkaart", cards.day_card),
    path(f"{_CLIENT}/dagkaart.pdf", cards.day_pdf),
    path(f"{_CLIENT}/weekkaart.pdf", cards.week_pdf),
    path("team/uitvalpakket.<str:kind>", cards.pack),
]
