"""`/waarde/declaratie`: what may be declared of a month, per insurer; as a page, on paper and as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.queries import ClientCard, cards
from reik.value.declaring.listing import AtInsurer, Declaration, declaration
from reik.value.declaring.rules import ADMISSION, AWAY, IN_USE, PAUSE, STATES, Line
from reik.web.acting import ActingRequest
from reik.web.declaring.shown import ROLES, asked_month, csv_file, money, this_month
from reik.web.declaring.words import WHERE, law_words, missing_words, reason_words, state_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import viewed

room = room_for(*ROLES)
NOBODY = "-"
"""In the address: the clients of whom nobody wrote down who pays."""


@room
@require_safe
@never_cache
def page(request: ActingRequest) -> HttpResponse:
    """Clients whom the asker may not see are counted, not shown."""
    found, known, at, readable = _asked(request, clock.now(), Act.VIEW)
    shown = [_insurer(each, known) for each in found.insurers if at in ("", each.insurer or NOBODY)]
    seen: dict[str, Any] = {
        "found": found, "insurers": shown, "choices": [each.insurer or NOBODY for each in found.insurers],
        "chosen": at, "nobody": NOBODY, "most": this_month(clock.now()), "readable": readable,
        "sums": [_sum(state, shown) for state in found.states],
        "euros": money(sum(each["cents"] for each in shown)), "unpriced": sum(each["unpriced"] for each in shown),
    }  # fmt: skip
    return render(request, "declaring/list.html", seen, status=200 if readable else 422)


def _asked(
    request: ActingRequest, now: datetime, act: Act
) -> tuple[Declaration, Mapping[UUID, ClientCard], str, bool]:
    actor = actor_of(request)
    month, readable = asked_month(request.GET.get("maand", ""), now)
    known = {id: card for id, card in cards(actor).items() if card.organisation_id == actor.organisation_id}
    found = declaration(actor.organisation_id, month, now, among=known.keys())
    at = request.GET.get("verzekeraar", "")[:120]
    at = at if at in {each.insurer or NOBODY for each in found.insurers} else ""
    shown = {
        line.client_id for each in found.insurers if at in ("", each.insurer or NOBODY) for line in each.lines
    }
    viewed(request, f"declaration {month}", {actor.organisation_id: sorted(shown)}, now, act=act)
    return found, known, at, readable


def _insurer(each: AtInsurer, known: Mapping[UUID, ClientCard]) -> dict[str, Any]:
    return {
        "name": each.insurer, "agreed": each.agreed, "cents": int(each.euros * 100),
        "euros": money(int(each.euros * 100)), "unpriced": each.unpriced, "of": each,
        "lines": [_line(line, known) for line in sorted(each.lines, key=lambda line: _order(line, known))],
    }  # fmt: skip


def _order(line: Line, known: Mapping[UUID, ClientCard]) -> tuple[int, int]:
    """By client, in the order of their names; of one client what is declarable first."""
    return list(known).index(line.client_id), STATES.index(line.state)


def _line(line: Line, known: Mapping[UUID, ClientCard]) -> dict[str, Any]:
    mark, word = state_words(line.state)
    amount = line.amount
    return {
        "of": line, "card": known[line.client_id], "mark": mark, "word": word, "law": law_words(line.law),
        "use": line.days.get(IN_USE, 0), "pause": line.days.get(PAUSE, 0),
        "admission": line.days.get(ADMISSION, 0), "away": line.days.get(AWAY, 0),
        "euros": money(int(amount.euros * 100)) if amount and amount.euros is not None else "",
        "no_amount": missing_words(amount.missing) if amount else "",
        "reasons": [
            (reason_words(code), WHERE.get(code, "").format(client=line.client_id)) for code in line.reasons
        ],
    }  # fmt: skip


def _sum(state: str, shown: list[dict[str, Any]]) -> dict[str, Any]:
    mark, word = state_words(state)
    lines = [line["of"] for each in shown for line in each["lines"] if line["of"].state == state]
    return {
        "mark": mark, "word": word, "days": sum(each.total for each in lines),
        "clients": len({each.client_id for each in lines}),
    }  # fmt: skip


@room
@require_safe
@never_cache
def file(request: ActingRequest) -> HttpResponse:
    """As CSV: one row per line, also what is not declarable, with the reason."""
    found, known, at, readable = _asked(request, clock.now(), Act.EXPORT)
    if not readable:
        raise Http404
    head = [
        _("maand"), _("verzekeraar"), _("cliënt"), _("cliënt-id"), _("team"), _("stand"), _("dagen"), _("gebruik"),
        _("pauze"), _("opname"), _("weg, reden onbekend"), _("van"), _("tot en met"), _("doel in zorgplan"), _("wet"),
        _("bedrag"), _("reden"), _("geteld tot en met"),
    ]  # fmt: skip
    rows = [
        _row(found, line, known)
        for each in found.insurers
        if at in ("", each.insurer or NOBODY)
        for line in sorted(each.lines, key=lambda line: _order(line, known))
    ]
    return csv_file(f"declaratie-{found.month}.csv", head, rows)


def _row(found: Declaration, line: Line, known: Mapping[UUID, ClientCard]) -> list[object]:
    shown = _line(line, known)
    amount = line.amount.euros if line.amount else None
    said = [words for words, _where in shown["reasons"]] + (
        [shown["no_amount"]] if shown["no_amount"] else []
    )
    return [
        str(found.month), line.insurer, shown["card"].display, str(line.client_id), shown["card"].team, shown["word"],
        line.total, shown["use"], shown["pause"], shown["admission"], shown["away"], str(line.first), str(line.last),
        _("ja") if line.goal else _("nee"), shown["law"] if line.law else "",
        None if amount is None else f"{amount:.2f}".replace(".", ","), " ".join(said), str(found.through),
    ]  # fmt: skip
