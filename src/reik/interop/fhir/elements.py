"""The elements of FHIR R4 (4.0.1): of which type, whether they repeat, and in which order they stand in XML. Pure.

All from `r4.txt`, which `definitions` makes from HL7's StructureDefinitions. Nothing is guessed from a name: what the
table does not know is not FHIR, and says so (`known`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

INTEGERS = frozenset({"integer", "positiveInt", "unsignedInt"})
NUMBERS = INTEGERS | {"decimal"}
_TEXTS = frozenset(
    {
        "base64Binary", "canonical", "code", "date", "dateTime", "id", "instant", "markdown", "oid", "string", "time",
        "uri", "url", "uuid",
    }
)  # fmt: skip
PRIMITIVES = NUMBERS | _TEXTS | {"boolean"}
XHTML = "xhtml"
LAST = 1000  # what is not known stands after all else, in the order it came


@dataclass(frozen=True, slots=True)
class Part:
    """One element of a type: its own type in the table, whether it repeats, and its place among the others."""

    kind: str
    many: bool
    place: int
    primitive: bool
    text: bool = False  # a primitive that is a text in JSON
    known: bool = True


def _part(kind: str, many: bool, place: int) -> Part:
    return Part(kind, many, place, kind in PRIMITIVES, kind in _TEXTS)


UNKNOWN = Part("", False, LAST, primitive=False, known=False)
# What every resource, and every part of one, begins with.
_OF_RESOURCES = {
    "id": "id", "meta": "Meta", "implicitRules": "uri", "language": "code", "text": "Narrative",
    "contained": "*Resource", "extension": "*Extension", "modifierExtension": "*Extension",
}  # fmt: skip
_OF_PARTS = {"id": "string", "extension": "*Extension", "modifierExtension": "*Extension"}


class _Parts(dict[str, Part]):
    """The parts of one type by name; a name that it has not is UNKNOWN."""

    def __missing__(self, name: str) -> Part:
        return UNKNOWN


def _read() -> tuple[dict[str, str], frozenset[str]]:
    words: dict[str, str] = {}
    resources = set()
    with Path(__file__).with_name("r4.txt").open(encoding="ascii") as lines:
        for line in lines:
            if not line.startswith("#"):
                owner, _, rest = line.rstrip("\n").partition(" ")
                name = owner.removeprefix("+")
                words[name] = rest
                if owner != name:
                    resources.add(name)
    return words, frozenset(resources)


_WORDS, RESOURCES = _read()


@lru_cache(maxsize=2048)
def parts_of(owner: str) -> Mapping[str, Part]:
    """The elements of a type (`Patient`, `Patient.contact`, `HumanName`; of a primitive its id and extensions)."""
    made = _Parts()
    first = _OF_RESOURCES if owner in RESOURCES else _OF_PARTS
    for place, (name, kind) in enumerate(first.items()):
        made[name] = _part(kind.removeprefix("*"), kind.startswith("*"), place)
    for place, word in enumerate(_WORDS.get(owner, "").split(), len(first)):
        made.update(_named(owner, word, place))
    return made


def _named(owner: str, word: str, place: int) -> Iterator[tuple[str, Part]]:
    """A word of the table; a choice has as many names as types."""
    mark = next(each for each in word if each in "*:?")
    name, _, kinds = word.partition(mark)
    if mark != "?":
        yield name, _part(f"{owner}.{name}" if kinds == "." else kinds, mark == "*", place)
        return
    for kind in kinds.split(","):
        yield name + kind[0].upper() + kind[1:], _part(kind, False, place)
