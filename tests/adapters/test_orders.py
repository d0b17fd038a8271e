"""The order of a dispenser as a supplier reads it: letter and JSON against golden files, and through the letterbox."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from reik.interop import AddressRefused
from reik.interop.email import mapping as email
from reik.interop.orders import mapping
from reik.pathway.enrolment.ordering import OrderText

GOLDEN = Path(__file__).parent / "orders"
KEY, NOW = "01a20734-5580-7a4e-a19f-56c9d02fd8ff", datetime(2026, 11, 23, 7, tzinfo=UTC)
TEXT = OrderText(
    order="R-56C9D02FD8", organisation="Zorg aan Zee", organisation_phone="053 555 03 00", client="Mw. A. de Boer",
    address="Voorbeeldstraat 1, Borne", phone="053 555 01 42", model="Lade 4", wanted_on=date(2026, 12, 1),
    times_per_day=3, language="tr", volume="high", extra_signal=True, installs="supplier", note="Bel twee keer",
)  # fmt: skip
NAMES = {
    "order": "reference", "client": "recipient.name", "address": "recipient.address", "'K-1042'": "customer",
    "wanted_on": "delivery.date", "extra_signal": "options.flash",
}  # fmt: skip


def box() -> email.Mailbox:
    return email.mailbox("smtp://127.0.0.1/?to=orders@example.org&from=zorg@example.org&tls=none")


def test_the_letter_is_the_golden_one_and_its_subject_names_nobody() -> None:
    body = json.dumps(mapping.body(TEXT, "email", {}))
    made = email.letter(box(), KEY, NOW, body)
    assert made["Subject"] == "Bestelling medicijndispenser R-56C9D02FD8"
    assert made.get_content().replace("\r\n", "\n") == (GOLDEN / "letter.txt").read_text()


def test_without_a_mapping_json_has_our_names() -> None:
    assert mapping.body(TEXT, "webhook", {}) == json.loads((GOLDEN / "own_names.json").read_text())


def test_a_mapping_gives_their_names_and_leaves_out_the_rest() -> None:
    assert mapping.body(TEXT, "webhook", NAMES) == json.loads((GOLDEN / "their_names.json").read_text())


def test_there_is_no_place_for_medicine_or_a_bsn() -> None:
    assert {each.name for each in fields(OrderText)} == {
        "order", "organisation", "organisation_phone", "client", "address", "phone", "model", "wanted_on",
        "times_per_day", "language", "volume", "extra_signal", "installs", "note",
    }  # fmt: skip


def test_another_letter_is_not_sent_as_it_stands() -> None:
    body = json.dumps({"letter": "something", "subject": "Mw. de Boer", "text": "Mw. de Boer"})
    made = email.letter(box(), KEY, NOW, body)
    assert "Boer" not in f"{made['Subject']} {made.get_content()}"


def test_an_order_that_can_no_longer_be_opened_is_refused() -> None:
    with pytest.raises(AddressRefused):
        email.letter(box(), KEY, NOW, "sealed:x:y")
