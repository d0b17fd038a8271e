"""The table of the care path as Markdown and as a diagram, for the reference. Pure."""

from __future__ import annotations

from reik.pathway.path import CONDITIONS, SETTINGS, TRANSITIONS, Condition, Event


def transition_table() -> str:
    """The table of this module in Markdown, with what each event asks for; printed into the reference."""
    head = [
        "| event | from | to | asks for (days: may be let through, to be made good within) |",
        "|---|---|---|---|",
    ]
    lines = []
    for event in Event:
        pairs = [(state, after) for (state, each), after in TRANSITIONS.items() if each is event]
        tos = " / ".join(dict.fromkeys(after.value for _state, after in pairs))
        asks = ", ".join(map(_asked, CONDITIONS.get(event, ()))) or "nothing more"
        lines.append(f"| `{event}` | {', '.join(state.value for state, _after in pairs)} | {tos} | {asks} |")
    return "\n".join([*head, *lines])


def _asked(each: Condition) -> str:
    days = "" if each.days is None else f" ({each.days})"
    other = "".join(f" or {kind}" for kind in each.unless)
    where = "" if each.settings == SETTINGS else f" [{', '.join(each.settings)}]"
    return f"{each.kind}{other}{days}{where}"


def diagram() -> str:
    """The states as a Mermaid diagram."""
    lines = [f"    {state} --> {after}: {event}" for (state, event), after in TRANSITIONS.items()]
    return "\n".join(
        ["```mermaid", "stateDiagram-v2", "    [*] --> indicated", *lines, "    ended --> [*]", "```"]
    )
