"""`/zorgpad`: everything of the care path that is not of one client, for who may open it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.kernel.tenancy import Actor
from reik.pathway.forms.versions import waiting_for
from reik.pathway.selection import indications
from reik.people.queries import visible_to
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for

TEAM = ("nurse", "caregiver", "team_manager")
LEADS, MANAGER = ("nurse", "team_manager"), ("team_manager",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A page, what it is for, and what waits there (empty: nothing that is counted)."""

    address: str
    icon: str
    name: str
    what: str
    waits: str = ""


@room_for(*TEAM)
@require_safe
@never_cache
def overview(request: ActingRequest) -> HttpResponse:
    """Numbers only: nobody's name stands here, so no view of a client is logged."""
    actor = actor_of(request)
    groups = [
        (_("Beginnen"), _beginning(actor)),
        (_("Laten zien en opvolgen"), _showing(actor)),
        (_("Van uw organisatie"), _own(actor)),
    ]
    return render(request, "pathway/overview.html", {"groups": [each for each in groups if each[1]]})


def _beginning(actor: Actor) -> list[Door]:
    clients = list(visible_to(actor).values_list("id", flat=True))
    n = len(indications.candidates(clients))
    waits = ngettext("%(n)s cliënt", "%(n)s cliënten", n) % {"n": n} if n else ""
    candidates = Door(
        address="/team?toon=kandidaten", icon="user-question", name=_("Kandidaten"), waits=waits,
        what=_("Wie een indicatie heeft en nog geen dispenser, en waarom"),
    )  # fmt: skip
    reading_in = Door(
        address="/indicaties/lijst", icon="file-import", name=_("Indicaties inlezen"),
        what=_("Een lijst met indicaties, regel voor regel nagekeken"),
    )  # fmt: skip
    return _and_for_leads(actor, candidates, reading_in)


def _showing(actor: Actor) -> list[Door]:
    inspection = Door(
        address="/inspectie", icon="shield-check", name=_("Voor de inspectie"),
        what=_("Per cliënt en per team wat er is, wat ontbreekt en wat te laat kwam"),
    )  # fmt: skip
    incidents = Door(
        address="/incidenten", icon="alert-triangle", name=_("Klachten en incidenten"),
        what=_("Wat er gemeld is, en wat nog uitgezocht wordt"),
    )  # fmt: skip
    return _and_for_leads(actor, inspection, incidents)


def _and_for_leads(actor: Actor, everybodys: Door, leads: Door) -> list[Door]:
    """The second door only for who leads: a caregiver may not open it."""
    return [everybodys, leads] if actor.role in LEADS else [everybodys]


def _own(actor: Actor) -> list[Door]:
    doors = []
    if actor.role in LEADS:
        n = len(waiting_for(actor.organisation_id, actor.account_id)) if actor.role in MANAGER else 0
        said = ngettext("%(n)s wacht op u", "%(n)s wachten op u", n) % {"n": n} if n else ""
        doors.append(
            Door(
                address="/formulieren", icon="file-text", name=_("Formulieren"), waits=said,
                what=_("De teksten van uw organisatie, met versie en goedkeuring"),
            )
        )  # fmt: skip
    if actor.role in MANAGER:
        doors += [
            Door(
                address="/leveranciers", icon="truck-delivery", name=_("Leveranciers"),
                what=_("Wie dispensers levert, en hoe een bestelling daar komt"),
            ),
            Door(
                address="/zorgpad/instellingen", icon="settings", name=_("Instellingen van het zorgpad"),
                what=_("Namen van de stappen, termijnen, en de codes van indicaties uit het ECD"),
            ),
        ]  # fmt: skip
    return doors
