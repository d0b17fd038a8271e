"""`/apotheken`: the organisation's pharmacies, when they are open and who answers when they are not (R14, R20)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, time
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.pharmacies import (
    MOST_LEAD_DAYS,
    PharmacyCard,
    PharmacyDetails,
    PharmacyRefused,
    details_of,
    edit_pharmacy,
    pharmacies,
    register_pharmacy,
)
from reik.web.acting import ActingRequest
from reik.web.moving.details import LONGEST, PHONE
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted
from reik.web.work.clients import date_of

ROLES = ("team_manager", "nurse")
TEXTS = ("name", "email", "phone", "duty_name", "duty_phone", "lead_days", "closed_on")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LONGEST_DETAIL = 400


@dataclass(slots=True, kw_only=True)
class Typed:
    """The form as typed, and what is not right about it by field."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    hours: dict[str, tuple[str, str]] = field(default_factory=dict)
    closed_on: list[date] = field(default_factory=list)


@room_for(*ROLES)
@require_safe
@never_cache
def listing(request: ActingRequest) -> HttpResponse:
    """All of them, with today's hours and the number that is answered now."""
    now = clock.now()
    rows = []
    for each in pharmacies(actor_of(request).organisation_id):
        today = each.opening.hours_of(now.astimezone(each.opening.zone).date())
        rows.append((each, today, each.number_at(now)))
    return render(request, "moving/pharmacies.html", {"rows": rows})


@room_for(*ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def add(request: ActingRequest) -> HttpResponse:
    """`/apotheken/nieuw`; `?voor=<client>` goes back to her details."""
    actor, now = actor_of(request), clock.now()
    if request.method != "POST":
        return _page(request, None, Typed(values=_values(PharmacyDetails(name=""))))
    typed = _read(request.POST)
    if typed.values["name"] in {each.name for each in pharmacies(actor.organisation_id)}:
        typed.errors.setdefault("name", _("Deze apotheek staat al in de lijst."))
    if typed.errors:
        return _page(request, None, typed)
    made = _details(typed)
    try:
        id = register_pharmacy(
            organisation_id=actor.organisation_id, name=made.name, now=now, email=made.email, phone=made.phone,
            duty_name=made.duty_name, duty_phone=made.duty_phone, hours=made.hours, closed_on=made.closed_on,
            lead_days=made.lead_days,
        )  # fmt: skip
    except PharmacyRefused:
        typed.errors["hours"] = _("Controleer de openingstijden.")
        return _page(request, None, typed)
    acted(
        request,
        Act.CREATE,
        "pharmacy",
        [id],
        now,
        organisation_id=actor.organisation_id,
        detail=made.name[:80],
    )
    return HttpResponseRedirect(_back(request))


def _back(request: ActingRequest) -> str:
    try:
        return f"/clienten/{UUID(request.GET.get('voor', ''))}/gegevens"
    except ValueError:
        return "/apotheken"


@room_for(*ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit(request: ActingRequest, pharmacy_id: UUID) -> HttpResponse:
    """`/apotheken/<uuid>`. The access log keeps who changed what, with what it was before."""
    actor, now = actor_of(request), clock.now()
    card = next((each for each in pharmacies(actor.organisation_id) if each.id == pharmacy_id), None)
    if card is None:
        raise Http404
    if request.method != "POST":
        return _page(request, card, Typed(values=_values(details_of(card))))
    typed = _read(request.POST)
    if card.partner_id is not None:
        typed.values["name"] = card.name
        typed.errors.pop("name", None)
    if typed.errors:
        return _page(request, card, typed)
    try:
        before = edit_pharmacy(actor.organisation_id, pharmacy_id, _details(typed))
    except PharmacyRefused:
        typed.errors["hours"] = _("Controleer de openingstijden.")
        return _page(request, card, typed)
    if before:
        said = "; ".join(f"{name} was {value or '-'}" for name, value in sorted(before.items()))
        acted(
            request, Act.CHANGE, "pharmacy", [pharmacy_id], now, organisation_id=actor.organisation_id,
            detail=said[:LONGEST_DETAIL],
        )  # fmt: skip
    return HttpResponseRedirect("/apotheken")


def _values(details: PharmacyDetails) -> dict[str, str]:
    values = {name: str(getattr(details, name)) for name in TEXTS if name != "closed_on"}
    values["closed_on"] = ", ".join(f"{each:%d-%m-%Y}" for each in details.closed_on)
    for day in range(1, 8):
        since, until = (*details.hours.get(str(day), ("", "")),)[:2]
        values |= {f"from{day}": since, f"until{day}": until}
    return values


def _read(data: QueryDict) -> Typed:
    names = [*TEXTS, *(f"{end}{day}" for day in range(1, 8) for end in ("from", "until"))]
    typed = Typed(values={name: data.get(name, "").strip() for name in names})
    values, errors = typed.values, typed.errors
    for name in ("name", "email", "duty_name", "closed_on"):
        if len(values[name]) > LONGEST:
            errors[name] = _("Dit is te lang: ten hoogste %(most)s tekens.") % {"most": LONGEST}
    if not values["name"]:
        errors["name"] = _("Vul de naam in.")
    if values["email"] and not EMAIL.fullmatch(values["email"]):
        errors["email"] = _("Dit is geen e-mailadres.")
    for name in ("phone", "duty_phone"):
        if values[name] and not PHONE.fullmatch(values[name]):
            errors[name] = _("Dit is geen telefoonnummer: alleen cijfers, spaties en +.")
    if not (values["email"] or values["phone"]):
        errors.setdefault(
            "phone",
            _("Vul een telefoonnummer of een e-mailadres in: anders is de apotheek niet te bereiken."),
        )
    if (
        not re.fullmatch(r"\d{1,2}", values["lead_days"], re.ASCII)
        or int(values["lead_days"]) > MOST_LEAD_DAYS
    ):
        errors["lead_days"] = _("Vul een aantal werkdagen in, van 0 tot %(most)s.") % {"most": MOST_LEAD_DAYS}
    _read_hours(typed)
    for each in filter(None, (part.strip() for part in values["closed_on"].split(","))):
        day = date_of(each)
        if day is None:
            errors["closed_on"] = _("Vul dagen in zoals 24-12-2026, met een komma ertussen.")
        else:
            typed.closed_on.append(day)
    return typed


def _read_hours(typed: Typed) -> None:
    for day in range(1, 8):
        since, until = typed.values[f"from{day}"], typed.values[f"until{day}"]
        if not since and not until:
            continue
        try:
            if not time.fromisoformat(since) < time.fromisoformat(until):
                raise ValueError
        except ValueError:
            typed.errors["hours"] = _("Vul bij elke dag in van wanneer tot wanneer, zoals 08:30 tot 17:30.")
        typed.hours[str(day)] = (since, until)


def _details(typed: Typed) -> PharmacyDetails:
    values = typed.values
    return PharmacyDetails(
        name=values["name"], email=values["email"], phone=values["phone"], duty_name=values["duty_name"],
        duty_phone=values["duty_phone"], hours=typed.hours, closed_on=typed.closed_on,
        lead_days=int(values["lead_days"]),
    )  # fmt: skip


def _page(request: ActingRequest, card: PharmacyCard | None, typed: Typed) -> HttpResponse:
    days = [
        _("maandag"), _("dinsdag"), _("woensdag"), _("donderdag"), _("vrijdag"), _("zaterdag"), _("zondag"),
    ]  # fmt: skip
    v = typed.values
    values = {
        "card": card, "v": v, "e": typed.errors, "address": request.get_full_path(),
        "days": [(n, word, v[f"from{n}"], v[f"until{n}"]) for n, word in enumerate(days, 1)],
    }  # fmt: skip
    return render(request, "moving/pharmacy.html", values, status=422 if typed.errors else 200)
