"""Every word that a call can say, Dutch and English. Nothing of anyone: no client, no health, no medicine (R55).

The recordings in `prompts` are made of these texts by `python -m reik.interop.voice.recording`. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

LANGS = ("nl", "en")

# No person's name among them: a spoken "Anton" could be taken for a client's.
_LETTERS = {"a": "alfa", "b": "bravo", "c": "charlie", "d": "delta", "e": "echo", "f": "foxtrot"}

_NL = {
    "alert": "Dit is Reik. Er is een melding, nummer",
    "keys": "Toets 1 om haar aan te nemen. Toets 2 om haar door te geven. Toets sterretje om te herhalen.",
    "drill": "Dit is een oefening.",
    "trial": "Dit is Reik. Dit is een proef. Er is niets aan de hand.",
    "message": "Dit is Reik. Er is een bericht voor u. Open de app.",
    "outage": "Dit is Reik. Er is een storing. Open de app.",
    "heard": "Toets 1 als u dit gehoord hebt. Toets sterretje om te herhalen.",
    "thanks": "Dank u. Open de app. Dag.",
    "noted": "Dank u. Dag.",
    "passed": "Goed. De volgende wordt gebeld. Dag.",
    "no_key": "Er is geen toets ingedrukt. Dag.",
    "over": "U hoeft niets meer te doen. Dag.",
    "0": "nul", "1": "één", "2": "twee", "3": "drie", "4": "vier", "5": "vijf", "6": "zes", "7": "zeven",
    "8": "acht", "9": "negen",
} | {letter: f"{letter}, {word}" for letter, word in _LETTERS.items()}  # fmt: skip

_EN = {
    "alert": "This is Reik. There is an alert, number",
    "keys": "Press 1 to take it. Press 2 to pass it on. Press star to hear this again.",
    "drill": "This is an exercise.",
    "trial": "This is Reik. This is a test. Nothing is wrong.",
    "message": "This is Reik. There is a message for you. Open the app.",
    "outage": "This is Reik. There is a failure. Open the app.",
    "heard": "Press 1 if you heard this. Press star to hear this again.",
    "thanks": "Thank you. Open the app. Goodbye.",
    "noted": "Thank you. Goodbye.",
    "passed": "All right. The next person is called. Goodbye.",
    "no_key": "No key was pressed. Goodbye.",
    "over": "Nothing more is asked of you. Goodbye.",
    "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven",
    "8": "eight", "9": "nine",
} | {letter: f"{letter}, {word}" for letter, word in _LETTERS.items()}  # fmt: skip

WORDS: Mapping[str, Mapping[str, str]] = {"nl": _NL, "en": _EN}
"""Language -> name of a recording -> what is said. Digits and letters say the number of an alert."""
