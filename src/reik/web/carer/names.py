"""How a client is called on the pages of who knows her, and by her own dispenser. Pure."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from reik.people.queries import ClientCard

_NICKNAME = re.compile(r"\(([^)]+)\)")
_INITIALS = re.compile(r"^(?:\w\.\s*)+")


def called(card: ClientCard) -> str:
    """As her family would say it: "Hennie", else "mevrouw De Boer"."""
    nickname = _NICKNAME.search(card.name)
    return nickname.group(1) if nickname else addressed(card)


def addressed(card: ClientCard) -> str:
    """As a stranger would say it: "mevrouw De Boer", "meneer Wessels", or her whole name."""
    title = {"Mw.": _("mevrouw"), "Dhr.": _("meneer")}.get(card.salutation)
    plain = _INITIALS.sub("", _NICKNAME.sub("", card.name).strip()).strip()
    if title is None or not plain:
        return card.name
    return f"{title} {plain[:1].upper()}{plain[1:]}"


def labelled(card: ClientCard) -> str:
    """As it stands on a sachet: "Mw. H. Wolters"."""
    return " ".join(f"{card.salutation} {_NICKNAME.sub('', card.name)}".split())


def dialled(phone: str) -> str:
    """A telephone number for a `tel:` link."""
    return "".join(each for each in phone if each.isdigit() or each == "+")
