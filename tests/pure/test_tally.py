"""Several senders of one gateway, one word: nobody is suspected for a receipt that somebody else heard (R56)."""

from __future__ import annotations

from reik.interop.sms.receipts import FEW, Fate, Ledger, Said
from reik.kernel.tally import ALIVE_S, LATE_S, LOOKED_BACK_S, NOTHING, Tally, together

NONE = "takes messages and confirms none"


def test_none_is_nothing() -> None:
    assert together([], 0.0) == NOTHING


def test_a_receipt_that_one_heard_ends_the_silence_of_all_before_it() -> None:
    before, after, heard = Tally(silent_since=10), Tally(silent_since=30), Tally(heard_at=20)
    assert together([(before, 100), (heard, 100)], 100).silent_since is None
    assert together([(before, 100), (after, 100), (heard, 100)], 100) == Tally(heard_at=20, silent_since=30)
    assert together([(before, 100), (after, 100)], 100).silent_since == 10


def test_counts_are_added_and_those_of_more_than_an_hour_ago_are_not() -> None:
    one, other = Tally(due=9, missed=5, lost=1), Tally(due=1, missed=-2, lost=2)
    assert together([(one, 0), (other, 0)], LOOKED_BACK_S) == Tally(due=10, missed=3, lost=3)
    assert together([(one, 0), (other, 1)], LOOKED_BACK_S + 1) == other


def test_of_a_sender_that_has_ended_only_a_suspicion_stays() -> None:
    silent, at = Tally(silent_since=0), 1000.0
    assert together([(silent, at - ALIVE_S)], at).silent_since == 0
    assert together([(silent, LATE_S + 1)], at).silent_since == 0  # it was suspected when it ended
    assert together([(silent, LATE_S)], at).silent_since is None


def test_two_senders_of_which_the_other_gets_the_receipts() -> None:
    """As over SMPP: a centre sends a receipt to any session of the account."""
    one, other = Ledger(), Ledger()
    for each in range(FEW):
        one.took(str(each), f"A{each}", "", each, asked=True)
        other.heard(Said(f"A{each}", "", Fate.ARRIVED), each + 1)
    at = FEW + LATE_S + 1
    assert one.doubt(at) == NONE  # alone
    assert one.doubts(at) == NONE
    one.share(other.tally(at))
    other.share(one.tally(at))
    assert (one.doubt(at), one.doubts(at), other.doubts(at)) == ("", "", "")


def test_what_no_sender_alone_can_tell_they_know_together() -> None:
    one, other = Ledger(), Ledger()
    for ledger, texts in ((one, 3), (other, 3)):
        for each in range(texts):
            ledger.took(str(each), f"{id(ledger)}{each}", "", 0, asked=True)
    one.heard(Said(f"{id(one)}0", "", Fate.ARRIVED), 1)
    at = LATE_S + 2
    assert one.doubts(at) == ""
    one.share(other.tally(at))
    assert one.doubts(at) == "takes messages and confirms few (5 of 6 without a receipt)"


def test_a_suspicion_of_another_sender_is_mine_until_i_hear_something() -> None:
    one = Ledger()
    one.share(Tally(silent_since=0))
    assert one.doubt(LATE_S) == ""
    assert one.doubt(LATE_S + 1) == NONE
    one.heard(Said("A", "", Fate.ARRIVED), LATE_S + 2)
    assert one.doubt(LATE_S + 3) == ""


def test_texts_after_the_receipt_of_another_begin_a_new_silence() -> None:
    one = Ledger()
    one.took("k", "A1", "", 0, asked=True)
    one.took("l", "A2", "", 50, asked=True)
    one.share(Tally(heard_at=20))
    assert one.tally(60).silent_since == 50
