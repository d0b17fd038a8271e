"""By which codes of a care record an organisation means medicatieaanreiking, and on which law each rests. Pure.

Care records do not share a code for it: one sends a product of the indication, another a nursing action, a third its
own word. So each organisation says which ones it uses, and Reik presumes none but its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reik.pathway.path import SETTINGS

Code = tuple[str, str]
"""System and code, as FHIR writes them; a system without `urn:oid:`."""
OWN: Code = ("urn:reik:indication", "medicatieaanreiking")
"""What every organisation understands: a care record that can choose its code sends this one."""
BASIS_SYSTEM = "urn:reik:basis"
CHOICE = "indication_codes"
MOST, LONGEST = 50, 200


class CodesRefused(ValueError):
    """These codes cannot be kept; `code` says why to a screen, the message what to change."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def codes_of(choices: Mapping[str, object]) -> dict[Code, str]:
    """Every code with its basis; empty basis: the message has to say it."""
    rows = choices.get(CHOICE)
    own = rows if isinstance(rows, list) else []
    return {OWN: ""} | {(each["system"], each["code"]): each["basis"] for each in own}


def kept(rows: Sequence[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """These rows (system, code, basis) as they are kept, empty ones left out. Raises CodesRefused."""
    made: dict[Code, str] = {}
    for system, code, basis in rows:
        system, code = system.strip().removeprefix("urn:oid:"), code.strip()
        if not system and not code:
            continue
        if not system or not code or len(system) > LONGEST or len(code) > LONGEST:
            raise CodesRefused("code_half", "Give both the system and the code.")
        if basis not in SETTINGS:
            raise CodesRefused("code_basis", "Choose on which law the care rests.")
        if (system, code) in made:
            raise CodesRefused("code_twice", "This code stands in the list already.")
        made[system, code] = basis
    if len(made) > MOST:
        raise CodesRefused("code_many", f"At most {MOST} codes.")
    return [{"system": system, "code": code, "basis": basis} for (system, code), basis in made.items()]
