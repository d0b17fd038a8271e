"""Why a line of a list of indications is refused, as a sentence without what the line says."""

from __future__ import annotations

from django.utils.translation import gettext as _


def line_words(code: str) -> str:
    return {
        "bsn": _("Het BSN klopt niet."),
        "who": _("Zeg wie: een BSN, of naam en geboortedatum."),
        "nobody": _("Deze cliënt staat niet in Reik, of niet in uw team."),
        "twice_named": _("Meer dan één cliënt heet zo: geef het BSN."),
        "again": _("Deze cliënt staat al hoger in de lijst."),
        "basis": _("De basis is zvw, wlz, wmo, beschermd wonen of particulier."),
        "day": _("De dag is niet te lezen: schrijf 31-12-2026."),
        "order": _("De laatste dag ligt niet vóór de eerste."),
    }.get(code, code)
