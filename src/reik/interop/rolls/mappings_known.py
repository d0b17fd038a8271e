"""The mapping files there are: those that come with Reik, and the installation's own in REIK_HOME/mappings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reik.interop.rolls.mapping_file import MappingFile, MappingRefused, read_mapping
from reik.kernel.home import Home

SHIPPED = Path(__file__).parent / "mappings"
JSON = "json"
"""The name under which canonical JSON is chosen: it needs no mapping."""
MOST_BYTES = 100_000


class MappingUnknown(Exception):
    """There is no such mapping; the message says which there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMapping:
    """`key` chooses it; `flaw` says why it cannot be used, and is empty when it can."""

    key: str
    name: str
    own: bool
    flaw: str = ""


def known_mappings() -> list[KnownMapping]:
    """Own ones first; one with the name of a shipped one takes its place."""
    found: dict[str, KnownMapping] = {}
    for own, folder in ((True, _own_folder()), (False, SHIPPED)):
        for path in sorted(folder.glob("*.toml")):
            if path.stem not in found:
                found[path.stem] = _known(path, own=own)
    return list(found.values())


def _known(path: Path, *, own: bool) -> KnownMapping:
    try:
        return KnownMapping(key=path.stem, name=_read(path).name, own=own)
    except MappingRefused as refused:
        return KnownMapping(key=path.stem, name=path.stem, own=own, flaw=str(refused))


def mapping_of(key: str) -> MappingFile | None:
    """The mapping by its key; None for canonical JSON. Raises MappingUnknown and MappingRefused."""
    if key == JSON:
        return None
    if any(each.key == key for each in known_mappings()):
        own = _own_folder() / f"{key}.toml"
        return _read(own if own.is_file() else SHIPPED / f"{key}.toml")
    there = ", ".join([JSON, *(each.key for each in known_mappings())])
    raise MappingUnknown(
        f"There is no such mapping; there are {there}. Put your own into REIK_HOME/mappings."
    )


def mapping_at(path: Path) -> MappingFile:
    """The mapping in this file. Raises MappingUnknown and MappingRefused."""
    if not path.is_file():
        raise MappingUnknown(f"{path} cannot be read.")
    return _read(path)


def _own_folder() -> Path:
    return Home.from_environment().path / "mappings"


def _read(path: Path) -> MappingFile:
    try:
        data = path.read_bytes()
        if len(data) > MOST_BYTES:
            raise MappingRefused(f"{path.name} is larger than {MOST_BYTES // 1000} kB: it is no mapping.")
        return read_mapping(data.decode("utf-8-sig"))
    except OSError as failure:
        raise MappingRefused(f"{path.name} cannot be read: {failure.strerror}.") from failure
    except UnicodeDecodeError as failure:
        raise MappingRefused(f"{path.name} is not UTF-8: save it as UTF-8.") from failure
