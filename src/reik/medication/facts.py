"""What medication announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFact(Fact):
    organisation_id: UUID
    client_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTouched(ClientFact):
    """Said before anything of a client's rolls is written, so that her dispenser is locked first (lock order)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementsReceived(ClientFact):
    """A message with agreements was taken in. The numbers are what people have to look at."""

    message_id: str
    unplannable: int
    differences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanged(ClientFact):
    """What is planned for this client may have changed: by `schedule`, `agreements` or `limit`."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollFact(ClientFact):
    roll_id: UUID
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollRegistered(RollFact):
    """A roll is known to Reik, with the differences to the plan that the pharmacy has to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollDelivered(RollFact):
    """A roll is in the home and may be loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollLoaded(RollFact):
    """A roll is in the dispenser (R18). `how`: a person said so, or the device did."""

    first: int
    last: int
    count: int
    by: str
    how: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RollLeft(RollFact):
    """A roll is in the dispenser no more: `emptied`, `delivered` (taken out with sachets on it) or `returned`."""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollNearlyEmpty(RollFact):
    """A client's rolls run out (R20, R21). `ends_at`: the first moment that no roll serves.

    `stage`: order, alarm_72 (working hours), alarm_24 or no_roll (none in the home before the next moment); each
    is told again until a person acknowledges it.
    """

    ends_at: datetime
    stage: str = "alarm_72"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFact(ClientFact):
    """`kind` is one of the requests to a pharmacy; `about` is the row that it is about."""

    request_id: UUID
    kind: str
    about: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAnswered(RequestFact):
    """The pharmacy answered (R23). `how`: account, link, phone or paper; `by` is who of the pharmacy did."""

    answer: str
    text: str
    by: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestUnanswered(RequestFact):
    """No answer came by `answer_by`; said again at each next opening of the pharmacy until there is one."""

    urgency: str
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideChanged(ClientFact):
    """Something outside the roll was written: a `line`, what was `given`, or a `proposal`; open screens look again."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollsToCompare(ClientFact):
    """What is on the rolls at this client's home is to be compared with her plan, `because` of what.

    `recalled`: ids of rolls of which nothing may be handed out any more.
    """

    because: str
    recalled: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFact(ClientFact):
    """Of a change in the middle of a roll (N5); `roll` is its number."""

    change_id: UUID
    roll: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SachetsToHold(ChangeFact):
    """These sachets are not to be handed out until a person decides (R22). `first_at`: the first affected moment."""

    sachets: tuple[int, ...]
    first_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLifted(ChangeFact):
    """These sachets may be handed out, or are no longer there: by the pharmacy's word, or because the plan agrees."""

    sachets: tuple[int, ...]
    paused: bool
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeUndecided(ChangeFact):
    """The first affected moment is there and nothing is decided: the sachet is not handed out."""

    first_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeNotHeld(ChangeFact):
    """The first affected moment is near and the dispenser has not confirmed that it withholds."""

    first_at: datetime
    device_state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettled(ChangeFact):
    """It is decided: nobody has to be called for that. `over`: nothing has to be withheld any more either."""

    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RollRecalled(RollFact):
    """Sachets of this roll that are still to come may not be used. `first_at`: the planned instant of the first."""

    sequences: tuple[int, ...]
    first_at: datetime
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeHeld(ChangeFact):
    """The dispenser confirmed that it hands out nothing of it."""
