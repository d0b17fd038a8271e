"""What the FHIR store and its tables hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from reik.interop.fhir.search import parse
from reik.interop.fhir.store import queries
from reik.interop.fhir.store.operations import Taken
from reik.interop.fhir.store.queries import ToBeLinked
from reik.kernel.database import Role, become
from reik.kernel.tenancy import Actor, acting_for
from reik.people.operations import register_client
from tests.cast import rows
from tests.contexts.fhir_letters import Json
from tests.contexts.fhir_pharmacy import Pharmacy, as_worker


def send_later(pharmacy: Pharmacy, bundle: Json, minutes: int = 1) -> Taken:
    return replace(pharmacy, now=pharmacy.now + timedelta(minutes=minutes)).send(bundle)


def waiting(pharmacy: Pharmacy) -> list[ToBeLinked]:
    with acting_for(pharmacy.actor):
        return queries.to_be_linked(pharmacy.actor)


def handed() -> list[str]:
    return [
        each for (each,) in as_worker("SELECT message_id FROM medication_agreementmessage ORDER BY version")
    ]


def tables_holding(text: str) -> list[str]:
    """The tables of which a row, written as text, holds this text."""
    become(Role.OWNER)
    tables = rows(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind = 'r'"
    )
    found = [
        name
        for (name,) in tables
        if rows(f'SELECT 1 FROM "{name}" AS t WHERE t::text LIKE %s LIMIT 1', f"%{text}%")
        or rows(f'SELECT 1 FROM "{name}" AS t WHERE t::text LIKE %s LIMIT 1', f"%{text.encode().hex()}%")
    ]
    become(Role.WEB)
    return found


def register_as_worker(pharmacy: Pharmacy, name: str, **given: object) -> object:
    become(Role.WORKER)
    client = register_client(organisation_id=pharmacy.zorg.id, name=name, now=pharmacy.now, **given)  # type: ignore[arg-type]
    become(Role.WEB)
    return client.id


def found(actor: Actor, type: str, *pairs: tuple[str, str]) -> list[str]:
    """The identifier values of what a search finds."""
    with acting_for(actor):
        page = queries.search(actor, parse(type, pairs)).page
    return sorted(each.resource.get("identifier", [{"value": "-"}])[0]["value"] for each in page)
