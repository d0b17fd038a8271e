"""The address of a client's informal carers."""

from django.urls import URLPattern, path

from reik.web.carers import views

urlpatterns: list[URLPattern] = [path("clienten/<uuid:client_id>/naasten", views.page)]
