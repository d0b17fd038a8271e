"""Where each kind of task is done: the page of its own flow, or a person's own word that she did it (N5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext as _

from reik.tasks.queries import TaskSeen
from reik.web.inuse.task_words import SAID, USE_PAGES
from reik.web.pathway.pages import PAGES as PATH_PAGES
from reik.web.selection.task_words import SAID as SELECTION_SAID
from reik.web.selection.task_words import SELECTION_PAGES

PHARMACIST, CARER, NURSE = "pharmacist", "informal_carer", "nurse"
TEAM = (NURSE, "caregiver", "team_manager")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """`page` names a page of PAGES, or is empty. `said`: no flow of Reik ends it, so a person says that it is done."""

    page: str = ""
    said: bool = False


# Below /clienten/<id>, but for ELSEWHERE.
# `change` is the change of a task about giving by hand; the other names are the task's own.
PAGES: Mapping[str, str] = {
    "client": "",
    "details": "/gegevens",
    "change": "/wijziging/{about}",
    "change_of": "/wijziging/{change}",
    "roll": "/rollen/{about}",
    "rolls": "/rollen",
    "question": "/vragen/{about}",
    "proposal": "/buiten-de-rol/regel?voorstel={about}",
    "giving": "/buiten-de-rol/{about}/geven?dag={day}&tijd={at}",
    "outside": "/buiten-de-rol",
    "away": "/afwezig",
    "told_away": "/afwezig?verteld=1",
    "alert": "/team/melding/{about}",
    "bill": "/waarde/leveranciersnota/{about}",
    "home": "/thuis",
    "by_hand": "/met-de-hand/{moment}",
    "agreements": "/werk",
    "schedule": "/schema",
    "follow_up": "/opvolgafspraak",
    "delivery": "/levering",
    "teaching": "/instructie",
    "forms": "/formulieren",
    **{f"path{page}": page for page in PATH_PAGES.values()},
    **{f"use{page}": page for page in USE_PAGES.values()},
    **{f"selection{page}": page for page in SELECTION_PAGES.values()},
}

WAYS: Mapping[str, Way] = {
    "choose_change": Way(page="change"),
    "confirm_change": Way(page="change"),
    "release_sachets": Way(page="change"),
    "hold_sachets": Way(page="change"),
    "take_out_sachets": Way(page="change"),
    "replace_roll": Way(page="change"),
    "change_running": Way(page="change"),
    "visit_before": Way(page="change"),
    "give_by_hand": Way(page="change_of", said=True),
    "roll_order": Way(page="rolls"),
    "roll_bring": Way(page="rolls"),
    "roll_missing": Way(page="rolls"),
    "roll_change": Way(page="roll"),
    "roll_change_tight": Way(page="rolls"),
    "roll_receive": Way(page="roll"),
    "leftovers_count": Way(page="roll"),
    "leftovers_back": Way(page="roll"),
    "leftovers_receive": Way(page="roll"),
    "leftovers_differ": Way(page="roll", said=True),
    "recall": Way(page="roll", said=True),
    "recall_check": Way(page="roll", said=True),
    "unplannable": Way(page="agreements"),
    "outside_not_given": Way(page="giving"),
    "outside_no_word": Way(page="giving"),
    "outside_undecided": Way(page="proposal"),
    "outside_agreement_gone": Way(page="outside", said=True),
    "pharmacy_request": Way(page="question"),
    "pharmacy_asked": Way(page="question"),
    "pharmacy_phone": Way(page="question"),
    "pharmacy_unknown": Way(page="details"),
    "pharmacy_in_writing": Way(page="question"),
    "pharmacy_denies": Way(page="question"),
    "pharmacy_unanswered": Way(page="question"),
    "pharmacy_code_locked": Way(page="question"),
    "pharmacy_answered": Way(page="question"),
    "pharmacy_changed": Way(page="rolls", said=True),
    "pharmacy_started": Way(page="rolls", said=True),
    "pharmacy_stops": Way(page="details"),
    "moved": Way(page="client", said=True),
    "absence_call": Way(page="away"),
    "absence_told": Way(page="told_away", said=True),
    "call_back": Way(page="alert", said=True),
    "follow_up_window": Way(page="schedule", said=True),
    "follow_up_route": Way(page="follow_up", said=True),
    "follow_up_carer": Way(page="follow_up", said=True),
    "absence_details": Way(page="away"),
    "pause_unconfirmed": Way(page="away"),
    "absence_return": Way(page="away"),
    "take_along_count": Way(page="away"),
    "return_roll_and_device": Way(page="away", said=True),
    "by_hand_open": Way(page="by_hand"),
    "gap_held": Way(page="by_hand", said=True),
    "house_access_check": Way(page="home", said=True),
    "order_awaited": Way(page="delivery"),
    "order_phone": Way(page="delivery", said=True),
    "order_cancel": Way(page="delivery"),
    "value.bill": Way(page="bill"),
    "instruction_repeat": Way(page="teaching"),
    "path.print_anew": Way(page="forms", said=True),
    **{f"path.{kind}": Way(page=f"path{page}") for kind, page in PATH_PAGES.items()},
    **{kind: Way(page=f"use{page}", said=kind in SAID) for kind, page in USE_PAGES.items()},
    **{
        kind: Way(page=f"selection{page}", said=kind in SELECTION_SAID)
        for kind, page in SELECTION_PAGES.items()
    },
}
UNKNOWN = Way(said=True)
"""A kind that this table does not know: a person must be able to end it all the same."""

OF_PHARMACY: Mapping[str, str] = {
    "pharmacy_request": "/apotheek/vraag/{about}",
    "confirm_change": "/apotheek/wijziging/{about}",
    "unplannable": "/apotheek/client/{client}#afspraken",
    "gap_held": "/apotheek/client/{client}",
    "path.pharmacy_agreed": "/apotheek/client/{client}",
    "path.roll_confirmed": "/apotheek/client/{client}",
}
"""Where the pharmacist does it, when that is another page than the team's."""

LOADED_BY_CARER = frozenset({"roll_change", "path.load_sign"})
"""What an informal carer does on her own page: count, compare, sign."""
OF_CARER = frozenset({"giving", "outside"})
"""Pages that an informal carer may open as well."""
ELSEWHERE = frozenset({"alert", "bill"})
"""Pages that do not lie below a client's."""
OF_NURSE = frozenset({"details"})
"""Pages that the rest of a team may not open."""
OF_MANAGER = frozenset({"bill"})
"""Pages of the room *Waarde*."""


def is_said(task: TaskSeen) -> bool:
    """Whether a person ends this task with her own word. A carer has fewer pages, so she does it more often."""
    way = WAYS.get(task.kind, UNKNOWN)
    if task.kind == "path.load_sign":
        return False
    return way.said or (task.owner_role == CARER and way.page not in OF_CARER)


def address_of(task: TaskSeen, role: str) -> str:
    """The page where who has this role does this task; empty: there is none."""
    way = WAYS.get(task.kind, UNKNOWN)
    if role == CARER and task.kind in LOADED_BY_CARER:
        return f"/naaste/laden?wie={task.client_id}"
    if role == PHARMACIST and task.kind in OF_PHARMACY:
        return OF_PHARMACY[task.kind].format(about=task.about, client=task.client_id)
    if (
        not way.page
        or (role == CARER and way.page not in OF_CARER)
        or (role != NURSE and way.page in OF_NURSE)
        or (role != "team_manager" and way.page in OF_MANAGER)
    ):
        return ""
    page = PAGES[way.page]
    if task.about is None and "{about}" in page:
        page = PAGES["client"]
    named = {name: quote(str(task.detail.get(name) or "")) for name in ("day", "at", "moment")}
    door = "" if way.page in ELSEWHERE else f"/clienten/{task.client_id}"
    return door + page.format(about=task.about, change=task.key.split(" ")[0], **named)


def page_words(task: TaskSeen) -> str:
    """What the button says that leads there."""
    if task.kind.removeprefix("path.") in PATH_PAGES:
        return _("Naar het zorgpad")
    if task.kind in USE_PAGES or task.kind in SELECTION_PAGES:
        return _("Doe dit nu")
    if task.owner_role == CARER and task.kind in LOADED_BY_CARER:
        return _("Laad en teken")
    return {
        "change": _("Naar de wijziging"),
        "change_of": _("Naar de wijziging"),
        "roll": _("Naar de rol"),
        "rolls": _("Naar de rollen"),
        "question": _("Naar de vraag"),
        "details": _("Naar de gegevens"),
        "proposal": _("Beslis"),
        "giving": _("Schrijf op"),
        "outside": _("Buiten de rol"),
        "away": _("Naar afwezigheid"),
        "told_away": _("Naar afwezigheid"),
        "alert": _("Naar de melding"),
        "by_hand": _("Met de hand geven"),
        "agreements": _("Naar de afspraken"),
        "schedule": _("Naar het schema"),
        "follow_up": _("Naar de opvolgafspraak"),
        "bill": _("Naar de nota"),
        "delivery": _("Naar de levering"),
        "teaching": _("Naar de instructie"),
        "forms": _("Naar de formulieren"),
    }.get(WAYS.get(task.kind, UNKNOWN).page, _("Naar de cliënt"))
