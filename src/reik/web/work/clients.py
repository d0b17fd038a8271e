"""A client typed by hand, and her page in the work of schedules and rolls."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reik.interop.fhir.store import queries as fhir
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.operations import OnlyMadeUp
from reik.kernel.tenancy import Actor
from reik.medication import queries as medication
from reik.medication.times import written
from reik.people.operations import BsnInvalid, register_client
from reik.people.queries import ClientCard, search, teams_of
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.path import CLIENT, before_a_client, path_of
from reik.web.work.shown import roll_row
from reik.web.work.turns import take_turns
from reik.web.work.whose import EVERYONE, TEAM, client_of
from reik.web.work.words import line_consequence, line_sentence, unplannable_said

LONGEST = 200
OLDEST = 1900
FIELDS = ("salutation", "name", "birth_date", "phone", "address", "team", "caller_note", "bsn")


@dataclass(slots=True, kw_only=True)
class Typed:
    """The form as typed, and what is not right about it by field."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    birth_date: date | None = None
    team_id: UUID | None = None
    twins: list[ClientCard] = field(default_factory=list)


@require_http_methods(["GET", "POST"])
@room_for(*TEAM)
def new_client(request: ActingRequest) -> HttpResponse:
    """`/clienten/nieuw`: straight on to the schedule."""
    actor, now = actor_of(request), clock.now()
    if request.method != "POST":
        return _form(request, actor, Typed(values=_begin(request, actor)))
    take_turns("new client of", actor.organisation_id)
    typed = _read(request.POST, actor, now)
    if not typed.errors and not typed.twins:
        client_id = _register(typed, actor, now)
        if client_id is not None:
            acted(
                request, Act.CREATE, "client", [client_id], now, organisation_id=actor.organisation_id,
                detail="typed by hand",
            )  # fmt: skip
            return HttpResponseRedirect(f"/clienten/{client_id}/schema")
    if typed.twins:
        viewed(request, "client twins", {actor.organisation_id: [each.id for each in typed.twins]}, now)
    return _form(request, actor, typed)


def _form(request: HttpRequest, actor: Actor, typed: Typed) -> HttpResponse:
    values = {
        "typed": typed,
        "v": typed.values,
        "e": typed.errors,
        "teams": teams_of(actor),
        "path": before_a_client(),
    }
    return render(request, "work/new_client.html", values, status=422 if typed.errors or typed.twins else 200)


def _begin(request: HttpRequest, actor: Actor) -> dict[str, str]:
    """Empty; from a message that is to be linked, with the name and birth date that it gives."""
    values = dict.fromkeys(FIELDS, "")
    teams = teams_of(actor)
    values["team"] = str(teams[0][0]) if len(teams) == 1 else ""
    wanted = request.GET.get("bericht", "")
    for each in fhir.to_be_linked(actor) if wanted else ():
        if str(each.id) == wanted and each.organisation_id == actor.organisation_id:
            values["name"] = each.name
            values["birth_date"] = f"{each.birth_date:%d-%m-%Y}" if each.birth_date else ""
    return values


def _read(data: QueryDict, actor: Actor, now: datetime) -> Typed:
    typed = Typed(values={name: data.get(name, "").strip() for name in FIELDS})
    values, errors = typed.values, typed.errors
    for name, value in values.items():
        if len(value) > LONGEST:
            errors[name] = _("Dit is te lang: ten hoogste %(most)s tekens.") % {"most": LONGEST}
    if not values["name"]:
        errors["name"] = _("Vul de naam in.")
    typed.birth_date = date_of(values["birth_date"])
    if typed.birth_date is None or not typed.birth_date.year >= OLDEST or typed.birth_date > now.date():
        errors["birth_date"] = _("Vul de geboortedatum in, zoals 31-12-1940.")
    if values["phone"] and not re.fullmatch(r"\+?[\d\s()\-.]{6,20}", values["phone"]):
        errors["phone"] = _("Dit is geen telefoonnummer: alleen cijfers, spaties en +.")
    typed.team_id = next((id for id, _name in teams_of(actor) if str(id) == values["team"]), None)
    if typed.team_id is None and (values["team"] or teams_of(actor)):
        errors["team"] = _("Kies het team.")
    if not errors and "anyway" not in data:
        typed.twins = [each for each in search(actor, values["name"]) if each.birth_date == typed.birth_date]
    return typed


def date_of(text: str) -> date | None:
    """ "31-12-1940", "31/12/1940", "31 12 1940", "31121940" or "1940-12-31"; None for anything else."""
    found = re.fullmatch(r"\s*(\d{1,2})[-/. ]?(\d{1,2})[-/. ]?(\d{4})\s*", text, re.ASCII)
    iso = re.fullmatch(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*", text, re.ASCII)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None


def _register(typed: Typed, actor: Actor, now: datetime) -> UUID | None:
    """The client's id; None with the fault beside the field."""
    values = typed.values
    try:
        with transaction.atomic():
            return register_client(
                organisation_id=actor.organisation_id, name=" ".join(values["name"].split()), now=now,
                birth_date=typed.birth_date, bsn=re.sub(r"[\s.]", "", values["bsn"]) or None,
                phone=values["phone"] or None, address=values["address"] or None, team_id=typed.team_id,
                salutation=values["salutation"], caller_note=values["caller_note"],
            ).id  # fmt: skip
    except BsnInvalid:
        typed.errors["bsn"] = _("Dit is geen geldig BSN: kijk de negen cijfers na.")
    except OnlyMadeUp:
        typed.errors["bsn"] = _("Dit is een demo met verzonnen mensen: gebruik een BSN dat met 9999 begint.")
    except IntegrityError:
        typed.errors["bsn"] = _("Dit BSN is al van een andere cliënt in uw organisatie.")
    return None


@require_safe
@room_for(*EVERYONE)
def client_work(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<uuid>/werk`: where she is on the way, and what came in for her and when."""
    actor, now = actor_of(request), clock.now()
    card = client_of(actor, client_id)
    path = path_of(card, CLIENT, now)
    viewed(request, f"client work {client_id}", {card.organisation_id: [client_id]}, now)
    arrived = [
        {"each": each, "unplannable": [unplannable_said(one, each.names) for one in each.unplannable]}
        for each in written.arrived_for(client_id)
    ]
    values = {
        "card": card, "path": path, "arrived": arrived,
        "sentences": [
            (line_sentence(line), line_consequence(line))
            for line in (path.confirmed.lines if path.confirmed else ())
        ],
        "rolls": [roll_row(each) for each in medication.rolls_of(client_id)],
    }  # fmt: skip
    return render(request, "work/client.html", values)
