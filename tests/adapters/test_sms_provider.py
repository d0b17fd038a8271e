"""A provider's own HTTP, as the mapping of its documentation says. Pure."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.interop import AddressRefused, Delivered, Failed
from reik.interop.sms import provider, provider_toml

JSON = """
path = "/messages/{ref}"
[headers]
Authorization = "Bearer {secret}"
[json]
from = "{sender}"
messages = [{ to = "{to}", text = "{text}", reference = "{ref}", urgent = true, parts = 1 }]
[taken]
path = "messages.0.status"
values = ["0", "queued"]
[throttled]
path = "messages.0.status"
values = ["1"]
wait_s = 5
[refused]
status = [422]
[check]
method = "GET"
path = "/balance"
"""
WORDS = provider.words(
    to="+31612345678", text='Reik: "Zoë" {secret}', ref="R1", sender="Reik", user="u", secret="s&s"
)


def test_a_request_with_json():
    made = provider.request(provider_toml.read(JSON), "https://x.nl/v1", WORDS)
    assert (made.method, made.url) == ("POST", "https://x.nl/v1/messages/R1")
    assert made.headers == {"Authorization": "Bearer s&s", "Content-Type": "application/json"}
    assert json.loads(made.body) == {
        "from": "Reik",
        "messages": [
            {
                "to": "+31612345678",
                "text": 'Reik: "Zoë" {secret}',
                "reference": "R1",
                "urgent": True,
                "parts": 1,
            }
        ],
    }
    assert "s&s" not in repr(made)


def test_a_request_with_a_form_and_one_with_a_query():
    form = provider.request(
        provider_toml.read('path="/{user}"\n[form]\nTo="{to}"\nKey="{secret}"'), "https://x.nl", WORDS
    )
    assert (form.url, form.body) == ("https://x.nl/u", b"To=%2B31612345678&Key=s%26s")
    query = provider.request(
        provider_toml.read('method="GET"\n[query]\nto="{to_digits}"\nb="{basic}"'), "https://x.nl/a", WORDS
    )
    assert (query.method, query.url, query.body) == ("GET", "https://x.nl/a?to=31612345678&b=dTpzJnM%3D", b"")


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ((200, None, b'{"messages":[{"status":"0"}]}'), Delivered()),
        ((201, None, b'{"messages":[{"status":"queued"}]}'), Delivered()),
        ((200, None, b'{"messages":[{"status":0}]}'), Delivered()),
        ((200, None, b'{"messages":[{"status":"1"}]}'),
         Failed("the provider has too much to do", answered=True, retry_after=timedelta(seconds=5))),
        ((429, "30", b""), Failed("the provider has too much to do", answered=True, retry_after=timedelta(seconds=30))),
        ((422, None, b"{}"), Failed("refused (HTTP 422)", permanent=True, answered=True)),
        ((200, None, b'{"messages":[]}'), Failed("not taken (HTTP 200)", answered=True)),
        ((200, None, b"<html>fine"), Failed("not taken (HTTP 200)", answered=True)),
        ((401, None, b"{}"), Failed("not taken (HTTP 401)", answered=True)),
        ((302, None, b'{"messages":[{"status":"0"}]}'), Failed("not taken (HTTP 302)")),
        ((500, None, b'{"messages":[{"status":"0"}]}'), Failed("not taken (HTTP 500)")),
        ((408, None, b""), Failed("not taken (HTTP 408)")),
    ],
)  # fmt: skip
def test_what_an_answer_of_a_provider_means(answer, meant):
    assert provider.meaning(provider_toml.read(JSON), answer) == meant


def test_a_mapping_that_says_nothing_takes_any_2xx():
    plain = provider_toml.read("")
    assert provider.meaning(plain, (204, None, b"")) == Delivered()
    assert provider.meaning(plain, (400, None, b"")) == Failed("not taken (HTTP 400)", answered=True)
    assert provider.alive(plain, 404) == Delivered()
    assert isinstance(provider.alive(plain, 503), Failed)
    assert isinstance(provider.alive(provider_toml.read(JSON), 401), Failed)


@pytest.mark.parametrize(
    "wrong",
    [
        "=", "metod='POST'", "method='DELETE'", "method='GET'\n[json]\na='{to}'", "[json]\na=1\n[form]\na='1'",
        "path='messages'", "path='/a?b=c'", "path='//evil.example'\n[x]", "[json]\na='{name}'", "[headers]\n'A B'='x'",
        "[headers]\nA='é'", "[headers]\nA=\"x\\ny\"", "[headers]\nA=1", "[taken]\nstatus=200",
        "[taken]\nstatus=[999]",
        "[taken]\npath='a'", "[taken]\nvalues=['a']", "[taken]\npath='a'\nvalues=[1]",
        "[taken]\npath='a..b'\nvalues=['1']",
        "[throttled]\nwait_s=0", "[throttled]\nwait_s='x'", "[refused]\nstats=[1]", "[check]\nmethod='POST'",
        "[json]\na=inf", "[json]\na=2026-11-23", "[json]\na=" + "[" * 12 + "]" * 12, "json=3\nform=4", "form=3",
        "# " + "x" * 20_000,
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_right_is_refused_with_a_sentence(wrong):
    with pytest.raises(AddressRefused, match="The mapping of this provider cannot be used: "):
        provider_toml.read(wrong)


TOML = st.text() | st.lists(
    st.sampled_from([*JSON.splitlines(), "[form]", "[query]", "a = '{to}'", "path = 1", "status = [1]", "[[json]]"]),
    max_size=12,
).map("\n".join)  # fmt: skip


@given(TOML, st.integers(100, 599), st.none() | st.text(), st.binary())
def test_no_mapping_and_no_answer_does_anything_but_fit_or_be_refused(toml, status, retry_after, body):
    try:
        read = provider_toml.read(toml)
    except AddressRefused:
        return
    made = provider.request(read, "https://x.nl/v1", WORDS)
    assert made.url.startswith("https://x.nl/v1")
    provider.check(read, "https://x.nl/v1", WORDS)
    assert provider.meaning(read, (status, retry_after, body)) is not None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda each: st.lists(each) | st.dictionaries(st.text(), each)), st.text())  # fmt: skip
def test_any_path_into_any_answer_finds_a_text_or_nothing(said, path):
    found = provider.found(said, tuple(path.split(".")))
    assert found is None or isinstance(found, str)
