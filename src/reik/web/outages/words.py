"""The words of outages: of what it is one, and what was found of a line."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reik.alerting.outages.outages_seen import OutageSeen
from reik.alerting.outages.sharing import OUTCOMES
from reik.web.shown import Shown
from reik.web.words import outcome_words


def what_words(scope: str, value: str) -> str:
    """Of what it is an outage, within a sentence."""
    if scope == "platform":
        return _("Reik zelf") if value == "reik" else _("alle dispensers")
    said = {
        "region": _("regio %(value)s"), "network": _("netwerk %(value)s"),
        "supplier": _("leverancier %(value)s"), "model": _("type %(value)s"),
    }[scope]  # fmt: skip
    # Who wrote "netwerk A" does not read it twice, in either language.
    return value if value.casefold().startswith(_KINDS[scope]) else said % {"value": value}


_KINDS = {
    "region": ("regio",), "network": ("netwerk", "network"), "supplier": ("leverancier", "supplier"),
    "model": ("type",),
}  # fmt: skip


def state_of(seen: OutageSeen) -> Shown:
    """Silence is never green: also who is back is looked at until the last line has an outcome."""
    if seen.closed_at is not None:
        return Shown("geen", _("afgesloten"))
    if seen.recovered_at is not None:
        return Shown("sig", _("hersteld, lijst nog open"))
    return Shown("onb", _("dispensers zijn stil"))


def found_words(outcome: str) -> str:
    """What was found of a line."""
    known = {
        "out_seen": _("gezien: uitgenomen"),
        "says_out": _("zegt: uitgenomen"),
        "given_by_hand": _("met de hand gegeven"),
        "refuses": _("wil niet"),
        "away": _("niet thuis, dat klopt"),
        "not_reached": _("niet bereikt"),
        "unwell": _("niet goed"),
        "heard_again": _("dispenser is weer te horen"),
        "replanned": _("moment staat er niet meer"),
        "in_time": _("uitgenomen"),
        "early": _("vroeg uitgenomen"),
        "late": _("laat uitgenomen"),
        "partly": _("deels uitgenomen"),
        "not_out": _("niet uitgenomen"),
        "withheld": _("vastgehouden"),
        "by_hand": _("met de hand gegeven"),
        "paused": _("gepauzeerd"),
        "device_failure": _("onbekend, storing"),
        "no_notice": _("geen bericht ontvangen"),
        "unknown": _("onbekend"),
    }
    return known.get(outcome) or outcome_words(outcome)


def how_words(how: str) -> str:
    """How it became known."""
    return {
        "phone": _("telefoon"), "round": _("ronde"), "device": _("dispenser"), "reik": _("Reik"),
        "alert": _("melding"),
    }.get(how, how)  # fmt: skip


def choices() -> Sequence[tuple[str, str]]:
    """What a person can say of a line, in the order of their digits."""
    return [(each, found_words(each)) for each in OUTCOMES]
