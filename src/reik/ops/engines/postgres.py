"""The embedded PostgreSQL: one data folder, one server on the loopback address, gone when Reik is gone."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from reik.kernel.home import Home
from reik.ops.engines.postgres_place import Place, place, version
from reik.ops.engines.postgres_settings import settings
from reik.ops.engines.process import (
    LOOPBACK,
    Engine,
    EngineError,
    Lock,
    await_end,
    command_of,
    free_port,
    last_lines,
    open_log,
    spawn,
)

SUPERUSER = "reik_admin"
READY_WITHIN = 60.0
_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}
_KEY_MARK = "reik-key-mark"


@dataclass(frozen=True, slots=True)
class RunningPostgres:
    """A started server; `superuser_url` holds a password, so it is left out of the representation."""

    engine: Engine
    port: int
    superuser_url: str = field(repr=False)
    place: Place
    lock: Lock = field(repr=False)
    host: str = LOOPBACK

    @property
    def data(self) -> Path:
        return self.place.data

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        self.engine.stop()
        self.lock.free()

    def remove(self) -> None:
        """Delete the data for good. Raises EngineError while the server still runs."""
        if self.engine.poll() is None:
            raise EngineError("Stop PostgreSQL before its data is removed.")
        shutil.rmtree(self.place.data, ignore_errors=True)
        _lock_file(self.place).unlink(missing_ok=True)
        if self.place.identity:
            shutil.rmtree(self.place.around, ignore_errors=True)


def start(
    home: Home, *, preferred_port: int | None = 54320, scratch: bool = False, durable: bool = True
) -> RunningPostgres:
    """Start the server of this installation and wait until it answers; call it from the main thread.

    `scratch` is for tests and benchmarks: less memory, and data of an earlier key file is thrown away. Only tests
    that make a database each take `durable` False: what no power cut can harm need not reach the disk.
    Raises EngineError with a next step: the data is of another major version or key file, another Reik
    runs from this folder, or the server ended or did not answer within 60 s (recovery after a power cut
    may take longer and is waited for).
    """
    where = place(home)
    lock = Lock(_lock_file(where))
    lock.take()
    try:
        _end_leftover(where)
        _prepare_data(home, where, scratch=scratch)
        return _start_server(home, where, lock, preferred_port, scratch=scratch, durable=durable)
    except BaseException:
        lock.free()
        raise


def _lock_file(where: Place) -> Path:
    return where.around / "postgres.lock"


def _end_leftover(where: Place) -> None:
    """See to it that no server of an earlier supervisor, killed a moment ago, still has the data."""
    pid_file = where.data / "postmaster.pid"
    try:
        pid, _, rest = pid_file.read_text().partition("\n")
    except FileNotFoundError:
        return
    if not pid.strip().isdigit():
        return

    def is_ours(candidate: int) -> bool:
        command = command_of(candidate)
        return Path(command[0] if command else "").name == "postgres" and str(where.data) in command

    await_end(int(pid), is_ours, signal.SIGQUIT)
    if Path(f"/proc/{pid}").exists() and pid_file.exists():
        # After a power cut that number may belong to any program of the same user, or a container may not
        # have buried the dead server, and PostgreSQL would refuse. It takes its own parent's number for
        # stale, and still checks the shared memory.
        pid_file.write_text(f"{os.getpid()}\n{rest}")


def _prepare_data(home: Home, where: Place, *, scratch: bool) -> None:
    """Make the data folder when there is none; raises EngineError when there is one of something else."""
    mark = home.derived("postgres:key-mark", 8).hex()
    with suppress(FileNotFoundError):
        if scratch and (where.data / _KEY_MARK).read_text() != mark:
            shutil.rmtree(where.data)
    if (where.data / "PG_VERSION").exists():
        _check_data(where, mark)
        return
    if (where.data / "global" / "pg_control").exists() and not scratch:
        # Reik renames a finished folder into place, so this was complete once: damaged, not interrupted.
        raise EngineError(f"The database in {where.data} is damaged (no PG_VERSION): put back a backup.")
    _initialise(home, where, mark)


def _check_data(where: Place, mark: str) -> None:
    theirs, ours = (where.data / "PG_VERSION").read_text().strip(), version().split(".")[0]
    if theirs != ours:
        raise EngineError(
            f"The database in {where.data} was made by PostgreSQL {theirs}; this Reik has {ours}. Start the "
            f"Reik version that made it, run `reik backup`, and restore that backup with this version."
        )
    with suppress(FileNotFoundError):
        if (where.data / _KEY_MARK).read_text() != mark:
            raise EngineError(
                f"The database in {where.data} belongs to another key file. Put back the key file it was "
                f"made with; or, if that data may be lost, delete {where.data} and start again."
            )


def _initialise(home: Home, where: Place, mark: str) -> None:
    """initdb in a folder beside the real one, renamed when complete: interrupted means never there."""
    draft = where.around / "postgres.new"
    shutil.rmtree(where.data, ignore_errors=True)
    password_file = where.around / "postgres.password"
    failure = ""
    try:
        # The built-in provider gives the same order and case rules with and without system locales.
        for locale in ("C.UTF-8", "C"):
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(mode=0o700)
            where.make_private(draft)
            _write_private(where, password_file, home.password(f"postgres:{SUPERUSER}"))
            failure = _initdb(home, where, draft, password_file, locale)
            if not failure or "locale" not in failure:
                break
    finally:
        password_file.unlink(missing_ok=True)
    if failure:
        shutil.rmtree(draft, ignore_errors=True)
        raise EngineError(f"PostgreSQL could not make its data folder {where.data}:\n{failure}")
    _write_private(where, draft / _KEY_MARK, mark)
    draft.rename(where.data)
    folder = os.open(where.around, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write_private(where: Place, path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    where.make_private(path)


def _initdb(home: Home, where: Place, draft: Path, password_file: Path, locale: str) -> str:
    """Run initdb; the last lines of its output when it failed, "" when it worked."""
    log = home.path / "log" / "postgres.log"
    handle = open_log(log)
    try:
        since = os.fstat(handle).st_size
        command: list[str | Path] = [where.programs / "initdb", "-D", draft, f"--username={SUPERUSER}"]
        command += ["--encoding=UTF8", f"--locale={locale}", "--locale-provider=builtin"]
        command += ["--builtin-locale=C.UTF-8", "--lc-messages=C", "--auth=scram-sha-256", "--data-checksums"]
        command += [f"--pwfile={password_file}"]
        kill = signal.SIGKILL
        child = spawn(
            command, stderr=handle, death_signal=kill, identity=where.identity, environment=_ENVIRONMENT
        )
        try:
            code = child.wait()
        finally:
            child.kill()
    finally:
        os.close(handle)
    return last_lines(log, since=since) or f"initdb ended with code {code}" if code else ""


def _start_server(
    home: Home, where: Place, lock: Lock, preferred_port: int | None, *, scratch: bool, durable: bool
) -> RunningPostgres:
    for attempt in range(3):
        port = free_port(preferred_port)
        log = home.path / "log" / "postgres.log"
        since = log.stat().st_size if log.exists() else 0
        engine = _spawn_server(where, log, settings(port, scratch=scratch, durable=durable))
        url = f"postgresql://{SUPERUSER}:{home.password(f'postgres:{SUPERUSER}')}@{LOOPBACK}:{port}/postgres"
        running = RunningPostgres(engine, port, url, where, lock)
        try:
            _await_answer(running, since)
            return running
        except BaseException as failure:
            engine.stop()
            # Another program may take the port between the look and the start.
            if attempt == 2 or "could not bind" not in str(failure):
                raise
    raise AssertionError("the loop returns or raises")


def _spawn_server(where: Place, log: Path, options: Mapping[str, str]) -> Engine:
    handle = open_log(log)
    try:
        process = spawn(
            [
                where.programs / "postgres",
                "-D",
                where.data,
                *(f"-c{name}={value}" for name, value in options.items()),
            ],
            stderr=handle,
            death_signal=signal.SIGINT,
            identity=where.identity,
            environment=_ENVIRONMENT,
        )
    finally:
        os.close(handle)
    return Engine("postgres", process, signal.SIGINT, log, last_signal=signal.SIGQUIT, patience=60)


def _await_answer(running: RunningPostgres, since: int) -> None:
    deadline = time.monotonic() + READY_WITHIN
    reason = ""
    while time.monotonic() < deadline:
        if (code := running.engine.poll()) is not None:
            lines = last_lines(running.engine.log, since=since)
            raise EngineError(f"PostgreSQL ended at its start (code {code}); its last lines:\n{lines}")
        try:
            psycopg.connect(running.superuser_url, connect_timeout=5).close()
            return
        except psycopg.OperationalError as failure:
            reason = str(failure)
        if "authentication failed" in reason:
            raise EngineError(f"{running.data} has another password than this key file gives: {reason}")
        if (
            "the database system is" in reason
        ):  # starting up: recovery takes what it takes, it would begin anew
            deadline = time.monotonic() + READY_WITHIN
        time.sleep(0.02)
    raise EngineError(f"PostgreSQL did not answer within {READY_WITHIN:.0f} s: {reason}")
