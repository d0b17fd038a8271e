"""Live wake-ups end to end: uvicorn, the real broker, PostgreSQL, and browsers that hold a stream open."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.test import override_settings

from reik.alerting.history import remark
from reik.alerting.models import Alert
from reik.alerting.operations import accept_alert
from reik.config import asgi
from reik.ingest import stream, wakes
from reik.kernel import clock, wake
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.models import Account, Organisation
from reik.kernel.operations import found_organisation, open_account
from reik.ops import web
from reik.ops.engines import nats
from reik.people.operations import agree_partnership
from reik.web.looking import LOOKS
from tests.cast import agree_default, beside, look, plan, three_webhooks, welcome

POOL = 4


def session_of(account: Account) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(account.id)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    assert session.session_key
    return session.session_key


def wait_for(met: Callable[[], object], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


@dataclass
class Browser:
    """One EventSource: what it was told and when; the first "changed" comes with the opening."""

    answer: http.client.HTTPResponse
    told: list[float] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    ended: bool = False

    def listen(self) -> None:
        try:
            while line := self.answer.readline():
                text = line.decode().rstrip("\n")
                self.lines.append(text)
                if text == "event: changed":
                    self.told.append(time.monotonic())
        except (OSError, ValueError, http.client.HTTPException):
            pass
        self.ended = True


@dataclass
class Site:
    port: int
    eva: Organisation
    keys: dict[str, str]
    accounts: dict[str, Account]
    ids: dict[str, UUID]
    alerts: dict[str, Alert]

    def ask(
        self, address: str, key: str = "", method: str = "GET"
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        line.request(method, address, headers={"Cookie": f"sessionid={key}"} if key else {})
        return line, line.getresponse()

    def status(self, address: str, key: str = "", method: str = "GET") -> int:
        line, answer = self.ask(address, key, method)
        if answer.status != 200 or address != "/live":
            answer.read()
        line.close()
        answer.close()
        return answer.status

    @contextmanager
    def browser(self, key: str) -> Iterator[Browser]:
        line, answer = self.ask("/live", key)
        assert answer.status == 200
        browser = Browser(answer)
        thread = threading.Thread(target=browser.listen)
        thread.start()
        try:
            wait_for(lambda: browser.told)
            yield browser
        finally:
            with suppress(OSError):
                line.sock.shutdown(socket.SHUT_RDWR)
            thread.join()
            line.close()
            answer.close()

    def change(self, name: str) -> None:
        """One line in the history of an alert, as an act in some process would leave it."""
        alert, now = self.alerts[name], clock.now()
        with transaction.atomic():
            remark([(alert.id, alert.organisation_id, "note", "test", "")], now)


@pytest.fixture
def site(database: str) -> Iterator[Site]:
    """Two care organisations with an alert each, a centre that works for the first, and a person at each."""
    moment = clock.now()
    ids: dict[str, UUID] = {}
    accounts, alerts = {}, {}
    for name, kind in (("zorg", "care"), ("eva", "care"), ("centrale", "centre")):
        organisation = found_organisation(name=name, kind=kind, now=moment)
        ids[name] = organisation.id
        accounts[name] = open_account(
            organisation_id=organisation.id, username=name, display_name=name, role="operator", now=moment
        )
        if kind == "care":
            agree_default(organisation.id, three_webhooks(organisation.id, moment), moment)
            voice = beside(welcome(organisation, "Anna", moment), f"LIVE-{name.upper()}", moment)
            plan(voice, "ochtend", moment - timedelta(hours=1), now=moment - timedelta(hours=2))
    look(moment)
    for name in ("zorg", "eva"):
        alerts[name] = Alert.objects.get(organisation_id=ids[name])
    agree_partnership(
        organisation_id=ids["zorg"], partner_id=ids["centrale"], purpose="follow-up", now=moment
    )
    keys = {name: session_of(each) for name, each in accounts.items()}
    connection.close()
    become(Role.WEB, pool=POOL)
    listening = web.listen("127.0.0.1", 0, exact=True)
    server = web.Server()
    with override_settings(ALLOWED_HOSTS=["*"]):
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
        thread.start()
        wait_for(lambda: server.started)
        yield Site(listening.getsockname()[1], organisation, keys, accounts, ids, alerts)
        wake.end()
        server.should_exit = True
        thread.join()
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    become(Role.WORKER)


@pytest.fixture
def with_nats(broker: nats.RunningNats, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIK_NATS_URL", broker.nats_url)


@pytest.fixture
def without_nats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIK_NATS_URL", "nats://127.0.0.1:1")


def as_worker(work: Callable[[], None]) -> None:
    """In a thread of its own, whose connection is not the pool's."""
    become(Role.WORKER)
    try:
        work()
    finally:
        connection.close()


def test_a_wake_up_reaches_the_streams_of_its_organisation_within_a_second(
    with_nats: None, site: Site
) -> None:
    with site.browser(site.keys["centrale"]) as centre, site.browser(site.keys["eva"]) as eva:
        time.sleep(0.6)  # past the pause between two events of one stream
        before = len(centre.told), len(eva.told)

        async def ring() -> None:
            client = await stream.connect(Home.from_environment(), "test")
            await client.publish("reik.wake.outbox", b"")
            await client.publish(f"{wakes.SUBJECT}.{site.ids['zorg']}", b"")
            await client.flush()
            await client.close()

        asyncio.run(ring())
        rang = time.monotonic()
        wait_for(lambda: len(centre.told) > before[0], 1)
        assert centre.told[-1] - rang < 0.3
        time.sleep(0.3)
        assert len(eva.told) == before[1]
        assert set(centre.lines) <= {
            "",
            "retry: 2000",
            "event: changed",
            "event: here",
            "data: {}",
            ": still here",
        }


@contextmanager
def another_process() -> Iterator[None]:
    """The bell of a process that has its own connection, as `reik watch` has; this one ends with the test."""
    hub, ready, stop = wake._bell, threading.Event(), threading.Event()

    async def ring() -> None:
        client = await stream.connect(Home.from_environment(), "test")
        bell = wakes.Bell()
        wake.install(bell)
        ringing = asyncio.create_task(bell.ring(client))
        ready.set()
        await asyncio.to_thread(stop.wait)
        ringing.cancel()
        await client.close()

    thread = threading.Thread(target=lambda: asyncio.run(ring()))
    thread.start()
    assert ready.wait(5)
    try:
        yield
    finally:
        stop.set()
        thread.join()
        wake.install(hub)


def test_what_another_process_changes_is_told_after_its_commit(with_nats: None, site: Site) -> None:
    with site.browser(site.keys["centrale"]) as centre, another_process():
        time.sleep(0.8)
        before = len(centre.told)
        become(Role.WORKER)
        with transaction.atomic():
            alert = site.alerts["zorg"]
            remark([(alert.id, alert.organisation_id, "note", "test", "")], clock.now())
            time.sleep(0.4)
            assert len(centre.told) == before
        committed = time.monotonic()
        wait_for(lambda: len(centre.told) > before, 1)
        assert centre.told[-1] - committed < 0.5
        connection.close()


def test_a_claim_is_told_to_consoles_within_200_ms_of_its_commit_and_names_nobody(
    with_nats: None, site: Site
) -> None:
    alert = site.alerts["zorg"]
    line = f'data: {{"alert": "{alert.id}"}}'
    with (
        site.browser(site.keys["centrale"]) as centre,
        site.browser(site.keys["eva"]) as eva,
        another_process(),
    ):
        time.sleep(0.6)
        become(Role.WORKER)
        # Just after another change, when a "changed" of its own would have to wait for its turn.
        remark([(alert.id, alert.organisation_id, "note", "test", "")], clock.now())
        time.sleep(0.05)
        with transaction.atomic():
            accept_alert(alert_id=alert.id, by="Sanne Vos", now=clock.now())
        committed = time.monotonic()
        wait_for(lambda: line in centre.lines, 1)
        assert time.monotonic() - committed < 0.2
        time.sleep(0.3)
        assert not any("alert" in each for each in eva.lines)
        assert not any("Sanne" in each for each in centre.lines)
        connection.close()


def settled(count: Callable[[], int]) -> int:
    """Once nothing more has come for half a second."""
    before, now = -1, count()
    while now != before:
        time.sleep(0.5)
        before, now = now, count()
    return now


def test_who_has_the_same_alert_open_is_told_to_both_and_ends_with_the_page(
    with_nats: None, site: Site
) -> None:
    zorg, centre, alert = site.accounts["zorg"].id, site.accounts["centrale"].id, site.alerts["zorg"].id
    of = [site.ids["zorg"]]

    def say(who: str, page: str, at: str = "") -> int:
        return site.status(f"/live/kijkt?blad={page * 20}{at}", site.keys[who], "POST")

    with site.browser(site.keys["centrale"]) as one, site.browser(site.keys["zorg"]) as other:
        assert say("centrale", "a", f"&melding={alert}") == 204
        assert say("zorg", "b", f"&melding={alert}") == 204
        wait_for(lambda: "event: looks" in one.lines and "event: looks" in other.lines, 2)
        assert LOOKS.beside(alert, centre, of) == {zorg}
        line, answer = site.ask(f"/zorgcentrale/melding/{alert}/kijkt", site.keys["centrale"])
        assert "<b>zorg</b> kijkt hier ook" in " ".join(answer.read().decode().split())
        line.close()
        told = settled(lambda: one.lines.count("event: looks"))
        assert say("zorg", "b", f"&melding={alert}") == 204  # the same again is no news
        assert say("zorg", "b") == 204  # the page closes
        wait_for(lambda: one.lines.count("event: looks") > told, 2)
        assert LOOKS.beside(alert, centre, of) == frozenset()
        assert one.lines.count("event: looks") == told + 1
        assert say("eva", "c", f"&melding={alert}") == 204
        assert LOOKS.beside(alert, centre, of) == frozenset()  # of another house: nobody there sees her
    assert site.status(f"/live/kijkt?blad={'d' * 20}", "", "POST") == 401
    assert site.status(f"/live/kijkt?blad={'d' * 20}", site.keys["zorg"]) == 400
    assert site.status("/live/kijkt?blad=x", site.keys["zorg"], "POST") == 400
    assert site.status(f"/live/kijkt?blad={'d' * 20}&melding=x", site.keys["zorg"], "POST") == 401


def test_without_the_broker_the_poll_tells_within_three_seconds(without_nats: None, site: Site) -> None:
    with site.browser(site.keys["centrale"]) as centre, site.browser(site.keys["eva"]) as eva:
        time.sleep(2.2)  # the poll knows what was
        before = len(centre.told), len(eva.told)
        wake.install(None)  # a process that cannot say anything
        as_worker(lambda: site.change("zorg"))
        changed = time.monotonic()
        wait_for(lambda: len(centre.told) > before[0], 3)
        assert centre.told[-1] - changed < 3
        assert len(eva.told) == before[1]


def test_nothing_is_told_when_the_transaction_fails(without_nats: None, site: Site) -> None:
    with site.browser(site.keys["centrale"]) as centre:
        time.sleep(2.2)
        before = len(centre.told)
        become(Role.WORKER)
        with transaction.atomic():
            wake.note([site.ids["zorg"]])
            transaction.set_rollback(True)
        connection.close()
        time.sleep(0.5)
        assert len(centre.told) == before
        as_worker(lambda: site.change("zorg"))  # without the broker the hub tells its own streams at once
        wait_for(lambda: len(centre.told) > before, 0.5)


def test_nobody_listens_without_a_session_that_holds(without_nats: None, site: Site) -> None:
    assert site.status("/live") == 401
    assert site.status("/live", "no-such-session") == 401
    assert site.status("/live", site.keys["eva"], "POST") == 405
    as_worker(lambda: Account.objects.filter(username="eva").update(is_active=False) and None)
    assert site.status("/live", site.keys["eva"]) == 401


def test_a_stream_ends_with_its_session(without_nats: None, site: Site) -> None:
    with (
        site.browser(site.keys["centrale"]) as centre,
        site.browser(site.keys["eva"]) as eva,
        site.browser(site.keys["zorg"]) as zorg,
    ):
        as_worker(lambda: Account.objects.filter(username="eva").update(password="other") and None)
        as_worker(lambda: SessionStore(site.keys["zorg"]).delete())
        hub = asgi._live._hub
        assert hub is not None
        asyncio.run_coroutine_threadsafe(hub.check_now(), hub._loop).result(5)
        wait_for(lambda: eva.ended and zorg.ended)
        time.sleep(0.2)
        assert not centre.ended


def test_fifty_streams_hold_no_connection(with_nats: None, site: Site) -> None:
    keys = [session_of(site.accounts["centrale"]) for _ in range(10)]
    connection.close()
    with ExitStack() as streams:
        browsers = [streams.enter_context(site.browser(keys[each % 10])) for each in range(50)]
        stats = connection.pool.get_stats()  # type: ignore[attr-defined]
        assert stats["pool_available"] == stats["pool_size"] <= POOL
        began = time.monotonic()
        assert all(site.status("/health") == 200 for _ in range(8))
        assert time.monotonic() - began < 1
        time.sleep(1)
        before = [len(each.told) for each in browsers]
        become(Role.WORKER)
        site.change("zorg")
        connection.close()
        wait_for(lambda: all(len(e.told) > b for e, b in zip(browsers, before, strict=True)), 3)
        told = sorted(each.told[-1] for each in browsers)
        assert told[-1] - told[0] > 0.4  # spread, at most about sixty per second


def test_a_session_has_a_few_streams_at_most(without_nats: None, site: Site) -> None:
    with ExitStack() as streams:
        for _ in range(8):
            streams.enter_context(site.browser(site.keys["eva"]))
        assert site.status("/live", site.keys["eva"]) == 429
        assert site.status("/live", site.keys["zorg"]) == 200


def test_streams_do_not_hold_up_the_end_of_the_process(without_nats: None, site: Site) -> None:
    with site.browser(site.keys["eva"]) as eva:
        wake.end()
        wait_for(lambda: eva.ended, 0.5)


def test_wake_ups_of_one_transaction_leave_together(database: str) -> None:
    said: list[set[object]] = []

    class Kept:
        def say(self, whom: Iterable[object]) -> None:
            said.append(set(whom))

        def end(self) -> None: ...

    one, two = UUID(int=1), UUID(int=2)
    wake.install(Kept())
    try:
        with transaction.atomic():
            wake.note([one])
            with transaction.atomic():
                wake.note([one, two])
            assert said == []
        wake.note([two])
    finally:
        wake.install(None)
    assert said == [{one, two}, {two}]
