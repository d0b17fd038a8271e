"""The addresses of indication, selection, decision and baseline."""

from django.urls import URLPattern, path

from reik.web.selection import baseline, decision, form, indication, review

urlpatterns: list[URLPattern] = [
    path("indicaties/lijst", indication.import_list),
    path("clienten/<uuid:client_id>/indicatie", indication.indication),
    path("clienten/<uuid:client_id>/indicatie/einde", indication.end),
    path("clienten/<uuid:client_id>/indicatie/opnieuw", indication.again),
    path("clienten/<uuid:client_id>/selectie", form.start),
    path("clienten/<uuid:client_id>/selectie/overslaan", form.skip),
    path("clienten/<uuid:client_id>/selectie/overzicht", review.review),
    path("clienten/<uuid:client_id>/selectie/versies", review.versions),
    path("clienten/<uuid:client_id>/selectie/<slug:code>", form.question),
    path("clienten/<uuid:client_id>/besluit", decision.decision),
    path("clienten/<uuid:client_id>/besluit.pdf", decision.paper),
    path("clienten/<uuid:client_id>/nulmeting", baseline.baseline),
    path("clienten/<uuid:client_id>/nulmeting/afbouwen", baseline.wind_down),
    path("clienten/<uuid:client_id>/nulmeting/bezoek/<uuid:visit_id>", baseline.visit),
]
