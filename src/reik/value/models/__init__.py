"""What the dispenser brings: planning, assumptions, counts."""

from reik.value.models.cases import Assumption, ClientFunding, Computed, FundingTerms, SupplierBill
from reik.value.models.figures import (
    Measured,
    MomentDay,
    OwnIndicator,
    PdcaNote,
    QuestionnaireAnswer,
    RollupState,
)
from reik.value.models.planning import PlanningFile, PlanningMapping, Visit

__all__ = [
    "Assumption",
    "ClientFunding",
    "Computed",
    "FundingTerms",
    "Measured",
    "MomentDay",
    "OwnIndicator",
    "PdcaNote",
    "PlanningFile",
    "PlanningMapping",
    "QuestionnaireAnswer",
    "RollupState",
    "SupplierBill",
    "Visit",
]
