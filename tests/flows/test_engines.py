"""The embedded engines: they start anywhere, keep their data, and are gone when their starter is."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nats as nats_client
import psycopg
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from reik.kernel.home import Home
from reik.ops.engines import nats, postgres
from reik.ops.engines.issuer import issuer, public_key
from reik.ops.engines.postgres_place import Place, place, version
from reik.ops.engines.postgres_settings import settings
from reik.ops.engines.process import EngineError, command_of, free_port


@dataclass(frozen=True)
class Pair:
    home: Home
    postgres: postgres.RunningPostgres
    nats: nats.RunningNats


def start_nats(home: Home) -> nats.RunningNats:
    return nats.start(home, issuer_public_key=public_key(home), preferred_port=None, preferred_mqtt_port=None)


def rights(path: Path) -> dict[str, tuple[int, int, int]]:
    """Mode and owner of the folders above `path`."""
    stats = {str(folder): folder.stat() for folder in path.parents}
    return {name: (stat.st_mode, stat.st_uid, stat.st_gid) for name, stat in stats.items()}


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    home = Home(tmp_path_factory.mktemp("engines") / "home")
    home.prepare()
    with contextlib.ExitStack() as stack:
        before = rights(home.path)
        database = postgres.start(home, preferred_port=None, scratch=True)
        stack.callback(database.remove)
        stack.callback(database.stop)
        broker = start_nats(home)
        stack.callback(broker.remove)
        stack.callback(broker.stop)
        assert rights(home.path) == before
        yield Pair(home, database, broker)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home of its own, whose database is removed also when the test fails half-way."""
    home = Home(tmp_path / "home")
    home.prepare()
    yield home
    where = place(home)
    shutil.rmtree(where.around if where.identity else where.data, ignore_errors=True)


def test_postgres_is_durable_and_only_on_loopback(pair: Pair) -> None:
    with psycopg.connect(pair.postgres.superuser_url) as connection:
        rows = connection.execute("select name, setting from pg_settings").fetchall()
        order = connection.execute("select lower('ÉÏ'), 'a' < 'B'").fetchone()
    wanted = {
        "fsync": "on",
        "synchronous_commit": "on",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "jit": "off",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "full_page_writes": "on",
    }
    assert {name: value for name, value in rows if name in wanted} == wanted
    assert order == ("éï", False)


def test_postgres_wants_the_password(pair: Pair) -> None:
    wrong = f"postgresql://reik_admin:wrong@127.0.0.1:{pair.postgres.port}/postgres"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    assert pair.home.password("postgres:reik_admin") not in repr(pair.postgres)


def test_no_personal_data_in_the_log(pair: Pair) -> None:
    with psycopg.connect(pair.postgres.superuser_url, autocommit=True) as connection:
        connection.execute("create temporary table one (bsn text primary key)")
        connection.execute("insert into one values ('999990019')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into one values ('999990019')")
    log = (pair.home.path / "log" / "postgres.log").read_text()
    assert "duplicate key value" in log
    assert "999990019" not in log


def test_a_second_start_is_refused(pair: Pair) -> None:
    with pytest.raises(EngineError, match="already started"):
        postgres.start(pair.home, preferred_port=None)
    with pytest.raises(EngineError, match="Stop PostgreSQL"):
        pair.postgres.remove()
    assert pair.postgres.engine.poll() is None


def test_files_are_private(pair: Pair) -> None:
    assert (pair.home.path / "nats" / "nats.conf").stat().st_mode & 0o777 == 0o600
    assert (pair.home.path / "log" / "postgres.log").stat().st_mode & 0o777 == 0o600
    assert pair.postgres.data.stat().st_mode & 0o777 == 0o700
    assert not (pair.postgres.data.parent / "postgres.password").exists()


def test_a_restart_keeps_data_and_another_key_is_refused(home: Home) -> None:
    database = postgres.start(home, preferred_port=None)
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("create table kept as select 7 as n")
    database.stop()
    database = postgres.start(home, preferred_port=None)
    with psycopg.connect(database.superuser_url) as connection:
        assert connection.execute("select n from kept").fetchone() == (7,)
    database.stop()

    home.key_file.unlink()
    home.prepare()
    with pytest.raises(EngineError, match="another key file"):
        postgres.start(home, preferred_port=None)
    database = postgres.start(home, preferred_port=None, scratch=True)
    with psycopg.connect(database.superuser_url) as connection:
        assert connection.execute("select to_regclass('kept')").fetchone() == (None,)
    database.stop()
    database.remove()
    assert not database.data.exists()


def test_an_interrupted_initdb_is_done_again(home: Home) -> None:
    where = place(home)
    for name in ("postgres", "postgres.new"):
        (where.around / name / "base").mkdir(parents=True)
        (where.around / name / "base" / "half").write_text("x")
    (where.around / "postgres.new" / "PG_VERSION").write_text("18\n")
    (where.around / "postgres.password").write_text("old")
    database = postgres.start(home, preferred_port=None)
    database.stop()
    assert not (where.data / "base" / "half").exists()
    assert not (where.around / "postgres.new").exists()
    assert not (where.around / "postgres.password").exists()


def test_a_machine_without_that_locale_gets_the_same_rules(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = postgres._initdb

    def without(h: Home, where: Place, draft: Path, file: Path, locale: str) -> str:
        asked.append(locale)
        return 'invalid locale name "C.UTF-8"' if locale != "C" else real(h, where, draft, file, locale)

    monkeypatch.setattr(postgres, "_initdb", without)
    database = postgres.start(home, preferred_port=None)
    with psycopg.connect(database.superuser_url) as connection:
        assert connection.execute("select lower('É')").fetchone() == ("é",)
    database.stop()
    assert asked == ["C.UTF-8", "C"]


def test_data_of_another_major_version_or_damaged_data_is_left_alone(home: Home) -> None:
    data = place(home).data
    (data / "global").mkdir(parents=True)
    (data / "global" / "pg_control").write_text("truth")
    with pytest.raises(EngineError, match="damaged"):
        postgres.start(home, preferred_port=None)
    (data / "PG_VERSION").write_text("17\n")
    with pytest.raises(EngineError, match=f"made by PostgreSQL 17; this Reik has {version().split('.')[0]}"):
        postgres.start(home, preferred_port=None)
    assert (data / "global" / "pg_control").read_text() == "truth"


def test_a_pid_that_was_given_to_another_program_is_no_obstacle(home: Home) -> None:
    postgres.start(home, preferred_port=None).stop()
    other = subprocess.Popen(["sleep", "60"])
    try:
        pid_file = place(home).data / "postmaster.pid"
        pid_file.write_text(f"{other.pid}\n{place(home).data}\n1\n1\n\n127.0.0.1\n")
        place(home).make_private(pid_file)
        postgres.start(home, preferred_port=None).stop()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


STARTER = """
import sys, time
from pathlib import Path
from reik.kernel.home import Home
from reik.ops.engines import nats, postgres
from reik.ops.engines.issuer import public_key
home = Home(Path(sys.argv[1]))
p = postgres.start(home, preferred_port=None, scratch=True)
n = nats.start(home, issuer_public_key=public_key(home), preferred_port=None, preferred_mqtt_port=None)
print(p.engine.process.pid, n.engine.process.pid, p.superuser_url, flush=True)
time.sleep(60)
"""


def test_kill_9_of_the_starter_leaves_nothing_and_the_next_start_works(home: Home) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(home.path)], stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    postgres_pid, nats_pid, url = starter.stdout.readline().split()
    with psycopg.connect(url, autocommit=True) as busy:
        busy.execute("create table kept as select 7 as n")
        starter.send_signal(signal.SIGKILL)
        starter.wait()
        starter.stdout.close()
        database, broker = postgres.start(home, preferred_port=None), start_nats(home)  # at once
    assert not command_of(int(postgres_pid))
    assert not command_of(int(nats_pid))
    with psycopg.connect(database.superuser_url) as connection:
        assert connection.execute("select n from kept").fetchone() == (7,)
    broker.stop()
    database.stop()
    assert processes_of(home) == []


def test_another_process_may_not_start_on_the_same_data(pair: Pair) -> None:
    code = STARTER.replace("p = postgres", "postgres.Lock.take.__defaults__ = (0.2,)\np = postgres")
    second = subprocess.run(
        [sys.executable, "-c", code, str(pair.home.path)], capture_output=True, text=True, check=False
    )
    assert "Another Reik is running from this folder" in second.stderr
    assert pair.postgres.engine.poll() is None


def processes_of(home: Home) -> list[list[str]]:
    """Command lines of engines that still run on this home's data."""
    mine = (str(place(home).data), str(home.path / "nats" / "nats.conf"))
    commands = (command_of(int(entry)) for entry in os.listdir("/proc") if entry.isdigit())
    return [command for command in commands if any(part in command for part in mine)]


def test_settings_follow_the_memory() -> None:
    gigabyte = 1024**3
    assert settings(1, scratch=False, available=8 * gigabyte)["shared_buffers"] == "1024MB"
    assert settings(1, scratch=False, available=64 * gigabyte)["shared_buffers"] == "2048MB"
    assert settings(1, scratch=True, available=64 * gigabyte)["shared_buffers"] == "1024MB"
    assert settings(1, scratch=False, available=gigabyte // 8)["shared_buffers"] == "32MB"


def test_a_preferred_port_is_taken_only_when_free(pair: Pair) -> None:
    free = free_port()
    assert free_port(free) == free
    assert free_port(pair.postgres.port) != pair.postgres.port


def test_a_free_port_is_none_that_a_connection_takes_by_itself() -> None:
    dealt_from = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    given = [free_port() for _ in range(200)]
    assert len(set(given)) == 200
    assert max(given) < dealt_from


async def worker(pair: Pair, user: str = "reik_worker") -> Client:
    return await nats_client.connect(
        pair.nats.nats_url,
        user=user,
        password=pair.home.password(f"nats:{user}"),
        allow_reconnect=False,
    )


def test_messages_land_in_the_partition_that_reik_computes(pair: Pair) -> None:
    names = ["ABC-1", *(f"NL-{number:05d}-é{'x' * (number % 7)}" for number in range(199))]

    async def published() -> dict[str, int]:
        client = await worker(pair)
        stream = client.jetstream()
        await stream.add_stream(name="IN", subjects=["reik.in.*.*"])
        for name in names:
            await client.publish(f"reik.1.{name}.up", b"x")
        await client.flush()
        subscription = await stream.pull_subscribe("reik.in.*.*", durable="test")
        found: dict[str, int] = {}
        for message in await subscription.fetch(len(names), timeout=3):
            _, _, partition, name = message.subject.split(".")
            found[name] = int(partition)
        await client.close()
        return found

    found = asyncio.run(published())
    assert found == {name: nats.partition_of(name) for name in names}
    assert set(found.values()) == set(range(nats.PARTITIONS))


def sign_in(broker: nats.RunningNats, user: str) -> bytes:
    """Everything the server says to a client that names itself and publishes, until the line is closed."""
    address = ("127.0.0.1", int(broker.nats_url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=4) as link:
        opening = json.dumps({"user": user, "pass": "wrong"}).encode()
        link.sendall(b"CONNECT " + opening + b"\r\nPUB reik.1.X.up 1\r\nx\r\nPING\r\n")
        said = b""
        with contextlib.suppress(ConnectionResetError):
            while chunk := link.recv(4096):
                said += chunk
    return said


def test_an_own_user_with_a_wrong_password_is_refused(pair: Pair) -> None:
    said = sign_in(pair.nats, "reik_worker")
    assert b"Authorization Violation" in said
    assert b"PONG" not in said


def test_a_stranger_is_refused_when_nobody_answers_for_it(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats, "_CONFIGURATION", nats._CONFIGURATION.replace("timeout: 15", "timeout: 1"))
    broker = start_nats(home)
    said = sign_in(broker, "stranger")
    broker.stop()
    assert b"-ERR" in said
    assert b"PONG" not in said


def test_a_device_comes_in_over_mqtt_when_the_issuer_vouches_for_it(pair: Pair) -> None:
    """The auth callout as `reik admit` will do it, and the mapping for a message that came by MQTT."""

    async def story() -> tuple[str, bytes, list[int]]:
        admit = await worker(pair, "reik_admit")

        async def answer(request: Msg) -> None:
            await request.respond(authorisation(pair.home, request.data))

        await admit.subscribe("$SYS.REQ.USER.AUTH", cb=answer)
        receive = await worker(pair)
        inbox = await receive.subscribe("reik.in.*.*")
        await receive.flush()
        await admit.flush()
        codes = [await asyncio.to_thread(device, pair, secret) for secret in ("right", "wrong")]
        message = await inbox.next_msg(timeout=3)
        await admit.close()
        await receive.close()
        return message.subject, message.data, codes

    subject, data, codes = asyncio.run(story())
    assert subject == f"reik.in.{nats.partition_of('MQ-7')}.MQ-7"
    assert data == b"hello"
    assert codes == [0, 5]  # accepted; not authorised


def device(pair: Pair, secret: str) -> int:
    """Connect over MQTT, publish when let in; the return code of the broker's CONNACK."""
    host, _, port = pair.nats.mqtt.partition(":")
    with socket.create_connection((host, int(port)), timeout=4) as link:
        words = (b"MQTT", b"\x04\xc2\x00\x3c", b"MQ-7", b"MQ-7", secret.encode())
        body = b"".join(w if w[:1] == b"\x04" else len(w).to_bytes(2) + w for w in words)
        link.sendall(b"\x10" + bytes([len(body)]) + body)
        code = link.recv(4)[3]
        if code == 0:
            topic = b"reik/1/MQ-7/up"
            body = len(topic).to_bytes(2) + topic + b"hello"
            link.sendall(b"\x30" + bytes([len(body)]) + body + b"\xe0\x00")
        return code


def authorisation(home: Home, request: bytes) -> bytes:
    """The signed answer to a request of the auth callout."""
    asked = json.loads(base64.urlsafe_b64decode(request.split(b".")[1] + b"=="))["nats"]
    user, server = asked["user_nkey"], asked["server_id"]["id"]
    answer: dict[str, object] = {"type": "authorization_response", "version": 2}
    if asked["connect_opts"]["pass"] == "right":
        rights = {"pub": {"allow": ["reik.in.*.MQ-7"]}, "sub": {"allow": ["reik.1.MQ-7.down"]}}
        answer["jwt"] = signed(home, user, "REIK", {"type": "user", "version": 2, "subs": -1, **rights})
    else:
        answer["error"] = "unknown device"
    return signed(home, user, server, answer).encode()


def signed(home: Home, subject: str, audience: str, claims: dict[str, object]) -> str:
    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).decode().rstrip("=")

    body = {"iss": public_key(home), "sub": subject, "aud": audience, "iat": int(time.time()), "nats": claims}
    body["jti"] = secrets.token_hex(8)
    head = {"typ": "JWT", "alg": "ed25519-nkey"}
    sign: Callable[[bytes], bytes] = issuer(home).sign
    text = ".".join(part(json.dumps(piece).encode()) for piece in (head, body))
    return f"{text}.{part(sign(text.encode()))}"


def test_the_issuer_is_stable_and_signs(pair: Pair) -> None:
    assert public_key(pair.home) == public_key(Home(pair.home.path))
    assert public_key(pair.home).startswith("A")
    assert issuer(pair.home).seed.startswith(b"SA")
