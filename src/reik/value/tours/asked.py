"""A what-if as it is asked, by command or on a screen: one way to it, so that both give the same figures. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from reik.value.tours.dispensers import Terms, candidates, group
from reik.value.tours.matrices import Travels
from reik.value.tours.planned import Planned, Reading, Shift, days
from reik.value.tours.problem import Day, TourRefused
from reik.value.tours.whatif import Outcome, whatif


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`clients`: who get a dispenser; None: all who could. `share` (0 to 1): the part of them, drawn by the seed."""

    clients: Collection[str] | None = None
    share: float = 1.0
    terms: Terms = field(default_factory=Terms)
    reading: Reading = field(default_factory=Reading)
    effort: str = "normal"
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """With what is computed. `travel` gives the travel times of a day; `told` hears how many plans are done."""

    travel: Callable[[Day], Travels]
    shifts: Sequence[Shift] = ()
    workers: int | None = None
    scheduler: str = ""
    told: Callable[[int], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came out, with what it was asked of. `chosen`: the clients who got a dispenser."""

    planned: Sequence[Planned]
    travels: Sequence[Travels]
    chosen: frozenset[str]
    outcome: Outcome


def answer(planned: Sequence[Planned], asked: Asked, means: Means) -> Answer:
    """Plan each day twice. Raises TourRefused: nothing to plan, nobody to go, a client whom nobody knows."""
    if not planned:
        raise TourRefused(
            "There is no visit to plan: look at the file, and at the teams and days chosen.", "empty"
        )
    made = days(planned, asked.reading, means.shifts)
    travels = [means.travel(day) for day in made]
    chosen = chosen_clients(planned, made, asked)
    outcome = whatif(
        made, travels, chosen, asked.terms, seed=asked.seed, effort=asked.effort, workers=means.workers,
        scheduler=means.scheduler, told=means.told,
    )  # fmt: skip
    return Answer(planned=planned, travels=travels, chosen=frozenset(chosen), outcome=outcome)


def chosen_clients(planned: Sequence[Planned], made: Sequence[Day], asked: Asked) -> set[str]:
    """Those named, else those the planning marks, else all with a visit for medication alone; of them the share."""
    if asked.clients is not None:
        strange = sorted(set(asked.clients) - {each.client for each in planned})
        if strange:
            raise TourRefused(
                f"{strange[0]} is not in the planning: correct the list.", "strange", client=strange[0]
            )
        return group(asked.clients, asked.share, asked.seed)
    able = {client for day in made for client in candidates(day.visits)}
    if any(each.candidate is not None for each in planned):
        able &= {each.client for each in planned if each.candidate}
        able -= {each.client for each in planned if each.candidate is False}
    return group(able, asked.share, asked.seed)
