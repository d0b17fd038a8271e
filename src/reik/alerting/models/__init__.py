"""Follow-up arrangements, alerts and their steps, claims, outages, forewarnings and drills."""

from reik.alerting.models.alerts import Alert, Remark, Step
from reik.alerting.models.arrangements import (
    Arrangement,
    ArrangementRoute,
    ArrangementStep,
    CarerWay,
    DeliveryTest,
)
from reik.alerting.models.claims import Claim, HandlingCode, Mute, Protocol, ProtocolTick, ShiftHandover
from reik.alerting.models.duty import Drill, DrillStep, Forewarning, Proposal
from reik.alerting.models.outages import Outage, OutageLine, OutageNote, OutageTick

__all__ = [
    "Alert",
    "Arrangement",
    "ArrangementRoute",
    "ArrangementStep",
    "CarerWay",
    "Claim",
    "DeliveryTest",
    "Drill",
    "DrillStep",
    "Forewarning",
    "HandlingCode",
    "Mute",
    "Outage",
    "OutageLine",
    "OutageNote",
    "OutageTick",
    "Proposal",
    "Protocol",
    "ProtocolTick",
    "Remark",
    "ShiftHandover",
    "Step",
]
