"""A first mapping from a header and the first lines; a person looks at it before anything is read. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from reik.value.planning.mapping import CARE, CODES, IGNORED, MEDICATION, WORDS, PlanningMap

NAMES: Mapping[str, tuple[str, ...]] = {
    field: tuple(names.split("; "))
    for field, names in {
        "bsn": "bsn; burgerservicenummer",
        "birth_date": "geboortedatum; geb.datum; birthdate; date of birth",
        "client_name": "cliëntnaam; clientnaam; naam cliënt; naam client; client name",
        "client": "cliëntnummer; clientnummer; clientnr; cliëntnr; cliënt-id; clientid; client id; cliënt; client;"
        " patiënt; patient; zorgvrager; bewoner; location",
        "date": "datum; bezoekdatum; plandatum; dag; date",
        "start": "begintijd; starttijd; aanvangstijd; begin; start; van; tijd van; aanvang; dtstart; vanaf",
        "end": "eindtijd; einde; eind; tot; tijd tot; end; dtend; t/m",
        "minutes": "duur (min); minuten; duur; tijdsduur; geplande minuten; zorgduur; duration; minutes; min",
        "travel": "reistijd; reisminuten; reistijd (min); travel; travel minutes",
        "worker": "medewerkernummer; medewerker; personeelsnummer; zorgverlener; verzorgende; employee; worker; nurse;"
        " route; attendee; mdw",
        "team": "team; wijkteam; afdeling; organisatie-eenheid; teamnaam; kostenplaats; unit; resources",
        "activity": "activiteit; activiteitcode; uursoort; handeling; handelingen; zorgtaak; taak; prestatie;"
        " verrichting; activity; task; omschrijving; summary; categories",
        "latitude": "latitude; breedtegraad; lat",
        "longitude": "longitude; lengtegraad; lon; lng",
        "postcode": "postcode; pc6; pc4; postal code",
        "number": "huisnummer; huisnr; house number",
    }.items()
}
MEDICATION_STEMS = ("medic", "mdd", "baxter", "pil", "toedien", "druppel", "aanreik", "insul", "inject")
CARE_STEMS = (
    "wass", "adl", "douch", "kled", "steunkous", "kous", "wond", "verzorg", "toilet", "maaltijd", "eten", "katheter",
    "stoma", "begeleid", "huishoud", "verple", "zwachtel", "transfer", "tillen", "bed",
)  # fmt: skip
_SPLIT = re.compile(r"\s*[;+|\n]\s*|\s*,\s+|,(?=\D)")
_WORD = re.compile(r"[^\W\d_][\w-]{2,}")
_MONTH = re.compile(r"[a-z]{3}", re.IGNORECASE)
MANY = 40
"""More than so many different texts among the first visits: free text, of which the words count."""


def parts_of(text: str, activity_as: str) -> list[str]:
    """The codes, or the words in lower case, that one cell holds."""
    if activity_as == WORDS:
        return list(dict.fromkeys(each.lower() for each in _WORD.findall(text)))
    return [each.strip() for each in _SPLIT.split(text) if each.strip()]


def judged(part: str, activity_as: str) -> str:
    """What a code or word seems to be; a code that tells nothing is other care, a word nothing at all."""
    small = part.lower()
    if small == "med" or any(stem in small for stem in MEDICATION_STEMS):
        return MEDICATION
    if activity_as == CODES or any(small.startswith(stem) for stem in CARE_STEMS):
        return CARE
    return IGNORED


def columns_of(header: Sequence[str]) -> dict[str, str]:
    """Our field → their column, by the names that planning systems use; each column at most once."""
    left = list(header)
    found: dict[str, str] = {}
    for exact in (True, False):
        for field, names in NAMES.items():
            if field in found:
                continue
            chosen = next((c for name in names for c in left if _same(c, name, exact=exact)), None)
            if chosen is not None:
                found[field] = chosen
                left.remove(chosen)
    if "client" not in found:
        for instead in ("bsn", "client_name"):
            if instead in found:
                found["client"] = found.pop(instead)
                break
    return found


def _same(column: str, name: str, *, exact: bool) -> bool:
    plain = column.lower().replace("_", " ").strip()
    if exact:
        return plain == name.replace("_", " ")
    return len(name) > 3 and bool(re.search(rf"\b{re.escape(name)}", plain))


def date_format_of(texts: Iterable[str]) -> tuple[str, bool]:
    """(format, sure): of the first days that are filled. Not sure: no day above 12 tells day and month apart."""
    seen = [each.split("T")[0].strip() for each in texts if each.strip()][:2000]
    days = [re.sub(r"[ ,]+\d{1,2}[:.]\d\d.*$", "", each) for each in seen]
    if not days:
        return "dd-mm-jjjj", False
    for name, pattern in (
        ("jjjj-mm-dd", r"\d{4}-\d\d?-\d\d?"), ("jjjjmmdd", r"(19|20)\d{6}"), ("dd.mm.jjjj", r"\d\d?\.\d\d?\.\d{4}"),
        ("dd-mm-jjjj", r"\d\d?-\d\d?-\d{4}"), ("dd-mm-jj", r"\d\d?-\d\d?-\d\d"), ("dd/mm/jj", r"\d\d?/\d\d?/\d\d"),
    ):  # fmt: skip
        if _most(days, pattern):
            return name, name.startswith("jjjj") or _above(days, 0)
    if _most(days, r"\d\d?/\d\d?/\d{4}"):
        american = _above(days, 1) and not _above(days, 0)
        return ("mm/dd/jjjj", True) if american else ("dd/mm/jjjj", _above(days, 0))
    return ("d mmm jjjj", True) if any(_MONTH.search(each) for each in days) else ("dd-mm-jjjj", False)


def _most(days: Sequence[str], pattern: str) -> bool:
    return sum(bool(re.fullmatch(pattern, each)) for each in days) * 2 > len(days)


def _above(days: Sequence[str], place: int) -> bool:
    """Whether the first (0) or second (1) number is above 12 somewhere: then it is the day."""
    parts = (re.findall(r"\d+", each) for each in days)
    return any(len(each) > place and int(each[place]) > 12 for each in parts)


def guess(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[PlanningMap, bool]:
    """(mapping, whether the days can be read in one way only). It may lack columns: a person adds them."""
    columns = columns_of(header)
    values = {field: _column(header, rows, name) for field, name in columns.items()}
    date_format, sure = date_format_of(values.get("date") or values.get("start") or [])
    lengths = [each for each in values.get("minutes", []) + values.get("travel", []) if each]
    activity_as = CODES if len(set(values.get("activity", []))) <= MANY else WORDS
    counted: Counter[str] = Counter()
    for text in values.get("activity", []):
        counted.update(parts_of(text, activity_as))
    guessed = PlanningMap(
        columns=columns, date_format=date_format, activity_as=activity_as,
        decimal="." if any(re.fullmatch(r"\d+\.\d+", each.strip()) for each in lengths) else ",",
        unit="hours" if re.search(r"\b(uren|uur|hours)\b", columns.get("minutes", "").lower()) else "minutes",
        activities={part: judged(part, activity_as) for part, _ in counted.most_common(200)},
    )  # fmt: skip
    return guessed, sure


def _column(header: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> list[str]:
    place = header.index(name)
    return [row[place] for row in rows if len(row) > place]
