"""The parts of pages: `{% icon %}`, `{% mark %}`, `{% chip %}`, `{% strip %}`, `{% fuse %}`, `{% asset %}`.

A built-in library of the template engine: no `{% load %}` is needed. All of it works under the strict CSP.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reik.web.shown import Shown
from reik.web.strips import Strip

register = template.Library()
ICONS = "reik/icons.svg"
NOW_COVERS = 11
"""Half the width of the time of now and of an hour beside it, in percent of a narrow strip."""


@cache
def _version(name: str) -> str:
    found = finders.find(name)
    if not found:
        raise template.TemplateSyntaxError(f"There is no asset {name}.")
    with open(found, "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()[:12]


@register.simple_tag
def asset(name: str) -> str:
    """The address of a static file with its version, so that a browser may keep it for ever."""
    return f"{static(name)}?v={_version(name)}"


@register.simple_tag
def icon(name: str, more: str = "") -> SafeString:
    """An icon of the sprite `icons.svg`, for the eye only: the words beside it say what it means."""
    return format_html(
        '<svg class="ic {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
        ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><use href="{}#{}"/></svg>',
        more, asset(ICONS), name,
    )  # fmt: skip


@register.simple_tag
def mark(which: str | Shown, word: str = "", more: str = "") -> SafeString:
    """The mark of an outcome. With a word it is an image of that name; without, the word stands beside it."""
    if isinstance(which, Shown):
        word = word or which.word
        which = which.mark
    if word:
        return format_html(
            '<svg class="mk {}" viewBox="0 0 20 28" role="img" aria-label="{}"><use href="#m-{}"/></svg>',
            more, word, which,
        )  # fmt: skip
    return format_html(
        '<svg class="mk {}" viewBox="0 0 20 28" aria-hidden="true"><use href="#m-{}"/></svg>', more, which
    )


@register.simple_tag
def chip(which: str | Shown, word: str = "") -> SafeString:
    """A label with the mark and the word of an outcome."""
    if isinstance(which, Shown):
        word = word or which.word
        which = which.mark
    return format_html('<span class="chip c-{}">{}{}</span>', which, mark(which), word)


@register.inclusion_tag("parts/strip.html")
def strip(day: Strip, size: str = "row") -> dict[str, object]:
    """A day strip. `size` row: 40 high, for lists; large: 78 high, with the times below the marks."""
    large = size == "large"
    top, height, width, tall = (23.0, 22, 26, 36.4) if large else (13.0, 14, 18, 25.2)
    return {
        "day": day, "large": large, "top": top, "height": height, "bottom": top + height,
        "mark_top": top + height / 2 - tall / 2, "back_top": top + height / 2 - tall / 2 - 3, "width": width,
        "tall": tall, "half": -width / 2, "back_half": -width / 2 + 6, "window_top": top - 4,
        "window_height": height + 8, "total": 78 if large else 40, "pin_top": 4 if large else 1,
        "pin_bottom": top + height + (8 if large else 6), "quarters": ("25%", "50%", "75%"),
    }  # fmt: skip


@register.inclusion_tag("parts/axis.html")
def axis(day: Strip, now: datetime) -> dict[str, object]:
    """The hours above a list of strips; one that the time of now would cover is left out."""
    pin = float(day.now.rstrip("%")) if day.now else -100.0
    hours = [
        (word, f"{place}%", side)
        for place, word, side in (
            (0, "00", "start"), (25, "06", "middle"), (50, "12", "middle"), (75, "18", "middle"), (100, "24", "end"),
        )
        if abs(place - pin) > NOW_COVERS
    ]  # fmt: skip
    anchor = "start" if pin < NOW_COVERS / 2 else "end" if pin > 100 - NOW_COVERS / 2 else "middle"
    return {"day": day, "now": now, "hours": hours, "anchor": anchor}


@register.simple_tag
def fuse(left: float, state: str = "") -> SafeString:
    """Time left, as a share from 0 to 1: petrol, amber below a third, red when over; `state` idle: another owns it."""
    share = max(0.0, min(1.0, left))
    kind = state or ("over" if left <= 0 else "warn" if share < 1 / 3 else "")
    return format_html(
        '<svg class="fuse {}" aria-hidden="true"><rect class="bg" width="100%" height="6" rx="3"/>'
        '<rect class="fg" width="{}%" height="6" rx="3"/></svg>',
        kind, "100" if kind == "over" else f"{share * 100:.0f}",
    )  # fmt: skip


@register.filter
def initials(name: str) -> str:
    """Two letters for the round mark of a person: of the first and of the last word that begins with a capital."""
    words = [word for word in name.replace("(", " ").replace(".", " ").split() if word[:1].isupper()]
    words = [word for word in words if word not in ("Mw", "Dhr")] or name.split()
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else words[0][1:2])).upper() if words else "–"


@register.filter
def iso(at: datetime | None) -> str:
    """An instant for `data-until` and `datetime` attributes."""
    return "" if at is None else at.isoformat(timespec="seconds")
