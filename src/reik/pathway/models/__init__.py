"""The care path of a client with a dispenser, from indication to stop."""

from reik.pathway.models.enrolment import DispenserOrder, Instruction, RoomTest, Supplier
from reik.pathway.models.paths import Allotment, CarePath, Evidence, Override, PathEvent, PathTerms
from reik.pathway.models.selection import (
    Baseline,
    BaselineMoment,
    Indication,
    PlannedVisit,
    Selection,
    SelectionDraft,
    SharedDecision,
)
from reik.pathway.models.use import (
    Evaluation,
    FormVersion,
    Incident,
    IncidentLine,
    LoadSigning,
    Printed,
    TaskFeed,
)

__all__ = [
    "Allotment",
    "Baseline",
    "BaselineMoment",
    "CarePath",
    "DispenserOrder",
    "Evaluation",
    "Evidence",
    "FormVersion",
    "Incident",
    "IncidentLine",
    "Indication",
    "Instruction",
    "LoadSigning",
    "Override",
    "PathEvent",
    "PathTerms",
    "PlannedVisit",
    "Printed",
    "RoomTest",
    "Selection",
    "SelectionDraft",
    "SharedDecision",
    "Supplier",
    "TaskFeed",
]
