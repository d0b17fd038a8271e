"""`{% open_outages as outages %}`: the outages that concern who looks, for a banner on a page of hers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reik.alerting.outages.outages_seen import open_outages
from reik.web.outages.reading import shown, visible
from reik.web.parts import register


@register.simple_tag(takes_context=True, name="open_outages")
def of_page(context: Mapping[str, Any]) -> list[dict[str, object]]:
    actor = context["frame"].actor
    return [shown(each) for each in open_outages(visible(actor))] if actor else []
