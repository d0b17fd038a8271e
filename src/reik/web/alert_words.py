"""The words of an alert's life: claims, causes, what the dispenser told about a moment, how a message went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from reik.alerting.claims.codes import CAUSES
from reik.alerting.claims.seen import CodeSeen


def handling_causes(own: Iterable[CodeSeen] = ()) -> list[tuple[str, str]]:
    """What may have been the cause, as who handled an alert says it (R49): one list for centre and team.

    `own`: what the organisation added; it stands before *something else*.
    """
    words = {
        "unknown": _("weet ik niet"),
        "not_heard": _("hoorde of zag het signaal niet"),
        "asleep": _("sliep"),
        "not_home": _("was niet thuis"),
        "could_not": _("kon het zakje niet pakken of openen"),
        "did_not_want": _("wilde het niet"),
        "confused": _("wist niet wat te doen"),
        "ill": _("was ziek"),
        "device": _("dispenser werkte niet"),
        "roll_stuck": _("rol of zakje zat vast"),
        "network": _("geen netwerk"),
        "power": _("geen stroom"),
        "roll": _("rol of apotheek"),
        "roll_empty": _("rol was leeg"),
        "schedule": _("schema of afspraak klopt niet"),
        "other": _("iets anders, zie notitie"),
    }
    common = [(code, words.get(code, code)) for code in CAUSES]
    added = [(each.code, each.label(language())) for each in own if each.kind == "cause"]
    return [*common[:-1], *added, common[-1]]


def between_people() -> dict[str, str]:
    """Lines of an alert's history that people leave for each other; %(to)s is what they typed or whom they name."""
    return {
        "note": _("%(who)s noteert:"),
        "told": _("%(who)s laat weten: %(outcome)s."),
        "call_back": _("%(who)s vertrouwt het niet en wil gebeld worden."),
        "called_back": _("%(who)s belde %(to)s terug."),
        "handed_over": _("%(who)s draagt de dienst over aan %(to)s."),
    }


def language() -> str:
    """The reader's language, for names that an organisation gave in two."""
    return get_language() or "nl"


def cause_said(code: str, own: Iterable[CodeSeen] = ()) -> str:
    """The words of a cause, also of one that is no longer offered; empty for none."""
    named = {each.code: each.label(language()) for each in own}
    return {**dict(handling_causes()), "told_by_carer": _("verteld door de naaste"), **named}.get(code, "")


def minutes_words(length: timedelta) -> str:
    """How long, in minutes; below one in seconds."""
    seconds = round(length.total_seconds())
    if seconds < 60:
        return ngettext("%(n)s seconde", "%(n)s seconden", seconds) % {"n": seconds}
    return ngettext("%(n)s minuut", "%(n)s minuten", seconds // 60) % {"n": seconds // 60}


def claim_end_words(ended_as: str) -> str:
    """How somebody's claim ended; empty while she has it."""
    return {
        "handled": _("zei hoe het ging"),
        "released": _("gaf de melding terug"),
        "ended": _("de tijd was om"),
        "taken_over": _("een ander nam het over"),
        "closed": _("de melding sloot"),
    }.get(ended_as, "")


def claim_kind_words(kind: str) -> str:
    """By what somebody took an alert."""
    return _("met een toets op de telefoon") if kind == "phone" else _("op het scherm")


def role_words(role: str) -> str:
    """As whom somebody took or handled an alert."""
    return {"operator": _("zorgcentrale"), "informal_carer": _("naaste"), "team": _("wijkteam")}.get(
        role, role
    )


def channel_words(channel: str) -> str:
    """By which way a message went."""
    return {
        "webhook": _("eigen systeem"), "email": _("e-mail"), "webpush": _("bericht op de telefoon"), "sms": _("sms"),
        "voice": _("telefoontje"), "scaip": "SCAIP", "espax": "ESPA-X",
    }.get(channel, channel)  # fmt: skip


def visit_words(visit_by: str) -> str:
    """Who decided that somebody drove (R50); empty where nobody did."""
    return {
        "team": _("het wijkteam"),
        "centre": _("de zorgcentrale, met mandaat van het wijkteam"),
    }.get(visit_by, "")


def told_words(type: str, data: Mapping[str, Any]) -> str:
    """What a dispenser told about one moment (device contract, section 3); empty for what is not about one."""
    many = int(data.get("n") or 1) > 1
    which = _(" (%(k)s van %(n)s)") % {"k": data.get("k"), "n": data.get("n")} if many else ""
    closed = {
        "complete": _("alles is uitgenomen"),
        "partial": _("niet alles is uitgenomen"),
        "not_taken_out": _("niet uitgenomen"),
        "withheld": _("niet uitgegeven"),
        "paused": _("de dispenser stond op pauze"),
        "device_failure": _("het lukte de dispenser niet"),
    }
    said = {
        "signal_started": _("signaal gegeven"),
        "button_pressed": _("op OK gedrukt"),
        "sachet_presented": _("zakje uitgegeven"),
        "sachet_taken_out": _("zakje uitgenomen"),
        "sachet_retained": _("zakje bleef achter"),
    }.get(type, "")
    if type == "moment_closed":
        how = str(data.get("outcome", ""))
        said = _("moment gesloten, %(how)s") % {"how": closed.get(how, how)}
    return said + which if said else ""
