"""The list of assumptions as a page of the documentation, from the assumptions themselves. Pure."""

from __future__ import annotations

from reik.value.case.parameters import GROUPS, Parameter, parameters, sources

HEADINGS = {
    "care": "Care as it is",
    "work": "The dispenser's own work",
    "alerts": "Alerts",
    "costs": "Costs",
    "income": "Income, per insurer and year where terms say so",
    "cash_in": "What freed hours are used for",
    "green": "Kilometres and CO₂",
}


def listed() -> str:
    """Tables by group, then the sources."""
    lines: list[str] = []
    for group in GROUPS:
        lines += ["", f"## {HEADINGS[group]}", "", "| key | what | unit | low, likely, high | source |"]
        lines += ["|---|---|---|---|---|"]
        lines += [_row(each) for each in parameters().values() if each.group == group]
    lines += ["", "## Sources", "", "| source | date | device |", "|---|---|---|"]
    lines += [
        f"| [{each.title}]({each.url}) | {each.when} | {each.found or 'not named'} |"
        for each in sources().values()
    ]
    return "\n".join(lines).strip()


def _row(each: Parameter) -> str:
    range_ = each.default
    said = f"{range_.low:g}, {range_.likely:g}, {range_.high:g}" if range_ else "yours"
    if range_ is None and each.optional:
        said = "yours; without it not counted"
    source = f"{range_.source} ({range_.date})" if range_ else ""
    note = f"; {each.note}" if source and each.note else each.note
    return f"| `{each.key}` | {each.en}. {each.what_en} | {each.unit} | {said} | {source}{note} |"
