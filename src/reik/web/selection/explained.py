"""The choice for a dispenser explained in plain words, for the screen and for paper (B1)."""

from __future__ import annotations

from typing import Any

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reik.interop.print.letter import Letter, Part
from reik.people.queries import ClientCard


def explanation(card: ClientCard, decided: dict[str, Any] | None = None) -> Letter:
    """What the dispenser does, that it is free to choose, what happens with a no; and what was chosen."""
    parts = [
        Part(
            title=_("Wat doet de dispenser?"),
            lines=(
                _("Op de tijd van uw medicijnen geeft de dispenser een signaal."),
                _("U drukt op OK. Dan komt er een zakje uit dat al open is."),
                _("Drukt u niet? Dan krijgt iemand bericht. Die belt u, of komt langs."),
                _("De dispenser ziet niet of u de medicijnen inneemt."),
            ),
        ),
        Part(
            title=_("U kiest zelf"),
            lines=(
                _("Een dispenser is vrijwillig. Niemand mag u dwingen."),
                _("Wilt u geen dispenser? Dan blijft het bezoek. U hoeft niet te zeggen waarom."),
                _("Zegt u ja? Dan mag u later alsnog nee zeggen. Dan komt het bezoek terug."),
                _("Bespreek het gerust eerst met iemand die u vertrouwt."),
            ),
        ),
        Part(
            title=_("Wat verandert er?"),
            lines=(
                _("Bezoek dat alleen voor uw medicijnen is, stopt in overleg met u."),
                _("Ander bezoek en andere hulp blijven."),
                _("We kijken regelmatig samen of de dispenser nog bij u past."),
            ),
        ),
    ]
    if decided:
        parts.append(_chosen(decided))
    return Letter(
        title=_("Een medicijndispenser: uw keus"), language=get_language() or "nl", name=card.display,
        parts=tuple(parts), signs=(_("Cliënt of vertegenwoordiger"), _("Wijkverpleegkundige")),
    )  # fmt: skip


def _chosen(decided: dict[str, Any]) -> Part:
    seen = decided["seen"]
    lines = [
        _("%(choice)s. Besproken op %(day)s met %(who)s.")
        % {
            "choice": decided["choice"], "who": f"{seen.by} ({decided['role']})",
            "day": formats.date_format(seen.said.at, "j F Y"),
        }
    ]  # fmt: skip
    if seen.said.decided_by == "representative":
        lines.append(_("Besloten door de vertegenwoordiger: %(who)s.") % {"who": seen.said.representative})
    if seen.said.carer:
        lines.append(_("Erbij was: %(who)s.") % {"who": seen.said.carer})
    if seen.said.words:
        lines.append(_("In eigen woorden: “%(words)s”") % {"words": seen.said.words})
    if seen.said.wzd != "not_needed":
        lines.append(_("Wzd: %(wzd)s.") % {"wzd": decided["wzd"]})
    return Part(title=_("Wat is er gekozen?"), lines=tuple(lines))
