"""The sentences of the tasks of use, and on which page below a client's each is done."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from reik.web.inuse.words import kind_words, resistance_words, why_words
from reik.web.terms_said import iso_day_said

USE_PAGES: Mapping[str, str] = {
    "path.evaluation": "/evaluatie",
    "path.pause_decided": "/afwezig",
    "path.stop_decided": "/stoppen",
    "path.adjust": "/evaluatie",
    "path.resistance_talk": "/evaluatie",
    "path.wzd_or_stop": "/besluit",
    "path.incident": "/incidenten/{about}",
    "path.inspectorate": "/incidenten/{about}",
    "path.load_sign": "/laden?rol={about}",
    "path.load_differs": "/rollen/{about}",
    "path.tray_left": "/rollen/{about}",
}
SAID = frozenset(
    {"path.adjust", "path.resistance_talk", "path.wzd_or_stop", "path.load_differs", "path.tray_left"}
)
"""What a person ends with her own word."""


def use_words(kind: str, detail: Mapping[str, object]) -> str:
    """The sentence of a task of use; empty for any other kind. Values that are not there stay empty."""
    said = {
        "path.evaluation": _("Evalueer: %(whys)s"),
        "path.pause_decided": _("Pauzeer de dispenser, zoals besproken bij de evaluatie"),
        "path.stop_decided": _(
            "Stop de dispenser, zoals besproken bij de evaluatie. Regel eerst andere zorg"
        ),
        "path.adjust": _("Pas aan: %(what)s"),
        "path.resistance_talk": _("Cliënt verzet zich (%(what)s). Bespreek of de cliënt door wil"),
        "path.wzd_or_stop": _("Cliënt verzet zich (%(what)s). Wzd: stappenplan of stoppen"),
        "path.incident": _("Zoek uit: %(kind)s"),
        "path.inspectorate": _("Meld de calamiteit bij de inspectie, uiterlijk %(day)s"),
        "path.load_sign": _("Teken voor het laden van rol %(roll)s"),
        "path.load_differs": _(
            "Rol %(roll)s: %(counted)s geteld, %(expected)s verwacht. %(what)s Zoek het uit"
        ),
        "path.tray_left": _("In het bakje lagen nog zakjes: %(count)s. Zoek uit van welk moment"),
    }.get(kind, "")
    if not said:
        return ""
    whys = detail.get("whys")
    named = {
        name: str(detail.get(name, "")) for name in ("what", "day", "roll", "counted", "expected", "count")
    }
    if kind in ("path.resistance_talk", "path.wzd_or_stop"):
        named["what"] = resistance_words(named["what"])
    named["kind"] = kind_words(str(detail.get("kind", "")))
    named["whys"] = ", ".join(why_words(str(each)) for each in whys) if isinstance(whys, list) else ""
    return said % {**named, "day": iso_day_said(named["day"])}
