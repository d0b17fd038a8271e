"""What a replay of an alert needs besides its lines: by which version of the arrangement it was followed up (N16)."""

from __future__ import annotations

from uuid import UUID

from reik.alerting.models import Alert


def arrangement_id_of(alert_id: UUID) -> UUID | None:
    """The version that this alert points to; None where nothing was arranged."""
    return Alert.objects.filter(id=alert_id).values_list("arrangement_id", flat=True).first()
