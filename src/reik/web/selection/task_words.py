"""The sentences of the tasks of selection, and on which page below a client's each is done."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from reik.web.selection.words import ended_words, measure_words
from reik.web.terms_said import iso_day_said

SELECTION_PAGES: Mapping[str, str] = {
    "path.measure": "/selectie/versies",
    "path.look_again": "/selectie",
    "path.unsuitable": "/selectie/versies",
    "path.withdrawn": "/stoppen",
    "path.wind_down": "/nulmeting",
    "path.indication_ends": "/indicatie",
    "path.indication_differs": "/indicatie",
}
SAID = frozenset({"path.measure", "path.unsuitable", "path.withdrawn", "path.indication_differs"})
"""What a person ends with her own word."""


def selection_words(kind: str, detail: Mapping[str, object]) -> str:
    """The sentence of a task of selection; empty for any other kind."""
    said = {
        "path.measure": _("Voor de dispenser: %(what)s"),
        "path.look_again": _("Kijk opnieuw of een dispenser past. Toen: %(what)s"),
        "path.unsuitable": _(
            "Volgens het nieuwe formulier past de dispenser nu niet: %(what)s Pauzeer of stop"
        ),
        "path.withdrawn": _("De cliënt wil de dispenser niet meer. Regel andere zorg en stop de dispenser"),
        "path.wind_down": _("De dispenser is begonnen: zeg van elk bezoek wat ermee gebeurt"),
        "path.indication_ends": _("De indicatie loopt tot en met %(what)s. Verleng haar, of beëindig haar"),
        "path.indication_differs": _(
            "Het ECD meldt het einde van een indicatie (%(what)s), maar hier staat een andere open. Kijk welke klopt"
        ),
    }.get(kind, "")
    return said % {"what": _what(kind, detail)} if "%(" in said else said


def _what(kind: str, detail: Mapping[str, object]) -> str:
    if "measure" in detail:
        return measure_words(str(detail["measure"]))
    if "day" in detail:
        return iso_day_said(str(detail["day"]))
    because = str(detail.get("because", ""))
    return ended_words(because) if kind == "path.indication_differs" else because
