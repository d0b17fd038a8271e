"""What the board adds from the care path: its step, candidates (R76), evaluations that are due, double work (R77)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.pathway.baseline.winding_down import duplicates
from reik.pathway.lists.candidates import LACKS, NO_PATH, NOT_NOW, SKIPPED, Candidate, candidates
from reik.pathway.queries import paths_of
from reik.pathway.terms import terms_of
from reik.pathway.use.evaluations_seen import EvaluationSeen, open_evaluations_of
from reik.people.queries import ClientCard
from reik.web.pathway.words import kind_words, step_words

CANDIDATES, EVALUATION, DOUBLE = "kandidaten", "evaluatie", "dubbel"
FILTERS = (CANDIDATES, EVALUATION, DOUBLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSide:
    """`candidate`: why there is no dispenser yet, empty when she is none. `due`: of the first open evaluation."""

    step: int = 0
    name: str = ""
    candidate: str = ""
    evaluation: str = ""
    overdue: bool = False
    double: str = ""

    def fits(self, which: str) -> bool:
        """Whether she belongs in this filter of the board."""
        return bool({CANDIDATES: self.candidate, EVALUATION: self.evaluation, DOUBLE: self.double}.get(which))


NONE = PathSide()


def sides_of(known: Mapping[UUID, ClientCard], now: datetime) -> dict[UUID, PathSide]:
    """Of every client with a path or an indication. A number of statements that does not grow with the team."""
    paths = paths_of(known)
    terms = terms_of({each.organisation_id for each in paths.values()})
    evaluations, double = open_evaluations_of(paths), duplicates(paths, now)
    waiting = candidates(known, now)
    found: dict[UUID, PathSide] = {}
    for id in paths.keys() | waiting.keys():
        today = now.astimezone(ZoneInfo(known[id].zone)).date()
        path, open_ones, n = paths.get(id), evaluations.get(id, []), len(double.get(id, ()))
        found[id] = PathSide(
            step=path.step if path else 0, name=step_words(path.step, terms[path.organisation_id]) if path else "",
            candidate=_why(waiting[id]) if id in waiting else "", evaluation=_due(open_ones, today),
            overdue=any(each.due_on < today for each in open_ones),
            double=ngettext("%(n)s bezoek dubbel", "%(n)s bezoeken dubbel", n) % {"n": n} if n else "",
        )  # fmt: skip
    return found


def counted(sides: Collection[PathSide]) -> list[tuple[str, str, int]]:
    """Each filter that has anybody, with its word and how many."""
    numbers = [(each, filter_words(each), sum(side.fits(each) for side in sides)) for each in FILTERS]
    return [row for row in numbers if row[2]]


def filter_words(which: str) -> str:
    """What a filter is called; empty for any other."""
    words = {CANDIDATES: _("Zonder dispenser"), EVALUATION: _("Evaluatie"), DOUBLE: _("Dubbel werk")}
    return words.get(which, "")


def _due(open_ones: Sequence[EvaluationSeen], today: date) -> str:
    if not open_ones:
        return ""
    first = open_ones[0].due_on
    day = {"day": date_format(first, "j F")}
    return _("evaluatie te laat: %(day)s") % day if first < today else _("evaluatie vóór %(day)s") % day


def _why(one: Candidate) -> str:
    """Why somebody with an indication has no dispenser yet (R76)."""
    if one.why == NO_PATH:
        return _("indicatie sinds %(day)s, nog geen zorgpad") % {"day": date_format(one.since, "j F Y")}
    if one.why == NOT_NOW and one.look_again_on:
        return _("nu niet, opnieuw bekijken op %(day)s") % {"day": date_format(one.look_again_on, "j F Y")}
    if one.why == NOT_NOW:
        return _("nu niet")
    if one.why == SKIPPED:
        return _("formulier niet ingevuld: %(because)s") % {"because": one.because or "?"}
    if one.why == LACKS:
        first = kind_words(one.lacks[0])
        return _("wacht op: %(what)s") % {
            "what": first if len(one.lacks) == 1 else f"{first}, +{len(one.lacks) - 1}"
        }
    return _("kan naar de volgende stap")
