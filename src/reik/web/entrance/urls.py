"""The addresses of the entrance."""

from django.urls import URLPattern, path

from reik.web.entrance import own, people, views, ways, welcome

urlpatterns: list[URLPattern] = [
    path("", views.home),
    path("inloggen", views.door),
    path("inloggen/als/<uuid:account_id>", views.enter_as),
    path("inloggen/wachtwoord", ways.with_password),
    path("inloggen/code", ways.with_code),
    path("inloggen/sleutel/vraag", ways.passkey_question),
    path("inloggen/sleutel", ways.passkey_answer),
    path("inloggen/opnieuw", ways.again),
    path("inloggen/opnieuw/sleutel", ways.again_answer),
    path("welkom/<str:token>", welcome.welcome),
    path("welkom/<str:token>/vraag", welcome.passkey_question),
    path("welkom/<str:token>/sleutel", welcome.passkey_answer),
    path("mijn-toegang", own.page),
    path("mijn-toegang/vraag", own.key_question),
    path("mijn-toegang/sleutel", own.key_answer),
    path("mijn-toegang/sleutel/<uuid:key_id>/weg", own.key_away),
    path("mijn-toegang/wachtwoord", own.password),
    path("mijn-toegang/papier", own.paper),
    path("mijn-toegang/overal", own.everywhere),
    path("medewerkers", people.page),
    path("medewerkers/<uuid:account_id>/uitnodigen", people.invite),
    path("medewerkers/<uuid:account_id>/sluit", people.close),
    path("uitloggen", views.leave),
    path("taal", views.language),
    path("weergave", views.theme),
]
