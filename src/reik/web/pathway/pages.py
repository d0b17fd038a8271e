"""On which page below a client's each kind of evidence comes about; what is ticked stands on the path's own page."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

PATH_PAGE = "/zorgpad"
PAGES: Mapping[str, str] = {
    "indication": "/indicatie",
    "baseline": "/nulmeting",
    "selection": "/selectie",
    "assessed": "/selectie",
    "selection_skipped": "/selectie",
    "agreement": "/besluit",
    "wzd_decision": "/besluit",
    "allotment": "/zorgpad/wie",
    "pharmacy_asked": "/aanmelden",
    "pharmacy_agreed": "/aanmelden",
    "roll_confirmed": "/aanmelden",
    "times_confirmed": "/schema",
    "device_ordered": "/levering",
    "device_delivered": "/levering",
    "device_linked": "/levering",
    "signal_tested": "/levering",
    "coverage_tested": "/levering",
    "power_tested": "/levering",
    "fallback_agreed": "/levering",
    "roll_loaded": "/laden",
    "instruction_client": "/instructie",
    "instruction_carer": "/instructie",
    "follow_up_agreed": "/opvolgafspraak",
    "test_alarm": "/opvolgafspraak",
    "house_access": "/thuis",
    "house_access_tried": "/levering",
    "medication_checked": "/afwezig",
    "roll_checked": "/afwezig",
    "route_tested": "/afwezig",
    "routes_closed": "/stoppen",
    "access_closed": "/stoppen",
    "billing_told": "/stoppen",
    "device_back": "/stoppen",
    "leftovers_back": "/stoppen",
    "care_instead": "/stoppen",
    "care_plan": PATH_PAGE,
    "nurse_on_call": PATH_PAGE,
}


def page_of(kind: str, client_id: UUID) -> str:
    """The address where this is done for this client."""
    return f"/clienten/{client_id}{PAGES.get(kind, PATH_PAGE)}"


def elsewhere(kind: str) -> bool:
    """Whether it is done on another page than the path's own."""
    return PAGES.get(kind, PATH_PAGE) != PATH_PAGE
