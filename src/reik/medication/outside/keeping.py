"""Writes of medication outside the roll: lines in versions, and what was given of them (R5, R31, R82)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication.facts import OutsideChanged
from reik.medication.models import LooseGiven, LooseLine
from reik.medication.outside.checks import check_giving, check_words
from reik.medication.outside.lines import (
    IN_ERROR,
    Given,
    Giving,
    LooseDose,
    LooseVersion,
    LooseWords,
    OutsideRefused,
    by_line,
    dose_key,
    expand,
    standing,
)
from reik.medication.outside.seen import LAST_GIVEN, given_of, version_of
from reik.medication.outside.tasks import NO_WORD_TASK, NOT_GIVEN_TASK, about_dose
from reik.people.models import Client
from reik.people.pharmacies import pharmacies_of
from reik.tasks.operations import DONE, end_tasks, open_tasks

WRITERS = frozenset({"nurse", "pharmacist"})
"""Who may write a line: what is given, and by whom, is no decision of a caregiver alone."""
DAY = timedelta(days=1)


@transaction.atomic
def write_line(client_id: UUID, says: LooseWords, *, by: str, role: str, now: datetime) -> UUID:
    """A new line outside the roll; gives the id that all its versions share. Raises OutsideRefused."""
    _check_writer(by, role)
    check_words(says)
    client = _locked(client_id)
    line = new_id(now)
    _store(client, line, 1, says, by=by, role=role, because="", stopped=False, now=now)
    return line


@transaction.atomic
def change_line(line: UUID, says: LooseWords, *, by: str, role: str, because: str, now: datetime) -> None:
    """Another version in the place of the newest one. Raises OutsideRefused, also without a reason."""
    _check_writer(by, role)
    check_words(says)
    client, newest = _newest(line)
    if not because.strip():
        raise OutsideRefused("because_missing", "Say why this line changes.")
    kept = replace(says, agreement=newest.says.agreement)
    _store(client, line, newest.version + 1, kept, by=by, role=role, because=because, stopped=False, now=now)


@transaction.atomic
def stop_line(line: UUID, *, by: str, role: str, because: str, now: datetime) -> None:
    """From now on this is given no more. What was planned before and has no word stays to be answered."""
    _check_writer(by, role)
    client, newest = _newest(line)
    if newest.stopped:
        raise OutsideRefused("stopped_before", "This line was stopped already: look at the list again.")
    if not because.strip():
        raise OutsideRefused("because_missing", "Say why this line stops.")
    says = replace(newest.says, starts_on=now.astimezone(ZoneInfo(client.zone)).date())
    _store(client, line, newest.version + 1, says, by=by, role=role, because=because, stopped=True, now=now)


def _check_writer(by: str, role: str) -> None:
    if role not in WRITERS:
        raise OutsideRefused("no_writer", "A nurse or the pharmacy writes what is given outside the roll.")
    if not by.strip():
        raise OutsideRefused("writer_missing", "Say who writes this.")


def _locked(client_id: UUID) -> Client:
    """Who writes for one client takes turns. An unknown client raises OutsideRefused."""
    client = Client.objects.select_for_update(no_key=True, of=("self",)).filter(id=client_id).first()
    if client is None:
        raise OutsideRefused("no_client", "This client is not in the records of this organisation.")
    return client


def _newest(line: UUID) -> tuple[Client, LooseVersion]:
    first = LooseLine.objects.filter(line=line).order_by("-version").first()
    if first is None:
        raise OutsideRefused("no_line", "This line does not exist: look at the list again.")
    client = _locked(first.client_id)
    newest = LooseLine.objects.filter(line=line).order_by("-version")[0]
    return client, version_of(newest)


def _store(
    client: Client, line: UUID, version: int, says: LooseWords, *, by: str, role: str, because: str, stopped: bool,
    now: datetime,
) -> None:  # fmt: skip
    LooseLine.objects.create(
        id=new_id(now), organisation_id=client.organisation_id, client_id=client.id, line=line, version=version,
        product=says.product.strip(), code=says.code, amount=says.amount.strip(), as_needed=says.as_needed,
        weekdays=sum(1 << (day - 1) for day in says.weekdays), every_days=says.every_days,
        times=[f"{at:%H:%M}" for at in sorted(says.times)], max_per_day=says.max_per_day,
        criteria=says.criteria.strip(), window_min=says.window_min, gap_min=says.gap_min, starts_on=says.starts_on,
        last_on=says.last_on, responsible=says.responsible, responsible_name=says.responsible_name.strip(),
        second_person=says.second_person, agreement=says.agreement, stopped=stopped, because=because.strip(),
        written_by=by.strip(), written_role=role, written_at=now,
    )  # fmt: skip
    _tell(client, "line", now)


def _tell(client: Client, because: str, now: datetime) -> None:
    facts.publish(
        [OutsideChanged(organisation_id=client.organisation_id, client_id=client.id, because=because)], now
    )


@transaction.atomic
def record_given(said: Giving, *, by: str, now: datetime) -> UUID:
    """Write down what was given of a line, or why not; gives the row's id. `by`: who writes it down.

    Reik signs for nobody: the administration list stays what is signed (R82). Raises OutsideRefused.
    """
    client, _newest_version = _newest(said.line)
    versions = by_line([version_of(each) for each in LooseLine.objects.filter(line=said.line)])[said.line]
    return _record(client, versions, said, by=by, corrects=None, now=now)


@transaction.atomic
def correct_given(given_id: UUID, said: Giving, *, by: str, now: datetime) -> UUID:
    """Put another row in the place of one that was wrong; both stay to be read. Raises OutsideRefused."""
    wrong = LooseGiven.objects.filter(id=given_id).first()
    if wrong is None:
        raise OutsideRefused("no_given", "This entry does not exist: look at the list again.")
    client, _newest_version = _newest(wrong.line)
    if LooseGiven.objects.filter(corrects_id=given_id).exists():
        raise OutsideRefused("corrected_before", "This entry was put right already: look at the newest one.")
    if not said.because.strip():
        raise OutsideRefused("because_missing", "Say what was wrong.")
    versions = by_line([version_of(each) for each in LooseLine.objects.filter(line=wrong.line)])[wrong.line]
    said = replace(said, line=wrong.line, day=wrong.day, at=wrong.at)
    return _record(client, versions, said, by=by, corrects=given_of(wrong), now=now)


def _record(
    client: Client, versions: Sequence[LooseVersion], said: Giving, *, by: str, corrects: Given | None,
    now: datetime,
) -> UUID:  # fmt: skip
    zone = ZoneInfo(client.zone)
    if said.at is None and corrects is None:
        said = replace(said, day=said.given_at.astimezone(zone).date())
    version, dose = _meant(versions, said, zone)
    earlier = [
        given_of(each)
        for each in LooseGiven.objects.filter(line=said.line, day__gte=said.day - LAST_GIVEN)
        if corrects is None or each.id != corrects.id
    ]
    check_giving(said, version, dose, earlier, now, zone, phone=whom_to_phone(client.id, now))
    serial = LooseGiven.objects.filter(line=said.line, day=said.day, at=said.at).count() + 1
    row = LooseGiven.objects.create(
        id=new_id(now), organisation_id=client.organisation_id, client_id=client.id, line=said.line,
        of_version_id=version.id, day=said.day, at=said.at, serial=serial, amount=said.amount.strip(),
        not_given=said.not_given, given_at=said.given_at, given_by=said.given_by,
        given_name=" ".join(said.given_name.split()), second_by=said.second_by,
        second_name=" ".join(said.second_name.split()), because=said.because.strip(), remark=said.remark.strip(),
        stock=said.stock, recorded_by=by.strip(), recorded_at=now, corrects_id=corrects.id if corrects else None,
    )  # fmt: skip
    _answer_tasks(client, said, dose, by=by, now=now)
    _tell(client, "given", now)
    return row.id


def _meant(
    versions: Sequence[LooseVersion], said: Giving, zone: ZoneInfo
) -> tuple[LooseVersion, LooseDose | None]:
    """The version and the planned time that a person speaks of."""
    if said.at is None:
        living = standing(versions, said.given_at, zone)
        if not living or not living[0].says.as_needed:
            raise OutsideRefused("not_standing", "This is not to be given now: look at the list again.")
        return living[0], None
    doses = expand(versions, said.day, said.day + DAY, zone)
    dose = next((each for each in doses if each.at == said.at), None)
    if dose is None:
        raise OutsideRefused("not_planned", "This time is not planned on this day: look at the list again.")
    return dose.version, dose


def _answer_tasks(client: Client, said: Giving, dose: LooseDose | None, *, by: str, now: datetime) -> None:
    """A word ends what was asked; a row that was entered in error asks again."""
    if said.at is None:
        return
    key = dose_key(said.line, said.day, said.at)
    if said.not_given != IN_ERROR:
        for kind in (NOT_GIVEN_TASK, NO_WORD_TASK):
            end_tasks([client.id], kind, as_=DONE, by=by, now=now, key=key)
    elif dose is not None and dose.deadline_at <= now:
        open_tasks([about_dose(client.organisation_id, dose, again=False, now=now)], now)


def whom_to_phone(client_id: UUID, now: datetime) -> str:
    """Who answers now about this client's medication, with the number; her pharmacy, or who is on duty for it."""
    pharmacy = pharmacies_of([client_id]).get(client_id)
    if pharmacy is None:
        return "?"
    name, number = pharmacy.number_at(now)
    return f"{name} ({number})" if number else name
