"""The addresses of the virtual dispenser."""

from django.urls import URLPattern, path

from reik.web.dispenser import views

urlpatterns: list[URLPattern] = [
    path("dispenser/<str:device>", views.kiosk),
    path("dispenser/<str:device>/scherm", views.screen),
    path("dispenser/<str:device>/doe/<str:act>", views.act),
]
