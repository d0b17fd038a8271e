"""Gaps in devices' journals: after two seconds the device is asked for what is missing (device contract, 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from reik.dispensing.devices.known import Held
from reik.ingest.answers import Answer
from reik.ingest.payloads import Read
from reik_dispenser.messages import Resend
from reik_dispenser.wire import resend_body, sign

WAITED = timedelta(seconds=2)
ASKED_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(slots=True, kw_only=True)
class _Gap:
    held: Held
    speaker: Read
    ask_at: datetime


class Gaps:
    """The gaps that this process knows of. What it forgets by a restart the device's repetition brings back."""

    def __init__(self) -> None:
        self._gaps: dict[UUID, _Gap] = {}

    def note(self, held: Sequence[Held], speakers: Mapping[UUID, Read], now: datetime) -> None:
        """Take over how far journals are held after a batch."""
        for each in held:
            known = self._gaps.get(each.dispenser_id)
            if each.upto >= each.highest:
                if known is not None and known.held.epoch <= each.epoch:
                    del self._gaps[each.dispenser_id]
            elif known is None or known.held.epoch != each.epoch:
                self._gaps[each.dispenser_id] = _Gap(
                    held=each, speaker=speakers[each.dispenser_id], ask_at=now + WAITED
                )
            else:
                known.held = each

    def ask(self, now: datetime) -> list[Answer]:
        """The requests to send now; the same device is asked once a minute at most."""
        asked = []
        for gap in self._gaps.values():
            if gap.ask_at <= now:
                gap.ask_at = now + ASKED_AGAIN_AFTER
                asked.append(_request(gap, now))
        return asked


def _request(gap: _Gap, now: datetime) -> Answer:
    held, speaker = gap.held, gap.speaker
    body = resend_body(
        Resend(epoch=held.epoch, resend_from=held.upto + 1, resend_to=held.highest - 1, now=now)
    )
    topic = speaker.device.receipt
    return Answer(topic, sign(speaker.key, topic, body))
