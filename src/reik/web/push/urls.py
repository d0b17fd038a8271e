"""The addresses of notifications, of the service worker and of what a phone needs to install Reik."""

from django.urls import URLPattern, path

from reik.web.push import shell, views

urlpatterns: list[URLPattern] = [
    path("sw.js", shell.worker),
    path("manifest.webmanifest", shell.manifest),
    path("geen-verbinding", shell.offline),
    path("push/kaart", views.card),
    path("push/stand", views.state),
    path("push/aan", views.switch_on),
    path("push/uit", views.switch_off),
    path("push/proef", views.try_out),
    path("push/received", views.received),
]
