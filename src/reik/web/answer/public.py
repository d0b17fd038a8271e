"""`/antwoord/<token>`: the page of a pharmacy without an account. One link, one code, one question, one answer (R23).

Nobody is logged in here. The token says which organisation's records are opened (`acting_for` the link), and only
`medication.requests.reply` is asked, which knows the link's own request and nothing else. It works without JavaScript.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.kernel.access_log import Act, Entry, record
from reik.kernel.tenancy import acting_for
from reik.medication.requests import reply
from reik.medication.requests.reply import LinkKey
from reik.medication.requests.rules import NAME_MOST, TEXT_MOST, RequestRefused
from reik.web.answer.change_words import whole_sachets, whole_sentences
from reik.web.answer.pace import PER_ADDRESS, PER_LINK, Pace
from reik.web.answer.words import answer_words, kind_words, refusal_words

TOKEN_MOST = 100
CODE = re.compile(r"\d{6}", re.ASCII)
OPEN = (reply.READY, reply.NO_CODE)
NEEDS_WORDS = ("answered", "not_correct")
"""Answers that say nothing without words."""
pace = Pace()


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Every step of the reply; nothing of a client before the code is right."""
    now = clock.now()
    if not _paced(request, token, now):
        return _strict(_too_often(request))
    key = reply.find_link(token) if len(token) <= TOKEN_MOST else None
    if key is None:
        return _strict(render(request, "answer/door.html", {"state": "unknown"}, status=404))
    with acting_for(key.actor()):
        return _strict(_step(request, key, now))


def _paced(request: HttpRequest, token: str, now: datetime) -> bool:
    link = hashlib.sha256(token.encode()).hexdigest()
    return pace.allows(f"a {request.META.get('REMOTE_ADDR', '')}", PER_ADDRESS, now) and pace.allows(
        f"l {link}", PER_LINK, now
    )


def _too_often(request: HttpRequest) -> HttpResponse:
    answer = render(request, "answer/door.html", {"state": "too_often"}, status=429)
    answer["Retry-After"] = "60"
    return answer


def _strict(response: HttpResponse) -> HttpResponse:
    """The address itself is a secret: it goes to no other site, no cache, no search engine and no log."""
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django would log the path of what it refused
    # "no-referrer" makes a browser send its forms from "null", which the check on forged posts refuses.
    response["Referrer-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _step(request: HttpRequest, key: LinkKey, now: datetime) -> HttpResponse:
    said = request.POST
    door = reply.door(key, now)
    if request.method != "POST" or door.state not in OPEN:
        return _door(request, key, now)
    if said.get("step") == "code":
        return _code(request, key, now)
    asked = reply.asked(key, given=said.get("ticket", ""), now=now)
    if asked is None:
        return _door(request, key, now, error=refusal_words("ticket"))
    typed = {
        "answer": said.get("answer", ""), "by": said.get("by", "").strip(), "text": said.get("text", "").strip()
    }  # fmt: skip
    if said.get("step") == "back":
        return _question(request, key, asked, typed, now)
    errors = _flaws(asked, typed)
    if errors:
        return _question(request, key, asked, typed, now, errors=errors)
    if said.get("step") != "send":
        return _check(request, key, asked, typed, now)
    if said.get("reread") != "1":
        return _check(request, key, asked, typed, now, error=refusal_words("reread"))
    return _send(request, key, asked, typed, now)


def _door(request: HttpRequest, key: LinkKey, now: datetime, *, error: str = "") -> HttpResponse:
    """How the link stands; asks the code when it still works."""
    door = reply.door(key, now)
    values = {"door": door, "state": door.state, "error": error, "ask_code": door.state in OPEN}
    return render(request, "answer/door.html", values, status=422 if error else 200)


def _code(request: HttpRequest, key: LinkKey, now: datetime) -> HttpResponse:
    typed = "".join(request.POST.get("code", "")[:20].split())
    if not CODE.fullmatch(typed):  # a slip of the finger is no try
        return _door(request, key, now, error=refusal_words("code"))
    if not reply.try_code(key, typed, now):
        _log(key, Act.REFUSED, "reply_link", now, detail="wrong code", outcome="refused")
        return _door(request, key, now, error="code")
    given = reply.ticket(key, now)
    asked = reply.asked(key, given=given, now=now)
    assert asked is not None
    _log(key, Act.VIEW, "client", now, asked=asked)
    return _question(request, key, asked, {}, now, given=given)


def _flaws(asked: reply.Asked, typed: Mapping[str, str]) -> dict[str, str]:
    """By field, in the reader's words."""
    errors = {}
    if typed["answer"] not in asked.request.answers:
        errors["answer"] = refusal_words("answer")
    if not typed["by"] or len(typed["by"]) > NAME_MOST:
        errors["by"] = refusal_words("by")
    if len(typed["text"]) > TEXT_MOST:
        errors["text"] = refusal_words("text")
    elif not typed["text"] and typed["answer"] in NEEDS_WORDS:
        errors["text"] = refusal_words("write")
    return errors


def _shown(
    request: HttpRequest, key: LinkKey, asked: reply.Asked, typed: Mapping[str, str], given: str, now: datetime
) -> dict[str, object]:  # fmt: skip
    seen = asked.request
    return {
        "asked": asked, "heading": kind_words(seen.kind), "sentences": whole_sentences(seen.kind, seen.detail),
        "sachets": whole_sachets(seen.detail), "choices": [(each, answer_words(each)) for each in seen.answers],
        "v": typed, "ticket": given or request.POST.get("ticket", ""), "door": reply.door(key, now),
    }  # fmt: skip


def _question(
    request: HttpRequest, key: LinkKey, asked: reply.Asked, typed: Mapping[str, str], now: datetime, *,
    errors: Mapping[str, str] | None = None, given: str = "",
) -> HttpResponse:  # fmt: skip
    values = {**_shown(request, key, asked, typed, given, now), "e": errors}
    return render(request, "answer/question.html", values, status=422 if errors else 200)


def _check(
    request: HttpRequest, key: LinkKey, asked: reply.Asked, typed: Mapping[str, str], now: datetime, *, error: str = ""
) -> HttpResponse:  # fmt: skip
    """Everything once more, to be read back before it is sent."""
    values = {
        **_shown(request, key, asked, typed, "", now),
        "error": error,
        "word": answer_words(typed["answer"]),
    }
    return render(request, "answer/check.html", values, status=422 if error else 200)


def _send(
    request: HttpRequest, key: LinkKey, asked: reply.Asked, typed: Mapping[str, str], now: datetime
) -> HttpResponse:  # fmt: skip
    try:
        reply.reply(key, given=request.POST.get("ticket", ""), **typed, now=now)
    except RequestRefused as refused:
        return _door(request, key, now, error=refusal_words(refused.code))
    _log(key, Act.CHANGE, "request", now, asked=asked, detail="answered")
    return HttpResponseRedirect(request.path)


def _log(
    key: LinkKey, act: Act, kind: str, now: datetime, *, asked: reply.Asked | None = None, detail: str = "",
    outcome: str = "ok",
) -> None:  # fmt: skip
    """A row in the organisation's access log; no account stands behind it, so it names the link."""
    ids = [asked.request.client_id, asked.request.id] if asked else [key.link_id]
    actor = key.actor()
    record(
        [
            Entry(
                organisation_id=key.organisation_id, actor_id=None, actor=actor.name, actor_role=actor.role,
                act=act, object_kind=kind, object_ids=ids, detail=detail, outcome=outcome, session=actor.session,
            )
        ],
        now,
    )  # fmt: skip
