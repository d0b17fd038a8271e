"""`/werklijst/rondes`: whose roll is changed in the coming two weeks, in which round; on paper and as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.interop.print.tables import Sheet, Table, csv_of, sheet_of
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.pathway.lists.round_rules import Slot
from reik.pathway.lists.rounds import DAYS, Due, rounds_of
from reik.pathway.lists.route_rules import place_of
from reik.people.queries import ClientCard, cards, teams_of
from reik.people.rosters.calendar_out import Entry, calendar_of
from reik.web.acting import ActingRequest
from reik.web.frame import ZONE, Frame, is_demo
from reik.web.pathway.words import who_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.task_links import TEAM

TYPES = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8", "ics": "text/calendar; charset=utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One client in a round, or without a possible day (`why`)."""

    card: ClientCard
    due: Due
    hours: str
    why: str = ""

    @property
    def last(self) -> str:
        """When the roll that is in gives its last sachet, on her clock."""
        at = self.due.last_sachet_at
        return date_format(at.astimezone(ZoneInfo(self.card.zone)), "D j F H:i") if at else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    day: date
    part: str
    who: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """What the page, the paper and the file show."""

    rounds: Sequence[Round]
    carers: Sequence[Line]
    without: Sequence[Line]
    clients: Mapping[UUID, ClientCard]
    team: tuple[UUID | None, str]


@room_for(*TEAM)
@require_safe
@never_cache
def page(request: ActingRequest) -> HttpResponse:
    """`?team=`."""
    now, actor = clock.now(), actor_of(request)
    made = gathered(request, actor, now)
    viewed(request, "loading rounds", _shown(made), now)
    return render(
        request, "tasks/rounds.html", {"made": made, "teams": teams_of(actor), "days": DAYS, "now": now}
    )


@room_for(*TEAM)
@require_safe
@never_cache
def exported(request: ActingRequest, kind: str) -> HttpResponse:
    """`/werklijst/rondes.pdf`, `.csv` and `.ics`; the calendar has no name in it."""
    if kind not in TYPES:
        raise Http404
    now, actor = clock.now(), actor_of(request)
    made = gathered(request, actor, now)
    for organisation_id, ids in _shown(made).items():
        acted(
            request, Act.PRINT if kind == "pdf" else Act.EXPORT, "client", ids, now,
            organisation_id=organisation_id, detail=f"loading rounds {kind}",
        )  # fmt: skip
    body = {"pdf": _pdf, "csv": _csv, "ics": _ics}[kind](request, made, now)
    answer = HttpResponse(body, content_type=TYPES[kind])
    answer["Content-Disposition"] = f'inline; filename="laadrondes.{kind}"'
    return answer


def gathered(request: ActingRequest, actor: Actor, now: datetime) -> Rounds:
    """The rounds of the team in the address, else of her first."""
    teams = teams_of(actor)
    wanted = request.GET.get("team", "")
    team = next((each for each in teams if str(each[0]) == wanted), None) if wanted else None
    if wanted and team is None:
        raise Http404
    chosen: tuple[UUID | None, str] = team or (teams[0] if teams else (None, ""))
    known = {id: card for id, card in cards(actor).items() if card.team_id in (chosen[0], None)}
    found = rounds_of(known, now)
    return Rounds(
        rounds=[_round(slot, dues, known) for slot, dues in found.rounds.items()],
        carers=[_line(each, known) for each in found.carers],
        without=sorted((_line(each, known) for each in found.without), key=lambda each: each.card.name),
        clients=known, team=chosen,
    )  # fmt: skip


def _round(slot: Slot, dues: Sequence[Due], known: Mapping[UUID, ClientCard]) -> Round:
    lines = [_line(each, known) for each in dues]
    lines.sort(key=lambda each: (place_of(each.card.address), each.card.name))
    return Round(day=slot.day, part=part_words(slot.part), who=who_words(slot.who), lines=lines)


def _line(due: Due, known: Mapping[UUID, ClientCard]) -> Line:
    card, stop = known[due.client_id], due.stop
    hours = ""
    if stop is not None:
        zone = ZoneInfo(card.zone)
        since, until = stop.since.astimezone(zone), stop.until.astimezone(zone)
        day = f"{date_format(since, 'D j F')} " if due.who == "carer" else ""
        hours = day + _("%(since)s tot %(until)s") % {"since": f"{since:%H:%M}", "until": f"{until:%H:%M}"}
    return Line(card=card, due=due, hours=hours, why=why_words(due.because) if due.because else "")


def part_words(part: str) -> str:
    return {"morning": _("ochtend"), "afternoon": _("middag"), "evening": _("avond")}.get(part, part)


def why_words(code: str) -> str:
    """Why no day is possible, and what to do."""
    return {
        "no_roll": _("De volgende rol is nog niet bekend. Bestel hem, of vraag de apotheek."),
        "too_tight": _("De rollen sluiten te kort aan. Spreek af wie het moment ertussen geeft."),
        "passed": _("De tijd om te wisselen is voorbij. Regel het moment nu met de hand."),
        "night": _("Het kan alleen 's nachts. Spreek een ander moment af, of wie het doet."),
        "full": _("Alle rondes van die dag zijn vol. Plan er een bij."),
    }.get(code, code)


def _shown(made: Rounds) -> dict[UUID, list[UUID]]:
    lines = [*made.carers, *made.without, *(line for each in made.rounds for line in each.lines)]
    found: dict[UUID, list[UUID]] = {}
    for each in lines:
        found.setdefault(each.card.organisation_id, []).append(each.card.id)
    return found


def _title(each: Round) -> str:
    return f"{date_format(each.day, 'l j F')}, {each.part}: {each.who}"


def _columns() -> list[str]:
    return [_("Cliënt"), _("Adres"), _("Tussen"), _("Rol"), _("Gedaan")]


def _cells(each: Line) -> list[str]:
    roll = _("%(roll)s, dan %(next)s") % {"roll": each.due.number, "next": each.due.next_number or "?"}
    home = "" if each.due.next_home else "\n" + _("nog niet in huis")
    return [each.card.display, each.card.address, each.hours or each.why, roll + home, "☐"]


def _pdf(request: ActingRequest, made: Rounds, now: datetime) -> bytes:
    tables = [
        Table(title=_title(each), columns=_columns(), rows=[_cells(one) for one in each.lines])
        for each in made.rounds
    ]
    rest = ((_("De naaste wisselt zelf"), made.carers), (_("Geen mogelijke dag"), made.without))
    tables += [
        Table(title=title, columns=_columns(), rows=[_cells(one) for one in of]) for title, of in rest if of
    ]
    sheet = Sheet(
        title=f"{_('Laadrondes')} {made.team[1]}".strip(), language=Frame(request).language, tables=tables,
        lines=[_("Elke rol wordt gewisseld binnen de tijd die erbij staat, nooit erbuiten.")],
    )  # fmt: skip
    return sheet_of(sheet, made_at=now, zone=ZONE, demo=is_demo())


def _csv(request: ActingRequest, made: Rounds, now: datetime) -> bytes:
    del request, now
    head = [
        "dag",
        "deel",
        "wie",
        "client",
        "adres",
        "tussen",
        "rol",
        "volgende_rol",
        "in_huis",
        "waarom_niet",
    ]
    rows = [
        [each.day.isoformat(), each.part, each.who, *_plain(one)]
        for each in made.rounds
        for one in each.lines
    ]
    rows += [["", "", who_words(one.due.who), *_plain(one)] for one in (*made.carers, *made.without)]
    return csv_of(head, rows).encode()


def _plain(each: Line) -> list[str]:
    home = _("ja") if each.due.next_home else _("nee")
    return [
        each.card.display,
        each.card.address,
        each.hours,
        each.due.number,
        each.due.next_number,
        home,
        each.why,
    ]


def _ics(request: ActingRequest, made: Rounds, now: datetime) -> bytes:
    """A round is one entry with how many homes: who they are stands behind the link."""
    entries = []
    for each in made.rounds:
        stops = [one.due.stop for one in each.lines if one.due.stop is not None]
        n = len(stops)
        entries.append(
            Entry(
                uid=f"ronde-{made.team[0]}-{each.day}-{each.part}-{each.who}@reik".replace(" ", "-"),
                title=ngettext("Laadronde: %(n)s adres", "Laadronde: %(n)s adressen", n) % {"n": n},
                starts_at=min(one.since for one in stops), ends_at=max(one.until for one in stops),
                address=request.build_absolute_uri("/werklijst/rondes"),
            )
        )  # fmt: skip
    return calendar_of(f"{_('Laadrondes')} {made.team[1]}".strip(), entries, now)
