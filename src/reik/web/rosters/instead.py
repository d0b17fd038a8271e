"""What her own absence means for a route: which step is left out, and who is called instead (R45)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from reik.alerting import routes
from reik.alerting.policy import ASK_CARER, RouteStep
from reik.people.queries import ClientCard
from reik.web.carer.names import called


def instead_of(carer_ids: Collection[UUID], me: str, clients: Collection[ClientCard]) -> list[str]:
    """A sentence for each client on whose usual route she stands, and for one on whose route she does not."""
    current = routes.current([each.id for each in clients])
    said = []
    for each in clients:
        route = current.get(each.id)
        said.append(_sentence(called(each), route.steps if route else (), carer_ids, me))
    return said


def _sentence(name: str, steps: Collection[RouteStep], carer_ids: Collection[UUID], me: str) -> str:
    order = list(steps)
    hers = [place for place, step in enumerate(order) if step.carer_id in carer_ids]
    if not hers and any(each.action == ASK_CARER and each.responder == me for each in order):
        return _(
            "%(name)s: uw stap slaan wij niet vanzelf over. Bel het wijkteam en zeg wanneer u weg bent."
        ) % {"name": name}
    if not hers:
        return _("%(name)s: u staat niet op de route. Er verandert niets.") % {"name": name}
    place = hers[0]
    after = next((step for step in order[place + 1 :] if step.carer_id not in carer_ids), None)
    return (
        _(
            "%(name)s: uw stap is stap %(n)s van %(all)s en wordt overgeslagen. In uw plaats belt meteen: %(who)s."
        )
        if after
        else _("%(name)s: uw stap is stap %(n)s van %(all)s en wordt overgeslagen.")
    ) % {"name": name, "n": place + 1, "all": len(order), "who": after.responder if after else ""}
