"""The letter with an order of a dispenser, written elsewhere and handed in as it stands. Pure (R3).

It is the one letter that names a client: to a supplier with a processing agreement, over TLS, sealed until it leaves.
"""

from __future__ import annotations

import json

LETTER = "dispenser_order"


def order_letter(body: str) -> tuple[str, str] | None:
    """Subject and text of an order; None for any other message."""
    try:
        said = json.loads(body) if body else {}
    except ValueError:
        return None
    if not isinstance(said, dict) or said.get("letter") != LETTER:
        return None
    return str(said["subject"]), str(said["text"])
