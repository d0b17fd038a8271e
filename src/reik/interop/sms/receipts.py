"""What a gateway said of texts it took: reading receipts, and remembering what is still without one. Pure.

Receipts come twice, late, in any order, and before the answer to the text itself: the end is the same (rule 5).
Nothing is kept of a text but the gateway's id, the phone and times, and that in memory for two hours.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from itertools import islice

from reik.interop import Failed
from reik.interop.sms.pdu import MESSAGE_STATE, RECEIPTED_ID, Incoming
from reik.kernel.tally import LATE_S as LATE_S
from reik.kernel.tally import LOOKED_BACK_S, NOTHING, Tally

KEPT_S, EARLY_S = 7200.0, 60.0
MOST_KEPT, MOST_EARLY = 20_000, 1000
FEW = 5  # texts without a receipt before a share of them says something
PAUSE = timedelta(minutes=1)  # before a phone that was not reached is texted again
_SHORTEST_CONVERTED = 6  # digits of an id that may be written in another base in the receipt


class Fate(IntEnum):
    """What is known of a text; of two receipts the higher holds, whichever came first."""

    TAKEN = 0
    ON_THE_WAY = 1
    LOST = 2
    REFUSED = 3
    ARRIVED = 4


# SMPP 3.4, 5.2.28 and appendix B. UNKNOWN and ACCEPTD say nothing of the phone.
_BY_STATE = {1: Fate.ON_THE_WAY, 2: Fate.ARRIVED, 3: Fate.LOST, 4: Fate.REFUSED, 5: Fate.LOST,
             6: Fate.ON_THE_WAY, 7: Fate.ON_THE_WAY, 8: Fate.REFUSED}  # fmt: skip
_BY_WORD = {"ENROUTE": Fate.ON_THE_WAY, "DELIVRD": Fate.ARRIVED, "EXPIRED": Fate.LOST, "DELETED": Fate.REFUSED,
            "UNDELIV": Fate.LOST, "ACCEPTD": Fate.ON_THE_WAY, "UNKNOWN": Fate.ON_THE_WAY,
            "REJECTD": Fate.REFUSED}  # fmt: skip
_ID = re.compile(rb"\bid:\s*([!-~]{1,65})", re.IGNORECASE)
_STATE = re.compile(rb"\bstat:\s*([A-Z]{5,7})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """One receipt: the gateway's id of the text, the phone's digits (may be empty), and what became of it."""

    id: str
    phone: str
    fate: Fate


def said(got: Incoming) -> Said | None:
    """The receipt in what came in; None when it is none or does not say what became of which text."""
    if not got.is_receipt:
        return None
    named = got.extra.get(RECEIPTED_ID, b"").rstrip(b"\0")
    if not named and (found := _ID.search(got.text)):
        named = found[1]
    fate = _BY_STATE.get(int.from_bytes(got.extra.get(MESSAGE_STATE, b"")))
    if fate is None and (word := _STATE.search(got.text)):
        fate = _BY_WORD.get(word[1].decode().upper())
    if not named or fate is None:
        return None
    return Said(named.decode("latin-1"), got.source.lstrip("+"), fate)


@dataclass(slots=True)
class Text:
    """A text that the gateway took. `at` and all other times are the loop's, in seconds."""

    id: str
    phone: str
    at: float
    asked: bool  # for a receipt
    fate: Fate = Fate.TAKEN

    def again(self, at: float) -> bool:
        """Whether a further attempt is a new text: the last one failed, or nothing was heard of it for too long."""
        if self.fate in (Fate.LOST, Fate.REFUSED):
            return True
        return self.asked and self.fate == Fate.TAKEN and at - self.at > LATE_S


def failure(fate: Fate) -> Failed | None:
    """What a receipt says against a text."""
    if fate == Fate.REFUSED:
        return Failed("the phone's network refused it", permanent=True, answered=True)
    if fate == Fate.LOST:
        return Failed("it did not reach the phone", answered=True, retry_after=PAUSE)
    return None


class Ledger:
    """The texts that one gateway took from this process, by our key and by the gateway's ids. What other senders saw
    of it counts in its judgement."""

    def __init__(self) -> None:
        self._others = NOTHING
        self._heard_at: float | None = None
        self._strays: deque[tuple[float, Fate]] = deque(maxlen=MOST_EARLY)  # receipts of others' texts
        self._texts: dict[str, Text] = {}
        self._keys: dict[str, str] = {}  # the gateway's id -> our key
        self._early: dict[str, tuple[Said, float]] = {}
        self.asked_at = float("-inf")  # when receipts that do not come by themselves were asked for
        self._silent_since: float | None = (
            None  # the first text, that asked for a receipt, since the last receipt
        )

    def of(self, key: str) -> Text | None:
        return self._texts.get(key)

    def took(self, key: str, id: str, phone: str, at: float, *, asked: bool) -> None:
        """The gateway took the text `key`; a receipt that overtook this is applied now."""
        self._forget(at)
        before = self._texts.pop(key, None)  # the newest last
        text = self._texts[key] = Text(id, phone.lstrip("+"), at, asked)
        if before is not None and before.fate == Fate.ARRIVED:
            text.fate = Fate.ARRIVED  # the phone has it, by the attempt before this one
        if asked and self._silent_since is None:
            self._silent_since = at
        if not id:
            return
        self._keys[_plain(id)] = key
        for each in _spellings(id):
            early = self._early.get(each)
            if early and early[0].phone in ("", text.phone):
                del self._early[each]
                self.heard(early[0], at)

    def heard(self, got: Said, at: float) -> str | None:
        """Note a receipt; gives the key of the text of which now more is known."""
        self._silent_since, self._heard_at = None, at
        key = self._key(got)
        if key is None:
            self._early.pop(_plain(got.id), None)  # the newest last
            self._early[_plain(got.id)] = (got, at)
            if len(self._early) > MOST_EARLY:
                del self._early[next(iter(self._early))]
            return None
        text = self._texts[key]
        if _plain(text.id) not in _spellings(got.id) and got.fate != Fate.ARRIVED:
            return None  # of an attempt before this one
        if got.fate <= text.fate:
            return None
        text.fate = got.fate
        return key

    def open(self, most: int) -> list[str]:
        """The gateway's ids of the newest texts that are without a receipt."""
        found = (
            each.id
            for each in reversed(self._texts.values())
            if each.asked and each.id and each.fate < Fate.LOST
        )
        return list(islice(found, most))

    def share(self, others: Tally) -> None:
        """What all other senders saw of this gateway: a receipt that one of them heard ends the silence here too."""
        self._others, heard = others, others.heard_at
        if heard is not None and self._silent_since is not None and self._silent_since <= heard:
            later = (each.at for each in self._texts.values() if each.asked and each.at > heard)
            self._silent_since = next(later, None)

    def tally(self, at: float) -> Tally:
        """What this sender saw by itself. Reads all."""
        self._forget(at)
        due = [
            each.fate
            for each in self._texts.values()
            if each.asked and LATE_S < at - each.at <= LATE_S + LOOKED_BACK_S
        ]
        strays = [fate for heard, fate in self._strays if at - heard <= LOOKED_BACK_S and fate >= Fate.LOST]
        return Tally(
            heard_at=self._heard_at, silent_since=self._silent_since, due=len(due),
            missed=sum(each in (Fate.TAKEN, Fate.ON_THE_WAY) for each in due) - len(strays),
            lost=sum(each in (Fate.LOST, Fate.REFUSED) for each in [*due, *strays]),
        )  # fmt: skip

    def doubt(self, at: float) -> str:
        """Why the gateway's word is not to be relied on at `at`; empty when nothing speaks against it."""
        theirs = self._others.silent_since
        if theirs is not None and self._heard_at is not None and theirs <= self._heard_at:
            theirs = None
        silences = [each for each in (self._silent_since, theirs) if each is not None]
        if silences and at - min(silences) > LATE_S:
            return "takes messages and confirms none"
        return ""

    def doubts(self, at: float) -> str:
        """As `doubt`, and whether of the last hour most are without a receipt or did not arrive. Reads all."""
        mine, theirs = self.tally(at), self._others
        due, missed, lost = mine.due + theirs.due, mine.missed + theirs.missed, mine.lost + theirs.lost
        if missed >= FEW and missed * 2 > due:
            return self.doubt(at) or f"takes messages and confirms few ({missed} of {due} without a receipt)"
        if lost >= FEW and lost * 2 > due:
            return f"takes messages and delivers few ({lost} of {due} did not arrive)"
        return self.doubt(at)

    def _key(self, got: Said) -> str | None:
        """By the very id first; then by the id in another base, if the phone is the same."""
        if (key := self._keys.get(_plain(got.id))) in self._texts:
            return key
        for each in _spellings(got.id):
            key = self._keys.get(each)
            if key in self._texts and got.phone in ("", self._texts[key].phone):
                return key
        return None

    def _forget(self, at: float) -> None:
        while self._texts:
            key, oldest = next(iter(self._texts.items()))
            if len(self._texts) < MOST_KEPT and at - oldest.at <= KEPT_S:
                break
            del self._texts[key]
        if len(self._keys) > 2 * len(self._texts) + 100:
            self._keys = {id: key for id, key in self._keys.items() if key in self._texts}
        while self._early and at - next(iter(self._early.values()))[1] > EARLY_S:
            stray, heard = self._early.pop(next(iter(self._early)))
            self._strays.append((heard, stray.fate))


def _plain(id: str) -> str:
    """An id as it is compared: without case and leading zeros."""
    return id.upper().lstrip("0") or "0"


def _spellings(id: str) -> list[str]:
    """The id itself, and where a centre may have changed base between answer and receipt, the other one."""
    plain = _plain(id)
    found = [plain]
    if len(plain) >= _SHORTEST_CONVERTED and plain.isascii():
        if plain.isdigit():
            found.append(f"{int(plain):X}")
        if all(each in "0123456789ABCDEF" for each in plain):
            found.append(str(int(plain, 16)))
    return found
