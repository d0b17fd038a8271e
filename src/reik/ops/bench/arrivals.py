"""What reached the sink and what the tables say, counted apart from the code that sent it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from reik.kernel.home import Home
from reik.ops.bench.world import Tenant, superuser


class Line(msgspec.Struct):
    """One request as the sink recorded it."""

    at: float
    path: str
    id: str
    timestamp: str
    signature: str
    body: str


class _Data(msgspec.Struct):
    alert: str = ""
    client: str = ""
    cause: str = ""
    moment: str | None = None
    step: int = 0
    round: int = 0


class _Body(msgspec.Struct):
    type: str
    data: _Data


@dataclass(slots=True)
class Arrivals:
    """First arrivals per moment, with what must never be: two keys for one step, a wrong signature."""

    first: dict[str, float] = field(default_factory=dict)  # moment → unix seconds
    cause: dict[str, str] = field(default_factory=dict)
    duplicates: int = 0  # a second message with another key for one step of one moment
    repeated: int = 0  # the same key again
    bad_signatures: int = 0
    requests: int = 0


def read(path: Path, tenants: Sequence[Tenant]) -> Arrivals:
    """Read the sink's record; each line is verified with the secret of the endpoint it came in at."""
    decode_line = msgspec.json.Decoder(Line).decode
    decode_body = msgspec.json.Decoder(_Body).decode
    secrets = {f"/{number:02d}": base64.b64decode(each.secret[6:]) for number, each in enumerate(tenants)}
    arrivals = Arrivals()
    keys: defaultdict[tuple[str, int, int], set[str]] = defaultdict(set)
    for text in path.read_bytes().splitlines():
        line = decode_line(text)
        arrivals.requests += 1
        if not _signed(line, secrets):
            arrivals.bad_signatures += 1
        body = decode_body(line.body)
        if not body.type.startswith("alert."):
            continue  # a note about an outage is of no moment
        data = body.data
        known = keys[data.moment or data.alert, data.step, data.round]
        if line.id in known:
            arrivals.repeated += 1
        elif known:
            arrivals.duplicates += 1
        known.add(line.id)
        if data.moment is not None:
            arrivals.first[data.moment] = min(arrivals.first.get(data.moment, line.at), line.at)
            arrivals.cause.setdefault(data.moment, data.cause)
    return arrivals


def _signed(line: Line, secrets: Mapping[str, bytes]) -> bool:
    secret = secrets.get(line.path)
    if secret is None:
        return False
    digest = hmac.digest(secret, f"{line.id}.{line.timestamp}.{line.body}".encode(), hashlib.sha256)
    return hmac.compare_digest("v1," + base64.b64encode(digest).decode(), line.signature)


def count(home: Home, query: str, *values: object) -> int:
    """One number from the tables, read past every policy."""
    with superuser(home) as admin:
        row = admin.execute(query.encode(), values).fetchone()
    assert row is not None
    return int(row[0])


def moments_by_name(home: Home, key: str) -> dict[str, tuple[str, str | None, float]]:
    """Device name → (moment id, outcome, deadline in unix seconds) of the moments with this key."""
    with superuser(home) as admin:
        rows = admin.execute(
            "SELECT d.device, m.id::text, m.outcome, extract(epoch FROM m.deadline_at)::float8"
            " FROM dispensing_moment AS m JOIN dispensing_dispenser AS d ON d.id = m.dispenser_id WHERE m.key = %s",
            (key,),
        ).fetchall()
    return {row[0]: (row[1], row[2], row[3]) for row in rows}
