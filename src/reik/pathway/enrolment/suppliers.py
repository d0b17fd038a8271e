"""Who delivers dispensers to an organisation, and how an order reaches it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from reik.kernel.ids import new_id
from reik.kernel.operations import (
    OnlyMadeUp,
    add_destination,
    is_on_this_machine,
    new_webhook_secret,
)
from reik.medication.requests.letters import lane_to
from reik.pathway.enrolment.ordering import CHANNELS, EMAIL, PHONE, WEBHOOK, mapping_flaw
from reik.pathway.models import Supplier
from reik.people.homes_callers import normal

MOST_TYPES, LONGEST_NAME, MOST_LEAD_DAYS = 12, 80, 60
_EMAIL = re.compile(r"[^@\s?&]{1,64}@[^@\s?&]{1,251}\.[^@\s?&]{2,}")


class SupplierRefused(ValueError):
    """This supplier cannot be kept like this; `code` names the field to a screen."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSupplier:
    """A supplier as it is typed. `types`: the models that it delivers; `lead_days`: until it has answered.

    `agreed_on`: the day of the processing agreement; with mail it says that this mail is secured as well.
    """

    name: str
    types: Sequence[str]
    channel: str
    phone: str
    agreed_on: date | None
    lead_days: int = 5
    email: str = ""
    url: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierSeen:
    """A supplier as a screen shows it; never where its messages go."""

    id: UUID
    organisation_id: UUID
    name: str
    types: tuple[str, ...]
    channel: str
    mapping: Mapping[str, str]
    phone: str
    lead_days: int
    agreed_on: date | None
    created_at: datetime
    created_by: str


def suppliers_of(organisation_id: UUID) -> list[SupplierSeen]:
    """Those that deliver now, by name."""
    rows = Supplier.objects.filter(organisation_id=organisation_id, ended_at=None).order_by("name", "id")
    return [seen(each) for each in rows]


def seen(row: Supplier) -> SupplierSeen:
    return SupplierSeen(
        id=row.id, organisation_id=row.organisation_id, name=row.name, types=tuple(row.types), channel=row.channel,
        mapping=dict(row.mapping), phone=row.phone, lead_days=row.lead_days, agreed_on=row.agreed_on,
        created_at=row.created_at, created_by=row.created_by,
    )  # fmt: skip


def _flaw(new: NewSupplier, today: date) -> tuple[str, str] | None:
    """Field and sentence of the first thing that is wrong."""
    checks = (
        ("name", 0 < len(new.name.strip()) <= LONGEST_NAME, "Give the supplier's name."),
        ("types", 0 < len(new.types) <= MOST_TYPES, "Give the types of dispenser that it delivers."),
        ("channel", new.channel in CHANNELS, "Choose how an order reaches it."),
        ("phone", bool(normal(new.phone)), "Give a whole telephone number: a failed order is phoned."),
        ("lead_days", 1 <= new.lead_days <= MOST_LEAD_DAYS, f"It takes 1 to {MOST_LEAD_DAYS} days."),
        (
            "agreed_on",
            new.agreed_on is not None and new.agreed_on <= today,
            "An order names a client: give the day on which the processing agreement was signed.",
        ),
        ("email", new.channel != EMAIL or bool(_EMAIL.fullmatch(new.email)), "Give one e-mail address."),
        (
            "url",
            new.channel != WEBHOOK or new.url.startswith("https://") or is_on_this_machine(new.url),
            "The address of a webhook begins with https://.",
        ),
    )
    return next(((code, sentence) for code, fine, sentence in checks if not fine), None)


@transaction.atomic
def add_supplier(
    *, organisation_id: UUID, new: NewSupplier, by: str, now: datetime, today: date
) -> tuple[UUID, str]:
    """A supplier from now on; gives its id, and for a webhook the signing secret, which is shown once.

    Raises SupplierRefused.
    """
    wrong = _flaw(new, today)
    if wrong:
        raise SupplierRefused(*wrong)
    mapping = dict(new.mapping) if new.channel == WEBHOOK else {}
    if flaw := mapping_flaw(mapping):
        raise SupplierRefused(f"mapping_{flaw}", "These field names cannot be used: see the lines.")
    name = new.name.strip()
    if Supplier.objects.filter(organisation_id=organisation_id, name__iexact=name, ended_at=None).exists():
        raise SupplierRefused("twice", "This supplier is in the list: end it first to change it.")
    destination_id, secret = _destination(organisation_id, name, new, now)
    row = Supplier.objects.create(
        id=new_id(now), organisation_id=organisation_id, name=name, types=list(new.types), channel=new.channel,
        destination_id=destination_id, mapping=mapping, phone=new.phone.strip(), lead_days=new.lead_days,
        agreed_on=new.agreed_on, created_at=now, created_by=by,
    )  # fmt: skip
    return row.id, secret


def _destination(
    organisation_id: UUID, name: str, new: NewSupplier, now: datetime
) -> tuple[UUID | None, str]:
    """Where its orders go, and the fresh signing secret of a webhook."""
    if new.channel == PHONE:
        return None, ""
    try:
        if new.channel == EMAIL:
            lane = lane_to(organisation_id=organisation_id, name=name, email=new.email, now=now)
            if lane is None:
                raise SupplierRefused(
                    "mailbox", "Your organisation has no mailbox in Reik yet: set it up, or order by phone."
                )
            return lane, ""
        secret = new_webhook_secret()
        made = add_destination(
            organisation_id=organisation_id, channel=WEBHOOK, name=name, address=new.url, secret=secret, now=now
        )  # fmt: skip
    except OnlyMadeUp as refused:
        raise SupplierRefused("demo", str(refused)) from None
    return made.id, secret


def end_supplier(organisation_id: UUID, supplier_id: UUID, now: datetime) -> None:
    """Nothing more is ordered there; what runs goes on. Raises SupplierRefused when it had ended."""
    rows = Supplier.objects.filter(id=supplier_id, organisation_id=organisation_id, ended_at=None)
    if not rows.update(ended_at=now):
        raise SupplierRefused("ended", "This supplier had ended already: look at the list again.")
