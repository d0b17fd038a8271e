"""The session of who is logged in: when it began, was last used, and when she last showed who she is."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from django.contrib.auth import login
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from reik.kernel.login.staying import SURE_FOR, goes_on, may_act, stay_of
from reik.kernel.queries import Account

BACKEND = "django.contrib.auth.backends.ModelBackend"
IN, SEEN, SURE = "in_at", "seen_at", "sure_at"
NOTED_EVERY = timedelta(minutes=2)
AGAIN = "/inloggen/opnieuw"
_FREE = ("/inloggen", "/uitloggen", "/taal", "/weergave", "/welkom/", "/push/")
"""What may be done without showing again who one is."""


def come_in(request: HttpRequest, account: Account, now: datetime) -> None:
    """Log in, in a new session that ends by the rule of the role."""
    if request.user.is_authenticated and request.user.pk == account.pk:
        request.session.cycle_key()  # what Django leaves out for somebody who logs in once more
    login(request, account, backend=BACKEND)
    session = request.session
    session[IN] = session[SEEN] = session[SURE] = now.isoformat()
    session.set_expiry(now + stay_of(account.role).most)


def be_sure(request: HttpRequest, now: datetime) -> None:
    """She showed again who she is; the session goes on under another key, and ends when it would have."""
    request.session.cycle_key()
    request.session[SURE] = request.session[SEEN] = now.isoformat()


def ends_at(session: SessionBase) -> datetime | None:
    """When this session is over whatever is done in it."""
    return session.get_expiry_date() if IN in session else None


def holds(session: SessionBase, role: str, now: datetime) -> bool:
    """Whether this session goes on; one of a demo's persona has no such rule."""
    in_at, seen_at = _at(session, IN), _at(session, SEEN)
    return in_at is None or goes_on(stay_of(role), in_at, seen_at or in_at, now)


def note_seen(session: SessionBase, now: datetime) -> bool:
    """Somebody did something; says whether that was written into the session."""
    seen_at = _at(session, SEEN)
    if seen_at is None or now - seen_at < NOTED_EVERY:
        return False
    session[SEEN] = now.isoformat()
    return True


def counts(request: HttpRequest, role: str) -> bool:
    """Whether this request shows that somebody is there: a page that fetches itself anew does so at a console only."""
    by_itself = request.method == "GET" and "HX-Request" in request.headers
    return not by_itself or stay_of(role).open_counts


def is_sure(session: SessionBase, now: datetime) -> bool:
    """Whether she may change how she logs in without showing again who she is."""
    sure_at = _at(session, SURE)
    return sure_at is not None and now < sure_at + SURE_FOR


def asks(session: SessionBase) -> bool:
    """Whether this session began with showing who she is: a demo's persona is only chosen."""
    return IN in session


def ask_again(request: HttpRequest, role: str, now: datetime) -> HttpResponse | None:
    """For who acts long after she last showed who she is: to that page, and back to the one she was on."""
    sure_at = _at(request.session, SURE)
    acts = request.method not in ("GET", "HEAD", "OPTIONS") and not request.path.startswith(_FREE)
    if not acts or sure_at is None or may_act(stay_of(role), sure_at, now):
        return None
    return to_again(request, page_of(request))


def to_again(request: HttpRequest, page: str) -> HttpResponse:
    """To the page that asks who one is, and from there to `page`."""
    address = AGAIN + "?" + urlencode({"next": page})
    if "HX-Request" in request.headers:
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = address
        return answer
    return HttpResponseRedirect(address)


def page_of(request: HttpRequest) -> str:
    """The page on which the button stood: only its path, so that it leads nowhere else."""
    told = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    same = told.netloc == request.get_host()
    return (
        (told.path + (f"?{told.query}" if told.query else "")) if same and told.path.startswith("/") else "/"
    )


def _at(session: SessionBase, key: str) -> datetime | None:
    text = session.get(key)
    return datetime.fromisoformat(text) if isinstance(text, str) else None
