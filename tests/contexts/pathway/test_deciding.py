"""The shared decision on the database: yes, no, withdrawn, and resistance of who cannot decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from reik.pathway import readiness
from reik.pathway.selection import deciding, signing
from reik.pathway.selection.deciding_rules import DecisionRefused, Said
from reik.pathway.selection.measures import Signing
from reik.people.models import Client
from reik.tasks.models import Task
from tests.contexts.pathway.choosing import (
    AUTHOR,
    FATMA,
    TODAY,
    client,
    fill_in,
    indicated,
    state,
    tasks,
    yes,
)

__all__ = ["client"]
pytestmark = pytest.mark.usefixtures("database")


def test_a_yes_after_a_form_that_suits_takes_the_path_on_and_no_nurse_no_yes(
    client: Client, now: datetime
) -> None:
    path_id = indicated(client, now)
    fill_in(path_id, now)
    signing.sign(path_id, Signing(outcome="suitable"), now=now, **AUTHOR)
    assert (state(client), tasks(client)) == ("selecting", {"agreement": "nurse"})
    with pytest.raises(DecisionRefused):
        deciding.decide(path_id, yes(now), by="Kees", role="caregiver", now=now)
    deciding.decide(path_id, yes(now), now=now, **FATMA)
    assert state(client) == "enrolling"


def test_resistance_of_who_cannot_decide_is_no_agreement_until_the_step_plan(
    client: Client, now: datetime
) -> None:
    path_id = indicated(client, now)
    said = Said(
        choice="yes", decided_by="representative", representative="Petra", capacity="not_able", at=now,
        resistance="shown",
    )  # fmt: skip
    deciding.decide(path_id, said, now=now, **FATMA)
    assert not readiness.holding([path_id], now, ("agreement", "wzd_decision"))[path_id]
    assert Task.objects.get(kind="path.wzd_or_stop", ended_at=None).high_risk
    deciding.decide(
        path_id, replace(said, wzd="step_plan", wzd_on=TODAY), now=now + timedelta(hours=1), **FATMA
    )
    assert readiness.holding([path_id], now, ("agreement", "wzd_decision"))[path_id] == {"wzd_decision"}
    assert "agreement" not in tasks(client)
    assert "wzd_or_stop" not in tasks(client)
