"""The folder of one Reik installation (`REIK_HOME`): its key file and where its engines listen.

Everything secret that an installation needs for itself (passwords of the database roles, of Reik's own
NATS user, the seed that signs device authorisations) is derived from the key file, so that any number of
hosts with the same key file agree without storing a second secret.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


class HomeError(Exception):
    """The installation's folder cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """Where the running installation answers; written by `reik up`, read by every other command.

    `database_url` and `nats_url` hold host and port only: each process adds its own role and password.
    """

    database_url: str
    nats_url: str
    mqtt: str
    web: str
    pid: int


@dataclass(frozen=True, slots=True)
class Home:
    path: Path

    @classmethod
    def from_environment(cls) -> Home:
        """`REIK_HOME`, or `.reik` in the folder where the command was given."""
        return cls(Path(os.environ.get("REIK_HOME") or ".reik").absolute())

    @property
    def key_file(self) -> Path:
        return Path(os.environ.get("REIK_KEY_FILE") or self.path / "key")

    @property
    def runtime_file(self) -> Path:
        return self.path / "runtime.json"

    def prepare(self) -> None:
        """Make the folder (owner only) and a fresh key file when there is none yet."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.key_file.exists():
            return
        handle = os.open(self.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())

    def key(self) -> bytes:
        """The installation's key, 32 bytes.

        Raises HomeError when the file is missing or damaged: without it nothing that was stored encrypted
        can be read, so Reik never makes a new one beside existing data.
        """
        try:
            key = base64.b64decode(self.key_file.read_bytes(), validate=False)
        except FileNotFoundError:
            raise HomeError(
                f"No key file at {self.key_file}: start `reik up` first, or set REIK_KEY_FILE."
            ) from None
        if len(key) != KEY_BYTES:
            raise HomeError(f"The key file {self.key_file} is damaged: put back your copy of it.")
        return key

    def derived(self, purpose: str, length: int = 32) -> bytes:
        """A secret for one purpose, the same on every host that has this key file."""
        return HKDF(algorithm=hashes.SHA256(), length=length, salt=b"reik", info=purpose.encode()).derive(
            self.key()
        )

    def password(self, purpose: str) -> str:
        """A derived secret as text that is safe in a URL."""
        return base64.urlsafe_b64encode(self.derived(purpose)).decode().rstrip("=")

    def write_runtime(self, runtime: Runtime) -> None:
        draft = self.runtime_file.with_suffix(".new")
        draft.write_text(json.dumps(asdict(runtime), indent=1) + "\n")
        draft.chmod(0o600)
        draft.replace(self.runtime_file)

    def runtime(self) -> Runtime | None:
        """What `reik up` wrote, or None when nothing was started from this folder."""
        try:
            stored = json.loads(self.runtime_file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return Runtime(**{field.name: stored[field.name] for field in fields(Runtime)})
