"""What the dispenser brings: planning, assumptions, counts."""

from reik.value.models.cases import Assumption, ClientFunding, Computed, FundingTerms, SupplierBill
from reik.value.models.figures import (
    CountedUnder,
    LateChange,
    Measured,
    MomentDay,
    OwnIndicator,
    PdcaNote,
    QuestionnaireAnswer,
    RollupState,
    TeamDay,
)
from reik.value.models.planning import PlanningFile, PlanningMapping, PlanningPart, Visit

__all__ = [
    "Assumption",
    "ClientFunding",
    "Computed",
    "CountedUnder",
    "FundingTerms",
    "LateChange",
    "Measured",
    "MomentDay",
    "OwnIndicator",
    "PdcaNote",
    "PlanningFile",
    "PlanningMapping",
    "PlanningPart",
    "QuestionnaireAnswer",
    "RollupState",
    "SupplierBill",
    "TeamDay",
    "Visit",
]
