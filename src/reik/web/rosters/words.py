"""The sentences of rosters: days and hours, gaps, refusals, and what a forewarning warns of."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.alerting.forewarnings import ForewarningSeen
from reik.people.rosters.calendar_in import CalendarRefused, Flaw
from reik.people.rosters.duty import Gap
from reik.people.rosters.refusals import RosterRefused
from reik.people.rosters.seen import PatternSeen

DAYS = 7
WORKING, ALL_WEEK, ALL = 0b0011111, 0b1111111, 0b11111111


def day_names() -> list[str]:
    """Monday to Sunday, then public holidays: the bits of a pattern."""
    return [_("ma"), _("di"), _("wo"), _("do"), _("vr"), _("za"), _("zo"), _("feestdagen")]


def place_words(place: int) -> str:
    return {1: _("eerste"), 2: _("achterwacht"), 3: _("derde")}.get(place, str(place))


def days_words(weekdays: int) -> str:
    """On which days a turn begins."""
    whole = {
        WORKING: _("op werkdagen"), ALL_WEEK: _("elke dag"), ALL: _("elke dag en op feestdagen"),
        1 << DAYS: _("op feestdagen"),
    }  # fmt: skip
    if weekdays in whole:
        return whole[weekdays]
    return ", ".join(name for bit, name in enumerate(day_names()) if weekdays >> bit & 1)


def pattern_words(each: PatternSeen) -> str:
    """When a turn comes back, as a sentence without its person."""
    hours = f"{each.hours_from:%H:%M}–{each.hours_until:%H:%M}"
    if each.hours_from == each.hours_until:
        hours = _("hele dag vanaf %(at)s") % {"at": f"{each.hours_from:%H:%M}"}
    weeks = "" if each.every_weeks == 1 else _(", elke %(n)s weken") % {"n": each.every_weeks}
    ends = _(" tot %(day)s") % {"day": formats.date_format(each.until, "j F Y")} if each.until else ""
    since = formats.date_format(each.since, "j F Y")
    return f"{days_words(each.weekdays)}, {hours}{weeks}, " + _("vanaf %(day)s") % {"day": since} + ends


def span_words(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """From when until when, with the day said once where it is one day or one night."""
    begins, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    first = formats.date_format(begins, "D j F")
    if ends.date() == begins.date():
        return f"{first} {begins:%H:%M}–{ends:%H:%M}"
    if ends - begins <= timedelta(days=1) and ends.date() - begins.date() == timedelta(days=1):
        return _("%(day)s %(from)s tot de volgende dag %(until)s") % {
            "day": first, "from": f"{begins:%H:%M}", "until": f"{ends:%H:%M}"
        }  # fmt: skip
    last = formats.date_format(ends, "D j F")
    return _("%(first)s %(from)s tot %(last)s %(until)s") % {
        "first": first, "from": f"{begins:%H:%M}", "last": last, "until": f"{ends:%H:%M}"
    }  # fmt: skip


def gap_words(gap: Gap, zone: ZoneInfo) -> str:
    return span_words(gap.starts_at, gap.ends_at, zone)


def kind_words(each: ForewarningSeen, zone: ZoneInfo) -> str:
    """What a forewarning warns of: which hours, route or channel; never a name of a client (R55)."""
    detail = each.detail
    if each.kind == "roster_gap":
        when = span_words(each.since, each.until, zone) if each.until else ""
        name = {"name": detail.get("name", ""), "when": when or _since(each.since, zone)}
        return _("Rooster %(name)s: niemand van dienst %(when)s.") % name
    if each.kind == "gateway_down":
        routes = int(detail.get("routes", 0))
        leaning = ngettext("%(n)s route gebruikt dit.", "%(n)s routes gebruiken dit.", routes) % {"n": routes}
        what = {"channel": channel_words(str(detail.get("channel", "")))}
        return _("Berichten via %(channel)s komen nu niet weg.") % what + " " + leaning
    clients = int(detail.get("clients", 0))
    count = ngettext("%(n)s cliënt", "%(n)s cliënten", clients) % {"n": clients}
    values = {"at": f"{each.since.astimezone(zone):%H:%M}", "count": count}
    who = ", ".join(str(name) for name in detail.get("responders", [])[:3])
    if each.kind == "route_untested" and detail.get("undrilled"):
        said = _(
            "De route van een melding voor %(count)s slaagde nog niet in een oefening. Kijk bij Oefeningen."
        )
    elif each.kind == "route_untested":
        said = _("Vanaf %(at)s komt een melding voor %(count)s alleen bij nummers die nooit getest zijn.")
    else:
        said = _("Vanaf %(at)s is er voor een melding van %(count)s niemand bereikbaar.")
    return said % values + (" " + _("Route: %(who)s.") % {"who": who} if who else "")


def _since(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return _("vanaf %(at)s") % {"at": f"{formats.date_format(local, 'D j F')} {local:%H:%M}"}


def channel_words(channel: str) -> str:
    return {
        "webhook": _("een koppeling"), "email": _("e-mail"), "webpush": _("de app"), "sms": _("sms"),
        "voice": _("een telefoontje"), "scaip": _("de alarmcentrale (SCAIP)"),
        "espax": _("de oproepinstallatie (ESPA-X)"),
    }.get(channel, channel)  # fmt: skip


def refused_words(refusal: RosterRefused) -> str:
    """Why this cannot be kept, and what to do."""
    who = {"who": refusal.about}
    return {
        "unnamed": _("Geef het rooster een naam."),
        "name_taken": _("Er is al een rooster %(who)s. Kies een andere naam.") % who,
        "team": _("Kies een team van uw organisatie."),
        "who": _("Vul in wie het is."),
        "account": _("Deze collega werkt niet bij uw organisatie."),
        "member_twice": _("%(who)s staat al op dit rooster.") % who,
        "member_name_taken": _("Er staat al een %(who)s op dit rooster. Zet er een letter bij.") % who,
        "member_gone": _("Deze collega staat niet meer op dit rooster."),
        "destination": _("Kies hoe iemand bereikt wordt."),
        "gone": _("Dit rooster is er niet meer."),
        "no_days": _("Kies minstens één dag."),
        "every_weeks": _("Een dienst komt terug om de 1 tot 52 weken."),
        "place": _("Kies eerste, achterwacht of derde."),
        "until_before_since": _("De laatste dag ligt voor de eerste."),
        "ends_before": _("Het einde ligt voor het begin."),
        "past": _("Deze uren zijn voorbij."),
        "too_long": _("Dit duurt langer dan drie maanden. Maak er een vaste dienst van."),
        "swap_with_herself": _("Ruilen is tussen twee mensen van één rooster."),
        "not_agreed": _("%(who)s heeft nog niet ja gezegd. Vraag het eerst.") % who,
        "swap_taker": _("Kies wie de dienst overneemt."),
        "swap_asked": _("Dit is al gevraagd. Wacht op het antwoord."),
        "swap_over": _("Deze vraag is al beantwoord of ingetrokken. Kijk opnieuw op het rooster."),
        "swap_begun": _("Deze dienst is al begonnen. Het rooster blijft zoals het is: bel elkaar."),
        "swap_not_hers": _("Alleen de twee om wie het gaat kunnen antwoorden."),
        "not_standing": _("%(who)s heeft niet in al deze uren dienst.") % who,
        "stands_already": _("%(who)s heeft in deze uren al dienst.") % who,
        "over": _("Dit is voorbij of al teruggenomen. Kijk opnieuw op het rooster."),
        "time": _("Vul een datum en een tijd in."),
        "file": _("Kies een agendabestand (.ics)."),
        "lead_machine": _("Deze weg kan geen bericht tonen. Kies voor seintjes een app, sms, e-mail of koppeling."),
    }.get(refusal.code, str(refusal))  # fmt: skip


def flaw_words(refusal: CalendarRefused) -> list[str]:
    """Why a calendar was not taken over: a line for each entry, with its title."""
    return [f"{each.title}: {_flaw(each)}" if each.title else _flaw(each) for each in refusal.flaws[:20]]


def _flaw(flaw: Flaw) -> str:
    return {
        "too_big": _("het bestand is groter dan 1 MB; exporteer minder maanden."),
        "too_many": _("het bestand heeft meer dan 2000 afspraken; exporteer minder maanden."),
        "no_calendar": _("dit is geen agendabestand (.ics); exporteer de agenda opnieuw."),
        "no_entries": _("er staat niets in dit bestand. Dan zou elke dienst eruit verdwijnen."),
        "whose": _("in de titel staat niet precies één naam van dit rooster."),
        "no_uid": _("deze afspraak heeft geen kenmerk (UID); exporteer hem uit de agenda zelf."),
        "twice": _("een andere afspraak heeft hetzelfde kenmerk (UID)."),
        "no_start": _("het begin ontbreekt."),
        "no_end": _("het einde ontbreekt."),
        "lasts": _("het einde ligt voor het begin, of hij duurt langer dan drie maanden."),
        "place": _("de plaats is niet 1, 2 of 3."),
        "zone": _("de tijdzone is niet bekend; exporteer met een andere tijdzone."),
        "other_clock": _("hij herhaalt in een andere tijdzone dan die van het rooster."),
        "repeats": _("hij herhaalt anders dan per week; maak er losse afspraken van."),
        "two_rules": _("hij herhaalt op twee manieren; maak er twee afspraken van."),
        "no_master": _("hij verandert een afspraak die niet in dit bestand staat."),
        "and_future": _("hij verandert deze en alle latere keren; maak er een nieuwe afspraak van."),
        "broken": _("een deel is niet te lezen."),
    }.get(flaw.code, flaw.why)  # fmt: skip
