"""A paper that was printed is kept with what stood on it; when that changes a nurse hears what, and prints it anew."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils.translation import override

from reik.alerting.arrangements.seen import holding as route_of
from reik.pathway import moving
from reik.pathway.forms import printing, versions
from reik.pathway.forms.catalogue import own_text
from reik.pathway.forms.gathering import gather
from reik.pathway.forms.markup import BULLETS, FormFlawed
from reik.pathway.forms.printing_rules import CARD
from reik.pathway.models import Printed
from reik.pathway.selection.questions import QUESTIONS, TWO_OBSERVERS
from reik.people.homes_numbers import add_number
from reik.people.models import Client, DutyNumber
from reik.people.queries import card_of
from reik.tasks.models import Task
from reik.web.selection.on_paper import question_blocks
from reik.web.selection.question_words import words_of
from tests.contexts.pathway.forms_town import ANNIE, complete, page, said_by, town, visits
from tests.contexts.screens_town import Town, Visits, as_worker

__all__ = ["town", "visits"]
HOUR = timedelta(hours=1)


def tasks() -> list[tuple[str, list[str], str]]:
    rows = Task.objects.filter(kind=printing.TASK).order_by("opened_at", "key")
    return [(each.key, each.detail["whys"], each.ended_as) for each in rows]


def walk(town: Town) -> None:
    moving.open_path(client_id=town.id(ANNIE), setting="zvw", by="Fatma", role="nurse", now=town.now)


def other_number(town: Town, phone: str) -> None:
    DutyNumber.objects.filter(organisation_id=town.care.id, name="Wijkteam Noord").delete()
    add_number(
        organisation_id=town.care.id, kind="team", name="Wijkteam Noord", phone=phone, hours={}, now=town.now, place=3
    )  # fmt: skip


def look(now: datetime) -> None:
    printing.look_at_papers(now)


def test_a_card_with_another_number_is_told_once_and_printing_it_anew_is_enough(
    town: Town, visits: Visits
) -> None:
    complete(town)
    with as_worker():
        walk(town)
    assert visits.by("nurse").get(page(town, "/kaart.pdf")).status_code == 200
    assert "klopt nog" in visits.text("nurse", page(town))
    with as_worker():
        look(town.now + HOUR)
        assert tasks() == []
        other_number(town, "053 555 99 99")
        look(town.now + 2 * HOUR)
        look(town.now + 3 * HOUR)
        assert tasks() == [("card nl", ["phone"], "")]
    listing = visits.text("nurse", page(town))
    assert "Sindsdien veranderd: telefoonnummer" in listing
    assert "Kaart naast de dispenser (Nederlands). Veranderd: telefoonnummer" in visits.text(
        "nurse", "/werklijst/taken"
    )
    assert visits.by("nurse").get(page(town, "/kaart.pdf")).status_code == 200
    with as_worker():
        assert tasks() == [("card nl", ["phone"], "done")]
        assert Printed.objects.filter(what=CARD, replaced_at=None).count() == 1
        look(town.now + 5 * HOUR)
        assert len(tasks()) == 1


def test_a_change_that_is_taken_back_drops_the_task(town: Town, visits: Visits) -> None:
    complete(town)
    with as_worker():
        walk(town)
    assert visits.by("nurse").get(page(town, "/kaart.pdf")).status_code == 200
    with as_worker():
        other_number(town, "053 555 99 99")
        look(town.now + 2 * HOUR)
        other_number(town, "053 555 01 00")
        look(town.now + 4 * HOUR)
        assert tasks() == [("card nl", ["phone"], "dropped")]


def test_a_new_text_of_the_organisation_makes_its_prints_old(town: Town, visits: Visits) -> None:
    complete(town)
    with as_worker():
        walk(town)
    assert visits.by("nurse").get(page(town, "/fault.pdf")).status_code == 200
    assert visits.by("nurse").get(page(town, "/selection.pdf")).status_code == 200
    with as_worker():
        for form in ("fault", "selection"):
            id = versions.write(
                organisation_id=town.care.id, form=form, language="nl", after=0, now=town.now, author="Mia",
                body=own_text(form, "nl").body + "\nVan ons.\n", author_id=town.accounts["mia"].id,
            )  # fmt: skip
            versions.approve(town.care.id, id, by_id=town.accounts["mo"].id, by="Mo", now=town.now)
        look(town.now + HOUR)
        # the form of selection is used once, at a table: that it is old stands on the page only
        assert tasks() == [("fault nl", ["text"], "")]
    assert visits.text("nurse", page(town)).count("Sindsdien veranderd: tekst") == 2


def test_name_and_times_are_told_as_such_and_the_day_is_not(town: Town, visits: Visits) -> None:
    complete(town)
    assert visits.by("nurse").get(page(town, "/kaart.pdf")).status_code == 200
    with as_worker():
        Client.objects.filter(id=town.id(ANNIE)).update(name="A. (Annie) de Boer-Smit")
        card = card_of(Client.objects.select_related("team").get(id=town.id(ANNIE)))
        (seen,) = printing.printed_for(card, gather(card, town.now + timedelta(days=3)))
        assert seen.changes == ("name",)
        assert route_of(card.id) is not None


def test_who_walks_no_path_is_left_alone(town: Town, visits: Visits) -> None:
    complete(town)
    assert visits.by("nurse").get(page(town, "/kaart.pdf")).status_code == 200
    with as_worker():
        other_number(town, "053 555 99 99")
        look(town.now + 2 * HOUR)
        assert tasks() == []


# The questions on paper are those of the screen


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_question_stands_on_paper_with_its_help_and_answers(language: str) -> None:
    blocks = question_blocks(language, {TWO_OBSERVERS})
    said = "\n".join("".join(each.text for each in block.pieces) for block in blocks)
    ticks = [each for block in blocks if block.kind == BULLETS for each in block.items]
    answers = ["".join(piece.text for piece in each.pieces) for each in ticks]
    with override(language):
        for each in QUESTIONS:
            words = words_of(each.code)
            who = {"who": "de cliënt" if language == "nl" else "the client"}
            assert words.ask % who in said
            assert words.help % who in said
            for label, more in words.answers.values():
                assert any((label % who) in one and (more % who) in one for one in answers)
    assert len(ticks) == sum(len(each.answers) for each in QUESTIONS) + 4


def test_what_an_organisation_does_not_ask_is_not_on_its_paper() -> None:
    assert len(question_blocks("nl", {TWO_OBSERVERS})) == len(question_blocks("nl", ())) + 4


def test_the_paper_holds_the_questions_and_an_own_text_cannot_leave_them_out(
    town: Town, visits: Visits
) -> None:
    complete(town)
    answer = visits.by("nurse").get(page(town, "/selection.pdf?taal=en"))
    assert answer.status_code == 200
    said = said_by(answer.content)
    assert "The questions" in said
    assert "Vragenlijst" not in said
    with as_worker(), pytest.raises(FormFlawed) as flawed:
        versions.write(
            organisation_id=town.care.id, form="selection", language="nl", after=0, now=town.now, author="Mia",
            body="# Onze vragen\n\n- [ ] Past het?\n", author_id=town.accounts["mia"].id,
        )  # fmt: skip
    assert [each.code for each in flawed.value.flaws] == ["questions"]
