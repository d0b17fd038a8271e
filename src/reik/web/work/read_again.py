"""Having a pharmacy's message read again that Reik did not understand before (R15)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reik.ingest.queries import parked_messages
from reik.interop.fhir import port
from reik.interop.fhir.outcome import Refused
from reik.kernel import clock
from reik.kernel.tenancy import acting_for
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.work.whose import is_pharmacy

READS_AGAIN = ("nurse", "pharmacist")
PARKED_SINCE = timedelta(days=30)
UNDERSTOOD, TO_LINK, BEFORE, REFUSED, STILL = "gelezen", "koppelen", "al", "geweigerd", "weer-niet"


@require_POST
@room_for(*READS_AGAIN)
def again(request: ActingRequest, message_id: UUID) -> HttpResponse:
    """`/werklijst/bericht/<id>`: from its bytes as they came in, by the rules of today."""
    actor, now = actor_of(request), clock.now()
    houses = actor.organisations if is_pharmacy(actor) else [actor.organisation_id]
    with acting_for(actor):
        waits = parked_messages(houses, now - PARKED_SINCE)
    if not any(each.id == message_id and each.interpreter == port.INTERPRETER for each in waits):
        raise Http404
    return HttpResponseRedirect("/werklijst?" + urlencode({"gelezen": _read(request, message_id)}) + "#apart")


# What was refused or failed is written down in a transaction of its own (see the port).
again.own_transactions = True  # type: ignore[attr-defined]


def _read(request: ActingRequest, message_id: UUID) -> str:
    """What became of it, as a code word. A refusal is no failure: its sender has to mend it."""
    try:
        taken = port.read_again(message_id, actor=actor_of(request), now=clock.now())
    except Refused:
        return REFUSED
    except port.Parked:
        return STILL
    except port.NotThere:
        return BEFORE
    if taken is None:
        return BEFORE
    return TO_LINK if taken.unsure else UNDERSTOOD


def again_words(code: str) -> str:
    """The sentence on the list after reading again; empty for no code of ours."""
    return {
        UNDERSTOOD: _("Het bericht is gelezen en verwerkt."),
        TO_LINK: _("Het bericht is gelezen. Zeg nog voor wie het is, onder Berichten koppelen."),
        BEFORE: _("Het bericht was al gelezen: er is niets veranderd."),
        REFUSED: _("Het bericht klopt niet en is geweigerd. Vraag de apotheek het opnieuw te sturen."),
        STILL: _("Reik begrijpt het bericht nog steeds niet. Geef het kenmerk door aan de beheerder."),
    }.get(code, "")
