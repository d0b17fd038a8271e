"""The receivers of a centre: one is asked after the other, each within its share of the time."""

from __future__ import annotations

import asyncio
import logging
import secrets
import ssl
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from reik.interop import Delivered, Failed, Result
from reik.interop.scaip import documents, mapping
from reik.interop.scaip.address import Centre
from reik.interop.scaip.beats import Beats
from reik.interop.scaip.exchange import NO_ANSWER, Asking, Awaited, Exchange
from reik.interop.scaip.mapping import Told
from reik.sip import message as sip
from reik.sip.asking import TRANSACTION
from reik.sip.message import Message
from reik.sip.places import Receiver
from reik.sip.wire import Flow, Flows, Gone

log = logging.getLogger(__name__)

BEAT_WITHIN = 10.0  # seconds that a heartbeat at the centre's wish may take
PASSED_OVER = 60.0  # seconds in which a receiver that was silent is asked last

Saying = Callable[[Flow], Awaitable[Result]]


class Session:
    """What all deliveries of this process share."""

    def __init__(self, trust: ssl.SSLContext, t1: float) -> None:
        self._exchange = Exchange(t1)
        self._flows = Flows(self._exchange.hear, trust)
        self._beats = Beats()
        self._silent: dict[Receiver, float] = {}

    async def close(self) -> None:
        await self._beats.close()
        await self._flows.close()

    async def tell(self, centre: Centre, told: Told, seconds: float) -> Result:
        """Tell the centre by its first receiver that treats it; a fault of ours is not tried on the next one."""
        loop = asyncio.get_running_loop()
        until, order, failed = loop.time() + seconds, self._in_order(centre), list[Failed]()
        with self._exchange.awaiting(told.ref) as awaited:
            for place, receiver in enumerate(order):
                if awaited.taken is not None:  # said late, after it was given up
                    return Delivered()
                share = max(0.0, until - loop.time()) / (len(order) - place)
                result = await self._tell_one(centre, receiver, told, awaited, share)
                if not isinstance(result, Failed):
                    return result
                failed.append(result)
                if awaited.refused:
                    break
        return worst(failed)

    async def try_all(self, centre: Centre, seconds: float) -> Result:
        """A heartbeat (or OPTIONS) to every receiver at once: calls nobody. One that would take an alert is enough.

        One that would not is said in the log, for another still stands in for it.
        """
        self._beats.keep(centre.gateway)
        return await self._try_all(centre, seconds)

    async def _try_all(self, centre: Centre, seconds: float) -> Result:
        results = await asyncio.gather(*(self._try(centre, each, seconds) for each in centre.receivers))
        failed = [
            (receiver, result)
            for receiver, result in zip(centre.receivers, results, strict=True)
            if isinstance(result, Failed)
        ]
        if len(failed) == len(results):
            return worst([result for _, result in failed])
        for receiver, result in failed:
            log.warning(
                "one of several receivers of SCAIP, %s, would take nothing: %s", receiver, result.error
            )
        return Delivered()

    async def _try(self, centre: Centre, receiver: Receiver, seconds: float) -> Result:
        if not centre.asks_options:
            told = mapping.heartbeat(secrets.token_hex(16), centre)
            with self._exchange.awaiting(told.ref) as awaited:
                return await self._tell_one(centre, receiver, told, awaited, seconds)

        async def ask(flow: Flow) -> Result:
            final = await self._exchange.asked(Asking(centre, receiver, flow, "OPTIONS", centre.hub))
            return Delivered() if 200 <= final.status < 300 else _refused(final)

        return await self._over(centre, receiver, Awaited(""), seconds, ask)

    async def _tell_one(
        self, centre: Centre, receiver: Receiver, told: Told, awaited: Awaited, seconds: float
    ) -> Result:
        awaited.silence, body = NO_ANSWER, documents.request(told)

        async def say(flow: Flow) -> Result:
            asking = Asking(centre, receiver, flow, "MESSAGE", told.cid, body)
            said = await self._exchange.told(asking, awaited)
            if isinstance(said, Message):
                return _refused(said)
            awaited.refused = said.snu in mapping.NEVER
            if said.hbi is not None and centre.hbi_s:
                self._beats.wish(
                    centre.gateway, said.hbi * centre.hbi_s, lambda: self._try_all(centre, BEAT_WITHIN)
                )
            return mapping.meaning(said.snu)

        result = await self._over(centre, receiver, awaited, seconds, say)
        self._note(receiver, result)
        return result

    async def _over(
        self, centre: Centre, receiver: Receiver, awaited: Awaited, seconds: float, saying: Saying
    ) -> Result:
        """Do this over a way to the receiver; whatever goes wrong on the way is a Failed."""
        flow = None
        try:
            async with asyncio.timeout(min(seconds, TRANSACTION)):
                flow, kept = await self._flows.to(receiver, centre.listen)
                try:
                    return await saying(flow)
                except Gone:
                    # Most often a kept connection that died or was closed before we wrote; the ref makes a second
                    # request harmless.
                    if not kept or awaited.silence != NO_ANSWER:
                        raise
                    flow, _ = await self._flows.to(receiver, centre.listen)
                    return await saying(flow)
        except TimeoutError:
            if flow is not None and awaited.silence == NO_ANSWER:
                flow.drop()  # a connection on which nothing comes back is not used again
            return Failed(f"{awaited.silence} within {seconds:.2g} s")
        except ssl.SSLCertVerificationError:
            return Failed("certificate not trusted")
        except Gone as gone:
            return Failed(str(gone))
        except OSError as error:
            return Failed(f"no connection ({type(error).__name__})")

    def _in_order(self, centre: Centre) -> list[Receiver]:
        """The receivers as the address has them, those that were silent a moment ago last."""
        now = asyncio.get_running_loop().time()
        return sorted(centre.receivers, key=lambda each: self._silent.get(each, 0.0) > now)

    def _note(self, receiver: Receiver, result: Result) -> None:
        if isinstance(result, Failed) and not result.answered:
            self._silent[receiver] = asyncio.get_running_loop().time() + PASSED_OVER
        else:
            self._silent.pop(receiver, None)


def _refused(final: Message) -> Failed:
    return mapping.refusal(final.status, sip.retry_after(final))


def worst(failed: Sequence[Failed]) -> Failed:
    """What several receivers said, as one: given up only where all (or our own fault) say so, there if one was."""
    if len(failed) == 1:
        return failed[0]
    waits = [each.retry_after or timedelta() for each in failed]
    return Failed(
        "; ".join(dict.fromkeys(each.error for each in failed))[:200],
        permanent=all(each.permanent for each in failed),
        answered=any(each.answered for each in failed),
        retry_after=min(waits) or None,
    )
