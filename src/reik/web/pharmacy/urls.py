"""`/apotheek`: the pharmacy's own screens."""

from django.urls import path

from reik.web.pharmacy import asked, client, confirming, inbox, messages, serving

urlpatterns = [
    path("apotheek", inbox.inbox),
    path("apotheek/clienten", inbox.clients),
    path("apotheek/berichten", messages.messages),
    path("apotheek/vraag/<uuid:request_id>", asked.asked),
    path("apotheek/wijziging/<uuid:change_id>", confirming.confirming),
    path("apotheek/client/<uuid:client_id>", client.client),
    path("apotheek/client/<uuid:client_id>/grens/<str:key>", client.set_for_time),
    path("apotheek/client/<uuid:client_id>/verschil/<str:key>", client.accept_differences),
    path("apotheek/client/<uuid:client_id>/aannemen", serving.accept),
    path("apotheek/client/<uuid:client_id>/stoppen", serving.stop),
]
