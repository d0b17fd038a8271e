"""The sentences of tasks that speak of a number of sachets, where it is one."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


def of_one(kind: str, detail: Mapping[str, object]) -> str:
    """As `task_words.task_words`, for one sachet; empty for any other task."""
    if "1" not in (str(detail.get("count")), str(detail.get("sachets"))):
        return ""
    return {
        "leftovers_back": _("Breng het zakje van rol %(roll)s terug naar de apotheek"),
        "leftovers_receive": _("Tel het teruggebrachte zakje van rol %(roll)s"),
        "leftovers_differ": _(
            "Rol %(roll)s: %(count)s zakje geteld, %(expected)s verwacht. Zoek uit waar het is"
        ),
        "recall": _("Teruggeroepen: 1 zakje van rol %(roll)s niet uitgeven. %(because)s"),
        "take_out_sachets": _("Haal 1 zakje uit rol %(roll)s en tel het, vóór %(at)s"),
        "take_along_count": _("Tel wat terugkwam van het meegenomen zakje"),
    }.get(kind, "")
