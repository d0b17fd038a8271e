"""The loaded tables of codes: taking one in, and what they say of the codes of messages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from reik.kernel.rows import Columns, Table
from reik.medication.codes.file import CodeLine, without_doubles
from reik.medication.codes.systems import CodeSystem, code_system, plain_code

Written = tuple[str | None, str]  # system and code as a message writes them
_ROWS = Table(
    "medication_productcode",
    system="text", code="text", called="text", atc="text", packable="bool", loaded_at="timestamptz",
)  # fmt: skip
_REPLACE = """
ON CONFLICT (system, code) DO UPDATE
SET called = EXCLUDED.called, atc = EXCLUDED.atc, packable = EXCLUDED.packable, loaded_at = EXCLUDED.loaded_at
"""
_ASKED = Columns(system="text", code="text")
_FIND = f"""
SELECT system, code, called, atc, packable FROM medication_productcode
WHERE (system, code) IN (SELECT * FROM {_ASKED.unnest})
"""  # noqa: S608 - names from code
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a table brought: how many codes it holds, and how many of the one before it no longer names."""

    codes: int
    gone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSeen:
    """What the loaded table says of a product; `packable` None: it does not say."""

    system: CodeSystem
    code: str
    name: str
    atc: str
    packable: bool | None


@transaction.atomic
def load_codes(lines: Sequence[CodeLine], now: datetime) -> Load:
    """Take in a whole table: codes of its systems that it does not name any more are gone. For `reik_worker`."""
    kept = without_doubles(lines)
    for start in range(0, len(kept), _AT_ONCE):
        _ROWS.insert(
            (
                (each.system.value, each.code, each.name, each.atc, each.packable, now)
                for each in kept[start : start + _AT_ONCE]
            ),
            then=_REPLACE,
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM medication_productcode WHERE system = ANY(%s) AND loaded_at < %s",
            [sorted({each.system.value for each in kept}), now],
        )
        return Load(codes=len(kept), gone=cursor.rowcount)


def products_of(written: Collection[Written]) -> dict[Written, ProductSeen]:
    """What the loaded table says of these codes; those that it does not hold are missing."""
    asked = {
        each: (system.value, plain_code(system, each[1]))
        for each in written
        if (system := code_system(*each)) is not None
    }
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FIND, _ASKED.values(sorted(set(asked.values()))))
        found = {
            (system, code): ProductSeen(
                system=CodeSystem(system), code=code, name=name, atc=atc, packable=packable
            )
            for system, code, name, atc, packable in cursor.fetchall()
        }
    return {each: found[pair] for each, pair in asked.items() if pair in found}
