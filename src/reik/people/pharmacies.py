"""Pharmacies as a care organisation knows them: whom to ask, when they are open, and who answers when they are not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from reik.kernel import clock, facts
from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.people.facts import PharmacyChanged
from reik.people.models import Client, Pharmacy
from reik.people.opening import OFFICE_HOURS, Opening, opening_of


class PharmacyRefused(ValueError):
    """This pharmacy cannot be kept like this; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PharmacyCard:
    """A pharmacy as others need it. `partner_id` None: it has no account in Reik, and is written to or phoned."""

    id: UUID
    organisation_id: UUID
    partner_id: UUID | None
    name: str
    email: str
    phone: str
    duty_name: str
    duty_phone: str
    lead_days: int
    opening: Opening
    hours_known: bool

    def number_at(self, at: datetime) -> tuple[str, str]:
        """Who answers at this instant, and the number: the pharmacy itself, or who is on duty for it."""
        if self.opening.is_open(at) or not self.duty_phone:
            return self.name, self.phone
        return self.duty_name or self.name, self.duty_phone


@dataclass(frozen=True, slots=True, kw_only=True)
class PharmacyDetails:
    """What an organisation knows of a pharmacy. `hours` by ISO weekday: {"1": ("08:30", "17:30"), …}."""

    name: str
    email: str = ""
    phone: str = ""
    duty_name: str = ""
    duty_phone: str = ""
    hours: Mapping[str, Sequence[str]] = field(default_factory=dict)
    closed_on: Sequence[date] = ()
    lead_days: int = 2

    @property
    def dates(self) -> list[str]:
        return sorted({each.isoformat() for each in self.closed_on})


SEALED = ("email", "phone", "duty_phone")
MOST_LEAD_DAYS = 14


def _check(details: PharmacyDetails) -> None:
    if not details.name.strip():
        raise PharmacyRefused("Give the pharmacy's name.")
    try:
        opening = opening_of(details.hours, details.dates, "Europe/Amsterdam")
    except (ValueError, IndexError) as failure:
        raise PharmacyRefused("Opening hours are given by weekday as 08:30 and 17:30.") from failure
    if any(not since < until for since, until in opening.hours.values()):
        raise PharmacyRefused("A pharmacy opens before it closes: check the hours.")
    if not 0 <= details.lead_days <= MOST_LEAD_DAYS:
        raise PharmacyRefused(f"The days that a roll takes are 0 to {MOST_LEAD_DAYS}.")


def register_pharmacy(
    *,
    organisation_id: UUID,
    name: str,
    now: datetime,
    partner_id: UUID | None = None,
    email: str = "",
    phone: str = "",
    duty_name: str = "",
    duty_phone: str = "",
    hours: Mapping[str, Sequence[str]] | None = None,
    closed_on: Sequence[date] = (),
    lead_days: int = 2,
) -> UUID:
    """Put a pharmacy into an organisation's list; gives its id. Raises PharmacyRefused for hours that are none."""
    details = PharmacyDetails(
        name=name, email=email, phone=phone, duty_name=duty_name, duty_phone=duty_phone, hours=hours or {},
        closed_on=closed_on, lead_days=lead_days,
    )  # fmt: skip
    _check(details)
    made = Pharmacy.objects.create(
        id=new_id(now), organisation_id=organisation_id, partner_id=partner_id, created_at=now,
        **_columns(organisation_id, details),
    )  # fmt: skip
    return made.id


def _columns(organisation_id: UUID, details: PharmacyDetails) -> dict[str, Any]:
    keys = vault()
    sealed = {
        name: keys.seal_text(organisation_id, value) if (value := getattr(details, name).strip()) else None
        for name in SEALED
    }
    return {
        **sealed, "name": details.name.strip(), "duty_name": details.duty_name.strip(),
        "hours": {day: list(each) for day, each in details.hours.items()}, "closed_on": details.dates,
        "lead_days": details.lead_days,
    }  # fmt: skip


@transaction.atomic
def edit_pharmacy(organisation_id: UUID, pharmacy_id: UUID, details: PharmacyDetails) -> dict[str, str]:
    """Keep these details from now on; gives what each changed one was before, for the access log.

    Raises PharmacyRefused for a pharmacy of another organisation, and for hours that are none.
    """
    _check(details)
    row = Pharmacy.objects.select_for_update(no_key=True).filter(
        id=pharmacy_id, organisation_id=organisation_id
    )
    pharmacy = row.first()
    if pharmacy is None:
        raise PharmacyRefused("This pharmacy is not in your list.")
    if pharmacy.partner_id is not None and details.name.strip() != pharmacy.name:
        raise PharmacyRefused("This pharmacy works in Reik under its own name: only it can change that.")
    before, after = details_of(card_of(pharmacy)), _columns(organisation_id, details)
    changed = {
        name: str(getattr(before, name) if name != "closed_on" else before.dates)
        for name in after
        if _plain(before, name) != _plain(details, name)
    }
    for name, value in after.items():
        if name in changed:
            setattr(pharmacy, name, value)
    pharmacy.save(update_fields=list(changed))
    return changed


def _plain(details: PharmacyDetails, name: str) -> object:
    if name == "hours":
        return {day: tuple(each) for day, each in details.hours.items()}
    value = details.dates if name == "closed_on" else getattr(details, name)
    return value.strip() if isinstance(value, str) else value


def details_of(card: PharmacyCard) -> PharmacyDetails:
    """What is known of it, as it can be edited; without hours where none are known."""
    opening = card.opening if card.hours_known else Opening(hours={})
    return PharmacyDetails(
        name=card.name, email=card.email, phone=card.phone, duty_name=card.duty_name, duty_phone=card.duty_phone,
        hours={
            str(day): (f"{since:%H:%M}", f"{until:%H:%M}") for day, (since, until) in sorted(opening.hours.items())
        },
        closed_on=sorted(opening.closed_on), lead_days=card.lead_days,
    )  # fmt: skip


@transaction.atomic
def give_pharmacy(
    client_id: UUID, pharmacy_id: UUID, *, by: str = "reik", now: datetime | None = None
) -> None:
    """This pharmacy serves the client from now on; announced, whichever door was used (R14).

    Raises PharmacyRefused for one of another organisation.
    """
    pharmacy = Pharmacy.objects.filter(id=pharmacy_id).first()
    client = Client.objects.select_for_update(no_key=True, of=("self",)).filter(id=client_id).first()
    if pharmacy is None or client is None or client.organisation_id != pharmacy.organisation_id:
        raise PharmacyRefused("This pharmacy is not in the list of the client's care organisation.")
    if client.pharmacy_id == pharmacy_id:
        return
    served = Pharmacy.objects.filter(client=client)
    before = served.values_list("name", flat=True).first()
    Client.objects.filter(id=client_id).update(pharmacy_id=pharmacy_id)
    facts.publish(
        [
            PharmacyChanged(
                organisation_id=client.organisation_id, client_id=client_id, pharmacy=pharmacy.name,
                before=before or "", by=by,
            )
        ],
        now or clock.now(),
    )  # fmt: skip


def pharmacies_of(client_ids: Collection[UUID]) -> dict[UUID, PharmacyCard]:
    """Each client's pharmacy; clients without one are missing."""
    rows = Client.objects.filter(id__in=client_ids, pharmacy__isnull=False).select_related("pharmacy")
    made: dict[UUID, PharmacyCard] = {}
    found: dict[UUID, PharmacyCard] = {}
    for client in rows:
        pharmacy = client.pharmacy
        assert pharmacy is not None
        if pharmacy.id not in made:
            made[pharmacy.id] = card_of(pharmacy)
        found[client.id] = made[pharmacy.id]
    return found


def pharmacies(organisation_id: UUID) -> list[PharmacyCard]:
    """The pharmacies in an organisation's list, by name."""
    return [
        card_of(each) for each in Pharmacy.objects.filter(organisation_id=organisation_id).order_by("name")
    ]


def card_of(pharmacy: Pharmacy) -> PharmacyCard:
    keys = vault()

    def opened(sealed: bytes | memoryview | None) -> str:
        return keys.open_text(pharmacy.organisation_id, bytes(sealed)) if sealed else ""

    return PharmacyCard(
        id=pharmacy.id, organisation_id=pharmacy.organisation_id, partner_id=pharmacy.partner_id,
        name=pharmacy.name, email=opened(pharmacy.email), phone=opened(pharmacy.phone),
        duty_name=pharmacy.duty_name, duty_phone=opened(pharmacy.duty_phone), lead_days=pharmacy.lead_days,
        opening=opening_of(pharmacy.hours, pharmacy.closed_on, "Europe/Amsterdam") if pharmacy.hours
        else OFFICE_HOURS,
        hours_known=bool(pharmacy.hours),
    )  # fmt: skip
