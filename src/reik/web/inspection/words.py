"""The words of inspection: subjects, whether in time, and what each line says with its dates."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reik.pathway.lists.inspection_rules import Line
from reik.web.inuse.words import kind_words as report_words
from reik.web.inuse.words import outcome_words as evaluation_words
from reik.web.inuse.words import why_words
from reik.web.pathway.words import kind_words, role_words
from reik.web.selection.words import outcome_words as selection_words

ICONS = {
    "on_time": "circle-check", "late": "clock", "missing": "circle-x", "waits": "circle-dashed", "unknown": "help",
    "not_asked": "minus",
}  # fmt: skip
TONES = {
    "on_time": "uit", "late": "laat", "missing": "niet", "waits": "plan", "unknown": "onb", "not_asked": "plan",
}  # fmt: skip


def subject_words(subject: str) -> str:
    return {
        "agreement": _("Toestemming of Wzd-besluit"),
        "assessed": _("Geschiktheid beoordeeld"),
        "trained_client": _("Cliënt geoefend"),
        "trained_carer": _("Naaste geoefend"),
        "trained_staff": _("Professionals geschoold"),
        "follow_up": _("Opvolging afgesproken"),
        "test_alarm": _("Proefmelding geslaagd"),
        "house_access": _("Toegang tot huis geprobeerd"),
        "care_plan": _("Doel in het zorgplan"),
        "evaluated": _("Geëvalueerd"),
        "incidents": _("Klachten, incidenten, calamiteiten"),
        "overrides": _("Doorgelaten bij de start"),
    }.get(subject, subject)


def status_words(status: str) -> str:
    """Whether it was there in time; what is not known says so."""
    return {
        "on_time": _("op tijd"),
        "late": _("te laat"),
        "missing": _("ontbreekt"),
        "waits": _("nog niet aan de beurt"),
        "unknown": _("onbekend"),
        "not_asked": _("niet van toepassing"),
    }.get(status, status)


def day_words(at: datetime | date | None, zone: ZoneInfo) -> str:
    """A day as paper has it; of an instant the day on her clock."""
    if at is None:
        return ""
    return date_format(at.astimezone(zone).date() if isinstance(at, datetime) else at, "j F Y")


def line_words(line: Line, zone: ZoneInfo) -> str:
    """What it was, in a few words; its dates stand beside it."""
    said = line.values
    if line.note == "version":
        return _("versie %(version)s, %(role)s: %(outcome)s") % {
            "version": said["version"], "role": role_words(str(said["role"])),
            "outcome": selection_words(str(said["outcome"])).lower(),
        }  # fmt: skip
    if line.note == "taught":
        return _("%(name)s deed het voor") % {"name": said["name"]}
    if line.note == "evaluation":
        outcome = evaluation_words(str(said["outcome"])) if said["outcome"] else ""
        return f"{why_words(str(said['why']))}: {outcome}" if outcome else why_words(str(said["why"]))
    if line.note == "override":
        return _("%(what)s. Reden: %(because)s") % {
            "what": kind_words(str(said["condition"])),
            "because": said["because"],
        }
    if line.subject == "incidents":
        return _report(line, zone)
    if line.note == "wzd":
        return _("besluit volgens de Wzd van %(day)s") % {"day": day_words(_day(said.get("wzd_on")), zone)}
    return {
        "agreed_representative": _("door de vertegenwoordiger, %(name)s")
        % {"name": said.get("representative", "")},
        "agreed_client": _("door de cliënt zelf"),
        "skipped": _("het formulier is met reden niet ingevuld"),
        "no_carer": _("er doet geen naaste mee"),
        "not_kept": _("Reik houdt scholing van medewerkers nog niet bij"),
        "let_through": _("bij de start doorgelaten"),
    }.get(line.note, "")


def _report(line: Line, zone: ZoneInfo) -> str:
    told, closed = _day(line.values.get("told_at")), _day(line.values.get("closed_at"))
    words = [report_words(line.note)]
    if told:
        words.append(_("bij de inspectie gemeld %(day)s") % {"day": day_words(told, zone)})
    words.append(_("afgesloten %(day)s") % {"day": day_words(closed, zone)} if closed else _("nog open"))
    return ", ".join(words)


def _day(value: object) -> datetime | date | None:
    return value if isinstance(value, (date, datetime)) else None
