"""Starts sipp, kamailio and baresip on loopback for one test, and ends them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.adapters.scaip.real import Kamailio, Sipp, _listens, _program, peer_port

HERE = Path(__file__).parent
MODULES = (Path("/usr/lib/baresip/modules"), Path("/usr/lib/x86_64-linux-gnu/baresip/modules"))
PRESSES = Path("/usr/share/sip-tester")


@contextmanager
def sipp(scenario: str, folder: Path, *, transport: str = "u1", **values: str) -> Iterator[Sipp]:
    """One scenario for one call. `KEY=…` plays Debian's own recording of that key, which needs raw sockets."""
    program, port = _program("sipp", "sip-tester"), peer_port()
    text = (HERE / f"{scenario}.xml").read_text()
    if key := values.pop("KEY", ""):
        if os.geteuid() != 0:
            pytest.skip("sipp plays recorded packets only as root: run this test as root.")
        shutil.copy(PRESSES / f"dtmf_2833_{key}.pcap", folder / "press.pcap")
    for name, value in values.items():
        text = text.replace(name, value)
    (folder / "scenario.xml").write_text(text)
    process = subprocess.Popen(
        [
            program, "-sf", "scenario.xml", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(port), "-mp",
            str(peer_port()), "-t", transport, "-m", "1", "-timeout", "15", "-timeout_error", "-nostdin",
            "-trace_msg",
        ],
        cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _listens(port, process, datagrams=transport.startswith("u"))
        yield Sipp(process, port, folder)
    finally:
        process.kill()
        process.wait()


class Baresip:
    """A telephone that answers by itself, keeps what it hears, and presses keys when it is told to."""

    def __init__(self, port: int, control: int, folder: Path) -> None:
        self.port, self._control, self._folder = port, control, folder

    def press(self, key: str) -> None:
        said = json.dumps({"command": "sndcode", "params": key, "token": "t"}).encode()
        with socket.create_connection(("127.0.0.1", self._control), timeout=3) as control:
            control.sendall(b"%d:%s," % (len(said), said))
            control.settimeout(3)
            assert b'"ok":true' in control.recv(4096)

    def answered(self, within: float = 5) -> None:
        """Wait until it is in a call."""
        until = time.monotonic() + within
        while "Call established" not in self.log():
            assert time.monotonic() < until, self.log()
            time.sleep(0.02)

    def log(self) -> str:
        return (self._folder / "log").read_text("utf-8", "replace")

    def heard(self) -> bytes:
        """What it heard, as samples of 16 bits; of a call that has ended."""
        until = time.monotonic() + 5
        while "terminated" not in self.log():
            assert time.monotonic() < until, "the call was not hung up"
            time.sleep(0.05)
        time.sleep(0.2)
        (path,) = self._folder.glob("dump-*-dec.wav")
        with wave.open(str(path)) as recorded:
            assert (recorded.getframerate(), recorded.getsampwidth(), recorded.getnchannels()) == (8000, 2, 1)
            return recorded.readframes(recorded.getnframes())


@contextmanager
def baresip(
    folder: Path, *, codec: str = "PCMA", answers: bool = True, sealed: bool = False
) -> Iterator[Baresip]:
    program = _program("baresip", "baresip-core")
    modules = next((each for each in MODULES if (each / "sndfile.so").exists()), None)
    if modules is None:
        pytest.skip(
            "baresip's modules are not on this machine: install Debian's baresip-core to run this test."
        )
    port, control = peer_port(), peer_port()
    room = folder / "baresip"
    room.mkdir()
    with wave.open(str(room / "says.wav"), "wb") as says:
        says.setnchannels(1)
        says.setsampwidth(2)
        says.setframerate(8000)
        says.writeframes(struct.pack("<h", 300) * 8000 * 60)
    text = (HERE / "baresip.config").read_text()
    for name, value in {"PORT": port, "CONTROL": control, "ROOM": room, "MODULES": modules}.items():
        text = text.replace(name, str(value))
    (room / "config").write_text(text)
    mode, more = "auto" if answers else "manual", ";mediaenc=srtp-mand" if sealed else ""
    (room / "accounts").write_text(
        f"<sip:thuis@127.0.0.1>;regint=0;answermode={mode};audio_codecs={codec}{more}\n"
    )
    (room / "contacts").touch()
    with (room / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-f", str(room)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _listens(port, process, datagrams=True)
        _listens(control, process, datagrams=False)
        yield Baresip(port, control, room)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(3)
        process.kill()
        process.wait()


@contextmanager
def proxy(folder: Path, phone: int, *, certificate: Path, algorithm: str = "MD5") -> Iterator[Kamailio]:
    """A provider: whoever knows the password is put through to the telephone on this port; over UDP, TCP and TLS."""
    program = _program("kamailio", "kamailio and kamailio-tls-modules")
    text = (HERE / "proxy.cfg").read_text()
    for name, value in {"PHONE": phone, "ALGORITHM": algorithm, "CERTIFICATE": certificate}.items():
        text = text.replace(name, str(value))
    (folder / "proxy.cfg").write_text(text)
    port, tls_port, log = peer_port(), peer_port(), folder / "proxy.log"
    listen = [f"udp:127.0.0.1:{port}", f"tcp:127.0.0.1:{port}", f"tls:127.0.0.1:{tls_port}"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                program, "-DD", "-E", "-f", str(folder / "proxy.cfg"), "-m", "32", "-M", "8", "-w", str(folder),
                "-Y", str(folder), *(word for each in listen for word in ("-l", each)),
            ],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        _listens(port, process, datagrams=True)
        _listens(tls_port, process, datagrams=False)
        yield Kamailio(port, tls_port, log)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
