"""Writes beside the measurement plan: own indicators, typed values, notes, and answers to questionnaires (C15, C17)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from reik.kernel.ids import new_id
from reik.people.models import Client
from reik.value.indicators.plan import DOMAINS, KINDS, MUST, SHARE, SHOULD, TYPED, Indicator, indicators
from reik.value.indicators.questionnaires import CLIENT, QUESTIONNAIRES, AnswersRefused, check_answers
from reik.value.models import Measured, OwnIndicator, PdcaNote, QuestionnaireAnswer

PHASES = ("plan", "do", "check", "act")
KEY = re.compile(r"[a-z][a-z0-9_]{1,39}")
LONGEST = 2000


class IndicatorRefused(ValueError):
    """This cannot be kept; `code` names the field to a screen, the message says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIndicator:
    """An indicator of one's own, in one language. `kind` as in the plan; `per`: of a rate, per so many."""

    key: str
    domain: str
    title: str
    numerator: str
    denominator: str
    source: str
    unit: str
    kind: str = SHARE
    per: int = 1
    must: bool = False


@transaction.atomic
def add_indicator(organisation_id: UUID, new: NewIndicator, *, by: str, now: datetime) -> UUID:
    """Add one to the plan; whoever wants another definition ends it and adds a new one. Raises IndicatorRefused."""
    if not KEY.fullmatch(new.key) or new.key in indicators():
        raise IndicatorRefused("key", "Give it a short name of its own: small letters, digits and _.")
    if new.domain not in DOMAINS:
        raise IndicatorRefused("domain", "Choose one of the four domains.")
    if new.kind not in KINDS or new.per < 1:
        raise IndicatorRefused("kind", "Say whether it is a share, a rate per so many, or a mean.")
    for name in ("title", "numerator", "denominator", "source", "unit"):
        if not getattr(new, name).strip():
            raise IndicatorRefused(name, "Say what is counted, of what, from which source and in which unit.")
    of_it = OwnIndicator.objects.filter(organisation_id=organisation_id, key=new.key, ended_at=None)
    if of_it.select_for_update(no_key=True).exists():
        raise IndicatorRefused("twice", "There is one with this name: end it first, or take another name.")
    definition = {
        "nl": new.title.strip(), "numerator": new.numerator.strip(), "denominator": new.denominator.strip(),
        "source": new.source.strip(), "unit": new.unit.strip(), "kind": new.kind, "per": new.per,
    }  # fmt: skip
    row = OwnIndicator.objects.create(
        id=new_id(now), organisation_id=organisation_id, key=new.key, domain=new.domain, must=new.must,
        definition=definition, by=by, created_at=now,
    )  # fmt: skip
    return row.id


def end_indicator(organisation_id: UUID, key: str, *, now: datetime) -> None:
    """Take one's own indicator out of the plan; what was typed for it stays. Raises IndicatorRefused."""
    rows = OwnIndicator.objects.filter(organisation_id=organisation_id, key=key, ended_at=None)
    if not rows.update(ended_at=now):
        raise IndicatorRefused("key", "This indicator is not yours, or it was ended already.")


def own_indicators(organisation_id: UUID) -> list[Indicator]:
    """The organisation's own that have not ended, by domain and name."""
    rows = OwnIndicator.objects.filter(organisation_id=organisation_id, ended_at=None)
    found = [_indicator(each) for each in rows.order_by("created_at", "id")]
    return sorted(found, key=lambda each: DOMAINS.index(each.domain))


def _indicator(row: OwnIndicator) -> Indicator:
    def both(name: str) -> dict[str, str]:
        return dict.fromkeys(("nl", "en"), row.definition[name])

    return Indicator(
        key=row.key, domain=row.domain, priority=MUST if row.must else SHOULD, kind=row.definition["kind"],
        per=row.definition["per"], unit=row.definition["unit"], better="", measure=TYPED, title=both("nl"),
        numerator=both("numerator"), denominator=both("denominator"), source=both("source"), own=True,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NewValue:
    """A value that Reik does not count, of the days [since, until). `baseline`: as it was before the dispensers."""

    indicator: str
    since: date
    until: date
    numerator: float
    denominator: float
    baseline: bool = False
    note: str = ""


def type_value(organisation_id: UUID, new: NewValue, *, by: str, now: datetime) -> UUID:
    """Keep a typed value; the newest counts, the others stay to be read. Raises IndicatorRefused."""
    indicator = _known(organisation_id, new.indicator)
    if not (math.isfinite(new.numerator) and math.isfinite(new.denominator)):
        raise IndicatorRefused("numerator", "Give two numbers.")
    if new.numerator < 0 or new.denominator <= 0:
        raise IndicatorRefused("denominator", "Count from 0 up, of at least one.")
    if indicator.kind == SHARE and new.numerator > new.denominator:
        raise IndicatorRefused("numerator", "A share cannot be more than all of them.")
    if new.until <= new.since or new.since > now.date():
        raise IndicatorRefused("until", "A period begins today or earlier, and ends after it begins.")
    if indicator.measure != TYPED and not new.baseline:
        raise IndicatorRefused("indicator", "Reik counts this one: only how it was before can be typed.")
    row = Measured.objects.create(
        id=new_id(now), organisation_id=organisation_id, indicator=new.indicator, period_from=new.since,
        period_until=new.until, baseline=new.baseline, numerator=new.numerator, denominator=new.denominator,
        note=new.note.strip()[:LONGEST], by=by, created_at=now,
    )  # fmt: skip
    return row.id


def _known(organisation_id: UUID, key: str) -> Indicator:
    found = indicators().get(key) or next(
        (each for each in own_indicators(organisation_id) if each.key == key), None
    )
    if found is None:
        raise IndicatorRefused("indicator", "Choose an indicator of the plan, or add it first.")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNote:
    """Plan, do, check or act at an indicator; who does it and by when."""

    indicator: str
    phase: str
    text: str
    owner: str = ""
    due_on: date | None = None


def note(organisation_id: UUID, new: NewNote, *, by: str, now: datetime) -> UUID:
    """Keep a note. Raises IndicatorRefused: a plan has an owner and a day."""
    _known(organisation_id, new.indicator)
    if new.phase not in PHASES:
        raise IndicatorRefused("phase", "Choose plan, do, check or act.")
    if not new.text.strip():
        raise IndicatorRefused("text", "Write what it is about.")
    if new.phase in ("plan", "act") and not (new.owner.strip() and new.due_on):
        raise IndicatorRefused("owner", "Say who does this, and by when.")
    row = PdcaNote.objects.create(
        id=new_id(now), organisation_id=organisation_id, indicator=new.indicator, phase=new.phase,
        text=new.text.strip()[:LONGEST], owner=new.owner.strip(), due_on=new.due_on, by=by, created_at=now,
    )  # fmt: skip
    return row.id


def answer(
    organisation_id: UUID, questionnaire: str, answers: Mapping[str, int], *, client_id: UUID | None = None,
    team_id: UUID | None = None, by: str = "", now: datetime,
) -> UUID:  # fmt: skip
    """Keep the answers of a client, or of a professional without a name. Raises AnswersRefused.

    `by`: who asked the client; of a professional's form nobody is written down.
    """
    check_answers(questionnaire, answers)
    of_client = QUESTIONNAIRES[questionnaire].of == CLIENT
    if of_client != (client_id is not None):
        raise AnswersRefused("client", "A client's form names the client; a professional's names nobody.")
    if client_id and not Client.objects.filter(id=client_id, organisation_id=organisation_id).exists():
        raise AnswersRefused("client", "This client is not of this organisation.")
    row = QuestionnaireAnswer.objects.create(
        id=new_id(now), organisation_id=organisation_id, questionnaire=questionnaire, client_id=client_id,
        team_id=team_id, answers=dict(answers), answered_on=now.date(), by=by.strip() if of_client else "",
        created_at=now,
    )  # fmt: skip
    return row.id
