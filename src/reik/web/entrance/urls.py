"""The addresses of the entrance."""

from django.urls import URLPattern, path

from reik.web.entrance import views

urlpatterns: list[URLPattern] = [
    path("", views.home),
    path("inloggen", views.door),
    path("inloggen/als/<uuid:account_id>", views.enter_as),
    path("uitloggen", views.leave),
    path("taal", views.language),
    path("weergave", views.theme),
]
