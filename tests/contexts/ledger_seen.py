"""What the ledger and its moments hold."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.dispensing.models import Dispenser, Moment
from tests.cast import the_moment


def state(voice, *keys):
    """All that a moment holds, save what tells when it was planned."""
    return [
        {
            field.attname: getattr(the_moment(voice, key), field.attname)
            for field in Moment._meta.concrete_fields
            if field.attname not in ("id", "created_at", "verdict", "verdict_reason")
        }
        for key in keys
    ]


def dispenser(voice):
    return Dispenser.objects.get(id=voice.id)


def upto(held):
    return [(each.epoch, each.upto) for each in held]


def statements(work) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)
