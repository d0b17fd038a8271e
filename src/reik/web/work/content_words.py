"""What is in a sachet and what is agreed: medication's sentences about contents, in the reader's language."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _


def content_words(sentence: str) -> str:
    """The difference in words; empty for a sentence that is not about contents."""
    if said := re.fullmatch(r"(\S+ \S+): (.+) is agreed and not in sachet (.+)\.", sentence):
        return _("%(when)s: %(what)s is afgesproken en zit niet in zakje %(n)s.") % _named(said)
    if said := re.fullmatch(r"(\S+ \S+): (.+) is in sachet ([\d, ]+) and not agreed then\.", sentence):
        return _("%(when)s: %(what)s zit in zakje %(n)s en is dan niet afgesproken.") % _named(said)
    if said := re.fullmatch(r"(\S+ \S+): of (.+) (\S+) is agreed and (\S+) in sachet ([\d, ]+)\.", sentence):
        return _("%(when)s: van %(what)s is %(planned)s afgesproken, en er zit %(found)s in zakje %(n)s.") % {
            "when": when_words(said[1]), "what": said[2], "n": said[5],
            "planned": amount_words(said[3]), "found": amount_words(said[4]),
        }  # fmt: skip
    return ""


def amount_words(amount: str) -> str:
    """An amount ("0.5") with the sign that the reader writes before decimals."""
    return str(number_format(Decimal(amount))) if re.fullmatch(r"\d+(\.\d+)?", amount) else amount


def when_words(when: str) -> str:
    """A day and time of a sentence ("24-11-2026 08:00") as a person reads them; anything else as it is."""
    try:
        return str(date_format(datetime.strptime(when, "%d-%m-%Y %H:%M"), "D j F H:i"))  # noqa: DTZ007
    except ValueError:
        return when


def _named(said: re.Match[str]) -> dict[str, str]:
    amount, times, what = said[2].partition(" × ")
    whole = f"{amount_words(amount)} × {what}" if times else said[2]
    return {"when": when_words(said[1]), "what": whole, "n": said[3]}
