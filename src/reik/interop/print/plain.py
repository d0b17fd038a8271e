"""An outage pack as one HTML file and as CSV: to be read on any machine, without Reik and without a network. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from reik.interop.print.mapping import Paper, Whose, how_words
from reik.interop.print.words import Words
from reik.medication.cards.daycard import DISPENSER, DayCard

STYLE = (
    "body{font:16px/1.4 sans-serif;margin:1rem;max-width:60rem}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #666;padding:.3rem .5rem;text-align:left;vertical-align:top}"
    ".w{border-left:.3rem solid #000;padding:.2rem .5rem;background:#eee;font-weight:bold}"
    "@media print{section{page-break-before:always}}"
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def html_of(document: Mapping[str, Any]) -> str:
    """The whole pack in one file that asks for nothing else."""
    words = document["words"]
    demo = f'<p class="w">{escape(document["demo"])}</p>' if document["demo"] else ""
    cover = "".join(f"<p>{escape(each)}</p>" for each in document["cover"])
    overview = _table(
        words["cover_columns"], [(each["name"], each["phone"], each["hand"]) for each in document["overview"]]
    )
    cards = "".join(_card(each, words, demo) for each in document["cards"])
    return (
        f'<!doctype html><html lang="{escape(document["lang"])}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(document["title"])}</title>'
        f"<style>{STYLE}</style>{demo}<h1>{escape(document['title'])}</h1>{cover}{overview}{cards}"
        f"<p>{escape(document['footer'])}</p></html>"
    )


def _card(card: Mapping[str, Any], words: Mapping[str, Any], demo: str) -> str:
    warnings = "".join(f'<p class="w">{escape(each)}</p>' for each in card["warnings"])
    rows = [
        (f"{each['at']}\n{each['latest']}", _contents(each, words), f"{each['way']}\n{each['how']}",
         "" if each["signs"] else each["nosign"])
        for each in card["rows"]
    ]  # fmt: skip
    needs = [(f"{each['text']} {each['amount']}", "\n".join(each["notes"]), "") for each in card["needs"]]
    people = [(each["who"], each["name"], each["phone"]) for each in card["people"]]
    return (
        f"<section>{demo}<h2>{escape(card['name'])}</h2><p>{escape(card['born'])} <b>{escape(card['day'])}</b><br>"
        f"{escape(card['via'])}</p>{warnings}"
        + (_table(words["columns"], rows) if rows else f"<p>{escape(card['nothing'])}</p>")
        + (_table(words["need_columns"], needs) if needs else "")
        + (_table(words["people_columns"], people) if people else "")
        + "</section>"
    )


def _contents(row: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    said = [f"{each['text']} {each['amount']}".strip() for each in row["contents"]] or [str(words["unknown"])]
    return "\n".join([*said, *row["notes"]])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell).replace(chr(10), '<br>')}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def csv_of(team: str, clients: Sequence[tuple[Whose, Sequence[DayCard]]], paper: Paper) -> str:
    """A line per client, day and time; as needed without a time. No cell begins as a formula."""
    words = Words(paper.language)
    dutch = words.language == "nl"
    kept = io.StringIO()
    sheet = csv.writer(kept, lineterminator="\r\n", delimiter=";")
    sheet.writerow(
        ("client", "telefoon", "dag", "tijd", "uiterlijk", "hoe", "toelichting", "wat", "team", "gemaakt")
        if dutch
        else ("client", "phone", "day", "time", "latest", "way", "note", "what", "team", "made")
    )
    made = words.instant(paper.made_at, paper.zone)
    for whose, cards in clients:
        for card in cards:
            for cells in _lines(card, words):
                sheet.writerow([_cell(each) for each in (whose.name, whose.phone, *cells, team, made)])
    return kept.getvalue()


def _lines(card: DayCard, words: Words) -> list[tuple[str, str, str, str, str, str]]:
    zone, day = ZoneInfo(card.zone), card.day.isoformat()
    lines = [
        (day, f"{line.at:%H:%M}", f"{line.latest_at.astimezone(zone):%H:%M}",
         words.say("way_dispenser" if line.way == DISPENSER else "way_hand"),
         "; ".join(how_words(line, card, words, zone)),
         ", ".join(f"{each.text} {each.amount}".strip() for each in line.contents) or words.say("unknown"))
        for line in card.lines
    ]  # fmt: skip
    return lines + [
        (day, "", "", words.say("needs"), need.criteria, f"{need.content.text} {need.content.amount}".strip())
        for need in card.needs
    ]


def _cell(text: str) -> str:
    """A spreadsheet would run what begins like a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
