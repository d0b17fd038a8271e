"""What a gateway's refusal means for the message, as SMPP's command_status. Pure."""

from __future__ import annotations

from datetime import timedelta

from reik.interop import Failed

THROTTLED, QUEUE_FULL, NOT_BOUND = 0x58, 0x14, 0x04
# no such phone, or a refusal that the centre itself calls final
_NEVER = frozenset({0x0B, 0x50, 0x51, 0x65})


def is_too_fast(status: int) -> bool:
    return status in (THROTTLED, QUEUE_FULL)


def refusal(status: int, wait_s: float) -> Failed:
    """Of a text. `wait_s`: how long the gateway is given when it has too much to do."""
    if is_too_fast(status):
        return Failed(
            f"the gateway has too much to do (SMPP 0x{status:02X})",
            answered=True, retry_after=timedelta(seconds=max(wait_s, 1.0)),
        )  # fmt: skip
    return Failed(f"refused (SMPP 0x{status:02X})", permanent=status in _NEVER, answered=True)
