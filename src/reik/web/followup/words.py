"""The sentences of a follow-up arrangement: steps, when a route holds, and why one was refused."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils.translation import gettext as _

from reik.alerting.arrangements.choosing import ANY_CRITICALITY, EVERY_DAY, WEEKEND, WORKING_DAYS, When
from reik.alerting.arrangements.presets import CRITICAL_NAME, Preset
from reik.alerting.policy import ArrangementInvalid


def channel_words(channel: str) -> str:
    """How a message goes, behind a name: "per sms"."""
    return {
        "webhook": _("via het eigen systeem"),
        "email": _("per e-mail"),
        "webpush": _("met een bericht op de telefoon"),
        "sms": _("per sms"),
        "voice": _("met een telefoontje van Reik"),
        "scaip": _("via SCAIP"),
        "espax": _("via ESPA-X"),
    }.get(channel, channel)


def for_words(length: timedelta) -> str:
    """How long, as it is said; below one minute (in a demo) in seconds."""
    seconds = length.total_seconds()
    if seconds >= 60:
        return _("%(n)s minuten") % {"n": f"{seconds / 60:.0f}"} if seconds >= 120 else _("1 minuut")
    return _("%(n)s seconden") % {"n": f"{seconds:.0f}"}


def hours_words(hours: tuple[time, time]) -> str:
    return _("%(a)s tot %(b)s") % {"a": f"{hours[0]:%H:%M}", "b": f"{hours[1]:%H:%M}"}


def day_names() -> list[str]:
    """Monday to Sunday, and public holidays, by the bit of each."""
    return [
        _("maandag"), _("dinsdag"), _("woensdag"), _("donderdag"), _("vrijdag"), _("zaterdag"), _("zondag"),
        _("feestdagen"),
    ]  # fmt: skip


def criticality_names() -> list[str]:
    """By the bit of each."""
    return [_("tijdkritisch"), _("gewoon"), _("ruim")]


def days_words(weekdays: int) -> str:
    said = {
        EVERY_DAY: _("elke dag"),
        WORKING_DAYS: _("op werkdagen"),
        WEEKEND: _("in het weekend en op feestdagen"),
    }
    if weekdays in said:
        return said[weekdays]
    return ", ".join(name for bit, name in enumerate(day_names()) if weekdays >> bit & 1)


def when_words(when: When | None) -> str:
    """When a route holds, in one sentence."""
    if when is None:
        return _("Altijd als hieronder geen andere route geldt.")
    parts = [days_words(when.weekdays)]
    if when.hours:
        parts.append(hours_words(when.hours))
    if when.criticalities != ANY_CRITICALITY:
        names = [name for bit, name in enumerate(criticality_names()) if when.criticalities >> bit & 1]
        parts.append(_("alleen bij momenten die %(which)s zijn") % {"which": _(" of ").join(names)})
    if when.moments:
        parts.append(_("alleen het moment van %(at)s") % {"at": _(" of ").join(when.moments)})
    said = ", ".join(parts)
    return f"{said[:1].upper()}{said[1:]}."


def route_name(number: int, name: str) -> str:
    """How a route is called; the first one has no name of its own."""
    if number == 0:
        return _("Gewone route")
    return _("Tijdkritisch") if name == CRITICAL_NAME else name


def preset_names() -> list[tuple[str, str, str]]:
    """The presets: code, name, and what happens first."""
    return [
        (Preset.CENTRE_FIRST.value, _("Zorgcentrale eerst"), _("De centrale belt, dan de naaste, dan het team.")),
        (Preset.FAMILY_FIRST.value, _("Naaste eerst"), _("De naaste krijgt bericht, dan belt de centrale.")),
        (Preset.TEAM_FIRST.value, _("Team eerst"), _("Het team van dienst belt de cliënt zelf.")),
        (Preset.WITHOUT_CENTRE.value, _("Zonder zorgcentrale"), _("Het team belt, dan de naaste, dan weer het team.")),
    ]  # fmt: skip


def refused_words(refusal: ArrangementInvalid, route: str, who: str) -> str:
    """Why an arrangement cannot be saved, and what to do. `route` and `who`: where it is."""
    said = {
        "no_steps": _("Voeg minstens één stap toe."),
        "end_hours": _("De laatste stap moet op elk uur bereikbaar zijn: haal de uren weg of eindig met het team."),
        "end_once": _("De laatste stap wordt herhaald tot iemand het oppakt: vul in om de hoeveel minuten."),
        "repeated_before_end": _("Alleen de laatste stap wordt herhaald."),
        "end_hammers": _("Herhaal de laatste stap hoogstens één keer per minuut."),
        "end_carer": _("Een naaste kan weg zijn: eindig met het team van dienst."),
        "wait": _("Wacht 1 tot 120 minuten op antwoord."),
        "no_hours": _("Uren die op dezelfde tijd beginnen en eindigen zijn leeg: haal ze weg of verander ze."),
        "no_route_hours": _("Uren die op dezelfde tijd beginnen en eindigen zijn leeg: haal ze weg of verander ze."),
        "half_hours": _("Schrijf beide uren als 08:00, of laat ze allebei leeg."),
        "routes": _("Een afspraak heeft hoogstens 20 andere routes."),
        "unnamed": _("Geef deze route een naam."),
        "never": _("Deze route geldt nooit: kies dagen en voor welke momenten."),
        "moments": _("Schrijf een moment als 08:00."),
        "unknown": _("Kies wie er gevraagd wordt."),
        "test_failed": _("De proef kwam niet aan. Verbeter het nummer of adres en test opnieuw."),
        "roster": _("Dit rooster is beëindigd of zegt niet wie er zonder dienst gebeld wordt. Kies een ander."),
        "carer": _("Deze naaste doet niet (meer) mee bij deze cliënt."),
        "no_phone": _("Hier is nog geen telefoon met meldingen: laat die eerst aanzetten, of eindig met een ander."),
        "overtaken": _("Iemand anders maakte intussen een nieuwe versie. Open de afspraak opnieuw."),
        "words": _("De tekst is te lang: hoogstens 2000 tekens."),
        "no_centre": _("Kies eerst welke zorgcentrale meedoet, of een route zonder centrale."),
        "no_team": _("Kies eerst welk team van dienst er is."),
    }.get(refusal.code, str(refusal))  # fmt: skip
    where = ": ".join(each for each in (route, who) if each)
    return f"{where}: {said}" if where else said


def way_refused(code: str, sentence: str) -> str:
    """Why a number or address was not taken."""
    return {
        "carer": _("Deze naaste doet niet (meer) mee bij deze cliënt."),
        "no_account": _("Deze naaste heeft nog geen account: kies sms of e-mail."),
        "no_gateway": _("Uw organisatie kan nog niet op deze manier versturen. Vraag de beheerder van Reik."),
        "not_sms": _("Dit is geen telefoonnummer. Schrijf het als 06 12345678 of +31 6 12345678."),
        "not_email": _("Dit is geen e-mailadres."),
        "not_there": _("Daarheen kan geen proefbericht: houd een oefening van de route."),
    }.get(code, sentence)
