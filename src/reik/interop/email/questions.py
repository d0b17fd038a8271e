"""The letter to a pharmacy without an account: there is a question, where, and how to get the code. Pure (R23, R55).

It names who asks and until when; nobody it is about, and nothing of health.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reik.interop import AddressRefused

ZONE = ZoneInfo("Europe/Amsterdam")
SUBJECTS: Mapping[str, str] = {
    "pharmacy_questions": "Er staat een vraag voor u klaar / A question is waiting for you",
    "pharmacy_week": "Vragen van deze week / Questions of this week",
}
DUTCH = """\
{sender} heeft {count} voor uw apotheek.

{links}

Voor elke vraag is één pagina. U hebt een code van 6 cijfers nodig. Die krijgt u van {sender}
aan de telefoon: {phone}. Eén code is goed voor alle vragen in deze e-mail.

Deze e-mail noemt niemand bij naam. Antwoorden op deze e-mail wordt niet gelezen.
"""
ENGLISH = """\
{sender} has {count} for your pharmacy. Each question has one page, at the address above. You need a
code of 6 digits, which {sender} gives you on the telephone: {phone}. One code is good for all
questions in this e-mail. This e-mail names nobody. Answers to it are not read.
"""


def questions(body: str) -> tuple[str, str] | None:
    """Subject and text of a letter to a pharmacy; None for any other message, whose body is not sent.

    Raises AddressRefused for one that is still sealed: its key was destroyed.
    """
    if body.startswith("sealed:"):
        raise AddressRefused("This message can no longer be opened.")
    try:
        said = json.loads(body) if body else {}
    except ValueError:
        return None
    if not isinstance(said, dict) or said.get("letter") not in SUBJECTS:
        return None
    return SUBJECTS[said["letter"]], _text(said)


def _text(said: Mapping[str, Any]) -> str:
    links: Sequence[Mapping[str, str]] = said["links"]
    number = len(links)
    shared = {"sender": said["from"], "phone": said["phone"]}
    lines = "\n".join(f"{_until(each['answer_by'])}\n{each['address']}" for each in links)
    dutch = DUTCH.format(**shared, links=lines, count="een vraag" if number == 1 else f"{number} vragen")
    english = ENGLISH.format(**shared, count="a question" if number == 1 else f"{number} questions")
    return f"{dutch}\n--\n{english}"


def _until(answer_by: str) -> str:
    at = datetime.fromisoformat(answer_by).astimezone(ZONE)
    return f"Graag antwoord voor / Please answer before {at:%d-%m-%Y %H:%M}:"
