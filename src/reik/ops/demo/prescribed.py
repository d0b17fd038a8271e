"""What the people of the demo use: made up, by the order of their times of day. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from reik.medication.rolls.sachets import Content, SachetOnRoll
from reik.ops.demo.cast import Person

MORNING = (
    "Metoprolol tablet mga 50 mg",
    "Pantoprazol tablet msr 40 mg",
    "Acetylsalicylzuur dispertablet 80 mg",
    "Furosemide tablet 40 mg",
    "Enalapril tablet 10 mg",
    "Amlodipine tablet 5 mg",
)
NOON = ("Metformine tablet 500 mg", "Carbasalaat bruistablet 100 mg", "Vitamine D3 tablet 20 microgram")
EVENING = ("Simvastatine tablet 40 mg", "Atorvastatine tablet 20 mg", "Mirtazapine tablet 15 mg")
PARKINSON = "Levodopa/carbidopa tablet 100/25 mg"
DROPS = "Timolol oogdruppels 5 mg/ml"
ON_NEED = "Paracetamol tablet 500 mg"
MANY = 5  # times a day: Parkinson's pattern
DROPS_OF, ON_NEED_OF = 5, 4
"""Every so manieth person has these besides her roll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One medicine, one piece at each of these times of her day (0 is the first). `packed`: it is in the roll."""

    text: str
    at: tuple[int, ...]
    packed: bool = True
    on_need: bool = False
    weekly: bool = False


def uses(number: int, times: int) -> list[Use]:
    """What the person with this number uses who has so many times a day; at the first time always two things."""
    first, second = MORNING[number % len(MORNING)], MORNING[(number + 1 + number // 6) % len(MORNING)]
    made = [Use(text=first, at=(0,))]
    if second != first:
        made.append(Use(text=second, at=(0,)))
    else:
        made.append(Use(text=MORNING[(number + 3) % len(MORNING)], at=(0,)))
    if times >= MANY:
        made.append(Use(text=PARKINSON, at=tuple(range(times))))
    else:
        made += [Use(text=NOON[number % len(NOON)], at=tuple(range(1, times - 1)))] if times > 2 else []
        made += [Use(text=EVENING[number % len(EVENING)], at=(times - 1,))] if times > 1 else []
    if number % DROPS_OF == 0:
        made.append(Use(text=DROPS, at=(0, times - 1) if times > 1 else (0,), packed=False))
    if number % ON_NEED_OF == 1:
        made.append(Use(text=ON_NEED, at=(), packed=False, on_need=True))
    return made


def is_written(person: Person) -> bool:
    """Whether the pharmacy's messages tell of her. Not where her times move with the start of the demo."""
    return not person.soon


def filled(sachets: Sequence[SachetOnRoll], number: int) -> list[SachetOnRoll]:
    """The sachets of one roll with what is in them; of several sachets at one time each gets its share."""
    times: dict[date, list[time]] = {}
    for each in sachets:
        if each.day is not None and each.at is not None and each.at not in times.setdefault(each.day, []):
            times[each.day].append(each.at)
    most = max((len(each) for each in times.values()), default=0)
    used = uses(number, most)
    return [
        each
        if each.day is None or each.at is None
        else replace(each, contents=_share(used, sorted(times[each.day]).index(each.at), each.k, each.n))
        for each in sachets
    ]


def _share(used: Sequence[Use], place: int, k: int, n: int) -> tuple[Content, ...]:
    here = [each for each in used if each.packed and place in each.at]
    return tuple(Content(code="", text=each.text, amount="1") for each in here[k - 1 :: n])
