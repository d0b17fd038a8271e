"""How an organisation walks the path: names of its steps, days and owner of its tasks, who may let through (R1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from reik.kernel.ids import new_id
from reik.pathway.evidence import KINDS
from reik.pathway.models import PathTerms
from reik.pathway.path import MAY_LET_THROUGH, STEPS

DEFAULT_DAYS: Mapping[str, int] = {
    "indication": 2, "baseline": 14, "selection": 7, "agreement": 7, "care_plan": 7, "allotment": 7,
    "pharmacy_asked": 3, "pharmacy_agreed": 7, "roll_confirmed": 7, "times_confirmed": 7, "device_linked": 10,
    "signal_tested": 10, "coverage_tested": 10, "power_tested": 10, "fallback_agreed": 10, "roll_loaded": 7,
    "instruction_client": 5, "instruction_carer": 7, "follow_up_agreed": 5, "test_alarm": 5, "house_access": 5,
    "house_access_tried": 5, "nurse_on_call": 5, "routes_closed": 2, "access_closed": 7, "billing_told": 7,
    "device_back": 7, "leftovers_back": 7, "care_instead": 1,
}  # fmt: skip
"""Within how many days of entering a step each thing is done, where the organisation says nothing else."""
ANY_DAYS = 7
OWNERS = ("nurse", "caregiver", "pharmacist", "team_manager")
MAY_BE_LET = ("nurse", "team_manager", "caregiver")
MOST_DAYS, NAME_MOST = 180, 60
ENDS, ENDS_DAYS = "indication_ends", 28
"""The term of the warning before an indication's last day: so many days before it."""
FIRST = "Somebody else changed these settings meanwhile: look at them again."


class TermsRefused(ValueError):
    """These terms cannot be kept; `code` says why to a screen, the message what to change."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an organisation chose; without a choice Reik's own default holds. `version` 0: nothing was chosen yet."""

    version: int = 0
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    terms: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    choices: Mapping[str, object] = field(default_factory=dict)
    by: str = ""
    created_at: datetime | None = None

    def name_of(self, step: int, language: str) -> str:
        """The organisation's own name of this step; empty: it has none."""
        names = self.names.get(str(step), {})
        return names.get(language) or names.get("nl", "")

    def days_for(self, kind: str) -> int:
        """Within how many days this is done."""
        days = self.terms.get(kind, {}).get("days")
        return days if isinstance(days, int) else DEFAULT_DAYS.get(kind, ANY_DAYS)

    def role_for(self, kind: str) -> str:
        """Whose work it is."""
        role = self.terms.get(kind, {}).get("role")
        return str(role) if role in OWNERS else KINDS[kind].role

    def due_at(self, kind: str, now: datetime) -> datetime:
        return now + timedelta(days=self.days_for(kind))

    @property
    def warn_days(self) -> int:
        """How many days before the last day of an indication a nurse is told."""
        days = self.terms.get(ENDS, {}).get("days")
        return days if isinstance(days, int) else ENDS_DAYS

    @property
    def warned_role(self) -> str:
        """Whom that task is for."""
        role = self.terms.get(ENDS, {}).get("role")
        return str(role) if role in OWNERS else "nurse"

    @property
    def may_let_through(self) -> tuple[str, ...]:
        """The roles that may let a condition through."""
        chosen = self.choices.get("may_let_through")
        return tuple(map(str, chosen)) if isinstance(chosen, list) else MAY_LET_THROUGH


def terms_of(organisation_ids: Collection[UUID]) -> dict[UUID, Terms]:
    """The terms that hold for each of these organisations now. One statement."""
    rows = PathTerms.objects.filter(organisation_id__in=organisation_ids).order_by(
        "organisation_id", "-version"
    )
    found = {each.organisation_id: _terms(each) for each in rows.distinct("organisation_id")}
    return {id: found.get(id, Terms()) for id in organisation_ids}


def versions_of(organisation_id: UUID, most: int = 20) -> list[Terms]:
    """Every version, the newest first."""
    rows = PathTerms.objects.filter(organisation_id=organisation_id).order_by("-version")
    return [_terms(each) for each in rows[:most]]


def _terms(row: PathTerms) -> Terms:
    return Terms(
        version=row.version, names=row.names, terms=row.terms, choices=row.choices, by=row.by,
        created_at=row.created_at,
    )  # fmt: skip


@transaction.atomic
def set_terms(
    *,
    organisation_id: UUID,
    names: Mapping[str, Mapping[str, str]],
    terms: Mapping[str, Mapping[str, object]],
    choices: Mapping[str, object],
    version: int,
    by: str,
    now: datetime,
) -> int:
    """A new version takes the place of `version` (what the person looked at); gives its number.

    Raises TermsRefused for what cannot be, and when somebody else was first.
    """
    check_terms(names, terms, choices)
    newest = PathTerms.objects.filter(organisation_id=organisation_id).order_by("-version").first()
    if (newest.version if newest else 0) != version:
        raise TermsRefused("changed", FIRST)
    # What belongs to other settings of the path (evaluations, own questions) is kept as it is.
    kept = {**(newest.choices if newest else {}), **choices}
    all_terms = {**(newest.terms if newest else {}), **{key: dict(value) for key, value in terms.items()}}
    row = PathTerms(
        id=new_id(now), organisation_id=organisation_id, version=version + 1, names=dict(names), terms=all_terms,
        choices=kept, by=by, created_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # a version is never edited, so there is no row to lock
        raise TermsRefused("changed", FIRST) from None
    return version + 1


def check_terms(
    names: Mapping[str, Mapping[str, str]],
    terms: Mapping[str, Mapping[str, object]],
    choices: Mapping[str, object],
) -> None:
    """Raise TermsRefused for what cannot be kept."""
    for step, of_step in names.items():
        if step not in map(str, STEPS):
            raise TermsRefused("step", "The path has nine steps.")
        if any(len(name) > NAME_MOST for name in of_step.values()):
            raise TermsRefused("name", f"A step's name has at most {NAME_MOST} letters.")
    for kind, of_kind in terms.items():
        days, role = of_kind.get("days"), of_kind.get("role")
        if days is not None and (not isinstance(days, int) or not 0 <= days <= MOST_DAYS):
            raise TermsRefused("days", f"Give 0 to {MOST_DAYS} days.")
        if kind in (*KINDS, ENDS) and role is not None and role not in OWNERS:
            raise TermsRefused("role", "Choose whose work it is from the list.")
    chosen = choices.get("may_let_through")
    if chosen is not None and (
        not isinstance(chosen, list) or not chosen or not set(chosen) <= set(MAY_BE_LET)
    ):
        raise TermsRefused("may_let_through", "Choose at least one role that may let a condition through.")
