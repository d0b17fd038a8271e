"""How the story begins: by the real operations, as real personas, once at a time (R15, R23, R41)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.test import override_settings

from reik.alerting.models import Alert
from reik.dispensing.models import Moment
from reik.interop.simulator import port
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.operations import found_organisation, mark_installation, open_account
from reik.medication.models import Roll, Schedule
from reik.people.operations import add_carer, agree_partnership, register_client
from reik.web import frame
from reik.web.story.beginning import begin
from reik.web.story.people import DEVICE, gather
from reik.web.story.standing import standing
from tests import cast

PEOPLE = {
    "demo.sanne.vos": ("Sanne Vos", "operator"), "demo.ruud.blok": ("Ruud Blok", "pharmacist"),
    "demo.ilse.nij.bijvank": ("Ilse Nij Bijvank", "pharmacist"),
}  # fmt: skip


@pytest.fixture
def voice(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> cast.Voice:
    """The story's client in a hurried demo, and the voice of her dispenser; the test goes on as `reik_web`."""
    mark_installation("demo", now)
    for module in ("reik.medication.operations", "reik.dispensing.plans.keeping", "reik.web.story.beginning"):
        monkeypatch.setattr(f"{module}.pace", lambda: 60.0)
    monkeypatch.setattr(frame, "_kind", frame._Kind())
    zorg = found_organisation(name="Zorg aan Zee", kind="care", now=now)
    partner = found_organisation(name="De Wacht", kind="centre", now=now)
    agree_partnership(organisation_id=zorg.id, partner_id=partner.id, purpose="follow-up", now=now)
    cast.agree_default(zorg.id, cast.three_webhooks(zorg.id, now), now)
    for username, (name, role) in PEOPLE.items():
        open_account(organisation_id=partner.id, username=username, display_name=name, role=role, now=now)
    open_account(
        organisation_id=zorg.id,
        username="demo.anja.ter.horst",
        display_name="Anja ter Horst",
        role="nurse",
        now=now,
    )
    daughter = open_account(
        organisation_id=zorg.id, username="demo.marleen.wolters", display_name="Marleen Wolters", role="informal_carer",
        now=now,
    )  # fmt: skip
    client = register_client(organisation_id=zorg.id, name="H. (Hennie) Wolters", salutation="Mw.", now=now)
    add_carer(
        organisation_id=zorg.id, client_id=client.id, name="Marleen Wolters", relation="dochter", now=now,
        account_id=daughter.id, consented=True,
    )  # fmt: skip
    made = cast.beside(client, DEVICE, now)
    monkeypatch.setattr(port, "look", lambda _device: {"powered": True, "device": DEVICE, "connected": True})
    become(Role.WEB)
    return made


def counted() -> tuple[int, int, int]:
    become(Role.WORKER)
    found = (Schedule.objects.count(), Roll.objects.count(), Moment.objects.filter(outcome=None).count())
    become(Role.WEB)
    return found


def test_it_plans_a_dose_within_half_a_minute_by_two_people_and_joins_it(
    voice: cast.Voice, now: datetime
) -> None:
    del voice
    assert begin(gather(now), now)
    become(Role.WORKER)
    schedule = Schedule.objects.get()
    roll = Roll.objects.get()
    first = Moment.objects.order_by("due_at").first()
    become(Role.WEB)
    assert (schedule.written_by, schedule.confirmed_by) == ("Anja ter Horst", "Ruud Blok")
    assert (roll.state, roll.delivered_by) == ("delivered", "Ilse Nij Bijvank")
    assert first is not None
    assert first.due_at - now == timedelta(seconds=15)
    assert first.deadline_at - first.due_at == timedelta(seconds=45)
    before = counted()
    assert not begin(gather(now), now + timedelta(seconds=20))
    assert not begin(gather(now), now + timedelta(seconds=20), again=True)  # under way: nobody disturbs it
    assert counted() == before


def test_an_open_alert_is_joined_and_closed_with_its_reason_by_a_new_begin(
    voice: cast.Voice, now: datetime
) -> None:
    begin(gather(now), now)
    over = now + timedelta(seconds=61)
    become(Role.WORKER)
    first = Moment.objects.order_by("due_at").first()
    assert first is not None
    cast.tell(voice, voice.closed(first.key, "not_taken_out", over), at=over)
    become(Role.WEB)
    later = over + timedelta(seconds=5)
    assert not begin(gather(later), later)
    assert begin(gather(later), later, again=True)
    become(Role.WORKER)
    alert = Alert.objects.get(moment=first)
    said = cast.rows(
        "SELECT by, text FROM alerting_remark WHERE alert_id = %s AND kind = 'handled'", alert.id
    )
    states = sorted(Roll.objects.values_list("state", flat=True))
    become(Role.WEB)
    assert (alert.state, alert.closed_as) == ("closed", "false_notice")
    assert said == [("Sanne Vos", "false_notice: Het verhaal begint opnieuw.")]
    assert states == ["delivered", "returned"]


def test_silence_is_unknown_and_never_missed(
    voice: cast.Voice, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    del voice
    begin(gather(now), now)
    become(Role.WORKER)
    late = now + timedelta(minutes=3)
    cast.look(late)
    where = standing(gather(late).card, late)
    become(Role.WEB)
    assert where.unknown
    monkeypatch.setattr(clock, "now", lambda: late)
    with override_settings(ALLOWED_HOSTS=["*"]):
        said = Browser().get("/verhaal").content.decode()
    assert "Onbekend, en niet: gemist" in said
    assert "Niet uitgenomen" not in said


def test_a_simulator_that_is_away_begins_nothing(
    voice: cast.Voice, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    del voice

    def away(_device: str) -> Any:
        raise port.SimulatorAway("gone")

    monkeypatch.setattr(port, "look", away)
    monkeypatch.setattr(clock, "now", lambda: now)
    before = counted()
    with override_settings(ALLOWED_HOSTS=["*"]):
        answer = Browser().post("/verhaal/begin")
    assert "antwoordt niet" in answer.content.decode()
    assert counted() == before


def test_every_pane_leaves_one_row_a_quarter(
    voice: cast.Voice, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    del voice
    with override_settings(ALLOWED_HOSTS=["*"]):
        for second in range(3):
            at = now + timedelta(seconds=second)
            monkeypatch.setattr(clock, "now", lambda at=at: at)
            assert Browser().get("/verhaal").status_code == 200
    become(Role.WORKER)
    found = cast.rows(
        "SELECT actor, count(*)::int FROM kernel_accessentry WHERE act = 'view' GROUP BY actor ORDER BY 1"
    )
    become(Role.WEB)
    assert found == [("Anja ter Horst", 1), ("Marleen Wolters", 2), ("Sanne Vos", 1)]
