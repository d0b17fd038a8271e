"""Routes and people in virtual time: steps are taken when they are due, and whoever is asked answers, or does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from random import Random
from uuid import UUID

from reik.alerting import operations as alerting
from reik.alerting.calls import take_due_steps
from reik.ops.history import answering, channel
from reik.ops.history.answering import Answer, Asked, Staff
from reik.ops.history.due import Due
from reik.ops.history.lives import Life


class Calling:
    """Who answers for which client; one without a home here is called all the same.

    `changed` is told of a home in which somebody is going to press.
    """

    def __init__(
        self,
        lives: Sequence[Life],
        due: Due,
        *,
        organisations: Sequence[UUID],
        staff: Mapping[UUID, Staff],
        seed: int,
        changed: Callable[[Life], None],
    ) -> None:
        self._of_client = {each.client_id: each for each in lives}
        self._due, self._organisations, self._staff = due, organisations, staff
        self._seed, self._changed = seed, changed
        self._goes_on_at: datetime | None = None

    def go_on(self, now: datetime) -> None:
        """What `reik watch` does with routes, in the caller's transaction; whoever is asked makes up her mind."""
        alerting.take_ended_promises(now=now)
        take_due_steps(now=now)
        for asked in channel.send_all(self._organisations, now):
            self._ask(asked, now)
        due = channel.next_due()
        if due is not None and due != self._goes_on_at:
            self._due.put(max(due, now), self._route_due)
        self._goes_on_at = due

    def _route_due(self, now: datetime) -> None:
        if self._goes_on_at is not None and now >= self._goes_on_at:
            self._goes_on_at = None
            self.go_on(now)

    def _ask(self, asked: Asked, now: datetime) -> None:
        life = self._of_client.get(asked.client_id)
        if life is not None and asked.latest_at is not None:
            life.anxious_until = max(asked.latest_at, life.anxious_until or asked.latest_at)
        about = asked.key or f"{asked.cause} {asked.opened_at:%m%d%H%M}"
        where = life.device if life is not None else asked.client_id
        dice = Random(f"{self._seed} {where} {about} {asked.position} {asked.round}")  # noqa: S311
        answer = answering.answer(asked, self._staff[asked.client_id], now, dice)
        if answer is not None:
            self._due.put(answer.accepts_at, partial(self._accept, asked, answer))

    def _accept(self, asked: Asked, answer: Answer, now: datetime) -> None:
        """She takes the alert, unless another did or it has closed by itself; then she phones, or goes there."""
        with suppress(alerting.AlertRefused):
            with suppress(alerting.ClaimUsed):  # she had it once, and says how it went all the same
                alerting.accept_alert(alert_id=asked.alert_id, by=answer.by, role=answer.role, now=now)
            self._due.put(answer.handles_at, partial(self._handle, asked, answer))
            life = self._of_client.get(asked.client_id)
            if life is not None and answer.presses_at is not None:
                life.press_at(answer.presses_at)
                self._changed(life)

    def _handle(self, asked: Asked, answer: Answer, now: datetime) -> None:
        with suppress(alerting.AlertRefused):
            alerting.handle_alert(
                alert_id=asked.alert_id, by=answer.by, role=answer.role, outcome=answer.outcome, cause=answer.cause,
                remote=answer.remote, now=now,
            )  # fmt: skip
        self.go_on(now)
