"""The account key that signs device authorisations for NATS (auth callout)."""

from __future__ import annotations

import nkeys

from reik.kernel.home import Home


def issuer(home: Home) -> nkeys.KeyPair:
    """The key pair ("A..." public key, "SA..." seed), the same on every host with the same key file.

    Raises HomeError when the key file is missing or damaged.
    """
    seed = nkeys.encode_seed(home.derived("nats:issuer", 32), nkeys.PREFIX_BYTE_ACCOUNT)  # type: ignore[no-untyped-call]
    pair: nkeys.KeyPair = nkeys.from_seed(bytearray(seed))  # type: ignore[no-untyped-call]
    return pair


def public_key(home: Home) -> str:
    """The issuer's public key, as NATS wants it in its configuration."""
    key: bytes = issuer(home).public_key
    return key.decode()
