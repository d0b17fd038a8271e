"""The business case of one organisation: its own ranges over what it measured over what is published (R67, R68)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.value.case.assumptions import own_ranges
from reik.value.case.funding import funders
from reik.value.case.measured import Measured, measure
from reik.value.case.model import DRAWS, SEED, business_case
from reik.value.case.parameters import EMPTY, Range, parameters, ranges
from reik.value.case.setting import BY_HOUR, Setting

ZONE = ZoneInfo("Europe/Amsterdam")
DEFINITIONS = {
    "issued": {
        "nl": "alle dispensers van deze organisatie die Reik kent",
        "en": "all dispensers that Reik knows of this organisation",
    },
    "installed": {"nl": "staat nu bij een cliënt", "en": "with a client now"},
    "active": {
        "nl": "staat bij een cliënt, en in de laatste 14 dagen kwam er een zakje uit",
        "en": "with a client, and a sachet came out in the last 14 days",
    },
    "paused": {
        "nl": "staat bij een cliënt, niet actief, en de cliënt is afwezig gemeld",
        "en": "with a client, not active, and the client is away",
    },
    "silent": {
        "nl": "staat bij een cliënt, niet actief, en niemand zei dat de cliënt weg is",
        "en": "with a client, not active, and nobody said that the client is away",
    },
    "ended": {
        "nl": "cliënten die een dispenser hadden en er nu geen hebben",
        "en": "clients who had a dispenser and have none now",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks. `dispensers` None: as many as are active now; `in_use`: started before, not started again.

    `assumed`: for this once, before all others; nothing is kept.
    """

    dispensers: int | None = None
    in_use: int = 0
    per_month: float | None = None
    years: int = 3
    centre: bool = True
    record_link: bool = True
    mode: str = BY_HOUR
    draws: int = DRAWS
    seed: int = SEED
    assumed: Mapping[str, Range] = field(default_factory=dict)


def case_of(organisation_id: UUID, asked: Asked, now: datetime) -> dict[str, Any]:
    """The whole document, with the assumptions and the denominators it stands on. Raises SettingRefused."""
    measured = measure(organisation_id, now)
    found = ranges(asked.assumed, own_ranges(organisation_id), measured.ranges)
    today = now.astimezone(ZONE).date()
    dispensers = measured.in_use.active if asked.dispensers is None else asked.dispensers
    setting = Setting(
        dispensers=dispensers, active_now=asked.in_use, per_month=asked.per_month, years=asked.years,
        year=today.year, month=today.month, centre=asked.centre, record_link=asked.record_link, mode=asked.mode,
        funders=funders(organisation_id, measured.in_use.clients, today),
    )  # fmt: skip
    case = business_case(found, setting, draws=asked.draws, seed=asked.seed)
    return {
        "at": now.isoformat(),
        "denominators": denominators(measured),
        "setting": {**asdict(setting), "months": setting.months},
        **case,
        "assumptions": assumptions(found),
        "too_few": [asdict(each) for each in measured.too_few],
        "measured_clients": measured.measured_clients,
    }


def ranges_of(organisation_id: UUID, now: datetime) -> dict[str, Range]:
    """Which range counts for each assumption of this organisation."""
    return ranges(own_ranges(organisation_id), measure(organisation_id, now).ranges)


def denominators(measured: Measured) -> dict[str, Any]:
    """R66: the counts, each with what it counts."""
    return {
        key: {"n": getattr(measured.in_use, key), "definition": said} for key, said in DEFINITIONS.items()
    }


def assumptions(found: Mapping[str, Range]) -> list[dict[str, Any]]:
    """Every assumption with its range and where it is from; `origin` empty: it asks for yours."""
    rows = []
    for key, parameter in parameters().items():
        each = found.get(key)
        rows.append(
            {
                "key": key, "group": parameter.group, "unit": parameter.unit,
                "name": {"nl": parameter.nl, "en": parameter.en},
                "low": each and each.low, "likely": each and each.likely, "high": each and each.high,
                "origin": each.origin if each else EMPTY, "source": each.source if each else "",
                "date": each.date if each else "", "optional": parameter.optional, "note": parameter.note,
            }
        )  # fmt: skip
    return rows
