"""Persons, who is on duty when, and what one must know of a client's home."""

from reik.people.models.duty import (
    CarerAbsence,
    DutyNumber,
    Presence,
    Roster,
    RosterException,
    RosterFeed,
    RosterMember,
    RosterPattern,
    RosterSwap,
)
from reik.people.models.homes import ClientCard, HouseAccess, HouseAccessShown
from reik.people.models.persons import (
    Carer,
    Client,
    ClientIdentifier,
    Partnership,
    Pharmacy,
    PushDestination,
    PushSubscription,
    Team,
    TeamMember,
)

__all__ = [
    "Carer",
    "CarerAbsence",
    "Client",
    "ClientCard",
    "ClientIdentifier",
    "DutyNumber",
    "HouseAccess",
    "HouseAccessShown",
    "Partnership",
    "Pharmacy",
    "Presence",
    "PushDestination",
    "PushSubscription",
    "Roster",
    "RosterException",
    "RosterFeed",
    "RosterMember",
    "RosterPattern",
    "RosterSwap",
    "Team",
    "TeamMember",
]
