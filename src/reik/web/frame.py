"""What every page shares: language, time zone, theme, who looks, the way round, and whether this is a demo."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from reik.kernel import clock, operations
from reik.kernel.tenancy import Actor
from reik.web import staying

LANGUAGE_COOKIE, THEME_COOKIE = "reik_taal", "reik_weergave"
LANGUAGES, THEMES = ("nl", "en"), ("light", "dark")
ZONE = ZoneInfo("Europe/Amsterdam")
"""The zone in which pages without one client show times."""


class FrameMiddleware:
    """Dutch unless the visitor chose English; times on the wall clock of the Netherlands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(LANGUAGE_COOKIE, "nl")
        language = chosen if chosen in LANGUAGES else "nl"
        with translation.override(language), timezone.override(ZONE):
            response = self._get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


@dataclass(frozen=True, slots=True)
class Room:
    """An entry of the menu: only what the role may open."""

    address: str
    icon: str
    word: str


def rooms_of(role: str) -> list[Room]:
    """The menu of a role; the first entry is where it lands after logging in."""
    centre = Room("/zorgcentrale", "headset", _("Zorgcentrale"))
    team = Room("/team", "layout-list", _("Mijn team"))
    clients = Room("/clienten", "user", _("Cliënten"))
    work = Room("/werklijst", "clipboard-list", _("Werklijst"))
    rosters = Room("/roosters", "calendar-week", _("Roosters"))
    path = Room("/zorgpad", "list-check", _("Zorgpad"))
    load = Room("/belasting", "activity", _("Belasting"))
    pharmacy = Room("/apotheek", "building-store", _("Apotheek"))
    return {
        "operator": [centre, clients, rosters, load],
        "nurse": [team, clients, work, rosters, path],
        "caregiver": [team, clients, work, rosters, path],
        "team_manager": [
            team,
            clients,
            work,
            rosters,
            path,
            Room("/opvolgafspraak", "route", _("Opvolging")),
            load,
            Room("/incidenten", "alert-triangle", _("Incidenten")),
            Room("/waarde", "scale", _("Waarde")),
        ],
        "pharmacist": [pharmacy, work, clients],
        "informal_carer": [Room("/naaste", "heart", _("Vandaag"))],
    }.get(role, [])


class _Kind:
    """What kind of installation this is, looked up at most every five seconds per process."""

    def __init__(self) -> None:
        self._known: tuple[str, float] = ("real", 1.0)
        self._until = 0.0

    def look(self) -> tuple[str, float]:
        if time.monotonic() >= self._until:
            self._known = (operations.installation_kind(), operations.pace())
            self._until = time.monotonic() + 5
        return self._known


_kind = _Kind()


def is_demo() -> bool:
    """Whether this data folder was made by `reik demo`: a row in the database, not a setting."""
    return _kind.look()[0] == "demo"


class Frame:
    """`frame` in every template."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def actor(self) -> Actor | None:
        return getattr(self._request, "actor", None)

    @cached_property
    def ends_at(self) -> datetime | None:
        """When this session is over, for a page that stays open for hours; None for a demo's persona."""
        return (
            staying.ends_at(self._request.session)
            if self.actor and hasattr(self._request, "session")
            else None
        )

    @cached_property
    def rooms(self) -> list[Room]:
        return rooms_of(self.actor.role) if self.actor else []

    @property
    def address(self) -> str:
        return self._request.path

    @property
    def whole_address(self) -> str:
        return self._request.get_full_path()

    @property
    def language(self) -> str:
        return translation.get_language() or "nl"

    @property
    def theme(self) -> str:
        """light, dark, or empty: what the visitor's machine prefers."""
        chosen = self._request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else ""

    @cached_property
    def demo(self) -> bool:
        return is_demo()

    @cached_property
    def pace(self) -> int:
        """How many times as fast windows run in a demo; 1 is real time."""
        return round(_kind.look()[1])

    @cached_property
    def pace_words(self) -> str:
        """What the pace means for a window of 45 minutes."""
        if self.pace <= 1:
            return _("vensters lopen in echte tijd")
        seconds = round(45 * 60 / self.pace)
        return _("45 minuten duren hier %(seconds)s seconden") % {"seconds": seconds}

    @cached_property
    def now(self) -> object:
        return clock.now()


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor."""
    return {"frame": Frame(request)}
