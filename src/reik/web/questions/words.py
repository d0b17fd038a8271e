"""The words of the short questionnaires."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reik.value.indicators.questionnaires import QUESTIONNAIRES


def scale_words(answer: int) -> str:
    """What an answer means; 0 is: she does not know."""
    return {
        1: _("Helemaal niet"),
        2: _("Niet zo"),
        3: _("Soms wel, soms niet"),
        4: _("Wel"),
        5: _("Helemaal wel"),
        0: _("Weet ik niet"),
    }[answer]


def voice_words(voice: str) -> str:
    return {"client": _("de cliënt zelf"), "carer": _("een naaste, voor de cliënt")}.get(voice, voice)


def refused_words(code: str) -> str:
    """Why these answers are not kept, and what to do."""
    if any(code in each.questions for each in QUESTIONNAIRES.values()):
        return _("Beantwoord elke vraag. Weet u het niet? Kies dan: weet ik niet.")
    return {
        "on": _("De dag is vandaag of eerder, ten hoogste drie maanden geleden."),
        "voice": _("Kies wie antwoord gaf."),
        "again": _("U vulde dit halfjaar al een lijst in. Dank u."),
    }.get(code, _("Dit kan niet. Kijk na wat u invulde."))
