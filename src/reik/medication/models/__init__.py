"""Tables of medication, by subject."""

from reik.medication.models.limits import HandoutLimit
from reik.medication.models.rolls import LIVE, STATES, Finding, Roll, Sachet
from reik.medication.models.schedules import AgreementMessage, Schedule, ScheduleLine

__all__ = [
    "LIVE",
    "STATES",
    "AgreementMessage",
    "Finding",
    "HandoutLimit",
    "Roll",
    "Sachet",
    "Schedule",
    "ScheduleLine",
]
