"""A real broker for the stories that need one, in the folder of the test run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reik.kernel.home import Home
from reik.ops.engines import nats
from reik.ops.engines.issuer import public_key


@pytest.fixture(scope="module")
def broker() -> Iterator[nats.RunningNats]:
    home = Home.from_environment()
    running = nats.start(
        home, issuer_public_key=public_key(home), preferred_port=None, preferred_mqtt_port=None
    )
    yield running
    running.stop()
    running.remove()
