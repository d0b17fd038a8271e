"""`reik up`: one machine's whole Reik, engines included, until Ctrl-C; `--ephemeral`: one that leaves nothing.

Nothing of Django is imported before the installation's folder is there, because its settings come from there.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Protocol

from reik.kernel import clock
from reik.kernel.home import Home
from reik.ops.engines.postgres_place import place
from reik.ops.supervisor import STOP_SIGNALS, Supervisor

if TYPE_CHECKING:
    from reik.ops.instance import Instance

# A throw-away instance has its own of all of these, whatever the caller's shell says.
_OF_ANOTHER = ("REIK_KEY_FILE", "REIK_DATABASE_URL", "REIK_NATS_URL", "REIK_HEARTBEAT_URL", "REIK_HOSTS")
_ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - recognised, not chosen


class UpRefused(Exception):
    """Reik cannot be started like this; the message says what to change."""


# The functions of the engines that may wait for long, and that put everything back when they are interrupted.
# `add` is another command's own preparing: what it does to the database is one transaction.
_WAITING = {"_await_answer", "await_end", "take", "add"}


class _Stopped(BaseException):
    """A stop signal came while an engine was waited for."""


class Addition(Protocol):
    """What another command adds to what `reik up` runs."""

    def add(self, instance: Instance) -> Mapping[str, Callable[[], None]]:
        """More children, by name; called when engines and database are there, before any child is forked.

        Leaves no thread and no connection behind.
        """

    def lines(self) -> Sequence[str]:
        """What is said after where Reik is."""


class Nothing:
    """`reik up` itself adds nothing."""

    def add(self, _instance: Instance) -> Mapping[str, Callable[[], None]]:
        return {}

    def lines(self) -> Sequence[str]:
        return ()


class _Stops:
    """Stop signals before the supervisor is in charge of them.

    They interrupt a wait for an engine. Anywhere else an exception could leave a program behind whose start
    was not noted yet, or come inside a finalizer and be lost: there the signal is only noted, and the
    supervisor ends before it begins. Starting takes a few seconds.
    """

    def __init__(self) -> None:
        self.came = False
        for number in STOP_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup's choice
                signal.signal(number, self._stop)

    def _stop(self, _number: int, frame: FrameType | None) -> None:
        self.came = True
        while frame:
            if frame.f_code.co_name in _WAITING:
                self.ignore()  # nothing may disturb the unwinding
                raise _Stopped
            frame = frame.f_back

    def ignore(self) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address for the screens (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port for the screens (default 8000, or the next free one)")
    parser.add_argument("--ephemeral", action="store_true", help="own empty data, removed at the end")
    parser.add_argument(
        "--ready", type=Path, metavar="FILE", help="with --ephemeral: write this JSON when it answers"
    )
    parser.set_defaults(kind="real")


def command(options: argparse.Namespace, addition: Addition | None = None) -> int:
    """Runs until a stop signal (0) or until something keeps failing (1). Raises UpRefused and what engines raise."""
    _check(options)
    try:
        stops = _Stops()
        with _home(options.ephemeral) as home:
            from reik.ops import web

            port = options.port if options.port is not None else 0 if options.ephemeral else web.PORT
            listening = web.listen(options.host, port, exact=options.ephemeral or port == 0)
            with listening:
                _prepare(home, options.host)
                return 0 if stops.came else _run(home, options, listening, stops, addition or Nothing())
    except _Stopped:
        return 0


def _check(options: argparse.Namespace) -> None:
    if options.ready and not options.ephemeral and options.kind != "demo":
        raise UpRefused("--ready goes with --ephemeral.")
    if options.ready and not options.ready.absolute().parent.is_dir():
        raise UpRefused(f"There is no folder {options.ready.absolute().parent}: make it first.")


@contextmanager
def _home(ephemeral: bool) -> Iterator[Home]:
    if not ephemeral:
        yield Home.from_environment()
        return
    for name in _OF_ANOTHER:
        os.environ.pop(name, None)
    home = Home(Path(tempfile.mkdtemp(prefix="reik-")))  # 0700
    try:
        yield home
    finally:
        if home.key_file.exists():  # else no engine was begun
            remove(home)
        shutil.rmtree(home.path, ignore_errors=True)


def remove(home: Home) -> None:
    """Take away the installation's folder, and its database where that lies elsewhere. Nothing may run from it."""
    where = place(home)
    shutil.rmtree(where.around if where.identity else where.data, ignore_errors=True)
    shutil.rmtree(home.path, ignore_errors=True)


def _prepare(home: Home, host: str) -> None:
    home.prepare()
    os.environ["REIK_HOME"] = str(home.path)
    hosts = ["localhost", "127.0.0.1", "[::1]", *([] if host in _ANYWHERE else [host])]
    os.environ.setdefault("REIK_HOSTS", ",".join(dict.fromkeys(hosts)))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reik.config.settings")
    import django

    django.setup()


def _run(
    home: Home, options: argparse.Namespace, listening: socket.socket, stops: _Stops, addition: Addition
) -> int:
    from reik.ops.children import children
    from reik.ops.instance import log_dir, running

    web = Address.of(options.host, listening)
    kind = "scratch" if options.ephemeral else options.kind
    with running(home, kind=kind, web=web.url, scratch=options.ephemeral) as instance:
        if stops.came:
            return 0
        _check_kind(home, kind)
        token = _open_door() if options.ephemeral else ""
        more = addition.add(instance)
        supervisor = Supervisor(
            {**children(home, listening), **more}, log_dir=log_dir(home), engines=instance.engines
        )
        wanted = options.port if options.port is not None or options.ephemeral else 8000
        announcement = _Announcement(
            home, web, token, instance.runtime.mqtt, options.ready, wanted, addition.lines()
        )
        code = supervisor.run(lambda: stops.came or announcement.look())
        stops.ignore()
        with suppress(FileNotFoundError):
            home.runtime_file.unlink()
        return code


def _check_kind(home: Home, kind: str) -> None:
    """A demo must never run on real data; what a folder is was said when it was made."""
    from django.db import connection

    from reik.kernel.database import Role, become
    from reik.kernel.operations import installation_kind

    become(Role.WORKER)
    found = installation_kind()
    connection.close()
    if kind == "demo" and found != "demo":
        raise UpRefused(f"{home.path} is a {found} installation: choose another REIK_HOME for the demo.")


def _open_door() -> str:
    """An organisation with an integration account; gives its bearer token."""
    from django.db import connection

    from reik.kernel.operations import found_organisation, issue_token, open_account

    now = clock.now()
    organisation = found_organisation(name="Wegwerpzorg", kind="care", now=now)
    account = open_account(
        organisation_id=organisation.id,
        username="integration",
        display_name="Integration",
        role="integration",
        now=now,
    )
    token = issue_token(account_id=account.id, now=now)
    connection.close()
    return token


@dataclass(frozen=True, slots=True)
class Address:
    """Where the screens are: as a person types it, and as this machine reaches it."""

    url: str
    host: str
    port: int

    @classmethod
    def of(cls, host: str, listening: socket.socket) -> Address:
        port = int(listening.getsockname()[1])
        near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        shown = f"[{near}]" if ":" in near else near
        return cls(f"http://{shown}:{port}", near, port)

    def answers(self) -> bool:
        """Whether the site says that it is well, within half a second."""
        line = http.client.HTTPConnection(self.host, self.port, timeout=0.5)
        try:
            line.request("GET", "/health", headers={"Host": "localhost"})
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()


class _Announcement:
    """Says once, when the site answers, where Reik is; on the terminal and in the file of `--ready`."""

    def __init__(
        self,
        home: Home,
        web: Address,
        token: str,
        mqtt: str,
        ready: Path | None,
        wanted: int | None,
        more: Sequence[str],
    ) -> None:
        self._home, self._web, self._token, self._mqtt = home, web, token, mqtt
        self._ready, self._wanted, self._more = ready, wanted, more
        self._said = False

    def look(self) -> bool:
        """Called at each round of the supervisor; false, for there is no reason to end."""
        if not self._said and self._web.answers():
            self._said = True
            if self._ready:
                self._write(self._ready)
            taken = self._wanted not in (None, 0, self._web.port)
            why = f" (poort {self._wanted} was bezet)" if taken else ""
            print(f"Reik draait op {self._web.url}{why}, gegevens in {self._home.path}. Stoppen: Ctrl-C.")
            for line in self._more:
                print(line)
            sys.stdout.flush()
        return False

    def _write(self, path: Path) -> None:
        """Whole or not at all, and for the owner only: it holds a token."""
        said = {
            "web": self._web.url,
            "fhir": f"{self._web.url}/fhir",
            "token": self._token,
            "mqtt": self._mqtt,
            "home": str(self._home.path),
        }
        handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.absolute().parent)  # 0600
        with os.fdopen(handle, "w") as stream:
            stream.write(json.dumps(said, indent=1) + "\n")
        os.replace(draft, path)
