"""The addresses of value."""

from django.urls import URLPattern, path

from reik.web.value import agreed, assumed, figure, kept, own, paper, plan, reproduced, views

urlpatterns: list[URLPattern] = [
    path("waarde", views.page),
    path("waarde/bewaar", views.keep),
    path("waarde/omzet", views.turnover),
    path("waarde/cijfer/<str:key>", figure.page),
    path("waarde/aannames", assumed.every),
    path("waarde/aannames/<str:key>", assumed.one),
    path("waarde/afspraken", agreed.page),
    path("waarde/reproductie", reproduced.page),
    path("waarde/meetplan", plan.page),
    path("waarde/meetplan/eigen", own.page),
    path("waarde/meetplan/<str:key>", plan.one),
    path("waarde/meetplan/<str:key>/einde", own.end),
    path("waarde/bewaard/<uuid:case_id>", kept.page),
    path("waarde/rapport.<str:kind>", paper.report_file),
    path("waarde/grafiek/<str:name>.svg", paper.chart_file),
]
