"""Reads of the store: one resource, its versions, a search, and who is to be linked. BSNs are put back here.

Row-level security and the actor's organisations keep others' resources out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from reik.interop.fhir.intake import birth_date_of, bsn_of
from reik.interop.fhir.search import Search
from reik.interop.fhir.store.keeping import shown
from reik.interop.fhir.store.sealing import put_back, token_value
from reik.interop.fhir.writing import from_json
from reik.kernel.tenancy import Actor

Values = dict[str, Any]
_COLUMNS = "r.organisation_id, r.id, r.type, v.number, v.recorded_at, v.content, v.sealed, p.client_id"
_FROM = """
FROM fhir_resource AS r JOIN fhir_version AS v ON v.resource_id = r.id
LEFT JOIN fhir_resource AS p ON p.id = r.patient_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One version of a resource; `resource` is as FHIR shows it. `client_id`: whose it is, when linked."""

    organisation_id: UUID
    id: UUID
    type: str
    version: int
    recorded_at: datetime
    client_id: UUID | None
    resource: Mapping[str, Any]


def _stored(row: Sequence[Any]) -> Stored:
    organisation_id, id, type, version, recorded_at, content, sealed, client_id = row
    said = from_json(put_back(organisation_id, content, bytes(sealed) if sealed is not None else None))
    return Stored(
        organisation_id=organisation_id,
        id=id,
        type=type,
        version=version,
        recorded_at=recorded_at,
        client_id=client_id,
        resource=shown(type, id, version, recorded_at, said),
    )


def _select(where: str, values: Values) -> list[Stored]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} {_FROM} WHERE {where}", values)
        rows = cursor.fetchall()
    return _whole([_stored(row) for row in rows])


def _whole(found: list[Stored]) -> list[Stored]:
    """Stored messages (Bundles) name the versions they brought: these are put in their place."""
    return [each if each.type != "Bundle" else _filled(each) for each in found]


def _filled(bundle: Stored) -> Stored:
    entries = bundle.resource["entry"]
    brought = versions([each["resource"] for each in entries])
    filled = [{**each, "resource": version.resource} for each, version in zip(entries, brought, strict=True)]
    return replace(bundle, resource={**bundle.resource, "entry": filled})


def brought_by(bundle_id: UUID) -> list[Stored]:
    """The versions that a stored message brought, in the order of its entries."""
    (bundle,) = current([bundle_id])
    return versions([each["resource"] for each in bundle.resource["entry"]])


def current(ids: Sequence[UUID]) -> list[Stored]:
    """The current versions of these resources; of a stored message only the names of its versions."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} {_FROM} WHERE v.number = r.version AND r.id = ANY(%s)", [list(ids)]
        )
        found = {each.id: each for each in map(_stored, cursor.fetchall())}
    return [found[each] for each in ids]


def versions(named: Sequence[Mapping[str, Any]]) -> list[Stored]:
    """The versions that these stubs (id, meta.versionId) name, in their order."""
    pairs = [(UUID(each["id"]), int(each["meta"]["versionId"])) for each in named]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} {_FROM} JOIN unnest(%s::uuid[], %s::int[]) AS n(id, number)"
            " ON n.id = v.resource_id AND n.number = v.number",
            [[id for id, _ in pairs], [number for _, number in pairs]],
        )
        found = {(each.id, each.version): each for each in map(_stored, cursor.fetchall())}
    return [found[pair] for pair in pairs]


def read(actor: Actor, type: str, id: UUID) -> Stored | None:
    """The current version, or None when the actor may not see it or it is not there."""
    return next(iter(_select(f"{_VISIBLE} AND {_ONE} AND v.number = r.version", _one(actor, type, id))), None)


def vread(actor: Actor, type: str, id: UUID, version: int) -> Stored | None:
    """One version, as it was."""
    values = {**_one(actor, type, id), "number": version}
    return next(iter(_select(f"{_VISIBLE} AND {_ONE} AND v.number = %(number)s", values)), None)


def history(actor: Actor, type: str, id: UUID) -> list[Stored]:
    """All versions, the newest first; empty when the actor may not see it or it is not there."""
    return _select(f"{_VISIBLE} AND {_ONE} ORDER BY v.number DESC", _one(actor, type, id))


_VISIBLE = "r.organisation_id = ANY(%(organisations)s)"
_ONE = "r.type = %(type)s AND r.id = %(id)s"


def _one(actor: Actor, type: str, id: UUID) -> Values:
    return {"organisations": list(actor.organisations), "type": type, "id": id}


# Search


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search, how many there are in all, and whether more follow after this page."""

    page: Sequence[Stored]
    total: int
    more: bool


def search(actor: Actor, asked: Search, *, after: UUID | None = None) -> Found:
    """Current versions, in the order in which their resources were first received."""
    values: Values = {"organisations": list(actor.organisations), "type": asked.type}
    where = " AND ".join(
        [_VISIBLE, "r.type = %(type)s", "v.number = r.version", *_conditions(actor, asked, values)]
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {_FROM} WHERE {where}", values)
        total = int(cursor.fetchone()[0])
    if not asked.count or not total:
        return Found([], total, False)
    if after:
        values["after"] = after
        where += " AND r.id > %(after)s"
    values["most"] = asked.count + 1
    found = _select(f"{where} ORDER BY r.id LIMIT %(most)s", values)
    return Found(found[: asked.count], total, len(found) > asked.count)


_ROW_OF = (
    "SELECT t.resource_id FROM fhir_token AS t WHERE t.organisation_id = ANY(%(organisations)s)"
    " AND t.parameter = '{name}' AND {what}"
)
_OF_PATIENT = "SELECT d.id FROM fhir_resource AS d WHERE d.patient_id IN ({patients}) UNION {logical}"


def _conditions(actor: Actor, asked: Search, values: Values) -> list[str]:
    """SQL for each parameter; what a caller gave goes into `values` only."""
    made = []
    for number, (name, tokens) in enumerate(asked.tokens):
        what = _any_token(actor, tokens, f"t{number}", values)
        found = _ROW_OF.format(name=name, what=what)
        if name == "patient.identifier":
            patients = _ROW_OF.format(name="identifier", what=what)
            found = _OF_PATIENT.format(patients=patients, logical=found)
        made.append(f"r.id IN ({found})")
    for number, (name, ids) in enumerate(asked.ids):
        values[f"i{number}"] = list(ids)
        made.append(f"{'r.id' if name == '_id' else 'r.patient_id'} = ANY(%(i{number})s)")
    for number, updated in enumerate(asked.updated):
        values[f"u{number}"] = updated.at
        made.append(f"r.updated_at {updated.comparison} %(u{number})s")
    return made


def _any_token(
    actor: Actor, tokens: Sequence[tuple[str | None, str | None]], key: str, values: Values
) -> str:
    """One of the tokens. A number that could be a BSN has another fingerprint in each organisation."""
    made = []
    for number, (system, value) in enumerate(tokens):
        parts = []
        if system is not None:
            values[f"{key}_{number}s"] = system
            parts.append(f"t.system = %({key}_{number}s)s")
        if value is not None:
            values[f"{key}_{number}v"] = [token_value(each, value) for each in actor.organisations]
            parts.append(f"t.value = ANY(%({key}_{number}v)s)")
        made.append("(" + " AND ".join(parts or ["true"]) + ")")
    return "(" + " OR ".join(made) + ")"


# Who is to be linked


@dataclass(frozen=True, slots=True, kw_only=True)
class ToBeLinked:
    """A Patient of a message that stands for a person to link or refuse. `reason` is a people.matching.Unsure."""

    id: UUID
    organisation_id: UUID
    patient_id: UUID
    since: datetime
    reason: str
    name: str
    birth_date: date | None
    has_bsn: bool
    messages: int


_TO_BE_LINKED = f"""
SELECT w.id, w.since, w.reason, (SELECT count(*) FROM fhir_message AS m WHERE m.to_link_id = w.id), {_COLUMNS}
FROM fhir_tolink AS w JOIN fhir_resource AS r ON r.id = w.patient_id
JOIN fhir_version AS v ON v.resource_id = r.id AND v.number = r.version
LEFT JOIN fhir_resource AS p ON p.id = r.id
WHERE w.organisation_id = ANY(%s) AND w.state = 0 ORDER BY w.since, w.id
"""  # noqa: S608 - constants only


def to_be_linked(actor: Actor) -> list[ToBeLinked]:
    """Everyone who is to be linked in the actor's organisations, who waits longest first.

    Whoever shows this list to a person records that in the access log.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TO_BE_LINKED, [list(actor.organisations)])
        rows = cursor.fetchall()
    return [_to_be_linked(row[:4], _stored(row[4:])) for row in rows]


def _to_be_linked(row: Sequence[Any], patient: Stored) -> ToBeLinked:
    id, since, reason, messages = row
    return ToBeLinked(
        id=id,
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        since=since,
        reason=reason,
        name=_name(patient.resource),
        birth_date=birth_date_of(patient.resource),
        has_bsn=bsn_of(patient.resource) is not None,
        messages=messages,
    )


def _name(patient: Mapping[str, Any]) -> str:
    for name in patient.get("name", []):
        whole = name.get("text") or " ".join(
            each for each in [*name.get("given", []), name.get("family")] if each
        )
        if whole:
            return str(whole)
    return ""
