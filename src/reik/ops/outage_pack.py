"""`reik outage-pack`: each team's list for when Reik cannot be reached; `reik jobs` writes them every five minutes.

They hold health data in clear, so that they can be read without Reik: the files are for their owner only, in the
folder `outage` of REIK_HOME. Put that folder on an encrypted disk; where copies go is for the organisation to agree.
"""

from __future__ import annotations

import argparse
import getpass
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.interop.print.mapping import Paper
from reik.interop.print.pack import KINDS, gather
from reik.kernel import clock
from reik.kernel.access_log import Act, Entry, record
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.models import Organisation
from reik.kernel.operations import installation_kind
from reik.people.models import Client
from reik.people.queries import ClientCard, card_of

FOLDER = "outage"
OLDEST = timedelta(minutes=15)
WITHOUT_TEAM = "zonder team"


class PackRefused(Exception):
    """The packs cannot be written; the message says what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--team", help="only this team (default: every team)")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to; it is made when missing")
    parser.add_argument("--language", choices=("nl", "en"), default="nl")


def command(options: argparse.Namespace) -> int:
    """0: written; 2: there is no such team, or the folder cannot be written."""
    become(Role.WORKER)
    now = clock.now()
    try:
        written = write_packs(
            options.out, now, team=options.team, language=options.language, by=getpass.getuser()
        )
    except OSError as failure:
        raise PackRefused(f"{options.out} cannot be written: {failure.strerror}.") from failure
    if options.team and not written:
        raise PackRefused(f"There is no team called {options.team} with clients.")
    for path in written:
        print(path)
    return 0


def folder_of(home: Home) -> Path:
    return home.path / FOLDER


def write_packs(
    folder: Path, now: datetime, *, team: str | None = None, language: str = "nl", by: str = ""
) -> list[Path]:
    """Write the packs of all teams (or of this one); gives the PDFs. `by`: who asked; it goes into the access log.

    Each file is whole or the one before it: written beside, flushed to disk, then put in its place. Of an
    organisation's folder only what this run wrote stays, so that no old list of a team lies about.
    """
    demo = installation_kind() == "demo"
    made: list[Path] = []
    houses: set[str] = set()
    for organisation, teams in _teams():
        place = folder / _plain(organisation.name, houses)
        zone = ZoneInfo(organisation.zone)
        kept: list[Path] = []
        names: set[str] = set()
        for name, clients in teams.items():
            stem = _plain(name, names)
            if team is not None and name != team:
                continue
            pack = gather(name, clients, Paper(language=language, made_at=now, zone=zone, demo=demo))
            kept += [_write(place / f"{stem}.{kind}", pack.body(kind)) for kind in KINDS]
            if by:
                _log(organisation.id, clients, by, now)
        made += [path for path in kept if path.suffix == ".pdf"]
        if team is None and place.exists():
            _clear(place, kept)
    return made


def _teams() -> Iterator[tuple[Organisation, dict[str, list[ClientCard]]]]:
    """Every organisation with clients, and they by the name of their team; two teams of one name are one pack."""
    for organisation in Organisation.objects.filter(kind="care").order_by("name", "id"):
        found: dict[str, list[ClientCard]] = defaultdict(list)
        rows = Client.objects.filter(organisation_id=organisation.id).select_related("team")
        for client in rows.order_by("sort_name", "id"):
            found[client.team.name if client.team else WITHOUT_TEAM].append(card_of(client))
        if found:
            yield organisation, dict(found)


def _plain(name: str, used: set[str]) -> str:
    """A name as a file's: letters, digits and hyphens only, so that it stays in its folder; each one once."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-") or "x"
    number = next(each for each in count(1) if (plain if each == 1 else f"{plain}-{each}") not in used)
    used.add(plain if number == 1 else f"{plain}-{number}")
    return plain if number == 1 else f"{plain}-{number}"


def _write(path: Path, body: bytes) -> Path:
    for each in (path.parent.parent, path.parent):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(body)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    place = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
    return path


def _clear(place: Path, kept: Sequence[Path]) -> None:
    for path in place.iterdir():
        if path not in kept and path.suffix.lstrip(".") in KINDS:
            path.unlink(missing_ok=True)


def _log(organisation_id: UUID, clients: Sequence[ClientCard], by: str, now: datetime) -> None:
    record(
        [
            Entry(
                organisation_id=organisation_id, actor_id=None, actor=by, actor_role="reik outage-pack",
                act=Act.EXPORT, object_kind="client", object_ids=[each.id for each in clients],
                detail="outage pack",
            )
        ],
        now,
    )  # fmt: skip


def oldest_pack(folder: Path) -> datetime | None:
    """When the oldest pack was written, by the file itself; None without any."""
    made = [path.stat().st_mtime for path in folder.glob("*/*.pdf")]
    return datetime.fromtimestamp(min(made), tz=ZoneInfo("UTC")) if made else None
