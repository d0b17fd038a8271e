"""What a roster refuses. Pure."""

from __future__ import annotations


class RosterRefused(ValueError):
    """This roster, turn or calendar cannot be kept so; the message says what to change.

    `code`: by which a screen finds its own words; `about`: what it is about (a name, a calendar entry's title).
    """

    def __init__(self, sentence: str, code: str, about: str = "") -> None:
        super().__init__(sentence)
        self.code, self.about = code, about
