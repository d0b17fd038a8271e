"""The round of an outage on paper: whom to visit or phone, in the order of urgency, with boxes to tick. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reik.interop.print.mapping import Paper, pack_paper
from reik.interop.print.words import Words

SAID = {
    "title": ("Ronde bij storing: {what}", "Round in an outage: {what}"),
    "cover": (
        "Reik hoort deze dispensers niet en weet niet wat eruit kwam. Bel of ga langs, de dringendste staan bovenaan.",
        "Reik does not hear these dispensers and does not know what came out. Phone or visit, the most urgent first.",
    ),
    "after": (
        "Schrijf op papier en vul het daarna in Reik in, bij Papier invullen. Wie niet bereikt is, blijft open.",
        "Write on paper, then enter it in Reik, at Outage, Enter paper. Who was not reached stays open.",
    ),
    "who": ("Regel, cliënt, adres", "Line, client, address"),
    "phone": ("Telefoon", "Phone"),
    "found": ("Moment en wat u vond (kruis aan)", "Moment and what you found (tick)"),
    "critical": ("TIJDKRITISCH ", "TIME-CRITICAL "),
    "at": ("{due}, weet het vóór {by}", "{due}, know it before {by}"),
    "boxes": (
        "☐ gezien: eruit   ☐ zegt: eruit   ☐ gegeven   ☐ wil niet   ☐ weg   ☐ niet bereikt   ☐ niet goed   tijd: ……",
        "☐ seen: out   ☐ says: out   ☐ given   ☐ refuses   ☐ away   ☐ not reached   ☐ unwell   time: ……",
    ),
    "footer": (
        "Gemaakt {made}. Wie intussen is afgevinkt, staat in Reik.",
        "Made {made}. Who was ticked off meanwhile stands in Reik.",
    ),
    "no_number": ("niet bekend", "not known"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundLine:
    """One client to phone or visit."""

    code: str
    name: str
    address: str
    phone: str
    due_at: datetime
    deadline_at: datetime
    critical: bool
    note: str = ""


def round_paper(what: str, lines: Sequence[RoundLine], paper: Paper) -> dict[str, Any]:
    """The document for `port.pdf_of`. `what`: of what the outage is, in the paper's language."""
    words = Words(paper.language)

    def say(key: str, **values: str) -> str:
        return SAID[key][words.language == "en"].format(**values)

    document = pack_paper("", [], paper)
    return {
        **document, "title": say("title", what=what), "cover": [say("cover"), say("after")],
        "footer": say("footer", made=words.instant(paper.made_at, paper.zone)),
        "overview": [
            {
                "name": f"{each.code}  {each.name}\n{each.address}\n{each.note}".rstrip(),
                "phone": each.phone or say("no_number"),
                "hand": (say("critical") if each.critical else "")
                + say("at", due=_clock(each.due_at, paper), by=_clock(each.deadline_at, paper))
                + "\n" + say("boxes"),
            }
            for each in lines
        ],
        "words": {
            **document["words"], "cover_columns": [say("who"), say("phone"), say("found")], "nobody": "",
        },
    }  # fmt: skip


def _clock(at: datetime, paper: Paper) -> str:
    return f"{at.astimezone(paper.zone):%H:%M}"
