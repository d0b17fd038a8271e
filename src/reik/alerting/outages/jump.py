"""When many dispensers fall silent together, and of what they are part: one incident is one outage (N4). Pure.

Silent ones are counted by the minute in which they were last heard. A scope (a region, a network, a model, a supplier)
*jumps* when within five minutes at least five of its dispensers fell silent, and at least a fifth of all it has; those
that were silent before are its usual share and count for nothing. Of what jumps the smallest scope that explains most
of it is the outage; what it leaves unexplained is looked at again. More than three at once are one of everything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

REGION, NETWORK, SUPPLIER, MODEL, PLATFORM = "region", "network", "supplier", "model", "platform"
SCOPES = (REGION, NETWORK, SUPPLIER, MODEL)
EVERYTHING = (PLATFORM, "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The numbers of the rule; each may be set otherwise."""

    least: int = 5  # dispensers
    share: float = 0.2  # of the known ones of the scope
    within: int = 5  # minutes
    explains: float = 0.8  # of all that fell silent with them
    at_once: int = 3  # outages that open together before they are one


SILENCE = Rule()
"""By heartbeats that stay away."""
ASKED = Rule(share=0.5)
"""By moments that ended without a word of their dispenser: a minute's silence proves less, so more are asked for."""


class RuleRefused(ValueError):
    """A number of the rule makes no sense; the message says what to write."""


def rule_of(least: str | None, share: str | None) -> Rule:
    """The rule with these settings, where they are given. Raises RuleRefused."""
    try:
        rule = Rule(least=int(least or Rule().least), share=float(share or Rule().share))
    except ValueError:
        raise RuleRefused("REIK_OUTAGE_LEAST is a whole number, REIK_OUTAGE_SHARE one like 0.2.") from None
    if rule.least < 2 or not 0 < rule.share <= 1:
        raise RuleRefused("REIK_OUTAGE_LEAST is at least 2, REIK_OUTAGE_SHARE lies above 0 and is at most 1.")
    return rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`count` dispensers alike; `since`: the minute in which they were last heard, None: they speak, 0: long ago."""

    count: int
    since: int | None = None
    region: str = ""
    network: str = ""
    supplier: str = ""
    model: str = ""

    def value(self, scope: str) -> str:
        return str(getattr(self, scope))


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """`silent` of the `known` dispensers of this scope fell silent from minute `since` on."""

    scope: str
    value: str
    since: int
    silent: int
    known: int

    @property
    def share(self) -> float:
        return self.silent / self.known


@dataclass(slots=True)
class _Sum:
    known: int = 0
    minutes: Counter[int] = field(default_factory=Counter)


def find(cells: Sequence[Cell], rule: Rule = SILENCE) -> list[Jump]:
    """The outages that these dispensers tell of, the largest first; none when nothing jumps."""
    found: list[Jump] = []
    left = list(cells)
    while (jump := _strongest(left, rule)) is not None:
        chosen = _explaining(left, jump, rule)
        found.append(chosen)
        left = [each for each in left if each.value(chosen.scope) != chosen.value]
    if len(found) <= rule.at_once:
        return found
    since = min(each.since for each in found)
    return [
        Jump(
            scope=EVERYTHING[0], value=EVERYTHING[1], since=since, silent=sum(each.silent for each in found),
            known=sum(each.count for each in cells),
        )
    ]  # fmt: skip


def jumps(jump: Jump, rule: Rule, share: float | None = None) -> bool:
    """Whether so many of a scope are a jump."""
    return jump.silent >= rule.least and jump.share >= (rule.share if share is None else share)


def still(silent: int, known: int, rule: Rule = SILENCE) -> bool:
    """Whether an outage lasts: until fewer than half of what opens one are silent."""
    return silent >= rule.least and known > 0 and silent / known >= rule.share / 2


def _strongest(cells: Sequence[Cell], rule: Rule) -> Jump | None:
    """The jump with the most dispensers, of two the one of the smaller scope."""
    found = [each for each in _busiest(_sums(cells), rule) if jumps(each, rule)]
    return min(found, key=lambda each: (-each.silent, *_size(each)), default=None)


def _explaining(cells: Sequence[Cell], jump: Jump, rule: Rule) -> Jump:
    """The smallest scope that holds most of all that fell silent together with `jump`, at half its share."""
    window = range(jump.since, jump.since + rule.within + 1)
    together = sum(each.count for each in cells if each.since is not None and each.since in window)
    fitting = [
        each
        for each in _counted(_sums(cells), lambda minutes: (jump.since, sum(minutes[one] for one in window)))
        if jumps(each, rule, rule.share / 2) and each.silent >= rule.explains * together
    ]
    return min(fitting, key=_size, default=jump)


def _size(jump: Jump) -> tuple[int, int, str]:
    return jump.known, SCOPES.index(jump.scope), jump.value


def _sums(cells: Sequence[Cell]) -> dict[tuple[str, str], _Sum]:
    sums: dict[tuple[str, str], _Sum] = defaultdict(_Sum)
    for each in cells:
        for scope in SCOPES:
            if value := each.value(scope):
                of = sums[scope, value]
                of.known += each.count
                if each.since is not None:
                    of.minutes[each.since] += each.count
    return sums


def _counted(
    sums: Mapping[tuple[str, str], _Sum], count: Callable[[Counter[int]], tuple[int, int]]
) -> list[Jump]:
    found = []
    for (scope, value), of in sums.items():
        since, silent = count(of.minutes)
        found.append(Jump(scope=scope, value=value, since=since, silent=silent, known=of.known))
    return found


def _busiest(sums: Mapping[tuple[str, str], _Sum], rule: Rule) -> list[Jump]:
    def busiest(minutes: Counter[int]) -> tuple[int, int]:
        # Five minutes touch six minutes of the clock. Minute 0 stands for long ago: that is the usual share.
        counts = [
            (sum(minutes[first + one] for one in range(rule.within + 1)), first)
            for first in minutes
            if first > 0
        ]
        silent, since = max(counts, default=(0, 0))
        return since, silent

    return _counted(sums, busiest)
