"""The sentences for the code words of enrolment, delivery and instruction, in one place."""

from __future__ import annotations

from django.utils.translation import gettext as _


def done_words(code: str) -> str:
    """What has just been done; empty for nothing."""
    return {
        "asked": _("De vraag is bij de apotheek."),
        "promised": _("De toezegging is genoteerd."),
        "enrolled": _("Aanmelden is klaar. Nu de rol."),
        "roll_arranged": _("De rol is geregeld. Nu kan de dispenser besteld worden."),
        "ordered": _("De bestelling is gedaan."),
        "answered": _("Genoteerd bij de bestelling."),
        "room": _("De kamer is genoteerd."),
        "coverage": _("Het bereik is genoteerd."),
        "power": _("De stroomproef is genoteerd."),
        "fallback": _("De afspraak bij uitval is genoteerd."),
        "access": _("De huistoegang is geprobeerd en genoteerd."),
        "installed": _("De installatie is klaar. Nu de instructie."),
        "understood": _("Genoteerd: deze uitleg is begrepen."),
        "again": _("Genoteerd. Er staat een taak klaar om het te herhalen."),
        "supplier": _("De leverancier staat in de lijst."),
        "ended": _("De leverancier is uit de lijst."),
    }.get(code, "")


def refusal_words(code: str) -> str:
    """Why it was refused, and what to do instead. What was typed is still there."""
    return {**_of_path(), **_of_order(), **_of_home(), **_of_supplier()}.get(
        code, _("Dit kan nu niet. Er is niets veranderd: bekijk het zorgpad opnieuw.")
    )


def _of_path() -> dict[str, str]:
    return {
        "role": _("Dit doet de wijkverpleegkundige. Er is niets veranderd."),
        "conditions": _("Nog niet alles is er. Doe dit eerst:"),
        "changed": _("Iemand anders veranderde dit zorgpad net. Bekijk het opnieuw; er is niets veranderd."),
        "not_from_here": _("Dit kan niet vanuit deze stap. Bekijk het opnieuw."),
        "ended": _("Dit zorgpad is gestopt."),
        "state": _("Dit hoort bij een andere stap van het zorgpad."),
        "starts_on": _("Kies een dag die nog moet komen."),
        "times": _("Vul minstens één tijd in, als 08:00. Hooguit twaalf."),
        "text": _("Zeg het korter: hooguit 500 letters."),
        "days": _("De laatste dag komt na de eerste en moet nog komen. Een rol duurt enkele weken."),
        "first_day": _("Vul de eerste dag in als datum."),
        "last_day": _("Vul de laatste dag in als datum."),
        "told_by": _("Schrijf wie van de apotheek dit toezegde."),
        "answers": _("Er is geen apotheek bekend, of de vraag klopt niet. Bekijk de gegevens van de cliënt."),
    }


def _of_order() -> dict[str, str]:
    return {
        "roll_first": _("Eerst de rol. Een dispenser bestellen kan pas als de rol geregeld is."),
        "roll_gone": _("Er is geen rol meer toegezegd of aangemeld. Regel eerst de rol."),
        "open": _("Er loopt al een bestelling. Bekijk die eerst."),
        "supplier": _("Kies een leverancier uit de lijst."),
        "model": _("Kies een type dat deze leverancier levert."),
        "wanted_on": _("Kies een dag vanaf vandaag."),
        "volume": _("Kies het volume."),
        "note": _("Zeg het korter: hooguit 200 letters."),
        "taken_by": _("U bestelt per telefoon. Schrijf wie de bestelling aannam."),
        "address": _("Het adres van de cliënt is niet bekend. Vul dat eerst in bij de gegevens."),
        "bsn": _("Hier lijkt een BSN te staan. Haal het weg: een leverancier mag het niet krijgen."),
        "meanwhile": _("Iemand anders veranderde deze bestelling net. Bekijk haar opnieuw."),
        "why": _("Schrijf kort waarom."),
        "long": _("Zeg het korter: hooguit 200 letters."),
    }


def _of_home() -> dict[str, str]:
    return {
        "room": _("Kies de kamer of schrijf hoe die heet."),
        "measure": _("Niet gehoord en niet gezien: schrijf wat u eraan doet."),
        "coverage": _(
            "De dispenser meldde zelf geen goed bereik. Schrijf hoe u zag dat het werkt, of wat u deed."
        ),
        "fallback": _("Schrijf wie de medicijnen geeft als de dispenser stilstaat."),
        "access": _("Er is nog geen huistoegang genoteerd. Doe dat eerst op de pagina Thuis."),
        "who": _("Kies aan wie u het uitlegde."),
        "name": _("Schrijf aan wie u het uitlegde."),
        "items": _("Kies bij elk onderdeel hoe het ging."),
        "repeat_on": _("Nog niet alles lukt. Kies binnen vier weken een dag waarop u het herhaalt."),
    }


def _of_supplier() -> dict[str, str]:
    return {
        "supplier_name": _("Schrijf de naam van de leverancier."),
        "types": _("Schrijf welke typen deze leverancier levert, elk op een regel."),
        "channel": _("Kies hoe een bestelling bij deze leverancier komt."),
        "phone": _("Vul een heel telefoonnummer in: als een bestelling niet aankomt, belt u."),
        "lead_days": _("Vul 1 tot 60 dagen in."),
        "agreed_on": _("Vul in wanneer de verwerkersovereenkomst is getekend: een bestelling noemt een cliënt."),
        "email": _("Vul één e-mailadres in."),
        "url": _("Het adres begint met https://."),
        "mapping_ours": _("Links staat een naam van Reik, of een vaste tekst tussen enkele aanhalingstekens."),
        "mapping_theirs": _("Rechts staat de naam bij de leverancier: letters, cijfers en punten."),
        "mapping_twice": _("Elke naam van de leverancier staat er één keer."),
        "mapping_order": _("Zet ook het nummer van de bestelling (order) in de lijst."),
        "mapping_long": _("De lijst heeft hooguit 40 regels."),
        "mapping_line": _("Elke regel is: onze naam = hun naam."),
        "twice": _("Deze leverancier staat al in de lijst. Haal hem eerst weg."),
        "mailbox": _("Uw organisatie heeft in Reik nog geen postbus om mee te mailen. Kies een andere weg."),
        "demo": _("Dit is een demo: er gaat niets naar buiten. Kies telefoon."),
        "gone": _("Deze leverancier was al uit de lijst."),
    }  # fmt: skip


def order_state_words(state: str) -> str:
    return {
        "sent": _("besteld, nog niet bevestigd"),
        "confirmed": _("bevestigd"),
        "shipped": _("onderweg"),
        "delivered": _("geleverd"),
        "refused": _("geweigerd door de leverancier"),
        "cancelled": _("geannuleerd"),
        "returned": _("teruggestuurd"),
    }.get(state, state)


def answer_words(answer: str) -> str:
    """What can be said of an order."""
    return {
        "confirm": _("De leverancier bevestigt"),
        "ship": _("De dispenser is onderweg"),
        "deliver": _("De dispenser is geleverd"),
        "refuse": _("De leverancier weigert"),
        "cancel": _("Wij annuleren"),
        "give_back": _("De dispenser is teruggestuurd"),
    }.get(answer, answer)


def channel_words(channel: str) -> str:
    return {
        "email": _("per e-mail"),
        "webhook": _("via een koppeling (webhook)"),
        "phone": _("per telefoon"),
    }.get(channel, channel)


def volume_words(volume: str) -> str:
    return {"low": _("zacht"), "normal": _("gewoon"), "high": _("hard")}.get(volume, volume)


def room_words(room: str) -> str:
    """A room; one with a name of its own is shown as it was typed."""
    return {
        "living_room": _("woonkamer"),
        "bedroom": _("slaapkamer"),
        "studio": _("studio (alles in één kamer)"),
        "kitchen": _("keuken"),
        "bathroom": _("badkamer en toilet"),
        "hall": _("gang"),
        "outside": _("tuin of balkon"),
        "other_floor": _("andere verdieping"),
    }.get(room, room)


def coverage_words(coverage: str) -> str:
    return {
        "good": _("De dispenser meldt een goed bereik"),
        "weak": _("De dispenser meldt een zwak bereik"),
        "none": _("De dispenser meldt bijna geen bereik"),
        "unknown": _("De dispenser meldt niets over zijn bereik"),
    }[coverage]


def item_words(item: str) -> str:
    """One part of the teach-back, as a question that is answered by showing."""
    return {
        "hears_signal": _("Hoort of ziet het signaal en weet wat het betekent"),
        "presses": _("Drukt op de knop"),
        "takes_out": _("Neemt het zakje uit en kijkt of het leeg is"),
        "message": _("Opent een bericht op de telefoon en zegt wie het regelt"),
        "not_there": _("Weet wat te doen als er geen zakje komt of het niet klopt"),
        "power_cut": _("Weet wat te doen zonder stroom"),
        "going_away": _("Meldt op tijd dat iemand weggaat"),
        "whom_to_call": _("Weet wie te bellen en waar het nummer staat"),
    }.get(item, item)


def how_words(how: str) -> str:
    return {"alone": _("zelf"), "with_help": _("met hulp"), "not_yet": _("nog niet")}.get(how, how)


def request_words(state: str, answer: str) -> str:
    """Where a question to the pharmacy stands."""
    if state == "answered":
        return {
            "agreed": _("De apotheek doet mee"),
            "refused": _("De apotheek wil of kan niet"),
            "call_back": _("De apotheek vraagt u te bellen"),
        }.get(answer, answer)
    return {
        "open": _("Wacht op antwoord"),
        "unanswered": _("Nog geen antwoord, bel de apotheek"),
        "withdrawn": _("Niet meer nodig"),
    }.get(state, state)
