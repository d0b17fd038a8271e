"""The addresses of the work with schedules and rolls."""

from django.urls import URLPattern, path

from reik.web.work import (
    belongs,
    clients,
    dispensers,
    linking,
    lists,
    read_again,
    reading,
    recall,
    roll_arranging,
    roll_files,
    roll_fit,
    rolls,
    schedules,
    worklist,
)

urlpatterns: list[URLPattern] = [
    path("werklijst", worklist.worklist),
    path("werklijst/taak/<uuid:task_id>/<str:what>", worklist.act_on_task),
    path("werklijst/bericht/<uuid:message_id>", read_again.again),
    path("apotheek/terugroepen", recall.recall),
    path("werklijst/lijst", lists.upload),
    path("werklijst/rollen", roll_files.of_all),
    path("werklijst/dispensers", belongs.dispensers),
    path("werklijst/dispensers.csv", belongs.export),
    path("werklijst/schema/<uuid:schedule_id>", reading.read_back),
    path("werklijst/schema/<uuid:schedule_id>/klopt", reading.confirm),
    path("werklijst/schema/<uuid:schedule_id>/klopt-niet", reading.send_back),
    path("werklijst/verschil/<uuid:finding_id>", worklist.settle),
    path("koppelen/<uuid:to_link_id>", linking.link),
    path("koppelen/<uuid:to_link_id>/<str:what>", linking.decide),
    path("clienten/nieuw", clients.new_client),
    path("clienten/<uuid:client_id>/werk", clients.client_work),
    path("clienten/<uuid:client_id>/schema", schedules.schedule),
    path("clienten/<uuid:client_id>/rollen", rolls.rolls),
    path("clienten/<uuid:client_id>/rollen/bestand", roll_files.of_client),
    path("clienten/<uuid:client_id>/rollen/afspraak", roll_arranging.arrange),
    path("clienten/<uuid:client_id>/rollen/bestelling", roll_arranging.in_hand),
    path("clienten/<uuid:client_id>/rollen/<uuid:roll_id>", rolls.roll),
    path("clienten/<uuid:client_id>/rollen/<uuid:roll_id>/past", roll_fit.fit),
    path("clienten/<uuid:client_id>/rollen/<uuid:roll_id>/<str:act>", rolls.act),
    path("clienten/<uuid:client_id>/dispenser", dispensers.dispenser),
    path("clienten/<uuid:client_id>/dispenser/hoort-bij", dispensers.belongs_to),
]
