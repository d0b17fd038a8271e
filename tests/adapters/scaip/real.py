"""Starts sipp and kamailio on loopback for one test, and ends them."""

from __future__ import annotations

import os
import shutil
import signal
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from reik.ops.engines.process import free_port

HERE = Path(__file__).parent


def _program(name: str, package: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not on this machine: install Debian's {package} to run this test.")
    return found


def peer_port() -> int:
    """An even port for a peer that takes some of those after it unasked: baresip for TLS, sipp for sound."""
    while True:
        given = [free_port() for _ in range(8)]
        if given[-1] - given[0] == 7:
            return given[0] + given[0] % 2


class Sipp:
    """One scenario of sipp, for one call."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
        self._process, self.port, self._folder = process, port, folder

    def ended_well(self) -> bool:
        """Whether the whole scenario was played, each expected message seen."""
        try:
            return self._process.wait(10) == 0
        finally:
            self._process.kill()
            self._process.wait()

    def messages(self) -> str:
        return "".join(each.read_text("utf-8", "replace") for each in self._folder.glob("*_messages.log"))


@contextmanager
def sipp(scenario: str, folder: Path, *, transport: str = "u1", **values: str) -> Iterator[Sipp]:
    program, port = _program("sipp", "sip-tester"), peer_port()
    text = (HERE / f"{scenario}.xml").read_text()
    for name, value in values.items():
        text = text.replace(name, value)
    (folder / "scenario.xml").write_text(text)
    process = subprocess.Popen(
        [
            program, "-sf", "scenario.xml", "-i", "127.0.0.1", "-p", str(port), "-t", transport, "-m", "1",
            "-timeout", "15", "-timeout_error", "-nostdin", "-trace_msg",
        ],
        cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _listens(port, process, datagrams=transport.startswith("u"))
        yield Sipp(process, port, folder)
    finally:
        process.kill()
        process.wait()


def _listens(port: int, process: subprocess.Popen[bytes], *, datagrams: bool) -> None:
    """Wait until the port is taken. Nothing is sent: a scenario for one call would take it for the call."""
    table = Path("/proc/net/udp" if datagrams else "/proc/net/tcp")
    until = time.monotonic() + 10
    while f"0100007F:{port:04X}" not in table.read_text():
        assert process.poll() is None, "the peer ended"
        assert time.monotonic() < until, "the peer did not start"
        time.sleep(0.02)


class Kamailio:
    """A SIP server on one port for UDP and TCP and another for TLS."""

    def __init__(self, port: int, tls_port: int, log: Path) -> None:
        self.port, self.tls_port, self._log = port, tls_port, log

    def told(self) -> list[str]:
        """One line for each request that it took: From user, content type, the document."""
        return self._logged("TOLD ")

    def heard(self) -> list[str]:
        """How its own requests were answered; waits a moment for the first."""
        until = time.monotonic() + 3
        while not self._logged("HEARD ") and time.monotonic() < until:
            time.sleep(0.02)
        return self._logged("HEARD ")

    def _logged(self, word: str) -> list[str]:
        lines = self._log.read_text("utf-8", "replace").splitlines()
        return [line.partition(word)[2] for line in lines if word in line]


@contextmanager
def kamailio(
    folder: Path, *defines: str, certificate: Path | None = None, **values: str
) -> Iterator[Kamailio]:
    """`defines`: WITH_LOGIN, IN_ANSWER. `values`: SNU, ALGORITHM, QOP."""
    program = _program("kamailio", "kamailio and kamailio-tls-modules")
    text = (HERE / "kamailio.cfg").read_text()
    for name, value in ({"SNU": "0", "ALGORITHM": "MD5", "QOP": "auth"} | values).items():
        text = text.replace(name, value)
    text = text.replace("CERTIFICATE", str(certificate or ""))
    (folder / "kamailio.cfg").write_text(text)
    port, tls_port, log = peer_port(), peer_port(), folder / "kamailio.log"
    listen = ["-l", f"udp:127.0.0.1:{port}", "-l", f"tcp:127.0.0.1:{port}"]
    if certificate:
        defines += ("WITH_TLS",)
        listen += ["-l", f"tls:127.0.0.1:{tls_port}"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                program, "-DD", "-E", "-f", str(folder / "kamailio.cfg"), "-m", "32", "-M", "8", "-w", str(folder),
                "-Y", str(folder), *(word for each in defines for word in ("-A", each)), *listen,
            ],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        _listens(port, process, datagrams=True)
        _listens(tls_port if certificate else port, process, datagrams=False)
        yield Kamailio(port, tls_port, log)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def issued(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for `localhost` of an authority of our own, in one PEM with its key; and who trusts that one."""
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def named(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    def begun(name: str, key: ec.EllipticCurvePrivateKey, number: int) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder().subject_name(named(name)).issuer_name(named("Reik test authority"))
            .public_key(key.public_key()).serial_number(number)
            .not_valid_before(start).not_valid_after(start + timedelta(days=36500))
        )  # fmt: skip

    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = (
        begun("Reik test authority", authority, 1)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(authority, hashes.SHA256())
    )
    leaf = (
        begun("localhost", key, 2)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(authority, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = folder / "centre.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
        + leaf.public_bytes(pem)
    )
    return path, ssl.create_default_context(cadata=root.public_bytes(pem).decode())
