"""`python -m reik.interop.fhir.definitions FOLDER`: the table `r4.txt` from the StructureDefinitions of HL7.

FOLDER holds the StructureDefinitions of FHIR R4 4.0.1 (CC0) as JSON files, each one definition or a Bundle of
them. Definitions of another version are left out; what somebody added to them (a vendor's element) is not seen
here, so take the unchanged ones. `--check` writes nothing and tells whether the table is what they say.

One line for each type, a resource with `+` before it: `name*Type` repeats, `name:Type` does not; `.` is a part
of this very type (`Patient.contact`); `name?A,B` is a choice, whose name in a message ends in its type
(`deceasedBoolean`). The order of the words is that of XML. What every resource or every part begins with
(`id`, `extension`) is left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

VERSION = "4.0.1"
TABLE = Path(__file__).with_name("r4.txt")
HEAD = f"# FHIR R4 {VERSION}, from HL7's StructureDefinitions (CC0) by reik.interop.fhir.definitions. Do not edit.\n"
_EVERYWHERE = frozenset(
    {
        "id", "meta", "implicitRules", "language", "text", "contained", "extension", "modifierExtension"
    }
)  # fmt: skip
_KINDS = frozenset({"resource", "complex-type"})
_PART = frozenset({"BackboneElement", "Element"})
Json = Mapping[str, Any]


def table(definitions: Iterable[Json]) -> str:
    """The table of these definitions, sorted by type."""
    lines: dict[str, str] = {}
    for each in definitions:
        for owner, words in _types(each):
            mark = "+" if each["kind"] == "resource" and "." not in owner else ""
            lines[owner] = f"{mark}{owner} {' '.join(words)}".rstrip()
    return HEAD + "".join(f"{lines[owner]}\n" for owner in sorted(lines))


def _types(definition: Json) -> Iterator[tuple[str, list[str]]]:
    """Each type of one definition, its parts included, with its words in order."""
    if not _counts(definition):
        return
    made: dict[str, list[str]] = {definition["type"]: []}
    resource = definition["kind"] == "resource"
    for element in definition["snapshot"]["element"][1:]:
        path = element["path"]
        owner, _, name = path.rpartition(".")
        types = [each["code"] for each in element.get("type", [])]
        part = not element.get("contentReference") and types[0] in _PART
        if part:
            made[path] = []
        if not _given_by_all(owner, name, resource=resource):
            made[owner].append(_word(name, element, types, part=part))
    yield from made.items()


def _counts(definition: Json) -> bool:
    return (
        definition.get("resourceType") == "StructureDefinition"
        and definition.get("fhirVersion") == VERSION
        and definition.get("kind") in _KINDS
        and definition.get("derivation") != "constraint"
        and not definition.get("abstract")
    )


def _given_by_all(owner: str, name: str, *, resource: bool) -> bool:
    """`text` is a Narrative in a resource only; elsewhere it is an element of its own (`Dosage.text`)."""
    if name in ("id", "extension", "modifierExtension"):
        return True
    return resource and "." not in owner and name in _EVERYWHERE


def _word(name: str, element: Json, types: list[str], *, part: bool) -> str:
    if name.endswith("[x]"):
        return f"{name.removesuffix('[x]')}?{','.join(types)}"
    mark = "*" if element["max"] != "1" else ":"
    if element.get("contentReference"):
        return name + mark + str(element["contentReference"]).removeprefix("#")
    return name + mark + ("." if part else _plain(types[0]))


def _plain(code: str) -> str:
    """FHIRPath's own types (of `Extension.url`) are texts."""
    return "string" if code.startswith("http://hl7.org/fhirpath/") else code


def definitions_in(folder: Path) -> Iterator[Json]:
    """The StructureDefinitions of all JSON files below this folder."""
    for file in sorted(folder.rglob("*.json")):
        made = json.loads(file.read_bytes())
        if not isinstance(made, dict):
            continue
        yield made
        yield from (each.get("resource", {}) for each in made.get("entry", []) if isinstance(each, dict))


def main() -> int:
    """0 when the table is (now) what the definitions say, 1 when it is not, 2 when there are none."""
    parser = argparse.ArgumentParser(prog="python -m reik.interop.fhir.definitions", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with the StructureDefinitions of R4, as JSON")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 when the table differs")
    options = parser.parse_args()
    made = table(definitions_in(options.folder))
    if made == HEAD:
        print(f"There are no StructureDefinitions of FHIR {VERSION} in {options.folder}.", file=sys.stderr)
        return 2
    if options.check:
        return int(TABLE.read_text() != made)
    TABLE.write_text(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
