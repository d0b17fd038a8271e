"""The sentences of what lies outside the roll and of day cards, for code words of medication."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reik.medication.cards.daycard import CardLine, DayCard, Warned
from reik.medication.outside.lines import LooseWords, OutsideRefused
from reik.medication.outside.seen import TimeSeen
from reik.web.client.state import clock_of
from reik.web.shown import Shown
from reik.web.words import evidence_words
from reik.web.work.words import days_words


def refusal_words(refused: OutsideRefused, zone: ZoneInfo, now: datetime) -> str:
    """Why it cannot be written down, and what to do."""
    last = refused.detail.get("last")
    values = {**refused.detail, "last": clock_of(datetime.fromisoformat(last), now, zone) if last else ""}
    words = _of_lines().get(refused.code) or _of_giving().get(refused.code)
    return words % values if words else str(refused)


def _of_lines() -> dict[str, str]:
    return {
        "words_missing": _("Schrijf op welk middel het is en hoeveel."),
        "times_missing": _("Vul de tijden in, of kies “zo nodig”."),
        "times_twice": _("Elke tijd staat er één keer, met ten hoogste 24 tijden."),
        "times_odd": _("Een tijd is uren en minuten: 08:00."),
        "weekdays_missing": _("Kies ten minste één dag."),
        "days_both": _("Kies dagen van de week, of om de zoveel dagen. Niet allebei."),
        "days_odd": _("Om de zoveel dagen is 1 tot 366."),
        "window_odd": _("Het venster is 5 tot 720 minuten."),
        "gap_odd": _("De minste tussentijd is 0 (geen) tot een week, in minuten."),
        "max_odd": _("Ten hoogste per dag is 1 tot 48 keer."),
        "period_odd": _("De laatste dag ligt niet voor de eerste."),
        "responsible_missing": _("Kies wie dit geeft."),
        "no_writer": _("Een verpleegkundige of de apotheek schrijft op wat buiten de rol gegeven wordt."),
        "because_missing": _("Schrijf op waarom, zodat anderen het kunnen lezen."),
        "stopped_before": _("Deze regel is al gestopt: kijk opnieuw in de lijst."),
        "decided_before": _("Hierover is al beslist: kijk opnieuw in de lijst."),
        "decision_missing": _("Kies wie dit geeft."),
    }


def _of_giving() -> dict[str, str]:
    return {
        "giver_missing": _("Schrijf op wie het gaf."),
        "in_future": _("Deze tijd moet nog komen: schrijf het op als het gegeven is."),
        "long_ago": _("Dit is meer dan een week geleden: schrijf het in het dossier."),
        "amount_missing": _("Schrijf op hoeveel er gegeven is."),
        "reason_missing": _("Kies waarom het niet gegeven is."),
        "remark_missing": _("Schrijf in een paar woorden op wat er gebeurde."),
        "second_missing": _("Hier moet een tweede persoon bij zijn: schrijf op wie."),
        "second_same": _("De tweede persoon is een ander dan wie het geeft."),
        "given_before": _("Deze tijd is al gegeven. Klopt dat niet, herstel dan eerst die regel."),
        "early": _("Dit is te vroeg. Schrijf op waarom, en met wie dat is overlegd."),
        "late": _("Dit is te laat. Schrijf op waarom, en met wie dat is overlegd."),
        "most_reached": _(
            "Vandaag al %(count)s keer gegeven, en %(most)s is het meeste. Niet geven: bel eerst %(phone)s."
        ),
        "too_soon": _(
            "Laatst gegeven %(last)s, en er moet %(minutes)s minuten tussen zitten. Bel eerst %(phone)s en schrijf"
            " op wat is afgesproken."
        ),
        "not_standing": _("Dit hoort nu niet gegeven te worden: kijk opnieuw in de lijst."),
        "not_planned": _("Deze tijd is niet gepland op deze dag: kijk opnieuw in de lijst."),
        "corrected_before": _("Deze regel is al hersteld: kijk naar de nieuwste."),
        "no_line": _("Deze regel is er niet: kijk opnieuw in de lijst."),
    }  # fmt: skip


def who_words(who: str, name: str) -> str:
    """By whom it is given."""
    if name:
        return name
    return {
        "dispenser": _("dispenser"), "team": _("wijkteam"), "carer": _("naaste"), "client": _("cliënt zelf"),
    }.get(who, who)  # fmt: skip


def reasons() -> list[tuple[str, str]]:
    """Why it was not given."""
    return [
        ("refused", _("wil het niet")),
        ("not_there", _("is er niet")),
        ("unwell", _("is niet goed, eerst overleg")),
        ("not_in_stock", _("middel is er niet")),
        ("advice", _("mag niet na overleg")),
        ("other", _("iets anders, zie opmerking")),
    ]


def when_words(says: LooseWords) -> str:
    """When a line is given, as one reads it aloud."""
    if says.as_needed:
        said = [_("zo nodig")]
        if says.max_per_day:
            said.append(_("ten hoogste %(n)s keer per dag") % {"n": says.max_per_day})
        return ", ".join([*said, *([says.criteria] if says.criteria else [])])
    days = (
        _("om de %(n)s dagen") % {"n": says.every_days} if says.every_days > 1 else days_words(says.weekdays)
    )
    return f"{days} {', '.join(f'{at:%H:%M}' for at in says.times)}"


def stands_shown(seen: TimeSeen, zone: ZoneInfo) -> Shown:
    """Where a planned time stands: silence is not known, never a miss."""
    return loose_shown(seen.stands, seen.given.said.given_at if seen.given else None, zone)


def loose_shown(stands: str, at: datetime | None, zone: ZoneInfo) -> Shown:
    when = f"{at.astimezone(zone):%H:%M}" if at else ""
    return {
        "given": Shown("hand", _("gegeven %(at)s") % {"at": when}),
        "not_given": Shown("niet", _("niet gegeven")),
        "to_come": Shown("plan", _("gepland")),
        "now": Shown("sig", _("nu")),
        "no_word": Shown("onb", _("niets opgeschreven")),
    }[stands]


def roll_shown(line: CardLine, card: DayCard, zone: ZoneInfo) -> Shown | None:
    """How a time of the roll ended, as far as the evidence of the dispenser goes (R26); None while it is open."""
    if not line.stands:
        return None
    if line.stands in ("in_time", "early", "late"):
        at = f" {line.stands_at.astimezone(zone):%H:%M}" if line.stands_at else ""
        removed = card.device is not None and card.device.evidence == "removed"
        word = (
            _("uitgenomen") if removed else evidence_words(card.device.evidence if card.device else "pressed")
        )
        return Shown("laat" if line.stands == "late" else "uit", word + at)
    return {
        "partly": Shown("niet", _("deels uit")),
        "not_out": Shown("niet", _("niet uit")),
        "withheld": Shown("pau", _("vastgehouden")),
        "by_hand": Shown("hand", _("met de hand gegeven")),
        "paused": Shown("pau", _("gepauzeerd")),
        "no_notice": Shown("geen", _("geen bericht ontvangen")),
    }.get(line.stands, Shown("onb", _("onbekend")))


def why_words(why: str) -> str:
    """Why a time of the roll goes by hand."""
    return {
        "no_device": _("er is geen dispenser"),
        "no_roll": _("er is geen zakje op een rol"),
        "not_loaded": _("de rol zit nog niet in de dispenser"),
        "paused": _("de dispenser staat op pauze"),
        "away": _("afwezig: de dispenser geeft niets uit"),
        "stopped": _("gestopt: de dispenser geeft niets uit"),
        "change": _("het zakje wordt vastgehouden om een wijziging"),
        "by_hand": _("iemand geeft dit met de hand"),
        "withheld": _("het zakje is vastgehouden"),
    }.get(why, why)


def from_words(source: str) -> str:
    """Where the contents come from, when it is not the sachet itself."""
    return {
        "agreements": _("inhoud volgens de apotheek, niet van het zakje"),
        "change": _("wat er zonder de wijziging nog in zit"),
    }.get(source, "")


def warning_words(warned: Warned) -> str:
    """What whoever reads the card has to know."""
    if warned.code.startswith("hand_"):
        why = why_words(warned.code.removeprefix("hand_"))
        return _("Met de hand om %(at)s: %(why)s.") % {"at": warned.detail, "why": why}
    return {
        "undecided": _("%(what)s ligt buiten de rol: wie geeft dit?"),
        "unplannable": _(
            "%(what)s staat niet op deze kaart, want het is niet te plannen. Vraag de apotheek."
        ),
        "besides": _("Extra met de hand bij het zakje: %(what)s"),
        "silent": _("De dispenser is stil: ga na of het zakje eruit kwam."),
        "unwell": _("De dispenser meldt dat hij niet kan uitgeven."),
    }[warned.code] % {"what": warned.detail}


def via_words(card: DayCard) -> str:
    """By which dispenser, since when, and what its evidence is worth."""
    device = card.device
    if device is None:
        return _("Geen dispenser: alles met de hand.")
    if device.since is None:
        return _("Dispenser %(name)s staat er, maar er ging nog geen rol in.") % {"name": device.name}
    return _("Rol via dispenser %(name)s sinds %(since)s. Wat Reik weet: %(evidence)s, niet of het is geslikt.") % {
        "name": device.name, "since": date_format(device.since, "j F Y"), "evidence": evidence_words(device.evidence),
    }  # fmt: skip
