"""What the care organisations of the demo agreed for themselves: protocols, words of their own, and how one gets in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from reik.alerting.house_access import confirm_access, keep_access
from reik.alerting.operations import add_code
from reik.alerting.protocols import write_protocol
from reik.ops.demo import cast
from reik.ops.demo.moving_in import Resident, Town

ANY_CAUSE, NOT_OUT, SILENT = "", "not_out", "silent"
PROTOCOLS = {
    ANY_CAUSE: (
        "Lees de aandachtspunten van de cliënt",
        "Bel de cliënt: twee keer, vijf minuten ertussen",
        "Bel de mantelzorger, binnen de afgesproken uren",
        "Leg vast wat u hoorde",
    ),
    NOT_OUT: (
        "Kijk tot hoe laat het zakje nog uit mag",
        "Bel de cliënt en vraag haar naast de dispenser te gaan staan",
        "Laat haar op de knop drukken, blijf aan de lijn tot het zakje eruit is",
        "Niet bereikt: bel de mantelzorger",
        "Ongerust: kies Niet bereikt, ongerust",
    ),
    SILENT: (
        "Kijk of meer dispensers in de buurt stil zijn",
        "Bel de cliënt: staat de stekker erin, brandt het lampje?",
        "Komt er het volgende uur een moment aan: spreek af wie er gaat kijken",
    ),
}
"""Steps to tick at an alert, by its cause."""

CODES = (
    ("outcome", "Buurvrouw gaat kijken", "Neighbour goes to look", "not_reached"),
    ("outcome", "Alsnog uit met de wijkzuster", "Out after all with the nurse", "out_at_visit"),
    ("cause", "Was bij de dagbesteding", "Was at day care", "not_home"),
    ("cause", "Hoorapparaat niet in", "Hearing aid not in", "not_heard"),
)
"""Kind, name in Dutch and English, and the common code that it counts as."""

WAYS = (
    ("key_safe", "Sleutelkluis links naast de voordeur, code 4{number:03d}. Hond blijft binnen."),
    ("key_holder", "Sleutel bij de buren op nummer {door}, zij zijn overdag thuis."),
    ("client_opens", "Doet zelf open: bel lang aan, het duurt even."),
)
HOMES = 4
"""Every so manieth home says how one gets in."""
CHECKED_AFTER = timedelta(hours=2)


def agree_rules(town: Town, since: datetime, now: datetime) -> None:
    """All of it, as entered at `since` by whoever leads; of the last home nobody has tried the way in yet (R81)."""
    for care in (cast.TWENTESTROOM, cast.LINDE):
        by = next(each.name for each in cast.WORKERS if each.organisation == care)
        organisation_id = town.organisations[care]
        for cause, steps in PROTOCOLS.items():
            write_protocol(organisation_id=organisation_id, cause=cause, steps=steps, by=by, now=since)
        for kind, nl, en, like in CODES:
            add_code(
                organisation_id=organisation_id, kind=kind, label_nl=nl, label_en=en, like=like, by=by, now=since
            )  # fmt: skip
    _open_doors([each for each in town.residents if each.number % HOMES == 0], since, now)


def _open_doors(homes: Sequence[Resident], since: datetime, now: datetime) -> None:
    for place, each in enumerate(homes):
        untried = len(homes) > 1 and each is homes[-1]
        written = now if untried else since
        how, words = WAYS[place % len(WAYS)]
        by = each.team_members[0]
        access = keep_access(
            client_id=each.client_id, how=how, words=words.format(number=each.number, door=each.number + 3), by=by,
            now=written,
        )  # fmt: skip
        if not untried:
            confirm_access(access, by=by, now=written + CHECKED_AFTER)
