"""The addresses of rosters, of their calendars and of forewarnings."""

from django.urls import URLPattern, path

from reik.web.rosters import away, feed, forewarned, swaps, views

urlpatterns: list[URLPattern] = [
    path("roosters", views.overview),
    path("roosters/nieuw", views.new),
    path("roosters/vooraf", forewarned.banner),
    path("roosters/vooraf/<uuid:forewarning_id>", forewarned.take),
    path("roosters/<uuid:roster_id>", views.one),
    path("roosters/<uuid:roster_id>/ruil", swaps.ask),
    path("roosters/ruil/<uuid:swap_id>", swaps.answer),
    path("rooster/<str:token>.ics", feed.calendar),
    path("naaste/zelf-weg", away.own),
]
