"""Homes on one network that fall silent, and the rounds that notice it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from reik.alerting.models import Outage
from reik.alerting.outages.late import tell_late
from reik.alerting.outages.rounds import look_around
from reik.dispensing.devices.silence import announce_silent
from reik.dispensing.models import Dispenser
from reik.dispensing.moments.planned import plan_moments
from reik.kernel.models import OutboxMessage
from tests.cast import gather, hear, many_homes, planned

MINUTE = timedelta(minutes=1)
HOMES = 12


@pytest.fixture
def cast(database, now):
    return gather(now - timedelta(days=1))


def homes_on(cast, now, number=HOMES, network="kpn"):
    voices = many_homes(cast.zorg, number, now - timedelta(days=1))
    Dispenser.objects.all().update(network=network)
    return voices


@pytest.fixture
def homes(cast, now):
    """Twelve clients on one network, each with a moment that ends at half past seven; heard for the last at seven."""
    voices = homes_on(cast, now)
    plan_moments([planned(each, "m", now, criticality=1 if i else 0) for i, each in enumerate(voices)], now)
    beat(voices, now)
    return voices


def beat(voices, at):
    hear(*(each.heard(each.heartbeat(at), at=at) for each in voices), now=at)


def minute_round(now, *, behind=False):
    through = [None if behind else now] * 16
    look_around(heard=through, received_through=through, now=now)


@transaction.atomic
def late(now):
    return tell_late(now)


@transaction.atomic
def announce(now):
    return announce_silent(received_through=[now] * 16, now=now)


def the_outage():
    return Outage.objects.get()


def messages():
    return OutboxMessage.objects.filter(body__contains="outage.note").count()
