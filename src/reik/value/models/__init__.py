"""What the dispenser brings: planning, assumptions, counts."""

from reik.value.models.cases import (
    Assumption,
    BillAnswer,
    BillFollowUp,
    ClientFunding,
    Computed,
    FundingTerms,
    SupplierBill,
)
from reik.value.models.figures import (
    CountedUnder,
    LateChange,
    Measured,
    MomentDay,
    OwnIndicator,
    PdcaNote,
    QuestionnaireAnswer,
    QuestionnaireTurn,
    RollupState,
    TeamDay,
)
from reik.value.models.planning import PlanningFile, PlanningMapping, PlanningPart, Visit
from reik.value.models.tours import TourQuestion

__all__ = [
    "Assumption",
    "BillAnswer",
    "BillFollowUp",
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
    "QuestionnaireTurn",
    "RollupState",
    "SupplierBill",
    "TeamDay",
    "TourQuestion",
    "Visit",
]
