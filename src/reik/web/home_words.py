"""The words for a client's home: her language, how one gets in, and whose number is open now."""

from __future__ import annotations

from django.utils.translation import gettext as _

LANGUAGES = (
    "nl",
    "en",
    "de",
    "fr",
    "fy",
    "tr",
    "ar",
    "ber",
    "pl",
    "pap",
    "so",
    "ti",
    "uk",
    "zh",
    "ngt",
    "xx",
)
"""Languages that a client may speak, as kept on her card; `ngt` is sign language, `xx` another one."""


def language_words(code: str) -> str:
    """A client's language; empty for Dutch, which needs no mention."""
    return {
        "nl": "",
        "en": _("Engels"),
        "de": _("Duits"),
        "fr": _("Frans"),
        "fy": _("Fries"),
        "tr": _("Turks"),
        "ar": _("Arabisch"),
        "ber": _("Berbers"),
        "pl": _("Pools"),
        "pap": _("Papiaments"),
        "so": _("Somalisch"),
        "ti": _("Tigrinya"),
        "uk": _("Oekraïens"),
        "zh": _("Chinees"),
        "ngt": _("Gebarentaal"),
        "xx": _("een andere taal"),
    }.get(code, code)


def entry_words(how: str) -> str:
    """How one gets into a client's home (R81); never where or with which code."""
    return {
        "client_opens": _("de cliënt doet open"),
        "key_holder": _("sleutelhouder"),
        "key_safe": _("sleutelkluis"),
        "electronic_lock": _("elektronisch slot"),
    }.get(how, how)


def number_kind_words(kind: str) -> str:
    """Whose number it is."""
    return {
        "pharmacy": _("apotheek"),
        "duty_pharmacy": _("dienstapotheek"),
        "gp": _("huisarts"),
        "gp_post": _("huisartsenpost"),
        "team": _("wijkteam"),
        "centre": _("zorgcentrale"),
        "supplier": _("leverancier"),
        "emergency": _("spoed"),
    }.get(kind, kind)
