"""Rule 10 over real HTTP: uvicorn, sync views in threads, and one pooled connection that all requests share."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import SimpleTemplateResponse
from django.test import override_settings
from django.urls import path

from reik.config.urls import urlpatterns as real_addresses
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.models import Account
from reik.kernel.operations import found_organisation, issue_token, open_account
from reik.ops import web
from reik.people.operations import agree_partnership, register_client
from reik.web.acting import ActingRequest, needs_actor
from reik.web.headers import is_loopback

# The test's own addresses: what a view would do that forgot every filter.


def _seen() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(array_agg(name ORDER BY name), '{}'), pg_backend_pid() FROM people_client"
        )
        names, backend = cursor.fetchone()
        return {"names": names, "backend": backend}


def everybody(_request: HttpRequest) -> JsonResponse:
    return JsonResponse(_seen())


@needs_actor
def for_actors(_request: ActingRequest) -> JsonResponse:
    return JsonResponse(_seen())


def failing(request: ActingRequest) -> HttpResponse:
    assert request.actor is not None
    register_client(organisation_id=request.actor.organisation_id, name="Half", now=clock.now())
    raise RuntimeError("after a write")


def change(request: ActingRequest) -> JsonResponse:
    assert request.actor is not None
    register_client(organisation_id=request.actor.organisation_id, name="Nieuw", now=clock.now())
    return JsonResponse({})


class Late(SimpleTemplateResponse):
    """Reads its rows only while it is rendered, as a template with a lazy queryset does."""

    @property
    def rendered_content(self) -> str:
        return json.dumps(_seen())


def rendered_late(_request: HttpRequest) -> Late:
    return Late("unused")


def with_cookie(_request: HttpRequest) -> HttpResponse:
    response = HttpResponse()
    response.set_cookie("taste", "sweet")
    return response


urlpatterns = [
    *real_addresses,
    path("everybody", everybody),
    path("for-actors", for_actors),
    path("failing", failing),
    path("change", change),
    path("late", rendered_late),
    path("cookie", with_cookie),
]

Ask = Callable[..., tuple[int, Any, http.client.HTTPMessage]]


@pytest.fixture
def ask(database: str) -> Iterator[Ask]:
    """A real server in a thread of this process, on a pool of one connection."""
    listening = web.listen("127.0.0.1", 0, exact=True)
    port = listening.getsockname()[1]
    server = web.Server()

    def ask(
        address: str, token: str | None = None, *, method: str = "GET", **headers: str
    ) -> tuple[int, Any, http.client.HTTPMessage]:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        line.request(method, address, headers=headers)
        answer = line.getresponse()
        body = answer.read()
        line.close()
        try:
            return answer.status, json.loads(body), answer.headers
        except ValueError:
            return answer.status, body, answer.headers

    with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"]):
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
        thread.start()
        yield ask
        server.should_exit = True
        thread.join()
    become(Role.WEB, pool=1)
    connection.close_pool()
    become(Role.WORKER)


@pytest.fixture
def tokens(ask: Ask) -> dict[str, str]:
    """Two care organisations with a client each, a centre that works for the first, and a token of each."""
    moment = clock.now()
    made: dict[str, str] = {}
    ids: dict[str, UUID] = {}
    for name, kind in [("zorg", "care"), ("eva", "care"), ("centrale", "centre")]:
        organisation = found_organisation(name=name, kind=kind, now=moment)
        account = open_account(
            organisation_id=organisation.id,
            username=name,
            display_name=f"Dienst {name}",
            role="nurse",
            now=moment,
        )
        register_client(organisation_id=organisation.id, name=f"Cliënt van {name}", now=moment)
        made[name] = issue_token(account_id=account.id, now=moment)
        ids[name] = organisation.id
    agree_partnership(
        organisation_id=ids["zorg"], partner_id=ids["centrale"], purpose="follow-up", now=moment
    )
    become(Role.WEB, pool=1)
    return made


def names(answer: tuple[int, Any, object]) -> list[str]:
    assert answer[0] == 200
    found: list[str] = answer[1]["names"]
    return found


def test_a_token_sees_its_own_organisation_and_the_next_request_nothing(
    ask: Ask, tokens: dict[str, str]
) -> None:
    backends = set()
    for name in ("zorg", "eva", "zorg"):
        answer = ask("/for-actors", tokens[name])
        assert names(answer) == [f"Cliënt van {name}"]
        nobody = ask("/everybody")
        assert names(nobody) == []
        backends |= {answer[1]["backend"], nobody[1]["backend"]}
    assert len(backends) == 1  # all of them really shared one connection


def test_many_at_once_never_see_each_others_rows(ask: Ask, tokens: dict[str, str]) -> None:
    wrong: list[object] = []

    def many(name: str) -> None:
        for _ in range(15):
            found = names(ask("/everybody", tokens[name]) if name in tokens else ask("/everybody"))
            if found != ([f"Cliënt van {name}"] if name in tokens else []):
                wrong.append((name, found))

    threads = [threading.Thread(target=many, args=(each,)) for each in ("zorg", "eva", "nobody") * 2]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == []


def test_whoami_names_the_actor_and_counts_partners(ask: Ask, tokens: dict[str, str]) -> None:
    status, said, headers = ask("/whoami", tokens["centrale"])
    assert (status, said) == (200, {"name": "Dienst centrale", "role": "nurse", "organisations": 2})
    assert headers["Cache-Control"] == "private, no-store"
    assert ask("/whoami", tokens["eva"])[1]["organisations"] == 1


@pytest.mark.parametrize("token", [None, "", "no-such-token", "é", "x" * 5000])
def test_without_a_valid_token_there_is_no_actor(ask: Ask, tokens: dict[str, str], token: str | None) -> None:
    given = {} if token is None else {"Authorization": f"Bearer {token}"}
    status, said, headers = ask("/whoami", **given)
    assert (status, headers["WWW-Authenticate"]) == (401, 'Bearer realm="reik"')
    assert "token" in said["error"]
    assert names(ask("/everybody", **given)) == []


def test_a_token_that_ended_or_whose_account_is_closed_opens_nothing(
    ask: Ask, tokens: dict[str, str]
) -> None:
    become(Role.WORKER)
    account = Account.objects.get(username="zorg")
    before = clock.now() - timedelta(minutes=1)
    ended = issue_token(account_id=account.id, now=before, ends_at=clock.now())
    become(Role.WEB, pool=1)
    assert ask("/whoami", ended)[0] == 401
    assert ask("/whoami", tokens["zorg"])[0] == 200
    become(Role.WORKER)
    Account.objects.filter(username="zorg").update(is_active=False)
    become(Role.WEB, pool=1)
    assert ask("/whoami", tokens["zorg"])[0] == 401


def test_a_view_that_fails_leaves_nothing_behind(ask: Ask, tokens: dict[str, str]) -> None:
    assert ask("/failing", tokens["zorg"])[0] == 500
    assert names(ask("/for-actors", tokens["zorg"])) == ["Cliënt van zorg"]


def test_what_is_rendered_late_is_still_rendered_for_the_actor(ask: Ask, tokens: dict[str, str]) -> None:
    assert names(ask("/late", tokens["eva"])) == ["Cliënt van eva"]
    assert names(ask("/late")) == []


def session_of(username: str) -> str:
    """A logged-in session, as the log-in page will make it."""
    account = Account.objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(account.id)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    connection.close()  # the pool's only connection, which the requests need
    assert session.session_key
    return session.session_key


def test_a_session_acts_for_its_account(ask: Ask, tokens: dict[str, str]) -> None:
    cookie = f"sessionid={session_of('eva')}"
    assert ask("/whoami", Cookie=cookie)[1]["name"] == "Dienst eva"
    assert names(ask("/everybody", Cookie=cookie)) == ["Cliënt van eva"]
    assert names(ask("/everybody", Cookie="sessionid=unknown")) == []
    assert names(ask("/everybody")) == []


def test_another_site_cannot_post_with_a_session_but_a_token_may(ask: Ask, tokens: dict[str, str]) -> None:
    cookie = f"sessionid={session_of('eva')}"
    assert ask("/change", method="POST", Cookie=cookie)[0] == 403
    bad = ask("/change", "no-such-token", method="POST", Cookie=cookie)
    assert bad[0] == 403
    assert ask("/change", tokens["eva"], method="POST")[0] == 200
    assert names(ask("/for-actors", tokens["eva"])) == ["Cliënt van eva", "Nieuw"]


def test_headers_are_strict_on_every_answer(ask: Ask, tokens: dict[str, str]) -> None:
    for address in ("/health", "/whoami", "/nowhere", "/failing"):
        _, _, headers = ask(address)
        assert "default-src 'self'" in headers["Content-Security-Policy"], address
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        assert "Server" not in headers


def test_cookies_are_secure_wherever_the_line_is_not_this_machines_own(
    ask: Ask, tokens: dict[str, str]
) -> None:
    assert "Secure" not in ask("/cookie")[2]["Set-Cookie"]
    assert "Secure" in ask("/cookie", Host="reik.example")[2]["Set-Cookie"]
    assert "Secure" in ask("/cookie", **{"X-Forwarded-Proto": "https"})[2]["Set-Cookie"]


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost:8000", True),
        ("127.0.0.1", True),
        ("[::1]:80", True),
        ("127.0.0.1.evil.nl", False),
        ("", False),
    ],
)
def test_loopback_is_recognised(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_health_says_whether_the_database_answers(
    ask: Ask, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask("/health")[:2] == (200, {"status": "ok"})
    # The next pool points at a port where nobody listens; first the settings, because a request that is just
    # ending would otherwise open a pool on the old ones.
    monkeypatch.setenv("REIK_DATABASE_URL", "postgresql://127.0.0.1:1/reik")
    become(Role.WEB, pool=1)
    options = connections.settings["default"]["OPTIONS"]
    options["pool"]["timeout"], options["connect_timeout"] = 0.3, 1
    connection.close_pool()
    status, said, _ = ask("/health")
    assert (status, said["status"]) == (503, "fault")
    assert "database" in said["reason"]
    connection.close_pool()
