"""A receiver that holds all partitions, and what it takes in and answers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reik.ingest.models import Rejection
from reik.ingest.operations import Receiver
from reik.ingest.partitions import hold_partitions
from reik.ingest.payloads import Arrived
from reik_dispenser.wire import read_receipt, receipt_topic, verify

ALL = range(16)


@pytest.fixture
def receiver(cast, now):
    """A receiver that holds all partitions."""
    assert len(hold_partitions(slot="a", holder="a/1", now=now)) == 16
    return Receiver("a/1")


def take_in(receiver, *batch: Arrived, now, position: int = 0, through=None, partitions: Sequence[int] = ALL):
    return receiver.take_in(
        batch, partitions=list(partitions), position=position, through=through or now, now=now
    )


def said(answers, voice, key: bytes | None = None):
    """The answers to one device, each with a right MAC over its receipt topic."""
    topic = receipt_topic(voice.device)
    bodies = [
        verify(key or voice.enrolment.key, topic.encode(), each.payload)
        for each in answers
        if each.topic == topic
    ]
    assert None not in bodies
    return [read_receipt(body) for body in bodies]


def rejections():
    return {(r.peer, r.reason, r.organisation.kind): r.count for r in Rejection.objects.all()}
