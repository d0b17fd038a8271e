"""A parked message on the work list: read again by nurse or pharmacist, in their own request."""

from __future__ import annotations

from uuid import UUID

import pytest

from reik.interop.fhir import port
from reik.interop.fhir.port import Parked
from reik.people.access import actor_for
from tests.contexts.fhir_letters import as_json, usual
from tests.contexts.work_house import House, house, log, page

__all__ = ["house"]


def parked(house: House, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """A message of the pharmacy over which Reik broke."""

    def work() -> UUID:
        actor = actor_for(house.accounts["pharmacist"].id, house.now)
        with monkeypatch.context() as broken:
            broken.setattr("reik.interop.fhir.port.read_letter", lambda *a, **k: 1 / 0)
            with pytest.raises(Parked, match="It is kept as ") as failure:
                port.take_in(as_json(usual()), actor=actor, organisation_id=house.zorg, now=house.now)
        return UUID(str(failure.value).split("kept as ")[1][:36])

    return house.worker(work)  # type: ignore[no-any-return]


@pytest.mark.parametrize("who", ["nurse", "pharmacist"])
def test_a_parked_message_is_read_again_in_a_request(
    house: House, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    id = parked(house, monkeypatch)
    browser = house.who(who)
    assert f'action="/werklijst/bericht/{id}"' in page(browser.get("/werklijst"))
    answer = browser.post(f"/werklijst/bericht/{id}")
    assert answer.status_code == 302
    shown = page(browser.get(answer["Location"]))
    assert "Het bericht is gelezen" in shown
    assert f"/werklijst/bericht/{id}" not in shown  # no longer parked
    assert ("create", "fhir message", "ok") in [each[:3] for each in log(house)]
    assert browser.post(f"/werklijst/bericht/{id}").status_code == 404  # not once more


def test_what_breaks_again_stays_and_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    id = parked(house, monkeypatch)
    monkeypatch.setattr("reik.interop.fhir.port.read_letter", lambda *a, **k: 1 / 0)
    answer = house.who("nurse").post(f"/werklijst/bericht/{id}")
    shown = page(house.who("nurse").get(answer["Location"]))
    assert "begrijpt het bericht nog steeds niet" in shown
    assert f"/werklijst/bericht/{id}" in shown


def test_only_nurse_and_pharmacist_of_the_house_have_it_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = parked(house, monkeypatch)
    for who in ("second", "operator", "stranger"):
        assert house.who(who).post(f"/werklijst/bericht/{id}").status_code == 404
    assert "Opnieuw lezen" not in page(house.who("second").get("/werklijst"))
