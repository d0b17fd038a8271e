"""The words of the screens: Dutch stands in templates and code, English in one file per screen family.

`python -m tests.wording FAMILY...` adds what is missing to `src/reik/web/<family>/en.po` (empty, to be filled in) and
writes the compiled `locale/en/LC_MESSAGES/django.mo` from all of them. Without a family it only compiles.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).resolve().parents[1] / "src" / "reik" / "web"
MO = WEB / "locale" / "en" / "LC_MESSAGES" / "django.mo"
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)  # always the same: the compiled file must not change by itself
SHARED = "shared"
"""The family of everything that is no folder of its own: base pages, parts, outcomes."""

Message = str | tuple[str, str]
_CALLS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2)}


def families() -> list[str]:
    """The screen families that have words of their own."""
    return [SHARED, *sorted(each.parent.name for each in WEB.glob("*/en.po") if each.parent.name != SHARED)]


def po_of(family: str) -> Path:
    return WEB / ("locale/en.po" if family == SHARED else f"{family}/en.po")


def words_of(family: str) -> set[Message]:
    """Everything that a person reads in this family, as it stands in its code and templates."""
    found: set[Message] = set()
    for path in _files(family):
        text = path.read_text()
        found |= set(_of_python(text) if path.suffix == ".py" else _of_template(text))
    return found


def _files(family: str) -> Iterator[Path]:
    if family != SHARED:
        yield from WEB.glob(f"{family}/**/*.py")
        yield from WEB.glob(f"templates/{family}/**/*.html")
        return
    others = set(families_on_disk())
    yield from WEB.glob("*.py")
    for path in WEB.glob("templates/**/*.html"):
        top = path.relative_to(WEB / "templates").parts[0]
        if top not in others:
            yield path
    yield from (path for path in WEB.glob("entrance/*.py"))


def families_on_disk() -> list[str]:
    """Folders of screens with templates of their own; the entrance and the failures belong to the shared words."""
    found = [
        each.name for each in WEB.iterdir() if (WEB / "templates" / each.name).is_dir() and each.is_dir()
    ]
    return sorted(set(found) - {"entrance", "failures", "parts"})


def _of_python(text: str) -> Iterator[Message]:
    options = dict(_CALLS)
    for _line, _call, said, _comments in extract_python(io.BytesIO(text.encode()), options, (), {}):
        if isinstance(said, tuple):
            texts = [each for each in said if each]
            if len(texts) >= 2 and _call.startswith("n"):
                yield (texts[0], texts[1])
                continue
            said = texts[0] if texts else ""
        if said:
            yield said


_TRANSLATE = re.compile(r"""\{%\s*trans(?:late)?\s+("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_BLOCK = re.compile(
    r"\{%\s*blocktrans(?:late)?\b([^%]*)%\}(.*?)(?:\{%\s*plural\s*%\}(.*?))?\{%\s*endblocktrans(?:late)?\s*%\}",
    re.S,
)
_QUOTED = re.compile(r"""_\(("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)""")


def _of_template(text: str) -> Iterator[Message]:
    for pattern in (_TRANSLATE, _QUOTED):
        for match in pattern.finditer(text):
            yield match.group(1)[1:-1]
    for match in _BLOCK.finditer(text):
        trimmed = "trimmed" in match.group(1).split()
        one = _variables(match.group(2), trimmed)
        yield (one, _variables(match.group(3), trimmed)) if match.group(3) is not None else one


def _variables(text: str, trimmed: bool) -> str:
    if trimmed:
        text = " ".join(line.strip() for line in text.strip().splitlines()).strip()
    return re.sub(r"\{\{\s*([\w.]+)\s*\}\}", r"%(\1)s", text.replace("%", "%%"))


def read(family: str) -> Catalog:
    path = po_of(family)
    if not path.exists():
        return Catalog(locale="en", domain="django")
    with path.open("rb") as stream:
        return read_po(stream, locale="en", domain="django")


def fill(family: str) -> list[Message]:
    """Bring a family's file in step with its screens; gives what has no English yet."""
    known = read(family)
    made = Catalog(locale="en", domain="django", fuzzy=False)
    missing: list[Message] = []
    for message in sorted(words_of(family), key=str):
        key = message[0] if isinstance(message, tuple) else message
        old = known.get(key)
        english = old.string if old is not None else ""
        if isinstance(message, tuple) and not isinstance(english, tuple):
            english = ("", "")
        made.add(message, english)
        if not english or (isinstance(english, tuple) and not all(english)):
            missing.append(message)
    path = po_of(family)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_po(stream, made, width=110, omit_header=True, no_location=True)
    return missing


def compiled() -> bytes:
    """The catalogue of all families together, as Django reads it."""
    whole = Catalog(locale="en", domain="django", fuzzy=False, creation_date=WRITTEN, revision_date=WRITTEN)
    for family in sorted({SHARED, *families()}):
        for message in read(family):
            if message.id and message.string and all(message.string):
                whole.add(message.id, message.string)
    buffer = io.BytesIO()
    whole.mime_headers = [  # type: ignore[misc]
        ("Content-Type", "text/plain; charset=utf-8"), ("Plural-Forms", "nplurals=2; plural=(n != 1);")
    ]  # fmt: skip
    write_mo(buffer, whole)
    return buffer.getvalue()


def main(names: list[str]) -> int:
    lacking = 0
    for family in names:
        for message in fill(family):
            lacking += 1
            print(f"{family}: no English yet for {message!r}")
    MO.parent.mkdir(parents=True, exist_ok=True)
    MO.write_bytes(compiled())
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
