"""Kinds of tasks put together for a filter, and the ones that are done at a client's home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from reik.pathway.evidence import KINDS

ROLLS, CHANGES, MEDICATION, PHARMACY, AWAY, ALERTS, SELECTION, START, USE, STOP, BILLS, OTHER = (
    "rollen", "wijzigingen", "medicatie", "apotheek", "afwezig", "opvolging", "selectie", "start", "gebruik",
    "stop", "notas", "overig",
)  # fmt: skip
GROUPS = (ROLLS, CHANGES, MEDICATION, PHARMACY, AWAY, ALERTS, SELECTION, START, USE, STOP, BILLS, OTHER)
OF_STEP = {1: SELECTION, 2: SELECTION, 3: START, 4: START, 5: START, 6: START, 7: USE, 8: USE, 9: STOP}
BEGINS = (
    ("roll_", ROLLS), ("leftovers_", ROLLS), ("recall", ROLLS), ("outside_", MEDICATION), ("pharmacy_", PHARMACY),
    ("absence_", AWAY), ("follow_up_", ALERTS), ("order_", START), ("instruction_", START), ("value.bill", BILLS),
)  # fmt: skip
OF_KIND: Mapping[str, str] = {
    **dict.fromkeys(("path.load_sign", "path.load_differs", "path.tray_left"), ROLLS),
    **dict.fromkeys(
        (
            "choose_change", "confirm_change", "release_sachets", "hold_sachets", "take_out_sachets", "replace_roll",
            "change_running", "visit_before",
        ),
        CHANGES,
    ),
    **dict.fromkeys(("unplannable", "give_by_hand", "by_hand_open", "gap_held"), MEDICATION),
    **dict.fromkeys(("pause_unconfirmed", "take_along_count", "return_roll_and_device"), AWAY),
    **dict.fromkeys(("call_back", "house_access_check", "moved"), ALERTS),
    **dict.fromkeys(
        ("path.measure", "path.look_again", "path.unsuitable", "path.wzd_or_stop", "path.resistance_talk",
            "path.indication_ends", "path.indication_differs",
        ), SELECTION
    ),
    **dict.fromkeys(
        (
            "path.evaluation", "path.pause_decided", "path.adjust", "path.incident", "path.inspectorate",
            "path.wind_down", "path.print_anew",
        ),
        USE,
    ),
    **dict.fromkeys(("path.stop_decided", "path.withdrawn"), STOP),
}  # fmt: skip
AT_HOME = frozenset(
    {
        "roll_change", "roll_bring", "replace_roll", "take_out_sachets", "visit_before", "give_by_hand", "by_hand_open",
        "leftovers_count", "recall", "recall_check", "take_along_count", "return_roll_and_device",
        "house_access_check", "instruction_repeat", "path.selection", "path.agreement", "path.device_linked",
        "path.signal_tested", "path.coverage_tested", "path.power_tested", "path.roll_loaded",
        "path.instruction_client", "path.instruction_carer", "path.house_access_tried", "path.evaluation",
        "path.load_sign", "path.load_differs", "path.tray_left", "path.resistance_talk", "path.device_back",
    }
)  # fmt: skip
"""What somebody goes to her home for: these make the round of the day."""


def group_of(kind: str) -> str:
    """The group of a kind; one that is not known is `overig`."""
    if kind in OF_KIND:
        return OF_KIND[kind]
    known = KINDS.get(kind.removeprefix("path."))
    if known is not None and kind.startswith("path."):
        return OF_STEP[known.step]
    return next((group for begin, group in BEGINS if kind.startswith(begin)), OTHER)


def kinds_of(group: str, kinds: Iterable[str]) -> list[str]:
    """Those of these kinds that belong to this group."""
    return [each for each in kinds if group_of(each) == group]


def group_words(group: str) -> str:
    return {
        ROLLS: _("Rollen"),
        CHANGES: _("Wijzigingen van een rol"),
        MEDICATION: _("Buiten de rol, met de hand"),
        PHARMACY: _("Apotheek"),
        AWAY: _("Afwezig en terug"),
        ALERTS: _("Opvolging en huis"),
        SELECTION: _("Indicatie en selectie"),
        START: _("Aanmelden tot start"),
        USE: _("Gebruik en evaluatie"),
        STOP: _("Stoppen"),
        BILLS: _("Nota's van leveranciers"),
        OTHER: _("Overig"),
    }.get(group, group)
