"""What the selection form asks, in words: question, help, answers, and what each answer means (R4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`short` for a summary; `answers`: code → label and what follows from it. %(who)s is filled in by the page."""

    ask: str
    help: str
    short: str
    answers: Mapping[str, tuple[str, str]]


def words_of(question: str) -> Words:
    """The words of one question; one of a later form shows its code."""
    known = _all(get_language() or "nl").get(question)
    return known or Words(ask=question, help="", short=question, answers={})


def answer_words(question: str, code: str) -> str:
    return words_of(question).answers.get(code, (code, ""))[0]


@cache
def _all(_language: str) -> dict[str, Words]:
    return {**_can_she(), **_at_home(), **_the_choice()}


def _can_she() -> dict[str, Words]:
    return {
        "manages": Words(
            ask=_("Kan %(who)s de medicijnen zelf nog regelen?"), short=_("Regelt de medicijnen zelf"),
            help=_("De dispenser is voor wie de medicijnen niet meer zelf kan regelen, maar nog wel zelf kan innemen."),
            answers={
                "no_longer": (_("Nee, dat lukt niet meer"), _("Dan past de dispenser bij de vraag")),
                "partly": (_("Soms wel, soms niet"), _("Schrijf op wat er misgaat")),
                "manages": (_("Ja, dat lukt nog"), _("Kijk met een collega waarom er hulp bij nodig is")),
            },
        ),
        "takes": Words(
            ask=_("Kan %(who)s de medicijnen zelf innemen?"), short=_("Kan zelf innemen"),
            help=_("Leg de medicijnen klaar en kijk een keer mee. Zeg niets voor."),
            answers={
                "alone": (_("Ja, zelf"), _("Als het zakje klaarligt")),
                "when_told": (_("Ja, na een seintje"), _("Het signaal van de dispenser is dat seintje")),
                "with_help": (_("Alleen met hulp"), _("We spreken af wie er op dat moment is")),
                "not": (_("Nee"), _("We kijken later opnieuw, en regelen nu andere hulp")),
            },
        ),
        "group": Words(
            ask=_("Waarom helpt een dispenser juist hier?"), short=_("Waarom een dispenser"),
            help=_("U mag meer dan één antwoord kiezen."),
            answers={
                "forgets": (_("Vergeet het of raakt in de war"), ""),
                "time_critical": (_("De tijd luistert nauw"), _("Bijvoorbeeld bij Parkinson")),
                "cannot_open": (_("Krijgt een zakje niet open"), _("De dispenser snijdt het zakje zelf open")),
                "many_times": (_("Veel momenten op een dag"), ""),
                "other": (_("Iets anders"), _("Schrijf het hieronder op")),
            },
        ),
        "swallows": Words(
            ask=_("Slikt %(who)s de tabletten goed door?"), short=_("Slikken"),
            help=_("Vraag ernaar, en kijk of er tabletten achterblijven."),
            answers={
                "well": (_("Ja"), ""),
                "with_aid": (_("Ja, met water, vla of yoghurt"), _("We zorgen dat dat klaarstaat")),
                "trouble": (_("Het gaat moeilijk"), _("We vragen de apotheek of logopedist om advies")),
            },
        ),
        "signal": Words(
            ask=_("Reageert %(who)s op het signaal?"), short=_("Reageert op een signaal"),
            help=_("Oefen met de zoemer van de dispenser, ook als de radio aanstaat."),
            answers={
                "at_once": (_("Ja, meteen"), ""),
                "later": (_("Na een paar keer"), _("We oefenen tot het vanzelf gaat")),
                "sometimes": (_("Soms wel, soms niet"), _("We proberen het een paar weken, met bezoek erbij")),
                "never": (_("Nee"), _("We oefenen eerst, en kijken later opnieuw")),
            },
        ),
        "button": Words(
            ask=_("Kan %(who)s op de knop OK drukken?"), short=_("Drukt op OK"),
            help=_("Laat het een paar keer doen, ook met koude of stijve handen."),
            answers={
                "alone": (_("Ja, zelf"), ""),
                "with_aid": (_("Ja, met een hulpmiddel"), _("We regelen het hulpmiddel")),
                "someone": (
                    _("Nee, maar er is altijd iemand"), _("Leg vast wie, en wat er gebeurt als die er niet is"),
                ),
                "not": (_("Nee"), _("We zoeken een hulpmiddel, en kijken daarna opnieuw")),
            },
        ),
        "tablets": Words(
            ask=_("Pakt %(who)s het open zakje, en komen de tabletten eruit?"), short=_("Tabletten uit het zakje"),
            help=_("De dispenser snijdt het zakje open. Doe het voor met een oefenzakje dat al open is."),
            answers={
                "alone": (_("Ja, zelf"), ""),
                "with_aid": (_("Ja, met een hulpmiddel"), _("Bijvoorbeeld een bakje om het zakje in te legen")),
                "someone": (
                    _("Nee, maar er is altijd iemand"), _("Leg vast wie, en wat er gebeurt als die er niet is"),
                ),
                "not": (_("Nee"), _("We zoeken een hulpmiddel, en kijken daarna opnieuw")),
            },
        ),
        "senses": Words(
            ask=_("Hoort en ziet %(who)s goed genoeg?"), short=_("Hoort en ziet"),
            help=_("Probeer het in elke kamer, ook 's nachts in bed."),
            answers={
                "both_well": (_("Ja"), ""),
                "hears_badly": (_("Hoort slecht"), _("Volume hoog, en een lampje erbij")),
                "sees_badly": (_("Ziet slecht"), _("Grote letters, en geluid dat opvalt")),
                "both_badly": (_("Hoort en ziet slecht"), _("We regelen een extra signaal")),
            },
        ),
    }  # fmt: skip


def _at_home() -> dict[str, Words]:
    return {
        "faults": Words(
            ask=_("Wie belt er als de dispenser het niet doet?"), short=_("Meldt een storing"),
            help=_("De dispenser meldt de meeste storingen zelf. Dit gaat over wat hij zelf niet ziet."),
            answers={
                "calls": (_("%(who)s belt zelf"), ""),
                "someone_calls": (_("Iemand die vaak langskomt"), _("Schrijf op wie")),
                "nobody": (_("Niemand"), _("We spreken af wie er regelmatig kijkt")),
            },
        ),
        "hoards": Words(
            ask=_("Liggen er andere medicijnen in huis?"), short=_("Medicijnen in huis"),
            help=_("Kijk samen in de kast, de keuken en de badkamer."),
            answers={
                "no": (_("Nee"), ""),
                "old_stock": (_("Ja, oude voorraad"), _("We brengen die samen naar de apotheek")),
                "hoards": (
                    _("Ja, %(who)s bewaart zakjes of tabletten"), _("We volgen dit de eerste weken van dichtbij"),
                ),
                "not_known": (_("Dat weten we niet"), _("Iemand kijkt het na")),
            },
        ),
        "network": Words(
            ask=_("Is er thuis mobiel bereik?"), short=_("Bereik"),
            help=_("Kijk op de plek waar de dispenser komt te staan."),
            answers={
                "good": (_("Ja, goed"), ""),
                "weak": (_("Zwak"), _("We testen het met de dispenser erbij")),
                "none": (_("Nee"), _("We zoeken een ander netwerk, en kijken daarna opnieuw")),
                "not_known": (_("Dat weten we niet"), _("We testen het met de dispenser erbij")),
            },
        ),
        "power": Words(
            ask=_("Is er altijd stroom?"), short=_("Stroom"),
            help=_("De dispenser heeft een vast stopcontact nodig dat niemand eruit trekt."),
            answers={
                "sure": (_("Ja"), ""),
                "pulled_out": (_("De stekker kan eruit getrokken worden"), _("We maken de stekker vast")),
                "cut_off": (_("De stroom valt uit of kan worden afgesloten"), _("Dat regelen we eerst")),
            },
        ),
        "housemates": Words(
            ask=_("Wie woont er nog in huis?"), short=_("In huis"),
            help=_("Denk ook aan kleinkinderen die vaak komen."),
            answers={
                "alone": (_("Niemand"), ""),
                "others": (_("Iemand, en dat is veilig"), ""),
                "others_may_take": (
                    _("Iemand die medicijnen zou kunnen pakken"), _("We zetten de dispenser buiten bereik"),
                ),
            },
        ),
        "other_dispenser": Words(
            ask=_("Heeft nog iemand in huis een dispenser?"), short=_("Nog een dispenser"),
            help=_("Twee dispensers mogen niet verwisseld worden."),
            answers={
                "nobody": (_("Nee"), ""),
                "yes": (_("Ja"), _("Andere kamer, andere kleur, en de naam erop. Vul in wie")),
            },
        ),
        "course": Words(
            ask=_("Wat verwacht u van het komende jaar?"), short=_("Komend jaar"),
            help=_("Vraag het ook aan de mantelzorger en de huisarts."),
            answers={
                "stable": (_("Het blijft ongeveer zo"), ""),
                "slowly_less": (_("Het wordt langzaam minder"), _("We kijken vaker of het nog past")),
                "changes_often": (_("De medicijnen veranderen vaak"), _("We spreken met de apotheek af hoe dat gaat")),
                "soon_different": (
                    _("Het wordt snel anders"), _("Bijvoorbeeld een verhuizing. We kijken later opnieuw"),
                ),
            },
        ),
        "packable": Words(
            ask=_("Passen de medicijnen op de rol?"), short=_("Op de rol"),
            help=_("Druppels, zalf, inhalers, vloeistof en wat zo nodig is, passen niet op de rol."),
            answers={
                "all": (_("Ja, alles"), ""),
                "partly": (_("De meeste wel"), _("We spreken af wie de rest geeft, en wanneer")),
                "little": (_("De meeste niet"), _("We vragen de apotheek wat er kan")),
                "not_known": (_("Dat weten we niet"), _("We vragen het de apotheek")),
            },
        ),
    }  # fmt: skip


def _the_choice() -> dict[str, Words]:
    return {
        "capacity": Words(
            ask=_("Kan %(who)s zelf over de dispenser beslissen?"), short=_("Beslist zelf"),
            help=_("Leg uit wat de dispenser doet en wat de keus is. Vraag of %(who)s het kan navertellen."),
            answers={
                "able": (_("Ja"), ""),
                "doubtful": (_("Daar twijfel ik aan"), _("We laten het beoordelen vóór er ja gezegd wordt")),
                "not_able": (_("Nee"), _("De vertegenwoordiger beslist mee. Vul in wie dat is")),
            },
        ),
        "resistance": Words(
            ask=_("Verzet %(who)s zich?"), short=_("Verzet"),
            help=_("Verzet is ook: weglopen, de stekker eruit trekken, of van streek raken."),
            answers={
                "none": (_("Nee"), ""),
                "hesitates": (_("Nee, maar twijfelt"), _("We praten er nog een keer over")),
                "shown": (_("Ja"), _("Dan is het niet vanzelf vrijwillig. Zie de volgende vraag")),
            },
        ),
        "wzd": Words(
            ask=_("Wat is er volgens de Wzd besloten?"), short=_("Wzd"),
            help=_("Bij verzet van wie zelf niet kan beslissen, hoort het stappenplan van de Wet zorg en dwang."),
            answers={
                "asked": (_("Het is gevraagd"), _("Vul in wanneer")),
                "step_plan": (_("Er is een stappenplan"), _("Vul in van welke dag het besluit is")),
                "stopped": (_("Besloten om het niet te doen"), _("Dan blijft het bezoek")),
                "not_yet": (_("Nog niets"), _("We vragen het aan de Wzd-functionaris")),
            },
        ),
        "observed": Words(
            ask=_("Zag een tweede collega hetzelfde?"), short=_("Tweede collega"),
            help=_("Uw organisatie wil dat twee mensen meekijken."),
            answers={
                "agrees": (_("Ja"), _("Vul in wie en wanneer")),
                "differs": (_("Nee, die zag iets anders"), _("Bespreek het samen. Vul in wie en wanneer")),
                "not_yet": (_("Nog niet"), _("We plannen het")),
            },
        ),
        "against": Words(
            ask=_("Wat spreekt ertegen, en wat zou het oplossen?"), short=_("Wat spreekt ertegen"),
            help=_("Schrijf het op in de woorden van %(who)s en de mantelzorger."),
            answers={
                "nothing": (_("Niets"), ""),
                "solvable": (_("Iets dat we kunnen oplossen"), _("Schrijf op wat, en hoe")),
                "not_solvable": (
                    _("Iets dat we nu niet kunnen oplossen"), _("We bespreken het, en kijken later opnieuw"),
                ),
            },
        ),
        "else": Words(
            ask=_("Wilt u nog iets opschrijven?"), short=_("Verder nog"), help=_("Dit mag leeg blijven."), answers={},
        ),
    }  # fmt: skip
