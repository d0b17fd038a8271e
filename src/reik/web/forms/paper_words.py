"""What a paper that was printed says no longer, and the task to print it anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from reik.pathway.forms.catalogue import FORMS
from reik.pathway.forms.printing import TASK
from reik.pathway.forms.printing_rules import CARD
from reik.web.forms.words import form_words, tongue_words


def group_words(group: str) -> str:
    """What changed."""
    return {
        "name": _("naam of geboortedatum"),
        "phone": _("telefoonnummer"),
        "route": _("opvolging"),
        "times": _("tijden"),
        "device": _("dispenser"),
        "pharmacy": _("apotheek"),
        "house": _("organisatie of team"),
        "text": _("tekst"),
    }.get(group, group)


def changes_words(groups: Collection[str]) -> str:
    """All that changed, in a row; empty: nothing."""
    return ", ".join(map(group_words, groups))


def paper_task_words(kind: str, detail: Mapping[str, object]) -> str:
    """The sentence of the task to print something anew; empty for any other kind."""
    if kind != TASK:
        return ""
    what, whys = str(detail.get("what", "")), detail.get("whys")
    name = form_words(what)[0] if what in FORMS else _("Kaart naast de dispenser") if what == CARD else what
    said = {
        "name": name, "tongue": tongue_words(str(detail.get("language", ""))),
        "whys": changes_words([str(each) for each in whys]) if isinstance(whys, list) else "",
    }  # fmt: skip
    return _("Druk opnieuw af: %(name)s (%(tongue)s). Veranderd: %(whys)s") % said
