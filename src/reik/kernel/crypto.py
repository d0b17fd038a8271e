"""Encryption at rest: one data key per organisation, wrapped by the installation's key (architecture, rule 6).

A sealed value is `version (1) | key number (4) | nonce (12) | AES-256-GCM ciphertext`. Destroying an
organisation's data key erases everything that was sealed with it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection

from reik.kernel.home import Home

_VERSION = b"\x01"
_NONCE = 12
_HEADER = 1 + 4 + _NONCE


class SealBroken(Exception):
    """A sealed value cannot be opened: its key was destroyed, or the bytes were altered."""


class Vault:
    """Seals and opens values for organisations; keeps the unwrapped data keys in this process's memory."""

    def __init__(self, home: Home) -> None:
        self._wrapping = AESGCM(home.derived("data-keys"))
        self._blind_root = home.derived("blind-index")
        self._current: dict[UUID, tuple[bytes, AESGCM]] = {}
        self._by_number: dict[tuple[UUID, bytes], AESGCM] = {}

    def seal(self, organisation_id: UUID, value: bytes) -> bytes:
        """Encrypt for one organisation. Raises SealBroken when the organisation has no living key."""
        number, key = self._current.get(organisation_id) or self._load_current(organisation_id)
        nonce = os.urandom(_NONCE)
        return b"".join((_VERSION, number, nonce, key.encrypt(nonce, value, None)))

    def open(self, organisation_id: UUID, sealed: bytes) -> bytes:
        """Decrypt what `seal` made for the same organisation. Raises SealBroken."""
        number = bytes(sealed[1:5])
        key = self._by_number.get((organisation_id, number)) or self._load(organisation_id, number)
        try:
            return key.decrypt(bytes(sealed[5:_HEADER]), bytes(sealed[_HEADER:]), None)
        except InvalidTag:
            raise SealBroken("A stored value was altered or belongs to another organisation.") from None

    def seal_text(self, organisation_id: UUID, value: str) -> bytes:
        return self.seal(organisation_id, value.encode())

    def open_text(self, organisation_id: UUID, sealed: bytes) -> str:
        return self.open(organisation_id, sealed).decode()

    def blind_index(self, organisation_id: UUID, value: str) -> bytes:
        """A keyed fingerprint (32 bytes) by which equal values of one organisation are found (BSN)."""
        key = hmac.digest(self._blind_root, organisation_id.bytes, hashlib.sha256)
        return hmac.digest(key, value.encode(), hashlib.sha256)

    def wrap_new_key(self, organisation_id: UUID) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._wrapping.encrypt(nonce, AESGCM.generate_key(256), organisation_id.bytes)

    def forget(self) -> None:
        """Drop the keys from memory (after a key was destroyed or made)."""
        self._current.clear()
        self._by_number.clear()

    def _load_current(self, organisation_id: UUID) -> tuple[bytes, AESGCM]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT number, wrapped FROM kernel_datakey WHERE organisation_id = %s AND destroyed_at IS NULL"
                " ORDER BY number DESC LIMIT 1",
                [organisation_id],
            )
            row = cursor.fetchone()
        if row is None:
            raise SealBroken("This organisation has no encryption key any more.")
        found = (int(row[0]).to_bytes(4, "big"), self._unwrap(organisation_id, bytes(row[1])))
        self._current[organisation_id] = found
        self._by_number[organisation_id, found[0]] = found[1]
        return found

    def _load(self, organisation_id: UUID, number: bytes) -> AESGCM:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT wrapped FROM kernel_datakey"
                " WHERE organisation_id = %s AND number = %s AND destroyed_at IS NULL",
                [organisation_id, int.from_bytes(number, "big")],
            )
            row = cursor.fetchone()
        if row is None:
            raise SealBroken("The key of this value was destroyed or belongs to another organisation.")
        key = self._unwrap(organisation_id, bytes(row[0]))
        self._by_number[organisation_id, number] = key
        return key

    def _unwrap(self, organisation_id: UUID, wrapped: bytes) -> AESGCM:
        try:
            return AESGCM(self._wrapping.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], organisation_id.bytes))
        except InvalidTag:
            raise SealBroken(
                "The data keys do not belong to this key file: point REIK_KEY_FILE at the right copy."
            ) from None


_vault: Vault | None = None


def vault() -> Vault:
    """This process's vault."""
    global _vault
    if _vault is None:
        _vault = Vault(Home.from_environment())
    return _vault


def reset_vault() -> None:
    """Forget the vault: after a fork, or when tests change the installation's folder."""
    global _vault
    _vault = None


def make_data_key(organisation_id: UUID, now: datetime) -> None:
    """Give an organisation a (new) data key; older keys still open what they sealed."""
    wrapped = vault().wrap_new_key(organisation_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_datakey (organisation_id, number, wrapped, created_at)"
            " SELECT %s, coalesce(max(number), 0) + 1, %s, %s FROM kernel_datakey WHERE organisation_id = %s",
            [organisation_id, wrapped, now, organisation_id],
        )
    vault().forget()
