"""What a device's events mean for a moment: pure, and blind to the order in which they arrive (R25, R26, R33).

Each distinct event (device, epoch, seq) is folded in exactly once; every field is folded by a rule that
commutes, so that any order and any repetition gives the same end state (device contract, invariant 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reik.dispensing.outcomes import Outcome

# The device's own word at closing, where the sachets themselves decide nothing.
CLOSED_AS = {
    "withheld": Outcome.WITHHELD,
    "paused": Outcome.PAUSED,
    "device_failure": Outcome.DEVICE_FAILURE,
    "not_taken_out": Outcome.NOT_OUT,
    "partial": Outcome.PARTLY,
}
NAMES_A_MOMENT = frozenset({"sachet_taken_out", "sachet_presented", "button_pressed", "moment_closed"})
MAX_SACHETS = 30


@dataclass(slots=True, kw_only=True)
class Tally:
    """The evidence on one moment. `out`, `presented` and `by_hand` are bit masks: bit k-1 stands for sachet k.

    `by_hand` is what a person gave, and that counts (R34); `away`: it falls in an absence (R10).
    """

    due_at: datetime
    deadline_at: datetime
    sachets: int
    presented: int = 0
    out: int = 0
    last_out_at: datetime | None = None
    closed_epoch: int = 0
    closed_seq: int = 0
    closed_as: str = ""
    closed_at: datetime | None = None
    contested: bool = False
    verdict: str = ""
    verdict_reason: str = ""
    by_hand: int = 0
    by_hand_at: datetime | None = None
    away: bool = False


def fold(
    tally: Tally,
    *,
    type: str,
    data: Mapping[str, object],
    instant: datetime,
    epoch: int,
    seq: int,
    evidence: str,
    certain: bool = True,
) -> None:
    """Add one event. `evidence` is the most the device can ever prove: pressed, handed_out or removed (R26).

    An instant that is not `certain` never makes a moment early or late (device contract, section 3).
    """
    if not certain:
        instant = min(max(instant, tally.due_at), tally.deadline_at)
    if type == "moment_closed":
        if (epoch, seq) > (tally.closed_epoch, tally.closed_seq):
            tally.closed_epoch, tally.closed_seq = epoch, seq
            tally.closed_as, tally.closed_at = str(data.get("outcome")), instant
    elif type == "sachet_taken_out":
        _count_out(tally, _bit(data), instant)
    elif type == "sachet_presented":
        tally.presented |= _bit(data)
        if evidence == "handed_out":
            _count_out(tally, _bit(data), instant)
    elif type == "button_pressed" and evidence == "pressed":
        _count_out(tally, (1 << tally.sachets) - 1, instant)


def is_out_already(tally: Tally, *, type: str, data: Mapping[str, object], evidence: str) -> bool:
    """Whether this event, not folded in yet, says of a sachet by number that it is out, as another one did before.

    Only where removal is sensed: other devices prove less, and say it twice by their nature.
    """
    if type != "sachet_taken_out" or evidence != "removed" or not isinstance(data.get("k"), int):
        return False
    return bool(tally.out & _bit(data))


def _bit(data: Mapping[str, object]) -> int:
    """The sachet's bit. Without a number it is taken for the first; a number that cannot be proves nothing."""
    k = data.get("k")
    if not isinstance(k, int):
        return 1
    return 1 << (k - 1) if 1 <= k <= MAX_SACHETS else 0


def _count_out(tally: Tally, bits: int, instant: datetime) -> None:
    if not bits:
        return
    tally.out |= bits
    if tally.last_out_at is None or instant > tally.last_out_at:
        tally.last_out_at = instant


def give_by_hand(tally: Tally, places: int, at: datetime) -> None:
    """Count sachets that a person gave: the latest giving ends the moment, whichever was entered first."""
    tally.by_hand |= places
    if tally.by_hand_at is None or at > tally.by_hand_at:
        tally.by_hand_at = at


def is_double(tally: Tally) -> bool:
    """Whether a sachet that was given by hand was handed out too, as far as anyone knows (R31).

    Handed out is enough: what lies in the tray can be taken. A device that closes the moment as complete names no
    sachet, and says it of all.
    """
    handed_out = tally.out | tally.presented
    if tally.closed_as == "complete":
        handed_out |= (1 << tally.sachets) - 1
    return bool(tally.by_hand & handed_out)


def decide(tally: Tally) -> tuple[Outcome | None, datetime | None, str]:
    """The moment's outcome with the instant it ended and why; (None, None, "") while it is open.

    The device's evidence goes before what `watch` concluded; a contested moment is unknown whatever it says, and
    one that was handed out and given by hand is contested too, in whatever order both became known (R33).
    """
    if tally.contested:
        return Outcome.UNKNOWN, tally.deadline_at, "contested"
    if is_double(tally):
        return Outcome.UNKNOWN, tally.deadline_at, "possible_double"
    whole = (1 << tally.sachets) - 1
    if tally.out & whole == whole and tally.last_out_at is not None:
        return _out_at(tally, tally.last_out_at), tally.last_out_at, "device"
    if tally.by_hand_at is not None and (tally.out | tally.by_hand) & whole == whole:
        return Outcome.BY_HAND, max(tally.by_hand_at, tally.last_out_at or tally.by_hand_at), "by_hand"
    if tally.closed_as == "complete" and tally.closed_at is not None:
        return _out_at(tally, tally.closed_at), tally.closed_at, "device"
    if tally.away and not (tally.out | tally.by_hand) and (tally.closed_as or tally.verdict):
        return Outcome.PAUSED, tally.closed_at if tally.closed_as else tally.deadline_at, "away"
    return _not_whole(tally)


def _not_whole(tally: Tally) -> tuple[Outcome | None, datetime | None, str]:
    """What is known of a moment of which not every sachet is out; what is out for a part is never *not out*."""
    given = tally.out | tally.by_hand
    closed = CLOSED_AS.get(tally.closed_as)
    if closed is not None:
        if given and closed in (Outcome.NOT_OUT, Outcome.PAUSED, Outcome.WITHHELD):
            closed = Outcome.PARTLY
        return closed, tally.closed_at, "device"
    if tally.closed_as:  # a word this version does not know is never an end in green
        return Outcome.UNKNOWN, tally.closed_at, "unknown_word"
    if tally.verdict:
        verdict = Outcome(tally.verdict)
        if verdict in (Outcome.NOT_OUT, Outcome.NO_NOTICE) and given:
            verdict = Outcome.PARTLY
        return verdict, tally.deadline_at, tally.verdict_reason
    return None, None, ""


def _out_at(tally: Tally, instant: datetime) -> Outcome:
    if instant < tally.due_at:
        return Outcome.EARLY
    return Outcome.IN_TIME if instant <= tally.deadline_at else Outcome.LATE
