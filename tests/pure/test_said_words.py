"""No code word reaches a person: which task is late, and where a counted assumption comes from."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast
from uuid import uuid4

import pytest

from reik.alerting.causes import TASK_OVERDUE
from reik.alerting.queries import AlertSeen
from reik.value.case.parameters import MEASURED, PUBLISHED
from reik.web import why
from reik.web.outages.words import what_words
from reik.web.value.words import source_words


def test_an_alert_about_a_late_task_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(why, "task", lambda _id: None)
    late = SimpleNamespace(cause=TASK_OVERDUE, reason="path.house_access_tried", subject=str(uuid4()))
    said = why.why_words(cast(AlertSeen, late))
    assert "binnenkomen" in said
    assert "path." not in said


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        ("baselines, 33 clients", "nulmetingen, 33 cliënten"),
        (
            "alerts of the last 90 days: 185 of 1587",
            "meldingen van de laatste 90 dagen: 185 op 1587 momenten",
        ),
        ("dispensers that Reik knows: 28 of 28", "dispensers die Reik kent: 28 van 28"),
        ("something new: 1 of 2", "something new: 1 of 2"),
    ],
)
def test_what_reik_counted_is_said_in_the_readers_language(counted: str, said: str) -> None:
    assert source_words(counted, MEASURED) == said
    assert source_words(counted, PUBLISHED) == counted, "the title of a publication stays as it is"


@pytest.mark.parametrize("value", ["netwerk A", "network A"])
def test_a_network_is_not_called_a_network_twice(value: str) -> None:
    assert what_words("network", value) == value
    assert what_words("network", "A") == "netwerk A"
