"""Bodies and phones that tests of web push share."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import uuid4

from reik.people.push_address import Phone
from tests.adapters.push_service import Browser

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
ALERT, CLIENT, ORGANISATION = uuid4(), uuid4(), uuid4()
BROWSER = Browser()


def body(**more: object) -> str:
    data = {
        "alert": str(ALERT),
        "organisation": str(ORGANISATION),
        "client": str(CLIENT),
        "wait_s": 300,
        **more,
    }
    return json.dumps({"type": "alert.step", "timestamp": NOW.isoformat(), "data": data})


def phone(browser: Browser, endpoint: str, lang: str = "nl") -> Phone:
    return Phone(id=uuid4(), endpoint=endpoint, p256dh=browser.p256dh, auth=browser.auth, lang=lang)
