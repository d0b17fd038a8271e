"""Tables of medication, by subject."""

from reik.medication.models.changes import Change
from reik.medication.models.codes import ProductCode
from reik.medication.models.limits import HandoutLimit
from reik.medication.models.outside import LooseGiven, LooseLine, LooseTold, OutsideProposal
from reik.medication.models.requests import PharmacyRequest, ReplyLetter, ReplyLink, RequestDesk
from reik.medication.models.roll_life import RollArrangement, RollFit, RollRecall, RollStep, RollSupply
from reik.medication.models.rolls import LIVE, STATES, Finding, Roll, Sachet
from reik.medication.models.schedules import AgreementMessage, Schedule, ScheduleLine

__all__ = [
    "LIVE",
    "STATES",
    "AgreementMessage",
    "Change",
    "Finding",
    "HandoutLimit",
    "LooseGiven",
    "LooseLine",
    "LooseTold",
    "OutsideProposal",
    "PharmacyRequest",
    "ProductCode",
    "ReplyLetter",
    "ReplyLink",
    "RequestDesk",
    "Roll",
    "RollArrangement",
    "RollFit",
    "RollRecall",
    "RollStep",
    "RollSupply",
    "Sachet",
    "Schedule",
    "ScheduleLine",
]
