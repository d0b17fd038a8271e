"""What is meant by adherence: the open definition, with every exclusion counted beside it. Pure (N8, R72).

It says what came out of the dispenser, never what was swallowed: nobody saw that. It is computed for a client, a
team or a type of dispenser, and never orders people by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reik.dispensing.outcomes import Outcome
from reik.kernel.shares import Share

OPEN = "open"
"""A moment that was due when days were counted and has not ended: nobody knows yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one outcome does in the percentages, and why. `counts`: it is in the denominator."""

    counts: bool
    out: bool = False  # everything came out of the dispenser
    in_time: bool = False
    may_be_out: bool = False  # excluded because nobody knows; it moves the bounds
    nl: str
    en: str


RULES: Mapping[str, Rule] = {
    Outcome.IN_TIME: Rule(
        counts=True, out=True, in_time=True,
        nl="Op tijd uitgenomen: alles kwam er binnen het tijdvak uit.",
        en="Out in time: everything came out within the window.",
    ),
    Outcome.EARLY: Rule(
        counts=True, out=True, in_time=True,
        nl="Eerder uitgenomen, omdat dat mocht. Telt als op tijd.",
        en="Out early, because that was allowed. Counts as in time.",
    ),
    Outcome.LATE: Rule(
        counts=True, out=True,
        nl="Te laat uitgenomen: alles kwam eruit, na het tijdvak.",
        en="Out late: everything came out, after the window.",
    ),
    Outcome.PARTLY: Rule(
        counts=True,
        nl="Deels uitgenomen. Telt mee als niet op tijd en niet geheel uitgenomen.",
        en="Partly out. Counts as neither in time nor all out.",
    ),
    Outcome.NOT_OUT: Rule(
        counts=True,
        nl="Niet uitgenomen: de dispenser heeft dat zelf gemeld, of alles wat hij zei is gelezen.",
        en="Not out: the dispenser said so itself, or all that it said has been read.",
    ),
    Outcome.WITHHELD: Rule(
        counts=False,
        nl="Tegengehouden, omdat iemand dat besloot. De cliënt kon niets uitnemen.",
        en="Withheld, because somebody decided so. The client could take nothing out.",
    ),
    Outcome.BY_HAND: Rule(
        counts=False,
        nl="Met de hand gegeven door een mens. Dat zegt niets over de dispenser.",
        en="Given by hand by a person. That says nothing about the dispenser.",
    ),
    Outcome.PAUSED: Rule(
        counts=False,
        nl="Gepauzeerd: de cliënt was afwezig of de dispenser stond stil op verzoek.",
        en="Paused: the client was away, or the dispenser stood still as asked.",
    ),
    Outcome.DEVICE_FAILURE: Rule(
        counts=False, may_be_out=True,
        nl="Storing van de dispenser. De cliënt kon er niets aan doen.",
        en="Failure of the dispenser. The client could do nothing about it.",
    ),
    Outcome.NO_NOTICE: Rule(
        counts=False, may_be_out=True,
        nl="Geen melding ontvangen, bij een dispenser die alleen afwijkingen meldt. Dat is geen bewijs.",
        en="No notice received, of a dispenser that reports deviations only. That proves nothing.",
    ),
    Outcome.UNKNOWN: Rule(
        counts=False, may_be_out=True,
        nl="Onbekend: de dispenser zweeg, sprak zichzelf tegen, of Reik liep achter.",
        en="Unknown: the dispenser was silent or contradicted itself, or Reik was behind.",
    ),
    OPEN: Rule(
        counts=False, may_be_out=True,
        nl="Nog niet afgelopen toen er geteld werd.",
        en="Not over yet when days were counted.",
    ),
}  # fmt: skip
OUTCOMES: tuple[str, ...] = tuple(RULES)
"""In the order in which they are shown."""

BUCKETS: Mapping[str, int | None] = {
    "before_due": 0, "within_5": 5, "within_10": 10, "within_15": 15, "within_30": 30, "within_60": 60,
    "within_120": 120, "over_120": None,
}  # fmt: skip
"""Minutes between due and out, of moments that are all out: each bucket ends before its number (None: has no end)."""

DEFINITION: Mapping[str, Mapping[str, str]] = {
    "in_time": {
        "nl": "Op tijd uitgenomen: momenten waarvan alles op tijd of eerder uit de dispenser kwam, van alle momenten"
        " waarvan bekend is of de cliënt ze uitnam. Uitgenomen is niet hetzelfde als doorgeslikt.",
        "en": "Out in time: moments of which everything came out of the dispenser in time or early, of all moments"
        " of which is known whether the client took them out. Out is not the same as swallowed.",
    },
    "out": {
        "nl": "Uitgenomen: ook wat te laat uitgenomen is, van dezelfde momenten.",
        "en": "Out: what came out late as well, of the same moments.",
    },
    "bounds": {
        "nl": "Van en tot: alsof alles wat onbekend is niet op tijd uitgenomen was, en alsof het dat wel was.",
        "en": "From and to: as if all that is unknown had not come out in time, and as if it had.",
    },
}
"""Printed beside every percentage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Moments of a client, team or type of dispenser in a period. `by_outcome` holds every one of OUTCOMES.

    `delays`: moments by bucket of BUCKETS; `sachets`: planned, of all of these moments.
    """

    moments: int
    sachets: int
    by_outcome: Mapping[str, int]
    delays: Mapping[str, int]


NONE = Counts(moments=0, sachets=0, by_outcome=dict.fromkeys(OUTCOMES, 0), delays=dict.fromkeys(BUCKETS, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence:
    """What the definition makes of counts. `excluded`: outcome → moments that no percentage counts, all of them.

    `lowest` and `highest`: per cent in time if nothing, or everything, that is unknown had come out in time; None with
    too few cases.
    """

    counts: Counts
    in_time: Share
    out: Share
    excluded: Mapping[str, int]
    lowest: float | None
    highest: float | None

    @property
    def known(self) -> Share:
        """Of all moments: of how many is known whether the client took them out."""
        return Share(self.in_time.of, self.counts.moments)


def adherence(counts: Counts) -> Adherence:
    """Apply the rules. What is excluded stays in sight; numerator, denominator and exclusions make up all moments."""

    def of(which: str) -> int:
        return sum(counts.by_outcome[each] for each, rule in RULES.items() if getattr(rule, which))

    denominator, in_time, unknown = of("counts"), of("in_time"), of("may_be_out")
    whole = denominator + unknown
    return Adherence(
        counts=counts,
        in_time=Share(in_time, denominator),
        out=Share(of("out"), denominator),
        excluded={each: counts.by_outcome[each] for each, rule in RULES.items() if not rule.counts},
        lowest=Share(in_time, whole).pct,
        highest=Share(in_time + unknown, whole).pct,
    )


def total(parts: Sequence[Counts]) -> Counts:
    """Several counts as one."""
    return Counts(
        moments=sum(each.moments for each in parts),
        sachets=sum(each.sachets for each in parts),
        by_outcome={key: sum(each.by_outcome[key] for each in parts) for key in OUTCOMES},
        delays={key: sum(each.delays[key] for each in parts) for key in BUCKETS},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """One bucket of the distribution: minutes in [at_least, under); None: no such end."""

    key: str
    at_least: int | None
    under: int | None
    share: Share


def distribution(counts: Counts) -> list[Delay]:
    """The delays, shortest first, each of all moments that are all out."""
    out = sum(counts.delays.values())
    starts = [None, *BUCKETS.values()]
    return [
        Delay(key=key, at_least=starts[at], under=end, share=Share(counts.delays[key], out))
        for at, (key, end) in enumerate(BUCKETS.items())
    ]


def half_within(counts: Counts) -> int | None:
    """Minutes within which half of what came out was out: the end of a bucket. None: too few cases, or no end."""
    out = sum(counts.delays.values())
    if not Share(0, out).enough:
        return None
    so_far = 0
    for key, end in BUCKETS.items():
        so_far += counts.delays[key]
        if 2 * so_far >= out:
            return end
    return None
