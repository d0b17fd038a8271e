"""The sentences of absences and of giving by hand: reasons, states, history lines, and what was refused and why."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reik.dispensing.away.path import REASONS


def reason_words(reason: str) -> str:
    return {
        "hospital": _("ziekenhuis"),
        "holiday": _("vakantie of logeren"),
        "day_out": _("dagje weg"),
        "short_pause": _("korte pauze"),
        "not_said": _("weg, reden nog niet bekend"),
        "died": _("overleden"),
        "use_stopped": _("gestopt met de dispenser"),
    }.get(reason, reason)


def reasons() -> list[tuple[str, str]]:
    """What can be chosen."""
    return [(each, reason_words(each)) for each in REASONS]


def state_words(state: str) -> str:
    return {
        "planned": _("Afwezigheid gepland"),
        "away": _("Afwezig"),
        "stopped": _("Gestopt: de dispenser geeft niets meer uit"),
        "back": _("Terug: nog niet hervat"),
        "resuming": _("Hervatten: wacht op de dispenser"),
        "ended": _("Weer hervat"),
        "cancelled": _("Gaat niet door"),
    }.get(state, state)


def pause_words(state: str) -> str:
    """What became of the pause command; only a confirmed one is a pause."""
    return {
        "none": _("Er is geen dispenser om op pauze te zetten."),
        "confirmed": _("De dispenser bevestigt de pauze: hij geeft niets uit."),
        "refused": _("De dispenser weigert de pauze. Hij kan nog uitgeven: haal de rol eruit."),
    }.get(state, _("De dispenser heeft de pauze nog niet bevestigd. Hij kan nog uitgeven."))


def check_words(name: str) -> tuple[str, str]:
    """A check before the restart (R12), and what to write down."""
    return {
        "medication": (_("Medicatie nagegaan"), _("Wie vroeg u, en wat is er veranderd?")),
        "roll": (
            _("Rol nagekeken"),
            _("Nummers van de zakjes die u eruit haalde, met een komma. Leeg: geen"),
        ),
        "route": (_("Opvolging getest"), _("Wie nam op?")),
    }[name]


def line_words(kind: str) -> str:
    """A line of an absence's history."""
    return {
        "declared": _("afwezig gemeld, gehoord van"),
        "began": _("begonnen"),
        "confirmed": _("langer weg, gehoord van"),
        "cancelled": _("afgezegd"),
        "expired": _("de tijd is om en niemand zei wanneer de cliënt terug is"),
        "stopped": _("gestopt na overlijden"),
        "stopped_use": _("gestopt met de dispenser"),
        "told_away": _("bij een melding gehoord dat de cliënt weg is"),
        "came_back": _("terug gemeld"),
        "mistake": _("was een vergissing"),
        "taken_back": _("meteen teruggedraaid"),
        "other_device": _("de pauze ook aan de dispenser gegeven die er nu staat"),
        "checked_medication": _("medicatie nagegaan"),
        "checked_roll": _("rol nagekeken"),
        "checked_route": _("opvolging getest"),
        "resume_asked": _("vroeg de dispenser om te hervatten"),
        "resumed": _("hervat"),
        "take_along": _("zakjes om mee te nemen gevraagd:"),
        "packed": _("zakjes mee, geteld:"),
        "reconciled": _("teruggekomen van meegenomen:"),
        "device_returned": _("rol en dispenser zijn terug"),
        "pause_confirmed": _("pauze bevestigd"),
        "pause_refused": _("pauze geweigerd"),
        "pause_unknown": _("geen antwoord op de pauze"),
        "pause_expired": _("de pauze is nooit verstuurd"),
        "hold_confirmed": _("zakjes van de afwezigheid vastgehouden"),
        "hold_refused": _("kon de zakjes van de afwezigheid niet vasthouden"),
        "resume_refused": _("weigerde te hervatten"),
        "resume_unknown": _("gaf geen antwoord op hervatten"),
    }.get(kind, kind)


def stock_words(stock: str) -> str:
    return {
        "roll": _("het zakje van de rol zelf"),
        "own": _("eigen voorraad van de cliënt"),
        "other": _("iets anders"),
    }.get(stock, stock)


def refused_words(message: str) -> str:
    """What was refused and what to do, in the visitor's language; the start of the rule's sentence finds it."""
    return next((said for start, said in _refusals() if message.startswith(start)), message)


def _refusals() -> list[tuple[str, str]]:
    return [
        ("This absence is not there", _("Deze afwezigheid is er niet meer. Open de pagina opnieuw.")),
        ("This absence is", _("De afwezigheid is intussen veranderd. Open de pagina opnieuw.")),
        ("Choose why", _("Kies waarom: ziekenhuis, vakantie, dagje weg of korte pauze.")),
        (
            "An absence begins",
            _(
                "Een afwezigheid begint hoogstens twee dagen terug. Schrijf anders op wat met de "
                "hand gegeven is."
            ),
        ),
        (
            "Say until when, after now: an",
            _("Vul in tot wanneer, na nu. U kunt het later langer of korter maken."),
        ),
        ("Say until when, after now; or", _("Vul in tot wanneer, na nu, of meld de cliënt terug.")),
        ("Say who told you", _("Vul in van wie u het hoorde.")),
        ("Name who tells", _("Vul in wie meldt dat de cliënt terug is.")),
        ("An absence of this client", _("Er staat al een afwezigheid open. Verander die.")),
        (
            "Say when the client came back",
            _("Vul in wanneer de cliënt terugkwam: na het begin, en niet in de toekomst."),
        ),
        ("Say how the mistake", _("Schrijf op hoe de vergissing ontstond.")),
        ("Checks are", _("Kies welke controle u deed.")),
        ("Say whom you asked", _("Schrijf op wie u vroeg en wat het antwoord was.")),
        ("First check", _("Doe eerst alle drie de controles.")),
        (
            "The dispenser is paused for another",
            _(
                "De dispenser staat ook om een andere reden op pauze: een wijziging of een dosis "
                "met de hand. Rond dat eerst af."
            ),
        ),
        (
            "This dispenser cannot hold",
            _(
                "Deze dispenser kan geen losse zakjes vasthouden. Haal de zakjes van de "
                "afwezigheid eruit en vul de nummers in, of wacht tot hun uiterste tijd om is."
            ),
        ),
        ("This client is not stopped", _("Deze cliënt is niet gestopt. Meld de cliënt terug.")),
        (
            "The dispenser is paused already",
            _("De dispenser staat al op pauze. Haal de zakjes met de hand van de rol."),
        ),
        ("This client has no dispenser", _("Deze cliënt heeft geen dispenser.")),
        (
            "Choose moments of the next",
            _("Kies momenten van de komende drie dagen waarvan het zakje nog in de dispenser zit."),
        ),
        (
            "Count the sachets that went",
            _("Tel de zakjes die meegingen. Dat zijn er niet meer dan gevraagd."),
        ),
        ("First count", _("Tel eerst hoeveel zakjes er meegingen.")),
        (
            "Count the sachets that came",
            _("Tel de zakjes die terugkwamen. Dat zijn er niet meer dan er meegingen."),
        ),
        ("This was counted", _("Dit is al geteld. Open de pagina opnieuw.")),
        ("This giving is not there", _("Dit is er niet meer. Open de pagina opnieuw.")),
        ("This giving is", _("Dit is intussen veranderd. Hieronder staat hoe het nu is.")),
        ("This dose was given", _("Deze dosis is al met de hand gegeven. Geef hem niet nog eens.")),
        (
            "A sachet of this moment lies",
            _("Er ligt een zakje van dit moment in het bakje. Geef dat zakje."),
        ),
        ("Handed out already", _("Al uitgegeven, niet geven.")),
        (
            "This moment is more than",
            _("Dit moment is pas over meer dan twee uur. Laat het zakje meenemen."),
        ),
        (
            "The latest hand-out time",
            _(
                "De uiterste tijd is voorbij. Overleg eerst met de apotheek, en vul in wie het "
                "goedvond en waarom."
            ),
        ),
        (
            "Too soon after",
            _(
                "Te kort na de vorige dosis. Overleg eerst met de apotheek, en vul in wie het "
                "goedvond en waarom."
            ),
        ),
        ("Enter the number on each", _("Vul het nummer in van elk zakje dat u uit de dispenser haalde.")),
        (
            "This is not the sachet",
            _("Dit is niet het zakje van dit moment. Leg het terug en zoek het nummer dat hieronder staat."),
        ),
        ("Say where the dose", _("Kies waar de dosis vandaan komt.")),
        ("Say who gives", _("Vul in wie geeft.")),
        ("Enter afterwards only", _("Vul een tijd in die al geweest is.")),
        ("Somebody is giving", _("Iemand is deze dosis al met de hand aan het geven.")),
        (
            "The dispenser does not know",
            _("De dispenser kent dit moment nog niet. Geef het op zijn eigen tijd."),
        ),
        (
            "The dispenser may still",
            _("De dispenser kan dit nog uitgeven. Haal het zakje eruit en vul het nummer in."),
        ),
        ("Enter the number of the sachet", _("Vul het nummer in van het zakje dat u van de rol haalde.")),
        ("Say why it is not", _("Schrijf op waarom het niet gegeven is.")),
        ("Enter a date", _("Vul een datum en tijd in.")),
        ("Enter numbers", _("Vul nummers in, met een komma ertussen.")),
    ]
