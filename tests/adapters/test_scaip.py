"""SCAIP's codes, documents and responses: what is said, and what an answer means. Pure."""

from __future__ import annotations

import json
import re
from datetime import UTC
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.alerting.causes import CAUSES as DISPENSER_CAUSES
from reik.alerting.outcomes import HANDLED_AS
from reik.alerting.policy import NEEDS_A_PERSON
from reik.interop import Delivered, Failed
from reik.interop.scaip import documents, mapping
from reik.interop.scaip.address import centre
from reik.interop.scaip.documents import NoResponse, Response, response
from reik.interop.scaip.mapping import NotTold
from reik.interop.scaip.receivers import worst
from tests.adapters.scaip.telling import TLS

KEY = "0193548c-7a00-7000-8000-000000000001"
CLIENT = "0193548c-7a00-7000-8000-000000000003"


def told(data: dict[str, object], kind: str = "alert.step", more: str = "") -> mapping.Told:
    body = json.dumps({"type": kind, "data": {"client": CLIENT, "cause": "not_out", "priority": 1} | data})
    return mapping.told(body, KEY, centre(f"{TLS}48213{more}", None))


ALL_CODES = [*mapping.CAUSES.values(), mapping.ANY_OTHER, mapping.TAKEN_OUT]


def test_every_cause_of_reik_has_a_code():
    assert {*DISPENSER_CAUSES, *NEEDS_A_PERSON} <= {*mapping.CAUSES}


def test_texts_fit_and_never_say_that_somebody_took_it():
    for code in ALL_CODES:
        for text in (code.nl, code.en):
            assert len(text.replace("@", " 08:00")) <= mapping.MOST_STT
            assert not re.search(r"(?i)ingenomen|swallow|\btaken(?! out)", text)
        assert re.fullmatch(r"[0-9]{4}", code.stc)


def test_only_what_is_known_not_to_be_out_is_said_not_to_be_taken():
    assert {cause for cause, code in mapping.CAUSES.items() if code.stc == "0081"} == {
        "not_out",
        "partly",
        "withheld",
    }


def test_the_document_for_a_sachet_that_is_not_out():
    made = told({"due_at": "2026-11-23T07:00:00Z"}, more="&lco=002&did=D0091&pri=9,5,0")
    assert documents.request(made) == (
        b"<mrq><ref>" + mapping.ref(KEY).encode() + b"</ref><ver>01.00</ver><mty>ME</mty><cid>48213</cid>"
        b"<dty>0011</dty><did>D0091</did><stc>0081</stc><stt>Zakje 08:00 niet uitgenomen</stt>"
        b"<crd>no-voice:</crd><lco>002</lco><pri>5</pri></mrq>"
    )


@pytest.mark.parametrize(
    ("data", "stc", "stt"),
    [
        ({"cause": "not_out", "due_at": None}, "0081", "Zakje niet uitgenomen"),
        ({"cause": "unknown", "due_at": "2026-07-01T06:00:00Z"}, "0104", "Zakje 08:00: onbekend of uit"),
        ({"cause": "battery_low"}, "0016", "Batterij dispenser bijna leeg"),
        ({"cause": "iets van een organisatie"}, "0042", "Melding van dispenser"),
    ],
)
def test_a_cause_becomes_a_code(data, stc, stt):
    made = told(data)
    assert (made.mty, made.stc, made.stt) == ("ME", stc, stt)


def test_english_by_the_address():
    assert told({"cause": "silent"}, more="&lang=en").stt == "No contact with dispenser"


@pytest.mark.parametrize(
    ("data", "stc"),
    [
        ({"cause": "not_out", "outcome": "out_after_all"}, "0083"),
        ({"cause": "unknown", "outcome": "out_at_visit"}, "0083"),
        ({"cause": "not_out", "outcome": "died"}, "0019"),
        ({"cause": "not_out", "outcome": "refuses"}, "0019"),
        ({"cause": "mains_lost", "outcome": "cleared"}, "0086"),
        ({"cause": "battery_low", "outcome": "cleared"}, "0015"),
        ({"cause": "network", "outcome": "cleared"}, "0115"),
        ({"cause": "silent", "outcome": "cleared"}, "0075"),
        ({"cause": "jam", "outcome": "cleared"}, "0019"),
        ({"cause": "jam", "outcome": "put_right"}, "0019"),
    ],
)
def test_an_alert_that_is_over(data, stc):
    made = told(data, "alert.closed")
    assert (made.mty, made.stc) == ("RE", stc)
    assert (made.cid, made.dty, made.did) == (told({}).cid, "0011", "")


def test_out_is_said_only_of_outcomes_that_say_so():
    out = {
        each
        for each in [*HANDLED_AS, "out_after_all", "cleared", ""]
        if told({"outcome": each}, "alert.closed").stc == "0083"
    }
    assert out == {"out_after_all", "out_after_call", "out_at_visit"}


def test_the_ref_is_the_same_for_the_same_message_only():
    assert mapping.ref(KEY) == mapping.ref(KEY) != mapping.ref(KEY[:-1] + "2")
    assert re.fullmatch(r"[A-Z2-7]{16}", mapping.ref(KEY))


@settings(max_examples=300, deadline=None)
@given(st.uuids(), st.sampled_from(["{client}", "48{client}", "{client}1", "12{client}34"]))
def test_a_number_made_of_the_clients_key(client, template):
    made = mapping.controller_id(template, client)
    assert re.fullmatch(r"[0-9]{16}", made)
    before, _, after = template.partition("{client}")
    assert made.startswith(before)
    assert made.endswith(after)
    assert made == mapping.controller_id(template, UUID(str(client)))


def test_numbers_of_clients_differ_also_when_their_keys_hardly_do():
    made = {mapping.controller_id("{client}", UUID(int=number)) for number in range(20_000)}
    assert len(made) == 20_000


def test_a_heartbeat_is_of_reik_itself():
    made = mapping.heartbeat("x", centre(f"{TLS}48{{client}}", None))
    assert (made.mty, made.stc, made.cid) == ("PI", "0102", "48" + "0" * 14)


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"type":"alert.step","data":{}}', '{"type":"x","data":{"client":1}}']
)
def test_what_cannot_be_said_in_scaip(body):
    with pytest.raises(NotTold):
        mapping.told(body, KEY, centre(TLS + "1", None))


def test_a_kind_of_message_that_is_not_for_a_centre():
    with pytest.raises(NotTold):
        told({}, "report.monthly")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=100), st.integers(-5, 9), st.datetimes(timezones=st.just(UTC)))
def test_any_cause_priority_and_time_can_be_said(cause, priority, due_at):
    made = told({"cause": cause, "priority": priority, "due_at": due_at.isoformat()}, more="&pri=2,1,0")
    assert len(made.stt) <= mapping.MOST_STT
    assert made.pri in ("0", "1", "2")


@pytest.mark.parametrize("snu", range(0, 100))
def test_only_nought_is_delivered(snu):
    result = mapping.meaning(snu)
    if snu == 0:
        assert result == Delivered()
    else:
        assert isinstance(result, Failed)
        assert (result.permanent, result.answered) == (snu in (1, 2, 3, 7), True)


@pytest.mark.parametrize("status", [*range(300, 700)])
def test_no_refusal_of_sip_is_taken_for_more_than_it_is(status):
    result = mapping.refusal(status)
    assert not (result.permanent and not result.answered)
    if status >= 500 and status not in (501, 505, 513):
        assert result == Failed(f"SIP {status}")


def test_several_refusals_as_one():
    silent, busy = Failed("silent"), Failed("busy", answered=True)
    never = Failed("never", permanent=True, answered=True)
    assert worst([silent, busy, silent]) == Failed("silent; busy", answered=True)
    assert worst([never, never]) == never
    assert worst([never, busy]) == Failed("never; busy", answered=True)


MRS = b"<mrs><ref>A1B2C3D4E5F60718</ref><snu>0</snu></mrs>"


@pytest.mark.parametrize(
    "data",
    [
        MRS,
        b"\r\n" + MRS + b"\r\n",
        b'<?xml version="1.0" encoding="UTF-8"?>' + MRS,
        b"\xef\xbb\xbf" + MRS,
        b"<scaip>" + MRS + b"</scaip>",
        MRS.replace(b"mrs>", b"scaip>"),
        b'<mrs xmlns="urn:x"><ref> A1B2C3D4E5F60718 </ref><snu>000</snu><ste/><cve>01.00</cve><new><a/></new></mrs>',
        b"<mrs><!-- c --><ref>A1B2C3D4E5F60718</ref><?pi x?><snu>0</snu></mrs>",
    ],
)
def test_a_response_as_it_is_written_in_the_wild(data):
    assert response(data) == Response("A1B2C3D4E5F60718", 0)


@pytest.mark.parametrize(("said", "hbi"), [("60", 60), ("0", 0), ("", None), ("-1", None), ("x", None)])
def test_the_interval_that_is_wished(said, hbi):
    assert response(MRS.replace(b"</mrs>", f"<hbi>{said}</hbi></mrs>".encode())).hbi == hbi


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"OK",
        b"<mrq><ref>A</ref><snu>0</snu></mrq>",
        b"<mrs><ref>A</ref></mrs>",
        b"<mrs><snu>0</snu></mrs>",
        b"<mrs><ref>A</ref><snu></snu></mrs>",
        b"<mrs><ref>A</ref><snu>-0</snu></mrs>",
        b"<mrs><ref>A</ref><snu>0</snu><snu>6</snu></mrs>",
        b"<mrs><ref>A</ref><ref>B</ref><snu>0</snu></mrs>",
        b"<mrs><ref>A</ref><snu>0",
        b"<mrs><ref>A-B</ref><snu>0</snu></mrs>",
        b"<mrs><ref>A</ref><snu>\xd9\xa0</snu></mrs>",
        b"<scaip>" + MRS + MRS + b"</scaip>",
        b"<!DOCTYPE mrs>" + MRS,
        b'<!DOCTYPE m [<!ENTITY e SYSTEM "file:///etc/passwd">]><mrs><ref>&e;</ref><snu>0</snu></mrs>',
        b'<!DOCTYPE m [<!ENTITY a "0"><!ENTITY b "&a;&a;">]><mrs><ref>A</ref><snu>&a;</snu></mrs>',
        b"<mrs>" + b" " * 9000 + b"<ref>A</ref><snu>0</snu></mrs>",
        b"<mrs>" + b"<a>" * 500 + b"</a>" * 500 + b"<ref>A</ref><snu>0</snu></mrs>",
    ],
)
def test_what_is_no_response(data):
    with pytest.raises(NoResponse):
        response(data)


pieces = st.sampled_from(
    [b"<mrs>", b"</mrs>", b"<scaip>", b"</scaip>", b"<ref>A</ref>", b"<snu>0</snu>", b"<snu>", b"6", b"&lt;", b"<!--",
     b"-->", b"<![CDATA[", b"]]>", b"<?xml version='1.1'?>", b"<?xml version='1.0' encoding='utf-7'?>", b"\x00",
     b"\xff\xfe", b"<!DOCTYPE a [", b"<!ENTITY b 'c'>", b"&b;", b"]>", b"xmlns='", b"<a:ref xmlns:a='b'>"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(pieces, max_size=12).map(b"".join)))
def test_any_bytes_are_a_response_or_none(data):
    try:
        said = response(data)
    except NoResponse:
        return
    assert re.fullmatch(r"[A-Za-z0-9]{1,16}", said.ref)
    assert said.snu >= 0
    assert b"snu" in data or b"\x00" in data
