"""What would leave a later alert unheard is told now, again and again until somebody has it (N3)."""

from reik.alerting.forewarnings.keeping import (
    ForewarningRefused,
    Warned,
    acknowledge,
    end_forewarnings,
    forewarn,
    tell_due,
)
from reik.alerting.forewarnings.seen import ForewarningSeen, open_forewarnings

__all__ = [
    "ForewarningRefused",
    "ForewarningSeen",
    "Warned",
    "acknowledge",
    "end_forewarnings",
    "forewarn",
    "open_forewarnings",
    "tell_due",
]
