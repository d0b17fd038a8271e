"""Who looks at which alert now: in memory, per page, gone by itself."""

from __future__ import annotations

from uuid import UUID

from reik.web.looking import LASTS_S, Look, Looks, unpacked

ALERT, OTHER = UUID(int=1), UUID(int=2)
SANNE, RICARDO = UUID(int=11), UUID(int=12)
CARE, ELSEWHERE = UUID(int=21), UUID(int=22)


def look(page: str, alert: UUID | None, account: UUID, house: UUID = CARE) -> Look:
    return Look(page, alert, account, frozenset({house}))


def test_two_at_one_alert_see_each_other_and_nobody_sees_herself() -> None:
    looks = Looks()
    assert looks.note(look("a", ALERT, SANNE), 0) == {SANNE}
    assert looks.note(look("b", ALERT, RICARDO), 1) == {SANNE, RICARDO}
    assert looks.beside(ALERT, SANNE, [CARE]) == {RICARDO}
    assert looks.beside(ALERT, RICARDO, [CARE]) == {SANNE}
    assert looks.beside(OTHER, RICARDO, [CARE]) == frozenset()


def test_her_two_windows_are_one_person() -> None:
    looks = Looks()
    looks.note(look("a", ALERT, SANNE), 0)
    looks.note(look("c", ALERT, SANNE), 0)
    assert looks.beside(ALERT, SANNE, [CARE]) == frozenset()


def test_who_goes_on_to_another_alert_is_gone_here_and_the_other_hears_it() -> None:
    looks = Looks()
    looks.note(look("a", ALERT, SANNE), 0)
    looks.note(look("b", ALERT, RICARDO), 0)
    assert SANNE in looks.note(look("b", OTHER, RICARDO), 1)
    assert looks.beside(ALERT, SANNE, [CARE]) == frozenset()
    assert looks.note(look("b", None, RICARDO), 2) == frozenset()


def test_saying_it_again_tells_nobody_and_keeps_it() -> None:
    looks = Looks()
    looks.note(look("a", ALERT, SANNE), 0)
    looks.note(look("b", ALERT, RICARDO), 0)
    assert looks.note(look("b", ALERT, RICARDO), 20) == frozenset()
    assert looks.note(look("a", ALERT, SANNE), 20) == frozenset()
    assert looks.forget(LASTS_S + 1) == frozenset()


def test_a_page_that_says_nothing_more_is_forgotten_and_the_other_hears_it() -> None:
    looks = Looks()
    looks.note(look("a", ALERT, SANNE), 0)
    looks.note(look("b", ALERT, RICARDO), 20)
    assert looks.forget(LASTS_S + 1) == {RICARDO}
    assert looks.beside(ALERT, RICARDO, [CARE]) == frozenset()


def test_another_organisation_is_not_shown() -> None:
    looks = Looks()
    looks.note(look("a", ALERT, SANNE, ELSEWHERE), 0)
    assert looks.beside(ALERT, RICARDO, [CARE]) == frozenset()


def test_over_the_broker_and_back_and_rubbish_is_nothing() -> None:
    one = look("a", ALERT, SANNE)
    assert unpacked(one.packed()) == one
    assert unpacked(look("a", None, SANNE).packed()) == look("a", None, SANNE)
    for rubbish in (b"", b"{}", b"[1]", b'["a","x","y",[]]', b"\xff", b"7"):
        assert unpacked(rubbish) is None
