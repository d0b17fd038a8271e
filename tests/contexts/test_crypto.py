"""Rule 6: sealed values open only for their own organisation and only with their key."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reik.kernel.crypto import SealBroken, make_data_key, vault
from reik.kernel.operations import found_organisation


@pytest.fixture
def two(database, now):
    return [found_organisation(name=name, kind="care", now=now).id for name in ("een", "twee")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(value=st.binary(max_size=500))
def test_what_was_sealed_opens_again_and_never_looks_the_same_twice(two, value):
    sealed = vault().seal(two[0], value)
    assert vault().open(two[0], sealed) == value
    assert vault().seal(two[0], value) != sealed


def test_another_organisation_cannot_open_it(two):
    sealed = vault().seal(two[0], b"123456782")
    with pytest.raises(SealBroken):
        vault().open(two[1], sealed)


def test_one_changed_bit_is_noticed(two):
    sealed = bytearray(vault().seal(two[0], b"text"))
    sealed[-1] ^= 1
    with pytest.raises(SealBroken):
        vault().open(two[0], bytes(sealed))


def test_a_new_key_leaves_the_old_values_readable_and_a_destroyed_one_erases_them(two, now):
    old = vault().seal(two[0], b"old")
    make_data_key(two[0], now)
    new = vault().seal(two[0], b"new")
    assert vault().open(two[0], old) == b"old"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_datakey SET destroyed_at = %s WHERE number = 1", [now])
    vault().forget()
    assert vault().open(two[0], new) == b"new"
    with pytest.raises(SealBroken):
        vault().open(two[0], old)


def test_the_blind_index_finds_equals_within_one_organisation_only(two):
    assert vault().blind_index(two[0], "999900018") == vault().blind_index(two[0], "999900018")
    assert vault().blind_index(two[0], "999900018") != vault().blind_index(two[1], "999900018")
