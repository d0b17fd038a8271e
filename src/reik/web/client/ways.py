"""Where one goes from a client's file: what her role may open, in four groups."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from reik.web.pathway.shown import Brief
from reik.web.work.whose import EVERYONE, TEAM

Links = list[tuple[str, str]]
MANAGES = ("nurse", "team_manager")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """One group. `links`: the last part of the address, and its word."""

    title: str
    icon: str
    links: Links


def ways_of(role: str, path: Brief | None) -> list[Ways]:
    """The groups that hold something for this role; none for who works elsewhere (the centre has its own screens)."""
    if role not in EVERYONE:
        return []
    team, walks = role in TEAM, path is not None and path.ended_at is None
    groups = (
        Ways(title=_("Medicatie"), icon="pills", links=_medication(walks)),
        Ways(title=_("Zorgpad"), icon="route", links=_path(path, walks) if team else []),
        Ways(title=_("Afspraken en gegevens"), icon="user", links=_agreed(role) if team else []),
        Ways(title=_("Terugkijken"), icon="history", links=_behind(team)),
    )
    return [each for each in groups if each.links]


def _medication(walks: bool) -> Links:
    load = [("laden", _("Rol laden"))] if walks else []
    return [
        ("schema", _("Schema")), ("rollen", _("Rollen")), *load, ("buiten-de-rol", _("Buiten de rol")),
        ("vragen", _("Vragen")),
    ]  # fmt: skip


def _path(path: Brief | None, walks: bool) -> Links:
    """From the indication to the end; before it begins there is nothing to evaluate and nothing to stop."""
    begun = [("stoppen", _("Stoppen") if walks else _("Hoe het stopte"))] if path else []
    return [
        ("zorgpad", _("Zorgpad")), ("indicatie", _("Indicatie")), ("formulieren", _("Formulieren")),
        *([("evaluatie", _("Evaluatie"))] if walks else []), ("vragenlijst", _("Vragenlijst")), *begun,
    ]  # fmt: skip


def _agreed(role: str) -> Links:
    manages = [("naasten", _("Naasten")), ("financiering", _("Wie betaalt"))] if role in MANAGES else []
    details = [("gegevens", _("Gegevens"))] if role == "nurse" else []
    return [("opvolgafspraak", _("Opvolgafspraak")), *manages, *details]


def _behind(team: bool) -> Links:
    ours = (
        [("incidenten", _("Klachten en incidenten")), ("inspectie", _("Voor de inspectie"))] if team else []
    )
    return [("tijdlijn", _("Tijdlijn")), ("uitgenomen", _("Wat eruit kwam")), *ours]
