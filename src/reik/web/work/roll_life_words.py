"""The sentences for a roll's life: steps, to whom, windows, what runs out, what fits (R17 to R21, N6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.medication.rolls.custody import ORDER, Step
from reik.medication.rolls.life_seen import ArrangementSeen, CustodyStep, RollDue, RollSeen
from reik.medication.rolls.matrix import NOT, SUPPORTED, Fit
from reik.medication.rolls.window import ChangeWindow

ICONS = {
    "packed": "package", "checked": "clipboard-check", "delivered": "truck-delivery", "received": "home",
    "loaded": "package-import", "emptied": "package-export", "taken_out": "package-export", "counted": "list-check",
    "handed_back": "arrow-back-up", "returned": "building-store",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLink:
    """One step of the chain as it is shown. `state`: done, now (offered next) or later."""

    icon: str
    word: str
    state: str
    at: datetime | None = None
    who: str = ""
    more: str = ""
    differs: bool = False


def step_words(step: str) -> str:
    """A step, as something that was done."""
    return {
        "packed": _("Ingepakt"),
        "checked": _("Nagekeken"),
        "delivered": _("Bezorgd"),
        "received": _("Ontvangen"),
        "loaded": _("In de dispenser gelegd"),
        "emptied": _("Op, uit de dispenser"),
        "taken_out": _("Uit de dispenser, met zakjes erop"),
        "counted": _("Geteld wat over is"),
        "handed_back": _("Meegegeven naar de apotheek"),
        "returned": _("Terug bij de apotheek, daar geteld"),
    }.get(step, step)


def to_whom_words(to_whom: str) -> str:
    return {
        "client": _("de cliënt"),
        "neighbour": _("de buren"),
        "pick_up": _("een afhaalpunt"),
        "carer": _("een mantelzorger"),
        "team": _("het wijkteam"),
    }.get(to_whom, to_whom)


def chain_of(seen: RollSeen) -> list[ChainLink]:
    """What was recorded, in its order, and what still comes."""
    links = [_done(each) for each in seen.steps]
    reached = seen.custody if seen.custody != Step.TAKEN_OUT else Step.EMPTIED
    places = [each.value for each in ORDER]
    after = places.index(reached) + 1 if reached in places else 0
    ended = seen.next_step is None and seen.custody in (Step.COUNTED, Step.RETURNED)
    to_come = [] if ended or seen.state == "refused" else places[after:]
    if seen.custody == "" or (seen.next_step in places and places.index(seen.next_step) > after):
        to_come = places[places.index(seen.next_step) :] if seen.next_step in places else to_come
    links += [
        ChainLink(icon=ICONS[each], word=step_words(each), state="now" if each == seen.next_step else "later")
        for each in to_come
    ]
    return links


def unrecorded(seen: RollSeen) -> list[str]:
    """The steps before the last one of which nobody said anything: shown, never filled in."""
    said = {each.step for each in seen.steps}
    reached = [place for place, each in enumerate(ORDER) if each.value in said]
    if "taken_out" in said:
        said.add("emptied")
    before = ORDER[: max(reached, default=0)]
    return [step_words(each.value) for each in before if each.value not in said]


def _done(step: CustodyStep) -> ChainLink:
    more = []
    if step.to_whom:
        more.append(_("bij %(who)s") % {"who": to_whom_words(step.to_whom)})
    if step.place:
        more.append(step.place)
    if step.count is not None:
        more.append(ngettext("%(n)s zakje", "%(n)s zakjes", step.count) % {"n": step.count})
    if step.differs:
        more.append(_("verwacht: %(n)s") % {"n": step.expected})
    if step.note:
        more.append(step.note)
    return ChainLink(
        icon=ICONS.get(step.step, "check"), word=step_words(step.step), state="done", at=step.at,
        who=name_words(step.by), more=" · ".join(more), differs=step.differs,
    )  # fmt: skip


def name_words(by: str) -> str:
    return {"device": _("de dispenser"), "household": _("het huishouden"), "reik": "Reik"}.get(by, by)


def window_words(window: ChangeWindow | None, zone: ZoneInfo) -> str:
    """When this roll may be changed for the next one (R19)."""
    if window is None:
        return ""
    since, until = _local(window.opens_at, zone), _local(window.closes_at, zone) if window.closes_at else ""
    if not window.possible:
        return _("De volgende rol sluit te kort aan om te wisselen. Spreek af wie het moment ertussen geeft.")
    if not until:
        return _("Wisselen kan vanaf %(since)s.") % {"since": since}
    said = _("Wisselen kan van %(since)s tot %(until)s.") % {"since": since, "until": until}
    if window.because == "after_last_sachet":
        return said + " " + _("Deze dispenser neemt pas na het laatste zakje een nieuwe rol.")
    if window.because == "unknown":
        return said + " " + _("Wij weten niet of het eerder kan, dus na het laatste zakje.")
    return said


def _local(at: datetime, zone: ZoneInfo) -> str:
    return date_format(at.astimezone(zone), "D j F H:i")


def fit_words(fit: Fit) -> str:
    """Whether the roll fits the dispenser, with where that is known from (R17)."""
    source = _("de dispenser zelf") if fit.source == "the dispenser itself" else fit.source
    if fit.fit == SUPPORTED:
        return _("Past in deze dispenser (%(source)s).") % {"source": source}
    if fit.fit == NOT:
        return _("Past niet in deze dispenser (%(source)s).") % {"source": source}
    return _("Wij weten niet of deze rol in deze dispenser past.")


def left_words(days: int) -> str:
    if days == 0:
        return _("vandaag de laatste")
    return ngettext("nog %(n)s dag", "nog %(n)s dagen", days) % {"n": days}


def due_words(due: RollDue, zone: ZoneInfo) -> str:
    """What runs out, and when (R20, R21)."""
    at = due.not_home_at if due.stage in ("alarm_24", "no_roll") else due.uncovered_at
    when = _local(at, zone) if at else ""
    if due.stage == "no_roll":
        return _("Geen rol in huis voor het volgende moment: %(when)s.") % {"when": when}
    if due.stage == "alarm_24":
        return _("Binnen een dag geen rol meer in huis: %(when)s is het eerste moment zonder.") % {
            "when": when
        }
    if due.stage == "alarm_72":
        return _("Nog geen volgende rol. %(when)s is het eerste moment zonder zakje.") % {"when": when}
    return _("Bestel de volgende rol. %(when)s is het eerste moment zonder zakje.") % {"when": when}


def delivery_words(arranged: ArrangementSeen) -> str:
    """How the roll comes to the client, and who confirms that it came."""
    way = {
        "letterbox": _("door de brievenbus"),
        "appointment": _("op afspraak aan de deur"),
        "pick_up": _("bij een afhaalpunt"),
        "neighbour": _("bij de buren"),
        "carer": _("bij een mantelzorger"),
    }.get(arranged.delivery, arranged.delivery)
    if arranged.receiver:
        return _("%(way)s, %(who)s neemt aan") % {"way": way, "who": arranged.receiver}
    return way


def delivery_choices() -> Sequence[tuple[str, str]]:
    return [
        ("appointment", _("op afspraak aan de deur")), ("letterbox", _("door de brievenbus")),
        ("pick_up", _("bij een afhaalpunt")), ("neighbour", _("bij de buren")), ("carer", _("bij een mantelzorger")),
    ]  # fmt: skip


def receiver_choices() -> Sequence[tuple[str, str]]:
    return [(each, to_whom_words(each)) for each in ("client", "carer", "neighbour", "pick_up", "team")]


def loader_choices() -> Sequence[tuple[str, str]]:
    return [
        ("nurse", _("verpleegkundige")), ("caregiver", _("verzorgende")), ("informal_carer", _("mantelzorger")),
        ("pharmacist", _("apotheek")),
    ]  # fmt: skip


def life_refusals() -> dict[str, str]:
    """Why a step, a roll or an arrangement is refused, by code."""
    return {
        "not_begun": _("Van deze rol is nog niets vastgelegd: begin met bezorgen of laden."),
        "unchecked": _("De apotheek heeft deze rol nog niet nagekeken."),
        "not_delivered": _("Deze rol is nog niet bezorgd: leg eerst vast wie hem aannam."),
        "not_received": _("Deze rol is bezorgd: leg eerst vast dat hij ontvangen of geladen is."),
        "not_loaded": _("Deze rol is binnen en nog niet geladen: laad hem, of tel hem om terug te geven."),
        "in_dispenser": _("Deze rol zit in de dispenser: haal hem er eerst uit."),
        "uncounted": _("Tel eerst wat er over is van deze rol. Niets over is 0."),
        "counted": _("Wat over is, is geteld: geef het nu mee naar de apotheek."),
        "handed_back": _("Wat over is, is onderweg: de apotheek telt wat zij ontving."),
        "ended": _("De apotheek heeft terug wat over was: deze rol is klaar."),
        "count_missing": _("Vul in hoeveel zakjes u telde. Niets over is 0."),
        "count_wrong": _("Een aantal is 0 of meer: tel opnieuw."),
        "same_person": _("Iemand anders dan wie de rol inpakte, kijkt hem na."),
        "to_whom": _("Kies wie de rol aannam."),
        "expires": _("Deze rol heeft zakjes na de laatste gebruiksdag: de apotheek maakt een kortere rol."),
        "expired": _("De laatste gebruiksdag van deze rol is voorbij: gebruik hem niet."),
        "recalled": _("Zakjes van deze rol zijn teruggeroepen: de apotheek brengt een andere."),
        "format": _("Deze rol past niet in deze dispenser: vraag de apotheek."),
        "letterbox": _("Door de brievenbus kan pas als iemand zag dat de rol erdoor past."),
        "receiver": _("Vul in wie de rol aanneemt en dat bevestigt."),
        "delivery": _("Kies hoe de rol komt."),
        "weeks": _("Een rol is voor 1 tot 8 weken. Een inpakker heeft 0 tot 30 werkdagen nodig."),
        "change_day": _("Kies de dag van de wissel, en wie wisselt."),
    }
