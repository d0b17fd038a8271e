"""The phone of who is logged in: what it is called, and that it is hers no more when she logs out."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from reik.kernel import clock
from reik.kernel.tenancy import Actor
from reik.people import push

PHONE = "push_phone"
"""In a session: the phone on which notifications were switched on in it."""
_KINDS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac", "Mac"),
)
_BROWSERS = (("Edg/", "Edge"), ("SamsungBrowser", "Samsung"), ("Firefox", "Firefox"), ("Chrome", "Chrome"))


def label_of(agent: str) -> str:
    """What kind of phone this is, by its browser's own word: "Android, Chrome"."""
    kind = next((name for sign, name in _KINDS if sign in agent), _("Telefoon"))
    browser = next((name for sign, name in _BROWSERS if sign in agent), "Safari" if "Safari" in agent else "")
    return ", ".join(each for each in (kind, browser) if each)


def refusal_words(code: str = "") -> str:
    """What a person reads when a phone cannot be added or tried; `code` is that of the refusal."""
    return {
        "demo": _("Dit is een demo: er gaat niets naar echte telefoons."),
        "service": _(
            "Deze browser gebruikt een dienst die Reik niet kent. Neem Chrome, Edge, Firefox of Safari."
        ),
        "most": _("U hebt al acht telefoons. Haal er eerst een weg uit de lijst hieronder."),
    }.get(code, _("Dit lukte niet op deze telefoon. Probeer het opnieuw, of vraag uw beheerder."))


def leave_phone(request: HttpRequest) -> None:
    """Who logs out leaves this phone: it gets no notifications any more. Before the session ends."""
    actor: Actor | None = getattr(request, "actor", None)
    phone = request.session.get(PHONE)
    if actor is not None and phone:
        push.unsubscribe(account_id=actor.account_id, phone_id=UUID(phone), now=clock.now())


def wipe(response: HttpResponseBase) -> None:
    """Ask the browser to forget all that was kept on it: pages, service worker, and with it the subscription."""
    response["Clear-Site-Data"] = '"storage"'
