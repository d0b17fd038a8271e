"""Pharmacies as a care organisation knows them: whom to ask, when they are open, and who answers when they are not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
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
    if not name.strip():
        raise PharmacyRefused("Give the pharmacy's name.")
    dates = [each.isoformat() for each in closed_on]
    try:
        opening_of(hours or {}, dates, "Europe/Amsterdam")
    except (ValueError, IndexError) as failure:
        raise PharmacyRefused("Opening hours are given by weekday as 08:30 and 17:30.") from failure
    keys = vault()

    def sealed(value: str) -> bytes | None:
        return keys.seal_text(organisation_id, value) if value else None

    made = Pharmacy.objects.create(
        id=new_id(now), organisation_id=organisation_id, partner_id=partner_id, name=name.strip(),
        email=sealed(email), phone=sealed(phone), duty_name=duty_name, duty_phone=sealed(duty_phone),
        hours=dict(hours or {}), closed_on=dates, lead_days=lead_days, created_at=now,
    )  # fmt: skip
    return made.id


def give_pharmacy(client_id: UUID, pharmacy_id: UUID) -> None:
    """This pharmacy serves the client from now on. Raises PharmacyRefused for one of another organisation."""
    pharmacy = Pharmacy.objects.filter(id=pharmacy_id).first()
    if pharmacy is None or not Client.objects.filter(
        id=client_id, organisation_id=pharmacy.organisation_id
    ).update(pharmacy_id=pharmacy_id):
        raise PharmacyRefused("This pharmacy is not in the list of the client's care organisation.")


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
