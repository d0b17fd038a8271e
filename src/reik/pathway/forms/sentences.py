"""The values of the fields for one client, in Dutch and English: her data, what her type can do. Pure (R26, R35).

A sentence about the type never says more than the type does: what is not known is said to be not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time

from reik.pathway.forms.fields import Value
from reik.pathway.forms.known import Known, StepKnown, TypeKnown

LANGUAGES = ("nl", "en")
MONTHS: Mapping[str, Sequence[str]] = {
    "nl": (
        "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
        "november", "december",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ),
}  # fmt: skip
WORDS: Mapping[str, tuple[str, str]] = {
    "and": ("{a} en {b}", "{a} and {b}"),
    "minutes": ("{n} minuten", "{n} minutes"),
    "minute": ("1 minuut", "1 minute"),
    "at_least": ("ten minste {wait}", "at least {wait}"),
    "phone_client": ("{who} belt u.", "{who} phones you."),
    "ask_carer": ("{who} krijgt bericht.", "{who} gets a message."),
    "ask_team": (
        "{who} wordt gebeld en beslist of er iemand komt.",
        "{who} is phoned and decides whether somebody comes.",
    ),
    "emergency": ("{who} wordt gebeld: de noodroute.", "{who} is phoned: the emergency route."),
    "hours": ("Alleen van {a} tot {b}.", "Only from {a} to {b}."),
    "next": ("Lukt dat niet binnen {wait}, dan gaat het verder.", "If that fails within {wait}, it goes on."),
    "last": ("Dit herhaalt zich tot iemand het oppakt.", "This is repeated until somebody takes it on."),
    "otherwise": (
        "Op sommige uren of dagen is het iemand anders.",
        "At some hours or on some days it is somebody else.",
    ),
    "tone": (
        "De dispenser geeft een geluid als het tijd is.",
        "The dispenser makes a sound when it is time.",
    ),
    "voice": ("De dispenser zegt het als het tijd is.", "The dispenser says so when it is time."),
    "tone_voice": (
        "De dispenser geeft een geluid en zegt dat het tijd is.",
        "The dispenser makes a sound and says that it is time.",
    ),
    "sound_unknown": (
        "Hoe het signaal van dit type klinkt, laat de verpleegkundige u horen.",
        "The nurse lets you hear how the signal of this type sounds.",
    ),
    "pressed": (
        "De dispenser weet alleen dat er op OK is gedrukt. Of het zakje eruit is gepakt, weet hij niet. "
        "Of de medicijnen zijn geslikt ook niet.",
        "The dispenser only knows that OK was pressed. It does not know whether the sachet was picked up. "
        "Nor whether the medicines were swallowed.",
    ),
    "handed_out": (
        "De dispenser weet dat het zakje is uitgegeven. Of iemand het pakte, weet hij niet. "
        "Of de medicijnen zijn geslikt ook niet.",
        "The dispenser knows that the sachet was handed out. It does not know whether anybody picked it up. "
        "Nor whether the medicines were swallowed.",
    ),
    "removed": (
        "De dispenser merkt dat het zakje is uitgenomen. Of de medicijnen zijn geslikt, weet hij niet.",
        "The dispenser senses that the sachet was taken out. "
        "It does not know whether the medicines were swallowed.",
    ),
    "evidence_unknown": (
        "Wat dit type precies merkt, is niet bekend. Kijk altijd zelf of het zakje eruit is.",
        "What exactly this type senses is not known. Always look yourself whether the sachet is out.",
    ),
    "battery": (
        "Volgens de gegevens van dit type werkt hij zonder stroom nog {n} uur op de accu.",
        "By the data of this type it goes on for {n} hours on its battery without power.",
    ),
    "no_battery": (
        "Dit type heeft geen accu: zonder stroom werkt hij niet.",
        "This type has no battery: without power it does not work.",
    ),
    "battery_unknown": (
        "Hoe lang dit type zonder stroom werkt, is niet bekend. Bel daarom meteen.",
        "How long this type works without power is not known. So phone at once.",
    ),
    "unlocks": (
        "Is de accu leeg, dan gaat hij van het slot. Bel eerst, en haal er zelf niets uit.",
        "When the battery is empty it unlocks. Phone first, and take nothing out yourself.",
    ),
    "any_time": (
        "Bij dit type kan de rol op elk moment worden gewisseld.",
        "With this type the roll can be changed at any time.",
    ),
    "after_last_sachet": (
        "Wissel bij dit type de rol pas na het laatste zakje, en vóór de volgende tijd.",
        "With this type change the roll only after the last sachet, and before the next time.",
    ),
    "change_unknown": (
        "Wanneer bij dit type de rol gewisseld mag worden, is niet bekend. Vraag het de leverancier.",
        "When the roll of this type may be changed is not known. Ask the supplier.",
    ),
    "early": (
        "Dit type kan een zakje eerder geven. Vraag dat van tevoren.",
        "This type can give a sachet earlier. Ask for that beforehand.",
    ),
    "not_early": ("Dit type geeft geen zakje eerder.", "This type gives no sachet earlier."),
    "early_unknown": (
        "Of dit type een zakje eerder kan geven, is niet bekend. Vraag het van tevoren.",
        "Whether this type can give a sachet earlier is not known. Ask beforehand.",
    ),
}


def values_of(known: Known, language: str) -> dict[str, Value]:
    """Every field; what is not known is empty."""
    say = _Say(language)
    number = known.care, known.fault or known.care
    care, fault = ((each.who, each.phone) if each and each.phone else ("", "") for each in number)
    return {
        "client": known.client, "born": say.day(known.born), "today": say.day(known.today),
        "organisation": known.organisation, "team": known.team, "pharmacy": known.pharmacy,
        "pharmacy_phone": known.pharmacy_phone, "who_care": care[0], "phone_care": care[1],
        "who_fault": fault[0], "phone_fault": fault[1], "times": say.times(known.doses),
        "window": say.window(known.doses), "dispenser": known.type.device if known.type else "",
        "first_responder": known.route[0].responder if known.route else "",
        "follow_up": say.follow_up(known.route, known.otherwise), **say.of_type(known.type),
    }  # fmt: skip


class _Say:
    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self._place = LANGUAGES.index(self.language)

    def words(self, key: str, **values: object) -> str:
        return WORDS[key][self._place].format(**values)

    def day(self, day: date | None) -> str:
        return f"{day.day} {MONTHS[self.language][day.month - 1]} {day.year}" if day else ""

    def times(self, doses: Sequence[tuple[time, int]]) -> str:
        said = list(dict.fromkeys(f"{at:%H:%M}" for at, _window in sorted(doses)))
        if len(said) < 2:
            return "".join(said)
        return self.words("and", a=", ".join(said[:-1]), b=said[-1])

    def window(self, doses: Sequence[tuple[time, int]]) -> str:
        found = sorted({window for _at, window in doses})
        if len(found) < 2:
            return self.minutes(found[0]) if found else ""
        return self.words("at_least", wait=self.minutes(found[0]))

    def minutes(self, n: int) -> str:
        return self.words("minute") if n == 1 else self.words("minutes", n=n)

    def follow_up(self, route: Sequence[StepKnown], otherwise: bool) -> tuple[str, ...]:
        said = []
        for place, step in enumerate(route):
            parts = [self.words(step.action, who=step.responder) if step.action in WORDS else step.responder]
            if step.hours:
                parts.append(self.words("hours", a=f"{step.hours[0]:%H:%M}", b=f"{step.hours[1]:%H:%M}"))
            if place == len(route) - 1:
                parts.append(self.words("last"))
            elif step.wait_min:
                parts.append(self.words("next", wait=self.minutes(step.wait_min)))
            sentence = " ".join(parts)
            said.append(sentence[:1].upper() + sentence[1:])
        if said and otherwise:
            said[-1] += " " + self.words("otherwise")
        return tuple(said)

    def of_type(self, type: TypeKnown | None) -> dict[str, Value]:
        sound = "_".join(each for each in ("tone", "voice") if type and each in (type.sound or ()))
        evidence = type.evidence if type else ""
        known = evidence in ("pressed", "handed_out", "removed")
        early = type.early if type else None
        return {
            "signal": self.words(sound or "sound_unknown"),
            "knows": self.words(evidence if known else "evidence_unknown"), "battery": self.battery(type),
            "roll_change": self.words(self._change(type)),
            "early": self.words({True: "early", False: "not_early"}.get(early, "early_unknown")),  # type: ignore[arg-type]
        }  # fmt: skip

    def battery(self, type: TypeKnown | None) -> str:
        hours = type.battery_hours if type else None
        if hours is None:
            return self.words("battery_unknown")
        if not hours:
            return self.words("no_battery")
        said = self.words("battery", n=f"{hours:g}".replace(".", "," if self.language == "nl" else "."))
        return f"{said} {self.words('unlocks')}" if type and type.unlocks else said

    @staticmethod
    def _change(type: TypeKnown | None) -> str:
        said = type.roll_change if type else None
        return said if said in ("any_time", "after_last_sachet") else "change_unknown"
