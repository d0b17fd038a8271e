"""*Wat trof u aan?*: the few things that an informal carer can say of an alert, in her words, and what each does."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

CALL_ME, ADMITTED, STOOD_THERE = "unwell", "away", "out_at_visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An outcome that she may say, as a button: what it is called and what it leads to."""

    code: str
    word: str
    leads_to: str
    icon: str


def choices(*, about_moment: bool, called: str) -> list[Choice]:
    """What she can say of what she found: the sachet or the dispenser first, then who it is about."""
    name = called[:1].upper() + called[1:]
    first = _about_a_sachet(name) if about_moment else [_broken()]
    return [*first, *_about_her(name)]


def _broken() -> Choice:
    return Choice(
        code="device_fault", word=_("De dispenser doet het niet"), icon="bolt-off",
        leads_to=_("Het wijkteam krijgt meteen bericht."),
    )  # fmt: skip


def _about_a_sachet(name: str) -> list[Choice]:
    return [
        Choice(
            code=STOOD_THERE, word=_("Ik was erbij: het zakje is eruit"), icon="check",
            leads_to=_("De melding sluit. Niemand belt meer."),
        ),
        Choice(
            code="says_out", word=_("%(called)s zegt dat het eruit is") % {"called": name}, icon="message",
            leads_to=_("Wij letten nog tien minuten op de dispenser."),
        ),
        Choice(
            code="refuses", word=_("%(called)s wil niet") % {"called": name}, icon="hand-stop",
            leads_to=_("Het wijkteam beslist wat er nu gebeurt."),
        ),
    ]  # fmt: skip


def _about_her(name: str) -> list[Choice]:
    return [
        Choice(
            code="not_reached", word=_("Ik bereik niemand"), icon="phone-off",
            leads_to=_("De volgende krijgt meteen bericht."),
        ),
        Choice(
            code=ADMITTED, word=_("%(called)s is opgenomen") % {"called": name}, icon="building-hospital",
            leads_to=_("De dispenser stopt. Het wijkteam hoort het meteen."),
        ),
        Choice(
            code=CALL_ME, word=_("Ik vertrouw het niet: bel mij"), icon="alert-triangle",
            leads_to=_("Het wijkteam krijgt dit meteen, met voorrang. Bij spoed belt u zelf 112."),
        ),
    ]  # fmt: skip
