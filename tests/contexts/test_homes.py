"""What one must know of a home: who rings back, who answers now, how one gets in and who may see that (R81)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from reik.alerting import house_access
from reik.alerting.house_access import AccessNotShown
from reik.alerting.models import Alert
from reik.alerting.operations import accept_alert, release_alert
from reik.kernel.database import Role, become
from reik.kernel.models import Account, Organisation
from reik.kernel.operations import open_account
from reik.kernel.tenancy import Actor, acting_for
from reik.people import homes, homes_access, homes_callers, homes_numbers, pharmacies
from reik.people.access import actor_for
from reik.people.models import Carer, Client, ClientCard, HouseAccess, HouseAccessShown
from reik.people.operations import ClientDetails, add_carer, change_client, register_client
from reik.tasks.models import Task
from reik.tasks.operations import finish_task
from reik.web.rooms import who
from tests.cast import Cast, beside, gather, look, plan

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)  # a Tuesday, noon in the Netherlands
NIGHT = datetime(2026, 11, 24, 22, tzinfo=UTC)


@pytest.fixture
def cast(database: str) -> Cast:
    return gather(NOON - timedelta(days=1))


@pytest.fixture
def anna(cast: Cast) -> Client:
    return register_client(
        organisation_id=cast.zorg.id, name="Anna de Boer", now=NOON, phone="053 555 01 42", salutation="Mw."
    )


@pytest.fixture
def alert(cast: Cast, anna: Client) -> Alert:
    voice = beside(anna, "HOME-1", NOON)
    plan(voice, "m-1", NOON - timedelta(minutes=32), now=NOON - timedelta(hours=1))
    look(NOON, read_through=NOON)
    return Alert.objects.get()


def account(organisation: Organisation, name: str, role: str) -> Account:
    return open_account(
        organisation_id=organisation.id, username=name.lower(), display_name=name, role=role, now=NOON
    )


def actor(organisation: Organisation, name: str, role: str) -> Actor:
    return actor_for(account(organisation, name, role).id, NOON)


class TestCallers:
    def test_numbers_are_found_however_they_are_written(self, cast: Cast, anna: Client) -> None:
        add_carer(
            organisation_id=cast.zorg.id, client_id=anna.id, name="Petra", relation="dochter", now=NOON,
            phone="06 555 01 07", consented=True,
        )  # fmt: skip
        sanne = actor(cast.centre, "Sanne", "operator")
        for written in ("0535550142", "+31 53 555 01 42", "0031535550142", "+31 (0)53-5550142"):
            (found,) = homes_callers.callers(sanne, written)
            assert (found.client.id, found.carer) == (anna.id, "")
        (found,) = homes_callers.callers(sanne, "0655501 07")
        assert (found.client.id, found.carer, found.relation) == (anna.id, "Petra", "dochter")
        for nobody in ("", "0142", "de Boer", "053 555 01 43"):
            assert homes_callers.callers(sanne, nobody) == []

    def test_another_number_is_found_from_then_on_and_the_old_one_no_more(
        self, cast: Cast, anna: Client
    ) -> None:
        sanne = actor(cast.centre, "Sanne", "operator")
        details = ClientDetails(address="", phone="053 555 09 99", caller_note="", team_id=None)
        change_client(anna.id, details, by="Anja", now=NOON)
        assert [each.client.id for each in homes_callers.callers(sanne, "053 555 09 99")] == [anna.id]
        assert homes_callers.callers(sanne, "053 555 01 42") == []

    def test_what_was_registered_before_is_indexed_in_a_round(self, cast: Cast, anna: Client) -> None:
        carer = add_carer(
            organisation_id=cast.zorg.id, client_id=anna.id, name="Petra", relation="dochter", now=NOON,
            phone="06 555 01 07",
        )  # fmt: skip
        ClientCard.objects.all().delete()
        Carer.objects.update(phone_index=None)
        assert homes_callers.index_missing(NOON) == 2
        assert homes_callers.index_missing(NOON) == 0
        sanne = actor(cast.centre, "Sanne", "operator")
        assert [each.carer for each in homes_callers.callers(sanne, "06 555 01 07")] == [carer.name]
        assert [each.carer for each in homes_callers.callers(sanne, "053 555 01 42")] == [""]

    def test_no_stranger_finds_anybody(self, cast: Cast, anna: Client) -> None:
        eva = actor(cast.eva, "Eva", "operator")
        become(Role.WEB)
        with acting_for(eva):
            assert homes_callers.callers(eva, "053 555 01 42") == []
        connection.close()
        become(Role.WORKER)


class TestNumbers:
    def test_the_pharmacy_by_day_and_the_post_at_night(self, cast: Cast, anna: Client) -> None:
        pharmacy = pharmacies.register_pharmacy(
            organisation_id=cast.zorg.id, name="Apotheek De Linde", now=NOON, phone="053 555 02 00",
            hours={str(day): ("08:30", "17:30") for day in range(1, 6)},
        )  # fmt: skip
        pharmacies.give_pharmacy(anna.id, pharmacy, now=NOON)
        hours = {str(day): ("17:00", "08:00") for day in range(1, 6)}
        homes_numbers.add_number(
            organisation_id=cast.zorg.id, kind="gp_post", name="Huisartsenpost", phone="053 555 03 00",
            hours=hours | {"6": ("00:00", "00:00"), "7": ("00:00", "00:00")}, now=NOON,
        )  # fmt: skip
        by_day, by_night = (homes_numbers.asked_at(anna.id, at) for at in (NOON, NIGHT))
        assert by_day is not None
        assert by_night is not None
        assert (by_day.name, by_day.number) == ("Apotheek De Linde", "053 555 02 00")
        assert (by_night.kind, by_night.number) == ("gp_post", "053 555 03 00")
        early = homes_numbers.asked_at(
            anna.id, NIGHT + timedelta(hours=8, minutes=29)
        )  # 07:29, still the post
        assert early is not None
        assert early.kind == "gp_post"
        assert (
            homes_numbers.asked_at(anna.id, NIGHT + timedelta(hours=9, minutes=10)) is None
        )  # 08:10: nobody

    @pytest.mark.parametrize(
        ("changed", "says"),
        [
            ({"phone": "5550"}, "whole phone number"),
            ({"kind": "aunt"}, "from the list"),
            ({"hours": {"1": ("17", "x")}}, "17:00 and 08:00"),
            ({"hours": {"9": ("17:00", "08:00")}}, "17:00 and 08:00"),
            ({"name": " "}, "name"),
        ],
    )
    def test_what_is_no_number_is_refused(self, cast: Cast, changed: dict[str, object], says: str) -> None:
        given = {"kind": "gp", "name": "Huisarts", "phone": "053 555 03 01", "hours": {}} | changed
        with pytest.raises(homes_numbers.NumberRefused, match=says):
            homes_numbers.add_number(organisation_id=cast.zorg.id, now=NOON, **given)  # type: ignore[arg-type]

    def test_an_ended_number_is_rung_no_more(self, cast: Cast, anna: Client) -> None:
        made = homes_numbers.add_number(
            organisation_id=cast.zorg.id,
            kind="gp",
            name="Huisarts",
            phone="053 555 03 01",
            hours={},
            now=NOON,
        )
        assert homes_numbers.asked_at(anna.id, NOON) is not None
        with pytest.raises(homes_numbers.NumberRefused):
            homes_numbers.end_number(cast.eva.id, made, NOON)
        homes_numbers.end_number(cast.zorg.id, made, NOON)
        assert homes_numbers.asked_at(anna.id, NOON) is None


class TestHome:
    def test_it_is_kept_sealed_and_says_what_changed(self, anna: Client) -> None:
        kept = {
            "language": "tr",
            "lives_with": "haar man, slechthorend",
            "video_link": "https://video.example/a",
        }
        assert homes.keep_home(anna.id, **kept, by="Anja", now=NOON) == list(kept)
        assert homes.keep_home(anna.id, **kept, by="Anja", now=NOON) == []
        assert homes.homes_of([anna.id])[anna.id].lives_with == kept["lives_with"]
        row = ClientCard.objects.get()
        assert row.phone_index is not None  # who rings back is still found
        assert b"video.example" not in bytes(row.video_link)

    @pytest.mark.parametrize(
        "link", ["http://video.example/a", "javascript:alert(1)", "https://", "https://a b"]
    )
    def test_a_link_that_is_none_is_refused(self, anna: Client, link: str) -> None:
        with pytest.raises(homes.HomeRefused, match="https"):
            homes.keep_home(anna.id, language="nl", lives_with="", video_link=link, by="Anja", now=NOON)


class TestHouseAccess:
    @pytest.fixture
    def access(self, anna: Client) -> UUID:
        return house_access.keep_access(
            client_id=anna.id, how="key_safe", words="Links van de deur, code 4711", by="Anja", now=NOON
        )

    def test_it_is_sealed_and_checked_at_the_start_and_each_half_year(self, access: UUID) -> None:
        assert b"4711" not in bytes(HouseAccess.objects.get().words)
        task = Task.objects.get()
        assert (task.kind, task.due_at) == ("house_access_check", NOON + timedelta(days=14))
        assert "4711" not in str(task.detail)
        finish_task(task.id, by="Anja", now=NOON)
        row = HouseAccess.objects.get()
        assert (row.checked_at, row.checked_by) == (NOON, "Anja")
        assert house_access.tell_checks_due(NOON) == 0

    def test_the_task_comes_back_after_half_a_year(self, access: UUID) -> None:
        house_access.confirm_access(access, by="Anja", now=NOON)
        assert not Task.objects.filter(ended_at=None).exists()
        assert house_access.tell_checks_due(NOON + timedelta(days=160)) == 0
        later = NOON + timedelta(days=170)
        assert house_access.tell_checks_due(later) == 1
        assert house_access.tell_checks_due(later) == 0  # it is open already
        assert Task.objects.get(ended_at=None).due_at == NOON + timedelta(days=182)

    def test_only_who_goes_there_sees_it_and_only_while_she_goes(
        self, cast: Cast, alert: Alert, access: UUID
    ) -> None:
        anja, joke = (actor(cast.zorg, each, "nurse") for each in ("Anja", "Joke"))
        self._refused(alert, anja, "not_yours")  # nobody has it
        accept_alert(alert_id=alert.id, by=who(anja), now=NOON, role="team")
        seen, words = house_access.show_for_visit(alert.id, anja, NOON)
        assert (seen.how, words) == ("key_safe", "Links van de deur, code 4711")
        self._refused(alert, joke, "not_yours")
        row = HouseAccessShown.objects.get()
        assert (row.account_id, row.alert) == (anja.account_id, alert.id)
        release_alert(alert_id=alert.id, by=who(anja), now=NOON)
        self._refused(alert, anja, "not_yours")
        assert HouseAccessShown.objects.count() == 1

    def test_an_operator_only_once_a_visit_was_decided(self, cast: Cast, alert: Alert, access: UUID) -> None:
        sanne = actor(cast.centre, "Sanne", "operator")
        accept_alert(alert_id=alert.id, by=who(sanne), now=NOON)
        self._refused(alert, sanne, "no_visit")
        Alert.objects.update(visit_by="centre")
        assert house_access.show_for_visit(alert.id, sanne, NOON)[1].endswith("4711")

    def test_no_stranger_and_no_informal_carer(self, cast: Cast, alert: Alert, access: UUID) -> None:
        Alert.objects.update(state="accepted", accepted_by="Eva", accepted_role="team")
        self._refused(alert, actor(cast.eva, "Eva", "nurse"), "not_yours")

    def test_who_leaves_leaves_a_list_of_codes_to_change(
        self, cast: Cast, alert: Alert, anna: Client, access: UUID
    ) -> None:
        anja = actor(cast.zorg, "Anja", "nurse")
        accept_alert(alert_id=alert.id, by=who(anja), now=NOON, role="team")
        for _ in range(2):
            house_access.show_for_visit(alert.id, anja, NOON)
        (known,) = homes_access.codes_known_by(anja.account_id, [cast.zorg.id])
        assert (known.client, known.to_change) == ("Anna de Boer", True)
        assert homes_access.who_knows_codes(cast.zorg.id) == [(anja.account_id, "Anja", 1)]
        house_access.keep_access(client_id=anna.id, how="key_safe", words="code 1147", by="Joke", now=NOON)
        assert homes_access.codes_known_by(anja.account_id, [cast.zorg.id]) == []
        assert Task.objects.filter(ended_as="dropped").count() == 1

    def _refused(self, alert: Alert, who: Actor, why: str) -> None:
        with pytest.raises(AccessNotShown) as refused:
            house_access.show_for_visit(alert.id, who, NOON)
        assert refused.value.why == why
