"""What a team can say of an alert, with what each answer does (R49, R50). The words of the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from reik.alerting.claims.seen import CodeSeen
from reik.alerting.outcomes import ABOUT_A_SACHET, OF_WHO_STOOD_THERE, VISIT_DECIDED_BY, Role, effect_of
from reik.alerting.queries import AlertSeen
from reik.web.alert_words import handling_causes, language
from reik.web.words import outcome_words

ORDER = (
    "out_at_visit", "out_after_call", "says_out", "not_reached", "not_reached_worrying", "refuses",
    "says_taken_otherwise", "advice_asked", "unwell", "away", "died", "device_fault", "false_notice",
)  # fmt: skip
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One outcome on the form, and what follows from it."""

    code: str
    word: str
    follows: str
    visit_only: bool


@dataclass(slots=True, kw_only=True)
class Form:
    """What was typed, kept when something lacks; `errors` by field."""

    outcome: str = ""
    how: str = ""
    cause: str = ""
    note: str = ""
    decided: str = VISIT_DECIDED_BY[0]
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, posted: QueryDict, own: Sequence[CodeSeen] = ()) -> Form:
        form = cls(
            outcome=posted.get("uitkomst", ""), how=posted.get("hoe", ""), cause=posted.get("oorzaak", ""),
            note=posted.get("notitie", "").strip()[:LONGEST_NOTE],
            decided=posted.get("besloten", "") or VISIT_DECIDED_BY[0],
        )  # fmt: skip
        form._check(own)
        return form

    def _check(self, own: Sequence[CodeSeen]) -> None:
        added = {each.code: each.like for each in own if each.kind == "outcome"}
        common = added.get(self.outcome, self.outcome)
        if common not in ORDER:
            self.errors["uitkomst"] = _("Kies wat u vond of hoorde.")
        if self.how not in ("visit", "phone"):
            self.errors["hoe"] = _("Kies of u er was, of dat u belde.")
        elif self.how == "phone" and common in OF_WHO_STOOD_THERE:
            self.errors["hoe"] = _(
                "Dat het zakje eruit is terwijl u erbij stond, kan niet na bellen: kies een andere uitkomst."
            )
        if self.decided not in VISIT_DECIDED_BY:
            self.errors["besloten"] = _("Kies wie tot het bezoek besloot.")
        if self.cause not in dict(handling_causes(own)):
            self.errors["oorzaak"] = _("Kies waardoor het kwam, of ‘niet bekend’.")


def choices(alert: AlertSeen, own: Sequence[CodeSeen] = ()) -> list[Choice]:
    """The outcomes that can be said of this alert; what the organisation added stands behind the one it is like."""
    out = alert.moment is not None and alert.moment.outcome in ("in_time", "early", "late")
    found = []
    for code in ORDER:
        if alert.moment is None and code in ABOUT_A_SACHET:
            continue
        follows = _follows(code, effect_of(code, Role.TEAM, moment_is_out=out).value)
        added = [
            (each.code, each.label(language()))
            for each in own
            if each.kind == "outcome" and each.like == code
        ]
        found += [
            Choice(code=each, word=word, visit_only=code in OF_WHO_STOOD_THERE, follows=follows)
            for each, word in [(code, outcome_words(code)), *added]
        ]
    return found


def _follows(code: str, effect: str) -> str:
    special = {
        "advice_asked": _("U overlegt met apotheek of arts. De melding sluit."),
        "unwell": _("Volg de spoedafspraak; bel bij levensgevaar 112. De melding sluit."),
        "not_reached_worrying": _("De noodroute: wie daarvoor is afgesproken wordt nu gebeld."),
        "died": _("De melding sluit. Zet ook de dispenser stil."),
        "away": _("De melding sluit. Zet de dispenser op pauze als het langer duurt."),
        "device_fault": _("De melding over het zakje sluit; over de dispenser komt een eigen melding."),
    }
    return special.get(code) or {
        "closes": _("De melding sluit."),
        "passes_on": _("De volgende van de route wordt meteen gevraagd."),
        "watches": _("De dispenser moet het nog melden. Reik kijkt 10 minuten mee."),
        "to_team": _("Het wijkteam beslist."),
    }.get(effect, "")
