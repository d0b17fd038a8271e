"""Start a program so that it can never outlive the process that started it."""

from __future__ import annotations

import ctypes
import fcntl
import itertools
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

LOOPBACK = "127.0.0.1"
PR_SET_PDEATHSIG = 1
# Loaded before any fork: between fork and exec nothing may be imported or looked up.
_LIBC = ctypes.CDLL(None, use_errno=True)
_held: set[Path] = set()


class EngineError(Exception):
    """An engine cannot be used; the message says why and what to do next."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The system user that an engine runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Engine:
    """A running program that Reik needs beside its own processes.

    `stop_signal` asks for an orderly end; `last_signal` is sent when `patience` seconds brought none.
    """

    name: str
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals
    log: Path
    last_signal: signal.Signals = signal.SIGKILL
    patience: float = 30.0

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self.process.poll()

    def stop(self, timeout: float | None = None) -> None:
        """Signal, wait `timeout` seconds (default: `patience`), then end it the hard way. Never raises."""
        waits = (
            (self.stop_signal, self.patience if timeout is None else timeout),
            (self.last_signal, 10.0),
            (signal.SIGKILL, None),
        )
        for signal_to_send, wait in waits:
            if self.poll() is not None:
                return
            self.process.send_signal(signal_to_send)
            try:
                self.process.wait(wait)
            except subprocess.TimeoutExpired:
                continue


class Lock:
    """The right to run one engine on one data folder; the system frees it when this process ends.

    A record lock: unlike `flock` it is not shared with forked children, so that children which are still
    on their way out do not keep the next `reik up` waiting.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self, wait: float = 10.0) -> None:
        """Raises EngineError when another process, or this one, still has it after `wait` seconds."""
        if self._path in _held:
            raise EngineError(f"This process already started the engine of {self._path}.")
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > deadline:
                    os.close(handle)
                    raise EngineError(
                        f"Another Reik is running from this folder ({self._path} is locked): "
                        "stop that one first, or choose another REIK_HOME."
                    ) from None
                time.sleep(0.05)
        self._handle = handle
        _held.add(self._path)

    def free(self) -> None:
        if self._handle is not None:
            _held.discard(self._path)
            os.close(self._handle)
            self._handle = None


def die_with(parent: int, death_signal: signal.Signals) -> None:
    """For a freshly forked child: have the system send `death_signal` when `parent` ends.

    The parent's *thread* that forked counts, so start engines from the main thread. Comes after any
    change of user, because that clears the setting. Raises OSError when the system refuses.
    """
    if _LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it ended before the line above: no signal will come any more
        os._exit(1)


def spawn(
    command: Sequence[str | Path],
    *,
    stderr: int,
    death_signal: signal.Signals,
    identity: Identity | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in its own session, tied to the life of this process; output goes to `stderr`.

    Popen's own order in the child is: session, groups, group, user, and only then `preexec_fn`.
    """
    parent = os.getpid()
    return subprocess.Popen(  # noqa: S603 - the commands are Reik's own engines
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=stderr,
        stderr=stderr,
        cwd="/",  # the caller's folder may be closed to `identity`
        env=dict(environment or {}),
        start_new_session=True,
        umask=0o077,
        user=identity.uid if identity else None,
        group=identity.gid if identity else None,
        extra_groups=[] if identity else None,
        preexec_fn=lambda: die_with(parent, death_signal),
    )


def free_port(preferred: int | None = None) -> int:
    """A TCP port on the loopback address: `preferred` when nobody listens there, otherwise any free one.

    Any other is free for UDP too, and lies below the ports that the kernel deals out by itself: no connection of
    another program takes it in the moment before it is listened on. None is given twice until all had their turn.
    """
    if preferred is not None and _is_free(preferred, socket.SOCK_STREAM):
        return preferred
    first, count = _ports()
    for _ in range(count):
        port = first + next(_turn) % count
        if _is_free(port, socket.SOCK_STREAM) and _is_free(port, socket.SOCK_DGRAM):
            return port
    raise EngineError("No free TCP port on this machine: close some programs and try again.")


@lru_cache(maxsize=1)
def _ports() -> tuple[int, int]:
    """The first port that may be given, and how many there are."""
    first, dealt_from = 10_240, 32_768
    with suppress(OSError, ValueError):
        dealt_from = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    return first, (dealt_from if dealt_from - first >= 1_000 else 65_536) - first


# From somewhere: programs that ask at the same time begin at different ports.
_turn = itertools.count(secrets.randbelow(65_536))


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def open_log(path: Path) -> int:
    """A descriptor that appends to `path`, readable for the owner only; makes the folder when missing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def last_lines(log: Path, *, since: int = 0, count: int = 15) -> str:
    """The last lines of a log, of at most its last 16 KB, from byte `since` on."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(since, log.stat().st_size - 16_384))
            return "\n".join(stream.read().decode(errors="replace").splitlines()[-count:])
    except OSError:
        return "(no log)"


def command_of(pid: int) -> list[str]:
    """The command line of a process, [] when it ended. Readable for every user, unlike its folder."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return []
    return [part.decode(errors="replace") for part in raw.split(b"\0")] if raw else []


def await_end(pid: int, is_ours: Callable[[int], bool], last_signal: signal.Signals) -> None:
    """Wait up to 10 s for a left-over engine to end by itself, then send `last_signal` and wait again.

    Raises EngineError when it stays. `is_ours` is asked again before the signal: a pid can be reused.
    """
    for attempt in range(2):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if not is_ours(pid):
                return
            time.sleep(0.05)
        if attempt == 0:
            os.kill(pid, last_signal)
    raise EngineError(f"An earlier engine (process {pid}) does not end: stop it by hand and start again.")
