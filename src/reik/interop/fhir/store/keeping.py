"""Writing resources: identity first, then a version only where the content differs, then the rows to find it by.

The caller holds the organisation's lock (`lock`), so that the same thing is never made twice at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection

from reik.interop.fhir.intake import Entry
from reik.interop.fhir.store import keys, sealing
from reik.interop.fhir.writing import to_json
from reik.kernel.ids import new_id
from reik.kernel.rows import Columns, Table


class Became(StrEnum):
    """What a resource of a message became."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(slots=True, kw_only=True)
class Kept:
    """One resource as it now stands in the store; `content` is without id and version."""

    id: UUID
    type: str
    version: int
    recorded_at: datetime
    content: Mapping[str, Any]
    became: Became

    @property
    def resource(self) -> dict[str, Any]:
        """The resource as FHIR shows it: with id, version and time."""
        return shown(self.type, self.id, self.version, self.recorded_at, self.content)


def shown(
    type: str, id: UUID, version: int, recorded_at: datetime, content: Mapping[str, Any]
) -> dict[str, Any]:
    meta = {**content.get("meta", {}), "versionId": str(version), "lastUpdated": instant(recorded_at)}
    return {"resourceType": type, "id": str(id), **content, "meta": meta}


def instant(at: datetime) -> str:
    """A FHIR instant in UTC, to the millisecond."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def lock(organisation_id: UUID) -> None:
    """One writer of the store per organisation at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"fhir {organisation_id}"])


@dataclass(slots=True)
class Known:
    """What the store holds under an identity; `version` 0: nothing yet."""

    id: UUID
    identity: bytes
    version: int = 0
    digest: bytes = b""
    recorded_at: datetime | None = None
    stored: bool = False  # there is a row of it


Names = tuple[str, bytes]  # type and identity


def identify(
    organisation_id: UUID, entries: Sequence[Entry], now: datetime
) -> tuple[list[Known], dict[str, str]]:
    """The identity of each entry, and where each address within the message points in the store.

    What has no identifier is known by its content, which may point at others: those go first.
    """
    known: dict[int, Known] = {}
    named: dict[Names, Known] = {}
    where: dict[str, str] = {}
    waiting = dict(enumerate(entries))
    while waiting:
        addresses = {name for each in waiting.values() for name in each.names}
        # When they point at each other in a ring, nobody waits for anybody.
        ready = _ready(organisation_id, waiting, addresses, where) or _ready(
            organisation_id, waiting, set(), where
        )
        find(organisation_id, [(entries[index].type, each) for index, each in ready.items()], named, now)
        for index, identity in ready.items():
            entry = waiting.pop(index)
            known[index] = named[entry.type, identity]
            where |= dict.fromkeys(entry.names, f"{entry.type}/{known[index].id}")
    return [known[index] for index in range(len(entries))], where


def _ready(
    organisation_id: UUID, waiting: Mapping[int, Entry], names: set[str], where: Mapping[str, str]
) -> dict[int, bytes]:
    return {
        index: identity
        for index, each in waiting.items()
        if (identity := _identity(organisation_id, each, names, where)) is not None
    }


def _identity(
    organisation_id: UUID, entry: Entry, waiting_for: set[str], where: Mapping[str, str]
) -> bytes | None:
    own = keys.business_identity(organisation_id, entry.resource)
    if own is not None:
        return own
    if waiting_for & set(keys.literal_references(entry.resource)):
        return None
    content = keys.pointing_at(keys.content_of(entry.resource), where)
    return keys.content_identity(organisation_id, entry.full_url, content)


_FIND = """
SELECT type, identity, id, version, digest, updated_at FROM fhir_resource
WHERE organisation_id = %s AND identity = ANY(%s)
"""


def find(organisation_id: UUID, wanted: Sequence[Names], named: dict[Names, Known], now: datetime) -> None:
    """Add to `named` what is known under each (type, identity); what is not yet known gets its id here."""
    asked = [each for each in wanted if each not in named]
    if not asked:
        return
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [organisation_id, [identity for _, identity in asked]])
        for type, identity, id, version, digest, at in cursor.fetchall():
            named.setdefault(
                (type, bytes(identity)), Known(id, bytes(identity), version, bytes(digest), at, stored=True)
            )
    for type, identity in asked:
        named.setdefault((type, identity), Known(new_id(now), identity))


_RESOURCES = Table(
    "fhir_resource",
    id="uuid", organisation_id="uuid", type="text", identity="bytea", version="int", digest="bytea",
    patient_id="uuid", created_at="timestamptz", updated_at="timestamptz",
)  # fmt: skip
_VERSIONS = Table(
    "fhir_version",
    resource_id="uuid", number="int", organisation_id="uuid", content="text", sealed="bytea", message_id="uuid",
    recorded_at="timestamptz",
)  # fmt: skip
_TOKENS = Table(
    "fhir_token", organisation_id="uuid", resource_id="uuid", parameter="text", system="text", value="text"
)
_CURRENT = Columns(id="uuid", version="int", digest="bytea", patient_id="uuid")
_SET_CURRENT = f"""
UPDATE fhir_resource AS r SET version = n.version, digest = n.digest, patient_id = n.patient_id, updated_at = %s
FROM {_CURRENT.unnest} AS n({_CURRENT.names}) WHERE r.id = n.id
"""  # noqa: S608 - names from code


def keep(
    organisation_id: UUID,
    known: Sequence[Known],
    entries: Sequence[tuple[Mapping[str, Any], bool]],
    now: datetime,
) -> list[Kept]:
    """What each becomes; `entries` are (content, only if new) in the order of `known`. Nothing is written yet."""
    return [
        _step(organisation_id, each, content, only_if_new, now)
        for each, (content, only_if_new) in zip(known, entries, strict=True)
    ]


def write(
    organisation_id: UUID,
    known: Sequence[Known],
    kept: Sequence[Kept],
    *,
    patient_id: UUID,
    message_id: UUID,
    now: datetime,
) -> None:
    """Write what is new or differs, and the rows by which its newest version is found; `known` as in `keep`."""
    written = [each for each in kept if each.became is not Became.SAME]
    current = {each.id: each for each in written}  # the newest version of each
    rows = {each.id: each for each in known}
    _RESOURCES.insert(
        (id, organisation_id, each.type, rows[id].identity, each.version, rows[id].digest,
         _patient_of(each, patient_id), now, now)
        for id, each in current.items() if not rows[id].stored
    )  # fmt: skip
    _VERSIONS.insert(
        (each.id, each.version, organisation_id, *_stored(organisation_id, each), message_id, now)
        for each in written
    )
    changed = [each for id, each in current.items() if rows[id].stored]
    _make_current([(each, rows[each.id].digest) for each in changed], patient_id, now)
    _TOKENS.insert(
        (organisation_id, id, *row)
        for id, each in current.items()
        for row in sorted(keys.rows_of(organisation_id, each.content))
    )
    for id in current:
        rows[id].stored = True


def _make_current(changed: Sequence[tuple[Kept, bytes]], patient_id: UUID, now: datetime) -> None:
    """The newest version of each is the current one; the rows of the one before find it no more."""
    if not changed:
        return
    rows = [(each.id, each.version, digest, _patient_of(each, patient_id)) for each, digest in changed]
    with connection.cursor() as cursor:
        cursor.execute(_SET_CURRENT, [now, *_CURRENT.values(rows)])
        cursor.execute(
            "DELETE FROM fhir_token WHERE resource_id = ANY(%s)", [[each.id for each, _ in changed]]
        )


def _patient_of(kept: Kept, patient_id: UUID) -> UUID | None:
    """What is about nobody (a medicine, a pharmacy) belongs to no patient: many messages share it."""
    about = kept.type in ("Patient", "Bundle") or "subject" in kept.content or "patient" in kept.content
    return patient_id if about else None


def _step(
    organisation_id: UUID, known: Known, content: Mapping[str, Any], only_if_new: bool, now: datetime
) -> Kept:
    """One content after what is known: the same, or the next version, which `known` then stands for."""
    digest = keys.fingerprint(organisation_id, content)
    became = Became.NEW if known.version == 0 else Became.CHANGED
    if known.version and (only_if_new or digest == known.digest):
        became = Became.SAME
    else:
        known.version, known.digest, known.recorded_at = known.version + 1, digest, now
    assert known.recorded_at is not None
    return Kept(
        id=known.id,
        type=content["resourceType"],
        version=known.version,
        recorded_at=known.recorded_at,
        content=content,
        became=became,
    )


def _stored(organisation_id: UUID, kept: Kept) -> tuple[str, bytes | None]:
    return sealing.take_out(organisation_id, to_json(kept.content).decode())
