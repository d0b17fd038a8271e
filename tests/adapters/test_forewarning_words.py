"""A forewarning on a phone or in a mailbox: it says that somebody has to look, and names nobody (R55)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from reik.interop.email import mapping as email
from reik.interop.sms import text as sms
from reik.interop.webpush import mapping as webpush

BODY = json.dumps(
    {
        "type": "forewarning", "timestamp": "2026-11-23T07:00:00Z",
        "data": {"forewarning": "f", "organisation": "o", "kind": "roster_gap", "since": "2026-11-24T07:00:00Z"},
    }
)  # fmt: skip


@pytest.mark.parametrize(("lang", "said"), [("nl", "niemand bereikbaar"), ("en", "nobody to reach")])
def test_on_a_phone_it_opens_the_rosters(lang: str, said: str) -> None:
    for page in ("/team", "/zorgcentrale"):
        notice = webpush.notice_of(BODY, page, lang)
        assert said in notice.body
        assert notice.url == "/roosters"
    assert webpush.notice_of(BODY, "/naaste", lang).url == "/naaste"


@pytest.mark.parametrize(
    ("lang", "said"), [(sms.Lang.NL, "niemand bereikbaar"), (sms.Lang.EN, "nobody to reach")]
)
def test_as_a_text_it_is_one_message(lang: sms.Lang, said: str) -> None:
    made = sms.text(
        "01a20734-5580-7a4e-a19f-56c9d02fd8ff", BODY, lang=lang, name="Reik", callback="+31535550142"
    )
    assert said in made
    assert sms.fits(made)


def test_as_a_letter_it_says_where_to_look() -> None:
    box = email.mailbox("smtp://127.0.0.1/?to=wim@example.org&from=reik@example.org&tls=none")
    letter = email.letter(box, "m", datetime(2026, 11, 23, tzinfo=UTC), BODY)
    assert "niemand bereikbaar" in letter["Subject"]
    assert "Roosters" in letter.get_content()
