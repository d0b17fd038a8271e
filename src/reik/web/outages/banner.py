"""`{% open_outages as outages %}`: the outages that concern who looks, for a banner on a page of hers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reik.alerting.outages.outages_seen import open_outages
from reik.web.outages.reading import shown, visible
from reik.web.parts import register


@register.simple_tag(takes_context=True, name="lines_without_outcome")
def lines_of_page(context: Mapping[str, Any]) -> int:
    """How many lines of open outages wait for somebody: a page with some of them is not calm (N4)."""
    actor = context["frame"].actor
    return sum(each.open for each in open_outages(visible(actor))) if actor else 0


@register.simple_tag(takes_context=True, name="open_outages")
def of_page(context: Mapping[str, Any]) -> list[dict[str, object]]:
    actor = context["frame"].actor
    return [shown(each) for each in open_outages(visible(actor))] if actor else []
