"""What a screen asks of a planning's tours, as it is kept: visits, who gets a dispenser, choices. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from reik.value.tours import factors
from reik.value.tours.asked import Asked
from reik.value.tours.dispensers import Terms
from reik.value.tours.factors import Factors
from reik.value.tours.planned import LEVELS, Reading
from reik.value.tours.problem import MINUTE, TourRefused
from reik.value.tours.solving import EFFORTS

MOST_VISITS = 20_000
"""In one question: the days of a large team in a month. More is for `reik whatif`, on a machine with time."""
MOST_DAYS = 62
_TERMS, _READING = Terms(), Reading()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`teams` empty: all. `clients` None: all with a visit for medication alone. Shares are 0 to 1."""

    teams: tuple[str, ...] = ()
    first: date
    last: date
    clients: tuple[str, ...] | None = None
    share: float = 1.0
    centre: bool = True
    works: float = _TERMS.works
    by_centre: float = _TERMS.by_centre
    roll_days: int = _TERMS.roll_days
    loads: bool = True
    loosened: int = _TERMS.loosened // MINUTE
    around: int = _READING.around // MINUTE
    level: str = _READING.level
    mode: str = _READING.mode
    stop_seconds: float = 0.0
    matrix: str = ""
    effort: str = "normal"
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= (self.last - self.first).days < MOST_DAYS:
            raise TourRefused(f"Choose a first and a last day, at most {MOST_DAYS} days apart.", "days")
        if self.level not in LEVELS or self.effort not in EFFORTS or self.mode not in factors.PUBLISHED:
            raise TourRefused(
                "Choose who shares visits, how they travel and how long to look from the lists.", "bounds"
            )
        if not (0 <= self.around <= 240 and 0 <= self.loosened <= 480 and 0 <= self.stop_seconds <= 1800):
            raise TourRefused(
                "A visit moves 0 to 240 minutes now, 0 to 480 later; a stop takes 0 to 1800 s.", "bounds"
            )

    def asked(self) -> Asked:
        """The same as the command line asks it. Raises TourRefused for terms that cannot be."""
        return Asked(
            clients=self.clients, share=self.share, effort=self.effort, seed=self.seed,
            terms=replace(
                _TERMS, centre=self.centre, works=self.works, by_centre=self.by_centre, roll_days=self.roll_days,
                loads=self.loads, loosened=self.loosened * MINUTE,
            ),
            reading=replace(_READING, level=self.level, around=self.around * MINUTE, mode=self.mode),
        )  # fmt: skip

    def factors(self) -> dict[str, Factors]:
        """The published ones, with the own seconds for each stop."""
        return factors.with_stops(factors.PUBLISHED, self.stop_seconds)

    def command(self, plan: str) -> str:
        """The command line that computes the same from the file of the page."""
        usual = Question(first=self.first, last=self.last)
        words = ["reik whatif", plan, f"--seed {self.seed}"]
        for name in ("share", "works", "by_centre", "roll_days", "loosened", "around", "level", "mode",
                     "stop_seconds", "effort"):  # fmt: skip
            value = getattr(self, name)
            if value != getattr(usual, name):
                words.append(f"--{name.replace('_', '-')} {value}")
        words += ["--no-centre"] * (not self.centre) + ["--loading others"] * (not self.loads)
        words += ["--group GROUP.txt"] * (self.clients is not None)
        words += ["--matrix MATRIX.csv"] * bool(self.matrix)
        return " ".join([*words, "--json"])


def as_json(question: Question) -> dict[str, Any]:
    return {**asdict(question), "first": question.first.isoformat(), "last": question.last.isoformat()}


def from_json(given: Mapping[str, Any]) -> Question:
    """What `as_json` gave, of this version or an older one."""
    known = {name: given[name] for name in Question.__dataclass_fields__ if name in given}
    clients = known.get("clients")
    return Question(
        **{
            **known, "teams": tuple(known.get("teams", ())), "clients": None if clients is None else tuple(clients),
            "first": date.fromisoformat(known["first"]), "last": date.fromisoformat(known["last"]),
        }
    )  # fmt: skip
