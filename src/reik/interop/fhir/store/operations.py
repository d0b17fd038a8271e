"""Writes of the store: taking in a message, and linking or refusing the Patient of messages that wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reik.interop.fhir.identifiers import BSN, identifiers
from reik.interop.fhir.intake import Letter, birth_date_of, bsn_of, warnings
from reik.interop.fhir.outcome import Issue
from reik.interop.fhir.store import keeping, keys, queries
from reik.interop.fhir.store.handover import hand_over
from reik.interop.fhir.store.keeping import Became, Kept
from reik.interop.fhir.store.models import Message, Resource, ToLink
from reik.kernel.access_log import Act, record_act
from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.kernel.tenancy import Actor
from reik.people.matching import Person, Unsure, find_client, remember

BY_NUMBER = "found by number"


class NothingToLink(Exception):
    """This does not stand in the list any more: somebody linked or refused it, or it never did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a message. `again`: the same one was taken in before, and these are its versions."""

    message_id: UUID
    kept: Sequence[Kept]
    client_id: UUID | None
    unsure: str | None
    again: bool
    # What is odd but no reason to refuse, each with the number of its entry.
    warnings: Sequence[tuple[int, Issue]] = ()


def take_in(letter: Letter, *, organisation_id: UUID, message_id: UUID, now: datetime) -> Taken:
    """Store what a message says, find its client, and hand its agreements over or have her linked first.

    In the caller's transaction. The same message again changes nothing, unless its client is found only now.
    """
    keeping.lock(organisation_id)
    digest = keys.fingerprint(organisation_id, letter.bundle)
    message = _message(organisation_id, digest)
    if message is not None:
        kept, again = _brought(message), True
    else:
        kept, message = _keep(letter, organisation_id, digest, message_id, now)
        again = False
    patient = next(each for each in kept if each.type == "Patient")
    linked = _linked(patient)
    client_id, unsure = _find(organisation_id, patient, linked)
    if message.handed_at is None:
        _place(message, kept, linked, client_id, unsure, now)
    return Taken(
        message_id=message.id, kept=kept, client_id=client_id, unsure=unsure, again=again,
        warnings=list(warnings(letter)),
    )  # fmt: skip


_MESSAGE = """
SELECT id, organisation_id, digest, bundle_id, patient_id, to_link_id, received_at, handed_at FROM fhir_message
WHERE organisation_id = %s AND digest = %s
"""


def _message(organisation_id: UUID, digest: bytes) -> Message | None:
    """The same message as it was taken in before."""
    return next(iter(Message.objects.raw(_MESSAGE, [organisation_id, digest])), None)


def _keep(
    letter: Letter, organisation_id: UUID, digest: bytes, message_id: UUID, now: datetime
) -> tuple[list[Kept], Message]:
    """Write the resources of a message, and the message itself, whose entries name the versions that it brought."""
    known, where = keeping.identify(organisation_id, letter.entries, now)
    contents = [
        (keys.pointing_at(keys.content_of(each.resource), where), each.only_if_new is not None)
        for each in letter.entries
    ]
    kept = keeping.keep(organisation_id, known, contents, now)
    patient_id = next(
        each.id for each, entry in zip(known, letter.entries, strict=True) if entry is letter.patient
    )
    bundle = keeping.Known(new_id(now), vault().blind_index(organisation_id, f"message|{digest.hex()}"))
    of_bundle = keeping.keep(organisation_id, [bundle], [(_brings(letter, kept), True)], now)
    keeping.write(
        organisation_id, [*known, bundle], [*kept, *of_bundle],
        patient_id=patient_id, message_id=message_id, now=now,
    )  # fmt: skip
    message = Message(
        id=message_id, organisation_id=organisation_id, digest=digest, bundle_id=bundle.id,
        patient_id=patient_id, received_at=now,
    )  # fmt: skip
    return _as_stored(kept, [each.only_if_new is not None for each in letter.entries]), message


def _brings(letter: Letter, kept: Sequence[Kept]) -> dict[str, Any]:
    entries = [
        {**entry, "resource": {"resourceType": each.type, "id": str(each.id), "meta": {"versionId": str(each.version)}}}
        for entry, each in zip(letter.bundle["entry"], kept, strict=True)
    ]  # fmt: skip
    return {**keys.content_of(letter.bundle), "entry": entries}


def _as_stored(kept: list[Kept], only_if_new: Sequence[bool]) -> list[Kept]:
    """What was to stay as it is, as it is."""
    for each, stay in zip(kept, only_if_new, strict=True):
        if stay and each.became is Became.SAME:
            (stored,) = queries.versions([each.resource])
            each.content = keys.content_of(stored.resource)
    return kept


def _brought(message: Message) -> list[Kept]:
    """The versions that a message brought when it first came."""
    return [
        Kept(
            id=each.id,
            type=each.type,
            version=each.version,
            recorded_at=each.recorded_at,
            content=keys.content_of(each.resource),
            became=Became.SAME,
        )
        for each in queries.brought_by(message.bundle_id)
    ]


def _person(patient: Mapping[str, Any]) -> Person:
    return Person(
        bsn=bsn_of(patient),
        identifiers=[each for each in identifiers(patient) if each[0] != BSN],
        birth_date=birth_date_of(patient),
    )


@dataclass(frozen=True, slots=True)
class _Linked:
    """What is known of a Patient: the client she is, and the list in which she waits to be linked."""

    client_id: UUID | None = None
    to_link_id: UUID | None = None


_LINKED = """
SELECT r.client_id, w.id FROM fhir_resource AS r LEFT JOIN fhir_tolink AS w ON w.patient_id = r.id AND w.state = %s
WHERE r.id = %s
"""


def _linked(patient: Kept) -> _Linked:
    if patient.became is Became.NEW:  # nobody can have linked her before
        return _Linked()
    with connection.cursor() as cursor:
        cursor.execute(_LINKED, [ToLink.State.OPEN.value, patient.id])
        return _Linked(*cursor.fetchone())


def _find(organisation_id: UUID, patient: Kept, linked: _Linked) -> tuple[UUID | None, Unsure | None]:
    before = [linked.client_id] if linked.client_id else []
    return find_client(organisation_id, _person(patient.content), linked=before)


def _place(
    message: Message,
    kept: Sequence[Kept],
    linked: _Linked,
    client_id: UUID | None,
    unsure: Unsure | None,
    now: datetime,
) -> None:
    """Hand over what waits for this client, or have the message wait for a person; who refused it is obeyed."""
    waiting = ToLink.objects.get(id=linked.to_link_id) if linked.to_link_id else None
    if client_id is not None:
        if linked.client_id != client_id:
            Resource.objects.filter(id=message.patient_id).update(client_id=client_id)
        if waiting:
            _decide(waiting, client_id, BY_NUMBER, now)
            _hand_over_all(waiting, client_id, now)
        if waiting is None or message.to_link_id != waiting.id:  # else it was among those that waited
            _hand_over(message, kept, client_id, now)
    elif message.to_link_id is None:
        message.to_link = waiting or ToLink.objects.create(
            id=new_id(now),
            organisation_id=message.organisation_id,
            patient_id=message.patient_id,
            reason=unsure or Unsure.UNKNOWN,
            since=now,
        )
        message.save(force_insert=True)


def _decide(waiting: ToLink, client_id: UUID | None, by: str, now: datetime, note: str = "") -> None:
    waiting.state = ToLink.State.LINKED if client_id else ToLink.State.REFUSED
    waiting.client_id, waiting.decided_at, waiting.decided_by, waiting.note = client_id, now, by, note
    waiting.save()


def _hand_over_all(waiting: ToLink, client_id: UUID, now: datetime) -> None:
    """The messages that waited, in the order they came."""
    for each in Message.objects.filter(to_link=waiting, handed_at=None).order_by("received_at", "id"):
        _hand_over(each, _brought(each), client_id, now)


def _hand_over(message: Message, kept: Sequence[Kept], client_id: UUID, now: datetime) -> None:
    message.handed_at = now
    if message._state.adding:
        message.save(force_insert=True)
    else:
        message.save(force_update=True)
    hand_over(
        [each.resource for each in kept],
        organisation_id=message.organisation_id,
        client_id=client_id,
        bsn=next((bsn_of(each.content) for each in kept if each.type == "Patient"), None),
        message_id=message.id,
        now=now,
    )


# What a person decides


@transaction.atomic
def link(actor: Actor, *, to_link_id: UUID, client_id: UUID, now: datetime) -> None:
    """A person says which client this is: what waited goes to medication, and her numbers find her from now on.

    Raises NothingToLink, and people.matching.NotThisClient.
    """
    waiting = _waiting(actor, to_link_id)
    (patient,) = queries.current([waiting.patient_id])
    person = _person(patient.resource)
    remember(organisation_id=waiting.organisation_id, client_id=client_id, person=person, now=now)
    Resource.objects.filter(id=waiting.patient_id).update(client_id=client_id)
    _decide(waiting, client_id, actor.name, now)
    _hand_over_all(waiting, client_id, now)
    _record(actor, waiting, "linked", now)


@transaction.atomic
def refuse_link(actor: Actor, *, to_link_id: UUID, reason: str, now: datetime) -> None:
    """A person says that this is nobody of theirs: its messages plan nothing. Raises NothingToLink."""
    waiting = _waiting(actor, to_link_id)
    _decide(waiting, None, actor.name, now, reason)
    _record(actor, waiting, "refused", now)


def _waiting(actor: Actor, to_link_id: UUID) -> ToLink:
    found = ToLink.objects.filter(id=to_link_id, organisation_id__in=actor.organisations).first()
    if found is not None:
        keeping.lock(found.organisation_id)
        found = ToLink.objects.select_for_update().get(id=to_link_id)
    if found is None or found.state != ToLink.State.OPEN:
        raise NothingToLink("This is not in the list any more: look at the list again.")
    return found


def _record(actor: Actor, waiting: ToLink, what: str, now: datetime) -> None:
    ids = [waiting.id, waiting.patient_id, *([waiting.client_id] if waiting.client_id else [])]
    record_act(actor, Act.CHANGE, "to link", ids, now, organisation_id=waiting.organisation_id, detail=what)
