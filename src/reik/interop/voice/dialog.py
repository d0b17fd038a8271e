"""One call's requests as SIP wants them: INVITE, and what belongs to it before and after it was answered. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from reik.interop.voice import sdp
from reik.interop.voice.address import Phone
from reik.sip import message as sip
from reik.sip.asking import new_branch
from reik.sip.message import Message, Sending
from reik.sip.places import sent_by

ALLOW = "INVITE, ACK, BYE, CANCEL, INFO, OPTIONS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """An INVITE of ours, and the requests about it that are known by its branch.

    Call-ID, tag and number follow from the message, so that a phone that still rings knows a second sending of it.
    """

    phone: Phone
    local: tuple[str, int]
    call_id: str
    tag: str
    offer: bytes
    logins: tuple[tuple[str, str], ...] = ()
    cseq: int = 1
    branch: str = field(default_factory=new_branch)

    def again(self, logins: tuple[tuple[str, str], ...]) -> Invite:
        """The next INVITE, with the log-in that was asked for."""
        return replace(self, logins=logins, cseq=self.cseq + 1, branch=new_branch())

    def invite(self) -> bytes:
        headers = (("Contact", self.contact), ("Allow", ALLOW), ("Accept", sdp.CONTENT_TYPE))
        return self._sending(
            "INVITE",
            headers=headers,
            logins=self.logins,
            content_type=sdp.CONTENT_TYPE,
            body=self.offer,
        )

    def cancel(self) -> bytes:
        return self._sending("CANCEL")

    def refused(self, final: Message) -> bytes:
        """ACK of an answer that is none (RFC 3261, 17.1.1.3)."""
        return self._sending("ACK", to=final.one("to"))

    @property
    def contact(self) -> str:
        transport = self.phone.receiver.transport.lower()
        return f"<sip:reik@{sent_by(self.local)};transport={transport}>"

    def _sending(
        self, method: str, *, to: str = "", headers: tuple[tuple[str, str], ...] = (),
        logins: tuple[tuple[str, str], ...] = (), content_type: str = "", body: bytes = b"",
    ) -> bytes:  # fmt: skip
        return Sending(
            method=method, uri=self.phone.uri, sender=self.phone.sender, transport=self.phone.receiver.transport,
            sent_by=sent_by(self.local), call_id=self.call_id, tag=self.tag, branch=self.branch, cseq=self.cseq,
            to=to, headers=headers, logins=logins, content_type=content_type, body=body,
        ).formatted()  # fmt: skip


@dataclass(slots=True)
class Dialog:
    """A call that was answered (RFC 3261, 12). Its requests go the way of the INVITE, along its recorded routes."""

    invite: Invite
    target: str
    to: str
    routes: tuple[str, ...]
    cseq: int

    @property
    def their_tag(self) -> str:
        return sip.parameter(self.to, "tag")

    def ack(self) -> bytes:
        """ACK of the answer: a transaction of its own, with the number and the log-in of the INVITE."""
        return self._request("ACK", new_branch(), self.invite.cseq, self.invite.logins)

    def bye(self, branch: str, logins: tuple[tuple[str, str], ...] = ()) -> bytes:
        self.cseq += 1
        return self._request("BYE", branch, self.cseq, logins)

    def is_of(self, request: Message) -> bool:
        """Whether a request of theirs belongs to this call: both tags are those of its dialog."""
        return request.to_tag == self.invite.tag and request.from_tag == self.their_tag

    def _request(self, method: str, branch: str, cseq: int, logins: tuple[tuple[str, str], ...]) -> bytes:
        invite = self.invite
        return Sending(
            method=method, uri=self.target, sender=invite.phone.sender, to=self.to, routes=self.routes,
            transport=invite.phone.receiver.transport, sent_by=sent_by(invite.local), call_id=invite.call_id,
            tag=invite.tag, branch=branch, cseq=cseq, logins=logins,
        ).formatted()  # fmt: skip


def dialog(invite: Invite, answered: Message) -> Dialog:
    """What a 2xx to the INVITE makes. Its Contact is where to speak to, its Record-Route, turned round, the way."""
    return Dialog(
        invite=invite, target=sip.uri_of(answered.one("contact")) or invite.phone.uri, to=answered.one("to"),
        routes=tuple(reversed(sip.uris(answered.all("record-route")))), cseq=invite.cseq,
    )  # fmt: skip
