"""The whole form on one page before it is signed, and its signed versions beside each other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.pathway.path import PathRefused
from reik.pathway.queries import all_paths_of
from reik.pathway.selection import measures, selection_seen, signing
from reik.pathway.selection.measures import MEASURES, OUTCOMES, Planned, Signing
from reik.pathway.selection.questions import TWO_OBSERVERS, AnswerRefused, Given
from reik.pathway.selection.selecting import MEASURE_ROLES, SIGNS
from reik.pathway.selection.selection_seen import SelectionSeen
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.selection.form import Filled, filled_of, said_words
from reik.web.selection.question_words import answer_words, words_of
from reik.web.selection.whose import TEAM, client_of, path_or_404, plain, today_of
from reik.web.selection.words import measure_words, outcome_words, refused_words, role_words, who_words
from reik.web.work.clients import date_of

MOST_WORDS = 500


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@room_for(*TEAM)
def review(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """Read all of it, say what it came to, and sign."""
    now, actor = clock.now(), actor_of(request)
    card, path = client_of(actor, client_id), path_or_404(client_id)
    filled = filled_of(card, path)
    if request.method != "POST":
        viewed(request, f"selection {client_id}", {card.organisation_id: [client_id]}, now)
        return _page(request, filled, now)
    try:
        id = signing.sign(
            path.id, _signing(request, filled), author_id=actor.account_id, author=actor.name, role=actor.role,
            now=now, saved_at=request.POST.get("opgeslagen", ""),
        )  # fmt: skip
    except (AnswerRefused, PathRefused) as refusal:
        return _page(request, filled, now, error=refused_words(refusal.code, str(refusal)), at=refusal.code)
    acted(
        request, Act.CREATE, "selection", [id, client_id], now, organisation_id=card.organisation_id,
        detail="signed",
    )  # fmt: skip
    return HttpResponseRedirect(f"/clienten/{card.id}/selectie/versies?getekend=1")


def _signing(request: ActingRequest, filled: Filled) -> Signing:
    post = request.POST
    return Signing(
        outcome=post.get("uitkomst", ""), because=(plain(post.get("waarom", ""), MOST_WORDS),),
        look_again_on=date_of(post.get("opnieuw", "")), second=plain(post.get("tweede", ""), 200),
        second_on=date_of(post.get("tweede_op", "")),
        planned=tuple(
            Planned(
                measure=each, role=post.get(f"wie-{each}", ""), due_on=date_of(post.get(f"dag-{each}", "")),
                not_needed=plain(post.get(f"niet-{each}", ""), MOST_WORDS),
            )
            for each in filled.suggested.measures
        ),
    )  # fmt: skip


def _page(
    request: ActingRequest, filled: Filled, now: datetime, *, error: str = "", at: str = ""
) -> HttpResponse:
    today, found, post = today_of(filled.card, now), filled.suggested, request.POST
    page: dict[str, Any] = {
        "card": filled.card, "filled": filled, "rows": _rows(filled), "error": error, "at": at,
        "signs": actor_of(request).role in SIGNS, "two": TWO_OBSERVERS in _wants(filled),
        "outcomes": [(each, outcome_words(each)) for each in OUTCOMES], "open": found.open,
        "outcome": post.get("uitkomst") or ("" if found.open else found.outcome),
        "suggested": outcome_words(found.outcome), "roles": [(each, role_words(each)) for each in MEASURE_ROLES],
        "measures": [
            {
                "code": each, "words": measure_words(each), "role": post.get(f"wie-{each}", MEASURES[each].role),
                "day": post.get(f"dag-{each}") or (today + timedelta(MEASURES[each].days)).isoformat(),
                "not_needed": post.get(f"niet-{each}", ""),
                "because": [
                    f"{words_of(one.question).short}: "
                    + answer_words(one.question, one.answer) % {"who": who_words(filled.card)}
                    for one in found.asks
                    if one.measure == each
                ],
            }
            for each in found.measures
        ],
        "look_again": post.get("opnieuw") or (today + timedelta(measures.LOOK_AGAIN_DAYS)).isoformat(),
        "given": post, "saved_at": filled.draft.saved_at.isoformat() if filled.draft else "",
        "today": today, "back": f"{filled.base}/{filled.asked[-1].code}",
    }  # fmt: skip
    return render(request, "selection/review.html", page, status=422 if error else 200)


def _wants(filled: Filled) -> frozenset[str]:
    return selection_seen.wants_of(filled.card.organisation_id)


def _rows(filled: Filled) -> list[dict[str, Any]]:
    """Every question that she gets, with its answer or that it is open."""
    who = who_words(filled.card)
    return [
        {
            "code": each.code, "short": words_of(each.code).short,
            "said": said_words(each.code, filled.given[each.code], who) if each.code in filled.given else "",
            "open": each.code in filled.suggested.open,
        }
        for each in filled.asked
    ]  # fmt: skip


@require_safe
@never_cache
@room_for(*TEAM)
def versions(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`?een=&ander=`: two signed versions beside each other, and what is otherwise."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    signed = [each for path in all_paths_of(client_id) for each in selection_seen.selections_of(path.id)]
    viewed(request, f"selection versions {client_id}", {card.organisation_id: [client_id]}, now)
    after = _named(signed, request.GET.get("een", "")) or (signed[0] if signed else None)
    before = _named(signed, request.GET.get("ander", "")) or _before(signed, after)
    page = {
        "card": card, "signed": [(each, outcome_words(each.outcome)) for each in signed], "after": after,
        "before": before, "rows": _beside(before, after, card), "just_signed": "getekend" in request.GET,
        "shown_after": _shown(after), "shown_before": _shown(before), "now": now,
        "measures": [_measured(each) for each in after.measures] if after else [],
    }  # fmt: skip
    return render(request, "selection/versions.html", page)


def _named(signed: list[SelectionSeen], id: str) -> SelectionSeen | None:
    return next((each for each in signed if str(each.id) == id), None)


def _before(signed: list[SelectionSeen], after: SelectionSeen | None) -> SelectionSeen | None:
    place = signed.index(after) + 1 if after else 0
    return signed[place] if 0 < place < len(signed) else None


def _shown(one: SelectionSeen | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"outcome": outcome_words(one.outcome), "role": role_words(one.author_role), "seen": one}


def _measured(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "words": measure_words(each["measure"]), "role": role_words(each.get("by_role", "")),
        "day": date_of(each.get("due_on", "")), "not_needed": each.get("not_needed", ""),
    }  # fmt: skip


def _beside(
    before: SelectionSeen | None, after: SelectionSeen | None, card: ClientCard
) -> list[dict[str, Any]]:
    """Question by question; `otherwise` where the later version says something else."""
    if after is None:
        return []
    old, who = (before.answers if before else {}), who_words(card)
    otherwise = {each.question for each in measures.changed(old, after.answers)} if before else set()
    return [
        {
            "short": words_of(code).short, "otherwise": code in otherwise,
            "after": said_words(code, after.answers.get(code, Given()), who),
            "before": said_words(code, old.get(code, Given()), who),
        }
        for code in dict.fromkeys([*after.answers, *old])
    ]  # fmt: skip
