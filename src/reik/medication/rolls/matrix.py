"""Whether a packer's roll fits a type of dispenser: rows with their source, never a guess. Pure (R17).

`*` stands for any. Only what a source says is shipped; everything else is unknown, and unknown is told, not
refused. An organisation's own rows go before all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

SUPPORTED, NOT, UNKNOWN = "supported", "not", "unknown"
FITS = (SUPPORTED, NOT, UNKNOWN)
FORMATS = ("baxter", "spencer_box")
"""The names of formats that a dispenser says of itself."""
ANY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRow:
    """One line of the matrix. `source` says where it stands, `said_on` when that was read or told."""

    packer: str
    roll_format: str
    model: str
    fit: str
    source: str
    said_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAbility:
    """What medication needs of the dispenser at a client's home; None: the device never said so."""

    model: str | None = None
    roll_format: str | None = None
    roll_change: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The answer, with where it comes from; `source` is empty where nothing is known."""

    fit: str
    source: str = ""
    said_on: date | None = None


SHIPPED: Sequence[FitRow] = (
    FitRow(
        packer=ANY, roll_format="baxter", model="spencer", fit=NOT,
        source="Spencer Health Solutions: a refill box that the pharmacist packs, no ordinary roll",
        said_on=date(2026, 11, 22),
    ),
    FitRow(
        packer=ANY, roll_format=ANY, model="medido", fit=UNKNOWN,
        source="Digizo: roll formats are not standard on every dispenser; which ones fit was not found",
        said_on=date(2026, 11, 22),
    ),
    FitRow(
        packer=ANY, roll_format=ANY, model="evondos", fit=UNKNOWN,
        source="Digizo: roll formats are not standard on every dispenser; which ones fit was not found",
        said_on=date(2026, 11, 22),
    ),
)  # fmt: skip
"""What public sources support; an organisation puts its own experience before it."""


def fit_of(*, packer: str, roll_format: str, device: DeviceAbility | None, own: Iterable[FitRow] = ()) -> Fit:
    """Whether this roll fits. An organisation's own rows decide, then the dispenser's word, then what is shipped.

    The dispenser's word counts only between formats that both have a known name.
    """
    if device is None or not (device.model or device.roll_format):
        return Fit(fit=UNKNOWN)
    found = _most_exact(own, packer, roll_format, device.model or "")
    if found is not None:
        return found
    said, asked = (device.roll_format or "").casefold(), roll_format.strip().casefold()
    if said in FORMATS and asked in FORMATS:
        return Fit(fit=SUPPORTED if said == asked else NOT, source="the dispenser itself")
    return _most_exact(SHIPPED, packer, roll_format, device.model or "") or Fit(fit=UNKNOWN)


def _most_exact(rows: Iterable[FitRow], packer: str, roll_format: str, model: str) -> Fit | None:
    """The row that names most; of equal ones the newest."""
    asked = (packer, roll_format, model)
    best: tuple[int, date] | None = None
    found: Fit | None = None
    for row in rows:
        named = (row.packer, row.roll_format, row.model)
        if not all(said == ANY or _meant(said, value) for said, value in zip(named, asked, strict=True)):
            continue
        exactness = (sum(said != ANY for said in named), row.said_on)
        if best is None or exactness >= best:
            best, found = exactness, Fit(fit=row.fit, source=row.source, said_on=row.said_on)
    return found


def _meant(said: str, value: str) -> bool:
    """A row for `medido` is about every type of that brand: `Medido Connect` too."""
    said, value = said.strip().casefold(), value.strip().casefold()
    return said == value or value.startswith(said + " ")
