"""What is asked in an evaluation, as data: never an outcome by itself. Pure (R7).

Each question has the same answers: it goes well, not quite, it does not, nobody knows. What is not well names what
could be done; a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping

WELL, PARTLY, NOT, UNKNOWN = "well", "partly", "not", "unknown"
ANSWERS = (WELL, PARTLY, NOT, UNKNOWN)
QUESTIONS = (
    "wants", "hears", "takes_out", "swallows", "left_lying", "times_fit", "loading", "carer", "route", "visits",
    "situation",
)  # fmt: skip
"""In the order in which they are asked; what is said of each stands with the screens."""

GOES_ON, ADJUSTED, PAUSED, STOPPED = "goes_on", "adjusted", "paused", "stopped"
OUTCOMES = (GOES_ON, ADJUSTED, PAUSED, STOPPED)
GOING_ON = frozenset({GOES_ON, ADJUSTED})


class EvaluationRefused(ValueError):
    """This cannot be kept as an evaluation; `code` names the field, the message says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def unanswered(answers: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The questions that nobody answered; that nobody knows is an answer."""
    return [each for each in QUESTIONS if answers.get(each, {}).get("answer") not in ANSWERS]
