"""Outcomes and causes that an organisation adds to the common ones (R49). A common code can never be removed."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.alerting.claims import codes
from reik.alerting.claims.codes import CodeRefused, Kind
from reik.alerting.models import Alert, HandlingCode
from reik.alerting.outcomes import HANDLED_AS
from reik.kernel.ids import new_id

OWN = "own_"


@transaction.atomic
def add_code(
    *, organisation_id: UUID, kind: str, label_nl: str, label_en: str, like: str, by: str, now: datetime
) -> str:
    """Add an outcome or a cause with the effect of a common one (`like`); gives its code.

    One of the same name that was retired is offered again. Raises codes.CodeRefused.
    """
    codes.check_new(kind, like, label_nl, label_en)
    code = OWN + _short(label_nl)
    known = HandlingCode.objects.filter(organisation_id=organisation_id, kind=kind, code=code).first()
    if known is not None and (known.retired_at is None or known.like != like):
        raise CodeRefused("You have a code of this name: choose another name.")
    if known is not None:
        HandlingCode.objects.filter(id=known.id).update(retired_at=None)
        return code
    HandlingCode.objects.create(
        id=new_id(now), organisation_id=organisation_id, kind=kind, code=code, like=like,
        label_nl=label_nl.strip(), label_en=label_en.strip(), created_at=now, by=by,
    )  # fmt: skip
    return code


def retire_code(*, organisation_id: UUID, kind: str, code: str, now: datetime) -> None:
    """No longer offered; what was handled so keeps its word. Raises CodeRefused for a common code."""
    common = HANDLED_AS if kind == Kind.OUTCOME else codes.CAUSES
    if code in common:
        raise CodeRefused("A common code stays: it is what organisations are compared by.")
    HandlingCode.objects.filter(
        organisation_id=organisation_id, kind=kind, code=code, retired_at=None
    ).update(retired_at=now)


def common(alert_id: UUID, outcome: str) -> tuple[str, str]:
    """The common outcome that this word stands for at an alert's organisation, and the own word, if it is one.

    A word that nobody knows is given back as it is: outcomes.check refuses it.
    """
    if not outcome.startswith(OWN):
        return outcome, ""
    organisation = Alert.objects.filter(id=alert_id).values("organisation_id")
    row = HandlingCode.objects.filter(
        organisation_id__in=organisation, kind=Kind.OUTCOME, code=outcome, retired_at=None
    ).first()
    return (row.like, outcome) if row is not None else (outcome, "")


def _short(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40] or "code"
