"""Proposals to swap in the words of who looks at them: what she is asked, who said yes and how, how one ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _

from reik.kernel.tenancy import Actor
from reik.people.rosters.asked import Side, SwapSeen, asked_of
from reik.people.rosters.asking import PHONE
from reik.web.rosters.words import span_words


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapShown:
    """A proposal in words. `asks`: it waits for who looks; `hers`: she proposed it or said yes, and may withdraw."""

    seen: SwapSeen
    when: str
    ask: str
    state: str
    said: tuple[str, ...]
    waits: tuple[Side, ...]
    asks: bool
    hers: bool


def shown(each: SwapSeen, actor: Actor) -> SwapShown:
    asks = each.asks(actor.account_id)
    return SwapShown(
        seen=each, when=span_words(each.starts_at, each.ends_at, each.zone), ask=_ask(each, actor),
        state=_state(each), said=tuple(side_words(side, each.zone) for side in each.sides if side.at),
        waits=each.waits_for(), asks=asks,
        hers=each.state == "open" and each.about(actor.account_id) and not asks,
    )  # fmt: skip


def asked_shown(actor: Actor, now: datetime) -> list[SwapShown]:
    """What waits for the answer of who looks, on any roster."""
    return [shown(each, actor) for each in asked_of(actor.account_id, actor.organisations, now)]


def said_words(code: str) -> str:
    """What was done on the page before this one."""
    return {
        "1": _("Bewaard."),
        "gevraagd": _(
            "Gevraagd. Uw collega krijgt een bericht. Het rooster verandert pas als iedereen ja zegt."
        ),
        "gevraagd-zelf": _(
            "Gevraagd. Uw collega krijgt geen bericht: vertel het zelf. Het rooster verandert pas als iedereen ja zegt."
        ),
        "geruild": _("Geruild. Zo staat het nu op het rooster."),
        "ja": _("Genoteerd. De ander moet nog ja zeggen."),
        "nee": _("Genoteerd. Het rooster blijft zoals het is."),
    }.get(code, "")


def _ask(each: SwapSeen, actor: Actor) -> str:
    """The question as it is put to who looks; empty when she is not asked."""
    names = {"giver": each.giver.name, "taker": each.taker.name}
    if each.taker.account_id == actor.account_id:
        return _("%(giver)s vraagt of u deze dienst overneemt.") % names
    if each.giver.account_id == actor.account_id:
        return _("%(taker)s neemt uw dienst over. Is dat goed?") % names
    return ""


def side_words(side: Side, zone: ZoneInfo) -> str:
    """Who said yes, when, and who noted it when it was said on the phone."""
    assert side.at is not None
    local = side.at.astimezone(zone)
    values = {
        "who": side.name,
        "by": side.by,
        "at": f"{formats.date_format(local, 'j F')} {local:%H:%M}",
    }
    if side.how == PHONE:
        return _("%(who)s zei ja aan de telefoon (genoteerd door %(by)s, %(at)s)") % values
    return _("%(who)s zei ja (%(at)s)") % values


def _state(each: SwapSeen) -> str:
    values = {
        "who": each.ended_by,
        "giver": each.giver.name,
        "waits": _(" en ").join(side.name for side in each.waits_for()),
    }
    return {
        "open": _("Wacht op %(waits)s. Het rooster is nog niet veranderd."),
        "expired": _("Verlopen: niet iedereen zei op tijd ja. %(giver)s houdt de dienst."),
        "refused": _("%(who)s zei nee. %(giver)s houdt de dienst."),
        "withdrawn": _("Ingetrokken door %(who)s."),
        "overtaken": _("Vervallen: een ander nam de dienst over."),
        "agreed": _("Geruild."),
    }[each.state] % values
