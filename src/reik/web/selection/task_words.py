"""The sentences of the tasks of selection, and on which page below a client's each is done."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from reik.web.selection.words import measure_words

SELECTION_PAGES: Mapping[str, str] = {
    "path.measure": "/selectie/versies",
    "path.look_again": "/selectie",
    "path.unsuitable": "/selectie/versies",
    "path.withdrawn": "/stoppen",
    "path.wind_down": "/nulmeting",
}
SAID = frozenset({"path.measure", "path.unsuitable", "path.withdrawn"})
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
    }.get(kind, "")
    what = measure_words(str(detail["measure"])) if "measure" in detail else str(detail.get("because", ""))
    return said % {"what": what} if "%(" in said else said
