"""Requests to pharmacies: the one door for who asks, answers, withdraws, or tells that no answer came (R22, R23).

A request waits for a person, so it always has an owned task. Reads are in `seen`, rules in `rules`.
"""

from reik.medication.requests.answers import answer
from reik.medication.requests.asking import NewRequest, ask, ask_again, withdraw
from reik.medication.requests.rules import RequestRefused
from reik.medication.requests.silence import tell_unanswered

__all__ = ["NewRequest", "RequestRefused", "answer", "ask", "ask_again", "tell_unanswered", "withdraw"]
