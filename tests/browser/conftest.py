"""A real browser on a real demo neighbourhood: one `reik demo` for all browser tests of a run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 640}


def the_browser() -> str | None:
    """The system's Chromium, or the one that REIK_CHROMIUM names."""
    named = os.environ.get("REIK_CHROMIUM")
    return named or next((found for each in BROWSERS if (found := shutil.which(each))), None)


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of a demo neighbourhood of its own (REIK_TEST_SITE names one that runs already)."""
    if the_browser() is None:
        pytest.skip("No Chromium: `apt-get install chromium`, or point REIK_CHROMIUM at one.")
    if running := os.environ.get("REIK_TEST_SITE"):
        yield running
        return
    home = Path(tempfile.mkdtemp(prefix="reik-browser-"))
    ready = home / "ready.json"
    environment = {**os.environ, "REIK_HOME": str(home / "data")}
    for name in ("REIK_DATABASE_URL", "REIK_NATS_URL", "DJANGO_SETTINGS_MODULE", "REIK_ROLE"):
        environment.pop(name, None)
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "reik", "demo", "--fresh", "--days", "2", "--port", "0", "--ready", ready],
            env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield _wait_for(ready, process, home / "log")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        _remove(home)


def _wait_for(ready: Path, process: subprocess.Popen[bytes], log: Path, patience_s: float = 120) -> str:
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        if ready.exists():
            address = str(json.loads(ready.read_text())["web"])
            with urlopen(f"{address}/health", timeout=10):
                return address
        time.sleep(0.2)
    pytest.fail(f"The demo did not start:\n{log.read_text()[-3000:]}")


def _remove(home: Path) -> None:
    from reik.kernel.home import Home
    from reik.ops.engines.postgres_place import place

    with_data = Home(home / "data")
    if with_data.key_file.exists():
        where = place(with_data)
        shutil.rmtree(where.around if where.identity else where.data, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def chromium(site: str) -> Iterator[Any]:
    """Per file, because Playwright keeps an event loop in this thread, in which Django would refuse to work."""
    from playwright.sync_api import Locator, sync_playwright

    press = Locator.click

    def press_and_arrive(self: Locator, **how: Any) -> None:
        """A click that opens a page ends when that page is read, not when it begins: it has no body before."""
        press(self, **how)
        if not self.page.is_closed():
            self.page.wait_for_load_state("domcontentloaded")

    with sync_playwright() as play, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Locator, "click", press_and_arrive)
        browser = play.chromium.launch(executable_path=the_browser(), args=["--no-sandbox"])
        yield browser
        browser.close()


Visit = Callable[..., Any]


@pytest.fixture
def visit(chromium: Any, site: str) -> Iterator[Visit]:
    """`visit(path, who="Sanne Vos", phone=False, dark=False, english=False)` gives a page, logged in as that persona.

    Every page fails the test when the browser reports an error or a breach of the content security policy.
    """
    contexts = []
    faults: list[str] = []

    def go(
        path: str, *, who: str = "", phone: bool = False, dark: bool = False, english: bool = False
    ) -> Any:
        context = chromium.new_context(viewport=PHONE if phone else DESK, locale="nl-NL", base_url=site)
        contexts.append(context)
        context.add_cookies(
            [
                {"name": "reik_taal", "value": "en" if english else "nl", "url": site},
                {"name": "reik_weergave", "value": "dark" if dark else "light", "url": site},
            ]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None,
        )
        if who:
            page.goto("/inloggen")
            page.get_by_role("button", name=who).first.click()
        page.goto(path)
        return page

    yield go
    for each in contexts:
        each.close()
    assert not faults


@pytest.fixture
def axe() -> Callable[[Any], None]:
    """`axe(page)` fails with what axe-core finds, of any level."""
    source = AXE.read_text()

    def look(page: Any) -> None:
        # In a world of its own, because the page's policy lets no foreign script in.
        session = page.context.new_cdp_session(page)
        tree = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = session.send("Page.createIsolatedWorld", {"frameId": tree, "worldName": "axe"})[
            "executionContextId"
        ]
        run = "axe.run(document).then(found => JSON.stringify(found.violations))"
        said = session.send(
            "Runtime.evaluate",
            {
                "expression": f"{source};{run}",
                "contextId": world,
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        found = json.loads(said["result"]["value"])
        lines = [
            f"{each['id']} ({each['impact']}): {node['target']} {node['failureSummary']}"
            for each in found
            for node in each["nodes"]
        ]
        assert not lines, "\n".join(lines)

    return look
