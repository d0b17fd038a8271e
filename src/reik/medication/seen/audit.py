"""Who changed what of a client's medication: one timeline of schedules, limits, agreements, rolls, differences,
changes, requests and tasks. A pure merge of what the queries give; nothing is remembered here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from reik.medication.changes.seen import ChangeSeen, changes_of
from reik.medication.models import Finding, Roll, Schedule
from reik.medication.requests.seen import RequestSeen, requests_of
from reik.medication.rolls.life_rows import CustodyStep, steps_of
from reik.medication.seen.pharmacy import MessageSeen, messages_of
from reik.medication.times.limits import Limit, limits_set
from reik.tasks.models import Task

A_PAGE = 25
BEGIN = datetime.min.replace(tzinfo=UTC)
REIK, PHARMACY = "reik", "pharmacy"
"""Who did it when it was nobody with a name: Reik itself, or a message of the pharmacy."""
SUBJECTS = ("schedule", "limit", "message", "roll", "difference", "change", "request", "task")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One thing that somebody did, or that was found. `kind` is a code word, `values` those of its sentence.

    `about`: the row that it is about, for a link; `subject` is one of SUBJECTS. `said`: what a person wrote.
    """

    at: datetime
    by: str
    subject: str
    kind: str
    values: Mapping[str, object] = field(default_factory=dict)
    said: str = ""
    about: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """The newest lines first; `number` counts from 1 to `pages`."""

    lines: Sequence[AuditLine]
    number: int
    pages: int
    total: int


def audit_of(client_id: UUID, number: int = 1, subject: str = "") -> AuditPage:
    """One page of the timeline (of one subject, or of all) of a client whom the caller may see."""
    rolls = list(Roll.objects.filter(client_id=client_id))
    merged = merge(
        of_schedules(Schedule.objects.filter(client_id=client_id)),
        of_limits(limits_set(client_id)),
        of_messages(messages_of([client_id])),
        of_rolls(rolls, steps_of([each.id for each in rolls])),
        of_findings(Finding.objects.filter(client_id=client_id).select_related("roll")),
        of_changes(changes_of(client_id)),
        of_requests(requests_of([client_id], BEGIN)),
        of_tasks(Task.objects.filter(client_id=client_id)),
    )
    return page([each for each in merged if subject in ("", each.subject)], number)


def merge(*lines: Iterable[AuditLine]) -> list[AuditLine]:
    """All of them, the newest first; of what happened at one instant, what was given last."""
    return sorted((each for of in lines for each in of), key=lambda each: each.at)[::-1]


def page(lines: Sequence[AuditLine], number: int, size: int = A_PAGE) -> AuditPage:
    """The `number`th part of the lines; one that is not there is the nearest that is."""
    pages = max(1, -(-len(lines) // size))
    number = min(max(1, number), pages)
    return AuditPage(
        lines=lines[(number - 1) * size : number * size], number=number, pages=pages, total=len(lines)
    )


def of_schedules(rows: Iterable[Schedule]) -> Iterator[AuditLine]:
    """Who typed which version, who read it back, and who sent it back with which reason."""
    for each in rows:
        version: Mapping[str, object] = {"version": each.version, "starts_on": each.starts_on}
        yield AuditLine(
            at=each.written_at, by=each.written_by, subject="schedule", kind="schedule_written", values=version,
            about=each.id,
        )  # fmt: skip
        if each.confirmed_at is not None:
            yield AuditLine(
                at=each.confirmed_at, by=each.confirmed_by or "", subject="schedule", kind="schedule_confirmed",
                values=version, about=each.id,
            )  # fmt: skip
        if each.sent_back_at is not None:
            yield AuditLine(
                at=each.sent_back_at, by=each.sent_back_by or "", subject="schedule", kind="schedule_sent_back",
                values=version, said=each.sent_back_because, about=each.id,
            )  # fmt: skip


def of_limits(limits: Iterable[Limit]) -> Iterator[AuditLine]:
    """Window, latest hand-out time and least interval of a time, as the pharmacy set them (R27, R29, R31)."""
    for each in limits:
        if each.set_at is not None:
            yield AuditLine(
                at=each.set_at, by=each.set_by, subject="limit", kind="limit_set", said=each.because,
                values={
                    "at": each.at, "window_min": each.window_min, "late_min": each.late_min,
                    "gap_min": each.gap_min, "criticality": each.criticality,
                },
            )  # fmt: skip


def of_messages(messages: Iterable[MessageSeen]) -> Iterator[AuditLine]:
    """What came in, and how much of it a person has to look at."""
    for each in messages:
        yield AuditLine(
            at=each.received_at, by=PHARMACY, subject="message", kind="message_received",
            values={"agreements": each.agreements, "unplannable": len(each.unplannable)},
        )  # fmt: skip


def of_rolls(rows: Iterable[Roll], steps: Mapping[UUID, Sequence[CustodyStep]]) -> Iterator[AuditLine]:
    """Registered, and every step of its chain; of a roll from before the chain was kept, what the roll itself says."""
    for each in rows:
        chain = steps.get(each.id, ())
        own: list[tuple[str, datetime | None, str, str]] = [
            ("registered", each.registered_at, each.registered_by, "")
        ]
        if not chain:
            own += [
                ("delivered", each.delivered_at, each.delivered_by, ""),
                ("loaded", each.loaded_at, each.loaded_by, ""),
                (
                    "returned" if each.state == "returned" else "left",
                    each.left_at,
                    each.left_by,
                    each.left_reason,
                ),
            ]
        own += [(one.step, one.told_at, one.by, one.note) for one in chain]
        for step, at, by, said in own:
            if at is not None:
                yield AuditLine(
                    at=at, by=by, subject="roll", kind=f"roll_{step}", values={"number": each.number},
                    said="" if said == "device" else said, about=each.id,
                )  # fmt: skip


def of_findings(rows: Iterable[Finding]) -> Iterator[AuditLine]:
    """Differences that were found, and who said that they may be, or that they are there no more.

    What was found, or settled, of one roll at one instant is one line: the first of them, and how many.
    """
    found: dict[tuple[str, datetime, UUID | None, str, str], list[Finding]] = defaultdict(list)
    for each in rows:
        found["difference_found", each.found_at, each.roll_id, REIK, ""].append(each)
        if each.settled_at is not None:
            kind = "difference_accepted" if each.settled_by else "difference_gone"
            said = each.settled_because if each.settled_by else ""
            found[kind, each.settled_at, each.roll_id, each.settled_by or REIK, said].append(each)
    for (kind, at, roll_id, by, said), group in found.items():
        first = min(group, key=lambda each: (each.first_day, each.key))
        values: Mapping[str, object] = {
            "kind": first.kind, "key": first.key, "sentence": first.sentence, "count": len(group),
            "roll": first.roll.number if first.roll is not None else "",
        }  # fmt: skip
        yield AuditLine(
            at=at, by=by, subject="difference", kind=kind, values=values, said=said, about=roll_id
        )


def of_tasks(rows: Iterable[Task]) -> Iterator[AuditLine]:
    """A task that was opened, and who did it, or why it is no longer needed."""
    for each in rows:
        values: Mapping[str, object] = {
            "kind": each.kind,
            "detail": each.detail,
            "owner_role": each.owner_role,
        }
        yield AuditLine(
            at=each.opened_at, by=each.opened_by, subject="task", kind="task_opened", values=values, about=each.id
        )  # fmt: skip
        if each.ended_at is not None:
            yield AuditLine(
                at=each.ended_at, by=each.ended_by, subject="task", kind=f"task_{each.ended_as}", values=values,
                said=each.ended_note, about=each.id,
            )  # fmt: skip


def of_changes(changes: Iterable[ChangeSeen]) -> Iterator[AuditLine]:
    """A change of a roll that lies at home: found, chosen, confirmed, carried out, ended (N5)."""
    for each in changes:
        values: Mapping[str, object] = {
            "roll": each.roll_number, "choice": each.choice, "count": each.removed_count, "how": each.confirmed_how,
        }  # fmt: skip
        steps = (
            ("change_found", each.found_at, REIK, ""),
            ("change_chosen", each.chosen_at, each.chosen_by, each.chosen_because),
            ("change_confirmed", each.confirmed_at, each.confirmed_by, ""),
            ("change_removed", each.removed_at, each.removed_by, ""),
            ("change_ended", each.ended_at, each.ended_by or REIK, ""),
        )
        for kind, at, by, said in steps:
            if at is not None:
                yield AuditLine(
                    at=at, by=by, subject="change", kind=kind, values=values, said=said, about=each.id
                )


def of_requests(requests: Iterable[RequestSeen]) -> Iterator[AuditLine]:
    """A question to the pharmacy: asked, answered and how (R23), or no longer needed."""
    for each in requests:
        values: Mapping[str, object] = {
            "kind": each.kind, "answer": each.answer, "how": each.how, "reader": each.read_back_by,
        }  # fmt: skip
        steps = (
            ("request_asked", each.asked_at, each.asked_by, ""),
            ("request_answered", each.answered_at, each.answered_by, each.text),
            ("request_withdrawn", each.withdrawn_at, each.withdrawn_by, ""),
        )
        for kind, at, by, said in steps:
            if at is not None:
                yield AuditLine(
                    at=at, by=by, subject="request", kind=kind, values=values, said=said, about=each.id
                )
