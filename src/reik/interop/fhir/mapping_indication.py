"""ServiceRequests of a care record to indications for medicatieaanreiking (R1). Pure; never raises on content.

A ServiceRequest counts when one of its codes is in the list of the organisation. What is wrong with one that counts
comes as issues with their places: at the door they refuse the message, later nothing of it is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from reik.interop.fhir.checking import ZONE
from reik.interop.fhir.identifiers import BSN, identifiers, plain_system
from reik.interop.fhir.mapping_values import codings, objects, one, text
from reik.interop.fhir.outcome import Issue, Who
from reik.pathway.path import SETTINGS
from reik.pathway.selection.indication_codes import BASIS_SYSTEM, Code

TYPE = "ServiceRequest"
ACTIVE = "active"
OVER: Mapping[str, str] = {
    "completed": "completed", "revoked": "revoked", "entered-in-error": "entered_in_error",
}  # fmt: skip
"""The statuses after which there is no indication any more, with why it ended."""
PROPOSED = frozenset({"proposal", "option"})
FARTHEST = timedelta(days=366 * 10)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one ServiceRequest says. `because`: it is over, and why; empty: it holds, and so it has a first day."""

    index: int
    key: str
    basis: str
    because: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    in_care_plan: bool = False


@dataclass(slots=True)
class Heard:
    """What a message says of indications: those that can be understood, what is wrong, what is left aside."""

    told: list[Told] = field(default_factory=list)
    wrong: list[Issue] = field(default_factory=list)
    aside: list[tuple[int, Issue]] = field(default_factory=list)


def hear(
    resources: Sequence[Mapping[str, Any]], codes: Mapping[Code, str], today: date, places: Sequence[str] = ()
) -> Heard:
    """The indications among these resources. `codes`: of the organisation, with the basis that belongs to each.

    `places`: where each stands in the message, for the issues.
    """
    heard, asked = Heard(), 0
    for index, each in enumerate(resources):
        if each.get("resourceType") != TYPE:
            continue
        asked += 1
        place = places[index] if index < len(places) else f"{TYPE}"
        code = _known_code(each, codes)
        if code is None:
            heard.aside.append((index, _unknown_code(place)))
            continue
        _take(heard, index, each, codes[code], today, place)
    if asked and not heard.told and not heard.wrong:  # nothing in it that Reik could do anything with
        heard.wrong = [issue for _, issue in heard.aside]
    holding = [each for each in heard.told if not each.because]
    if len(holding) > 1:
        heard.wrong.append(
            _issue(
                "A client has one indication for medicatieaanreiking at a time: here two are active.",
                _place_of(places, holding[1].index), "business-rule", Who.RECORD,
            )
        )  # fmt: skip
    return heard


def _place_of(places: Sequence[str], index: int) -> str:
    return places[index] if index < len(places) else TYPE


def _take(heard: Heard, index: int, resource: Mapping[str, Any], usual: str, today: date, place: str) -> None:
    wrong = list(_flaws(resource, place))
    period, flaws = _period(resource, place)
    key, basis = _key(resource), _basis(resource) or usual
    status = text(resource.get("status")) or ""
    because = OVER.get(status, "")
    if not because:
        wrong += [*flaws, *_order(period, today, place)]
        if basis not in SETTINGS:
            said = f"Say on which law the care rests: category {BASIS_SYSTEM}|zvw, or one of {', '.join(SETTINGS)}."
            wrong.append(_issue(said, f"{place}.category", "required", Who.RECORD))
        if period[1] is not None and period[1] < today:
            because = "period_over"
    heard.wrong += wrong
    if not wrong:
        heard.told.append(
            Told(
                index=index, key=key, basis=basis, because=because, starts_on=period[0], ends_on=period[1],
                in_care_plan=_in_care_plan(resource),
            )
        )  # fmt: skip


def _flaws(resource: Mapping[str, Any], place: str) -> Iterator[Issue]:
    status, intent = text(resource.get("status")), text(resource.get("intent"))
    if not _key(resource):
        said = (
            "Reik needs the identifier of this indication in the care record, to know it again when it ends."
        )
        yield _issue(said, f"{place}.identifier", "required")
    if status != ACTIVE and status not in OVER:
        said = "An indication is active, completed, revoked or entered-in-error. Send it when it is one of these."
        yield _issue(said, f"{place}.status", "value", Who.RECORD)
    if intent is None or intent in PROPOSED:
        said = "A proposal is no indication: send it when somebody decided on it (intent plan or order)."
        yield _issue(said, f"{place}.intent", "value", Who.RECORD)
    if resource.get("doNotPerform"):
        said = "This says that it must not be done, so it is no indication. Send the indication itself as revoked."
        yield _issue(said, f"{place}.doNotPerform", "business-rule", Who.RECORD)


def _issue(said: str, place: str, code: str, acts: Who = Who.SUPPLIER) -> Issue:
    return Issue(text=said, place=place, code=code, acts=acts)


def _unknown_code(place: str) -> Issue:
    said = (
        "This code is not one by which your organisation indicates medicatieaanreiking, so nothing was opened for it."
        " A team manager adds system and code at Zorgpad, settings (/zorgpad/instellingen); then have it read again."
    )
    return Issue(text=said, place=f"{place}.code", code="code-invalid", severity="error", acts=Who.MANAGER)


def _known_code(resource: Mapping[str, Any], codes: Mapping[Code, str]) -> Code | None:
    for each in codings(one(resource.get("code"))):
        code = plain_system(each.get("system")), text(each.get("code")) or ""
        if code in codes:
            return code
    return None


def _key(resource: Mapping[str, Any]) -> str:
    """`system|value` of its own identifier; a BSN names a person, not an indication."""
    return next((f"{system}|{value}" for system, value in identifiers(resource) if system != BSN), "")[:200]


def _basis(resource: Mapping[str, Any]) -> str:
    """The law that the message itself names."""
    for concept in objects(resource.get("category")):
        for each in codings(concept):
            if each.get("system") == BASIS_SYSTEM:
                return text(each.get("code")) or ""
    return ""


def _in_care_plan(resource: Mapping[str, Any]) -> bool:
    """It rests on a care plan."""
    return any(
        each.get("type") == "CarePlan" or "CarePlan/" in (text(each.get("reference")) or "")
        for each in objects(resource.get("basedOn"))
    )


Days = tuple[date | None, date | None]


def _period(resource: Mapping[str, Any], place: str) -> tuple[Days, list[Issue]]:
    """The first and last day, both included: of the occurrence, else from when it was written on."""
    bounds = one(one(one(resource.get("occurrenceTiming")).get("repeat")).get("boundsPeriod"))
    period = one(resource.get("occurrencePeriod")) or bounds
    start = text(period.get("start")) or text(resource.get("occurrenceDateTime"))
    start = start or text(resource.get("authoredOn"))
    end = text(period.get("end"))
    first, last = _day(start), _day(end)
    flaws = []
    if first is None:
        said = "Say from which day on the indication holds, to the day (2026-12-01)."
        code = "required" if start is None else "value"
        flaws.append(_issue(said, f"{place}.occurrencePeriod.start", code, Who.RECORD))
    if end is not None and last is None:
        said = "Say until which day the indication holds, to the day (2026-12-01), or leave it out."
        flaws.append(_issue(said, f"{place}.occurrencePeriod.end", "value", Who.RECORD))
    return (first, last), flaws


def _order(period: Days, today: date, place: str) -> Iterator[Issue]:
    first, last = period
    if first is not None and abs(first - today) > FARTHEST:
        said = "The first day is more than ten years away: look at it again."
        yield _issue(said, f"{place}.occurrencePeriod.start", "value", Who.RECORD)
    if first is not None and last is not None and last < first:
        said = "The last day is not before the first."
        yield _issue(said, f"{place}.occurrencePeriod.end", "value", Who.RECORD)


def _day(said: str | None) -> date | None:
    """A day, or the Dutch day of an instant; None for a month, a year and anything else."""
    if said is None:
        return None
    try:
        if _DAY.fullmatch(said):
            return date.fromisoformat(said)
        at = datetime.fromisoformat(said) if "T" in said else None
        return at.astimezone(ZONE).date() if at is not None and at.tzinfo else None
    except (ValueError, OverflowError):
        return None
