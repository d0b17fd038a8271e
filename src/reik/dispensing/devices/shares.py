"""What a dispenser shares with others: its network, its supplier and its region, by which an outage is known (N4)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import connection, transaction

from reik.dispensing.models import Dispenser
from reik.kernel.rows import array

LONGEST = 60
POSTCODE = re.compile(r"\b([1-9]\d)\d{2}\s?[A-Za-z]{2}\b")


class SharesRefused(ValueError):
    """This cannot be a network, supplier or region; the message says what can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Empty: not known, and then silence of this dispenser is never part of an outage of that kind."""

    network: str = ""
    supplier: str = ""
    region: str = ""


def region_of(address: str) -> str:
    """The region that a Dutch address lies in: the first two digits of its postcode; empty without one."""
    found = POSTCODE.search(address)
    return f"postcode {found[1]}" if found else ""


def shares_of(dispenser_id: UUID) -> Shares:
    """What is known of this dispenser; nothing of one that the reader may not see."""
    row = Dispenser.objects.filter(id=dispenser_id).values("network", "supplier", "region").first()
    return Shares(**row) if row else Shares()


IN_USE = """
SELECT n.kind, n.value FROM dispensing_dispenser AS d CROSS JOIN LATERAL
    (VALUES ('network', d.network), ('supplier', d.supplier), ('region', d.region)) AS n(kind, value)
WHERE d.organisation_id = ANY(%s::uuid[]) AND n.value <> '' GROUP BY 1, 2 ORDER BY 1, count(*) DESC, 2
"""


def in_use(organisation_ids: Collection[UUID]) -> Mapping[str, Sequence[str]]:
    """The networks, suppliers and regions that these organisations wrote before, the most usual first."""
    found: dict[str, list[str]] = {"network": [], "supplier": [], "region": []}
    with connection.cursor() as cursor:
        cursor.execute(IN_USE, [array("uuid", organisation_ids)])
        for kind, value in cursor.fetchall():
            found[kind].append(value)
    return found


def written(shares: Shares, known: Mapping[str, Sequence[str]]) -> Shares:
    """The same without stray spaces and in the spelling that is in use: "KPN" and "kpn" are one network.

    Raises SharesRefused.
    """
    made = {}
    for kind, value in asdict(shares).items():
        plain = " ".join(value.split())
        if len(plain) > LONGEST or not plain.isprintable():
            raise SharesRefused("Write a network, supplier or region in at most 60 letters.")
        made[kind] = next((each for each in known[kind] if each.casefold() == plain.casefold()), plain)
    return Shares(**made)


@transaction.atomic
def set_shares(dispenser_id: UUID, shares: Shares) -> Shares:
    """Write these; gives them as they are written. Raises SharesRefused, also for a dispenser that is not there."""
    row = Dispenser.objects.select_for_update(no_key=True).filter(id=dispenser_id).first()
    if row is None:
        raise SharesRefused("This dispenser is not known here: look at the client's page.")
    made = written(shares, in_use([row.organisation_id]))
    Dispenser.objects.filter(id=dispenser_id).update(**asdict(made))
    return made


def devices_on(network: str, client_ids: Collection[UUID]) -> list[tuple[str, UUID, UUID]]:
    """The dispensers of these clients on this network, by name: device, id and organisation."""
    rows = Dispenser.objects.filter(network=network, client_id__in=client_ids)
    return list(rows.order_by("device").values_list("device", "id", "organisation_id"))
