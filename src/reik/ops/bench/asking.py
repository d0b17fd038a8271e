"""Asking Reik's pages as a browser does, one after the other: how long each takes, and what it asks of the database."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client

from reik.kernel.database import Role, become
from reik.kernel.models import Account
from reik.ops import web
from reik.ops.bench.cpu import Clocks
from reik.ops.bench.scene import Scene

BACKEND = "django.contrib.auth.backends.ModelBackend"
TIMEOUT_S = 120


class Unanswered(Exception):
    """A page was not answered with 200, so its time says nothing; the message names it."""


def session_of(account: Account) -> str:
    """A session as logging in makes it; gives its key."""
    session = SessionStore()
    session[SESSION_KEY] = str(account.id)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    return str(session.session_key)


@contextmanager
def browser_at(scene: Scene, key: str) -> Iterator[Browser]:
    """Reik's own web process as `reik_web`, and a browser that is logged in there."""
    listening = web.listen("127.0.0.1", 0, exact=True)
    with scene.processes({"web": partial(web.run, listening=listening)}) as processes:
        engines = {each.name: each.process.pid for each in scene.instance.engines}
        yield Browser(listening.getsockname()[1], key, {**processes.pids, **engines})
    listening.close()


class Browser:
    """One line to the web process, kept open; one question at a time."""

    def __init__(self, port: int, key: str, pids: Mapping[str, int]) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        self._headers = {"Cookie": f"sessionid={key}", "Accept": "text/html"}
        self._answers, self._clocks = 0, Clocks(pids)

    def cpu_ms(self) -> dict[str, float]:
        """What each process worked for one answer, on average of all so far: what else a machine does is not in it."""
        return {name: round(used * 1000 / self._answers, 1) for name, used in self._clocks.passed().items()}

    def times(self, path: str, many: int) -> list[float]:
        """Milliseconds of each of so many answers, the one that warms up left out. Raises Unanswered."""
        return [self._ms(path) for _ in range(many + 1)][1:]

    def text(self, path: str) -> str:
        """What is answered. Raises Unanswered."""
        return self._get(path).decode()

    def _ms(self, path: str) -> float:
        began = time.perf_counter()
        self._get(path)
        return (time.perf_counter() - began) * 1000

    def _get(self, path: str) -> bytes:
        self._line.request("GET", path, headers=self._headers)
        answer = self._line.getresponse()
        body = answer.read()
        self._answers += 1
        if answer.status != 200:
            raise Unanswered(f"{path} was answered with {answer.status}.")
        return body


def statements(paths: Sequence[str], key: str) -> dict[str, int]:
    """What each page asks of the database once its process is warm: the fewest of three times, as `reik_web`."""
    become(Role.WEB)
    visitor = Client(headers={"accept": "text/html", "host": "localhost"})
    visitor.cookies["sessionid"] = key
    found = {}
    for path in paths:
        visitor.get(path)
        found[path] = min(_asked(partial(visitor.get, path)) for _ in range(3))
    connection.close()
    become(Role.WORKER)
    return found


def _asked(act: Callable[[], object]) -> int:
    counted = 0

    def count(execute: Callable[..., Any], *given: Any) -> Any:
        nonlocal counted
        counted += 1
        return execute(*given)

    with connection.execute_wrapper(count):
        act()
    return counted


def ms_of(work: Callable[[], object], many: int) -> list[float]:
    """Milliseconds of doing this so many times in this process, the one that warms up left out."""
    found = []
    for _ in range(many + 1):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return found[1:]
