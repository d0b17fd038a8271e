"""Recordings as G.711: read from `prompts`, put one after the other, and turned from A-law into µ-law. Pure but for
reading its own files."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "prompts"
RATE = 8000  # samples, and bytes, a second
FRAME = 160  # bytes in 20 ms
A_LAW, U_LAW = 8, 0  # payload types (RFC 3551)
SILENCE = {A_LAW: 0xD5, U_LAW: 0xFF}
_WAV_A_LAW = 6


class NoRecording(Exception):
    """A file in `prompts` is missing or is no A-law of 8,000 samples a second: install Reik again."""


@cache
def recording(lang: str, name: str) -> bytes:
    """One recording as A-law. Raises NoRecording."""
    try:
        return wav((FOLDER / lang / f"{name}.wav").read_bytes())
    except OSError:
        raise NoRecording(f"the recording {lang}/{name} is missing") from None


def wav(data: bytes) -> bytes:
    """The samples of a WAV file of A-law, mono, 8,000 a second. Raises NoRecording."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise NoRecording("a recording that is no WAV file")
    at, known = 12, False
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        inside = data[at + 8 : at + 8 + length]
        if kind == b"fmt ":
            known = len(inside) >= 8 and struct.unpack_from("<HHI", inside) == (_WAV_A_LAW, 1, RATE)
        elif kind == b"data" and known and len(inside) == length:
            return inside
        at += 8 + length + length % 2
    raise NoRecording("a recording that is no A-law of 8,000 samples a second")


def silence(seconds: float) -> bytes:
    """Silence as A-law."""
    return bytes([SILENCE[A_LAW]]) * round(seconds * RATE)


def spoken(lang: str, names: Sequence[str]) -> bytes:
    """These recordings one after the other, as A-law. Raises NoRecording."""
    return b"".join(recording(lang, each) for each in names)


def frames(alaw: bytes, payload_type: int) -> list[bytes]:
    """Cut into packets of 20 ms, the last filled up with silence, as A-law or µ-law."""
    whole = alaw + bytes([SILENCE[A_LAW]]) * (-len(alaw) % FRAME)
    coded = whole.translate(_TO_U_LAW) if payload_type == U_LAW else whole
    return [coded[at : at + FRAME] for at in range(0, len(coded), FRAME)]


def _linear(value: int) -> int:
    """A byte of A-law as a sample of 16 bits (ITU-T G.711)."""
    value ^= 0x55
    exponent, mantissa = (value >> 4) & 7, value & 15
    sample = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return sample if value & 0x80 else -sample


def _u_law(sample: int) -> int:
    """A sample of 16 bits as a byte of µ-law (ITU-T G.711)."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 0x84
    exponent = magnitude.bit_length() - 8
    return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 15)) & 0xFF


_TO_U_LAW = bytes(_u_law(_linear(value)) for value in range(256))
