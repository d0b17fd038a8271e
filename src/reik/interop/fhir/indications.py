"""Whether Reik can do what a message says of indications, before anything of it is kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from reik.interop.fhir.checking import MOST_ISSUES, ZONE
from reik.interop.fhir.intake import Letter, named
from reik.interop.fhir.mapping_indication import TYPE, hear
from reik.interop.fhir.outcome import Issue, Refused
from reik.pathway.selection.incoming import known_codes


def judge(letter: Letter, organisation_id: UUID, now: datetime) -> list[tuple[int, Issue]]:
    """What of a message is left aside, each with the number of its entry. Raises Refused (422) with what to do."""
    resources = [each.resource for each in letter.entries]
    if all(each["resourceType"] != TYPE for each in resources):
        return []
    codes, today = known_codes(organisation_id), now.astimezone(ZONE).date()
    heard = hear(resources, codes, today, [each.place for each in letter.entries])
    if heard.wrong:
        raise Refused(422, *named(heard.wrong[:MOST_ISSUES], letter.bundle))
    return heard.aside
