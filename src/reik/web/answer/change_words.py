"""A change in the middle of a roll, whole, for who has to confirm it and sees nothing else of Reik (R22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reik.medication.changes.sachets import AffectedSachet, affected_from
from reik.web.answer.words import SachetAsked, answer_words, sachets_of, sentences_of


def whole_sentences(kind: str, detail: Mapping[str, object]) -> list[str]:
    """All that is asked, sentence by sentence; of a change its choice first."""
    said = _choice(detail) + sentences_of(kind, detail)
    asked = detail.get("asked")
    return said + (_choice(asked) if isinstance(asked, Mapping) else [])


def whole_sachets(detail: Mapping[str, object]) -> list[SachetAsked]:
    """The sachets that it is about, also those of what was confirmed on the telephone before."""
    asked = detail.get("asked")
    within = whole_sachets(asked) if isinstance(asked, Mapping) else []
    return [*sachets_of(detail), *_affected(detail), *within]


def _choice(detail: Mapping[str, object]) -> list[str]:
    choice = str(detail.get("choice") or "")
    if not choice:
        return []
    word = _("Een nieuwe rol vóór dat moment") if choice == "replace_roll" else answer_words(choice)
    return [_("Het zorgteam koos: %(choice)s. Gaat u akkoord?") % {"choice": word}]


def _affected(detail: Mapping[str, object]) -> list[SachetAsked]:
    rows = detail.get("affected")
    if not isinstance(rows, list):
        return []
    others = detail.get("others_by")
    by = others if isinstance(others, Mapping) else {}
    return [_sachet(each, str(by.get(each.key) or "")) for each in affected_from(rows)]


def _sachet(each: AffectedSachet, others_by: str) -> SachetAsked:
    return SachetAsked(
        when=f"{date_format(each.day, 'l j F')} {each.at:%H:%M}",
        numbers=", ".join(str(number) for number in each.sequences),
        contents=each.contents or (), note=" ".join(_notes(each, others_by)),
    )  # fmt: skip


def _notes(each: AffectedSachet, others_by: str) -> Sequence[str]:
    said = [_differs(each)]
    if each.more:
        said.append(_("Komt erbij: %(what)s.") % {"what": ", ".join(each.more)})
    if each.less:
        said.append(_("Gaat eraf: %(what)s.") % {"what": ", ".join(each.less)})
    if each.others:
        said.append(_("Verder zit erin: %(what)s.") % {"what": ", ".join(each.others)})
    if others_by:
        said.append(_("Dat geeft %(who)s.") % {"who": others_by})
    return said


def _differs(each: AffectedSachet) -> str:
    if each.kind == "other_time" and each.planned_at is not None:
        return _("Nu gepland om %(at)s.") % {"at": f"{each.planned_at:%H:%M}"}
    return {
        "missing": _("Gepland, en niet op de rol."),
        "extra": _("Op de rol, en niet meer gepland."),
        "other_contents": _("Er zit iets anders in dan nu gepland is."),
        "recalled": _("Teruggeroepen: mag niet meer worden uitgegeven."),
    }.get(each.kind) or _("%(planned)s gepland, %(found)s op de rol.") % {
        "planned": each.planned, "found": each.found,
    }  # fmt: skip
