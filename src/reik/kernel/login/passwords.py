"""Passwords (Argon2) and what stands beside them: the codes of an app, and codes on paper."""

from __future__ import annotations

import hashlib
import os
import secrets
import unicodedata
from collections.abc import Callable
from datetime import datetime
from functools import cache
from threading import BoundedSemaphore
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.contrib.auth.hashers import check_password, is_password_usable, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from reik.kernel.home import Home
from reik.kernel.ids import new_id
from reik.kernel.login import attempts, limits, totp
from reik.kernel.login.attempts import Where
from reik.kernel.login.refusals import LoginRefused
from reik.kernel.models import Account, CodeApp, RecoveryCode

LONGEST = 1000
SECRET_BYTES = 20
PAPER_CODES = 10
_NONCE = 12
_WRONG = "This user name and password do not belong together."
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_NOBODY = "!"
_HASHING, _PATIENCE_S = BoundedSemaphore(2), 2.0
"""A hash takes 100 MB and a connection: strangers who try passwords must not take either from the consoles."""


def plain(username: str) -> str:
    """A user name as it is kept and looked up."""
    return unicodedata.normalize("NFKC", username).strip().lower()


def _typed(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def new_password(account: Account, password: str) -> str:
    """The hash to keep. Raises LoginRefused for one that breaks a rule (settings, AUTH_PASSWORD_VALIDATORS)."""
    if len(password) > LONGEST:
        raise LoginRefused(f"Take at most {LONGEST} characters.", "password_too_long")
    try:
        validate_password(_typed(password), account)
    except ValidationError as broken:
        codes = [each.code or "" for each in broken.error_list]
        raise LoginRefused(" ".join(broken.messages), codes[0]) from None
    return make_password(_typed(password))


def set_password(account: Account, password: str) -> None:
    """Another password; all sessions of the account end. Raises LoginRefused."""
    account.password = new_password(account, password)
    account.save(update_fields=["password"])


def has_password(account: Account) -> bool:
    return is_password_usable(account.password)


def with_password(username: str, password: str, where: Where, now: datetime) -> Account:
    """The account to which these belong; the password is half of it. Raises LoginRefused, the same for an unknown
    name, a wrong password and a closed account, and after the same work."""
    name = attempts.digest_of(plain(username))
    if not _HASHING.acquire(timeout=_PATIENCE_S):
        raise LoginRefused("Too many people try at once: try again in a moment.", "slowed")
    try:
        return _with_password(username, password, name, where, now)
    finally:
        _HASHING.release()


def _with_password(username: str, password: str, name: bytes, where: Where, now: datetime) -> Account:
    def check() -> Account | None:
        account = Account.objects.filter(username=plain(username), is_active=True).first()
        typed = _typed(password[: LONGEST + 1])
        return account if check_password(typed, account.password if account else _NOBODY) else None

    return _tried("password", name, limits.PASSWORD, check, where, now, half=True)


def with_code(account_id: UUID, code: str, where: Where, now: datetime) -> Account:
    """The second half: a code of the app, or one on paper. Raises LoginRefused."""
    name = attempts.digest_of(f"code:{account_id}")
    typed = "".join(each for each in code.lower() if each.isalnum())

    def check() -> Account | None:
        account = Account.objects.filter(id=account_id, is_active=True).first()
        right = account is not None and (
            _of_the_app(account_id, typed, now) or _on_paper(account_id, typed, now)
        )
        return account if right else None

    return _tried("code", name, limits.CODE, check, where, now, account_id=account_id)


def _tried(
    what: str,
    name: bytes,
    free: limits.Free,
    check: Callable[[], Account | None],
    where: Where,
    now: datetime,
    *,
    half: bool = False,
    account_id: UUID | None = None,
) -> Account:
    """One try with its row in the security log, which stays also when it is refused."""
    refused, account = LoginRefused(_WRONG, "wrong"), None
    with transaction.atomic():
        try:
            attempts.refuse_too_many(name, where, free, now)
            account = check()
        except LoginRefused as slowed:
            refused = slowed
        came = ("half" if half else "ok") if account else ("slowed" if refused.code == "slowed" else "failed")
        known = account.id if account else account_id
        if came != "slowed":
            attempts.note(what, came, now, where=where, account_id=known, name=name)
    if account is None:
        raise refused
    return account


def _of_the_app(account_id: UUID, typed: str, now: datetime) -> bool:
    app = CodeApp.objects.select_for_update().filter(account_id=account_id).first()
    if app is None or not typed.isascii() or len(typed) != totp.DIGITS:
        return False
    step = totp.step_of(_opened(account_id, bytes(app.secret)), typed, now, after=app.last_step)
    if step is None:
        return False
    CodeApp.objects.filter(account_id=account_id).update(last_step=step)
    return True


def _on_paper(account_id: UUID, typed: str, now: datetime) -> bool:
    rows = RecoveryCode.objects.filter(
        account_id=account_id, used_at=None, digest=_paper_digest(account_id, typed)
    )
    return bool(rows.update(used_at=now))


def new_secret() -> bytes:
    """A secret for an app, that nobody has yet."""
    return secrets.token_bytes(SECRET_BYTES)


@transaction.atomic
def add_app(account_id: UUID, secret: bytes, code: str, now: datetime) -> list[str]:
    """From now on this app shows her codes; gives the codes on paper, which are shown once.

    Raises LoginRefused when `code` is not what the app shows now.
    """
    step = totp.step_of(secret, code.replace(" ", ""), now, after=0)
    if step is None:
        raise LoginRefused("This is not the code that the app shows now: type the next one.", "code")
    sealed = _sealed(account_id, secret)
    CodeApp.objects.update_or_create(
        account_id=account_id, defaults={"secret": sealed, "last_step": step, "created_at": now}
    )
    return paper_codes(account_id, now)


@transaction.atomic
def paper_codes(account_id: UUID, now: datetime) -> list[str]:
    """Ten new codes for on paper; those before are void."""
    RecoveryCode.objects.filter(account_id=account_id).delete()
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(12)) for _ in range(PAPER_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(
            id=new_id(now), account_id=account_id, digest=_paper_digest(account_id, each), created_at=now
        )
        for each in codes
    )
    return [f"{each[:4]}-{each[4:8]}-{each[8:]}" for each in codes]


def has_app(account_id: UUID) -> bool:
    return CodeApp.objects.filter(account_id=account_id).exists()


def paper_left(account_id: UUID) -> int:
    """How many codes on paper still work."""
    return RecoveryCode.objects.filter(account_id=account_id, used_at=None).count()


def _paper_digest(account_id: UUID, code: str) -> bytes:
    # 59 random bits under a key: nobody who reads the table can try them
    return attempts.digest_of(f"paper:{account_id}:{hashlib.sha256(code.encode()).hexdigest()}")


@cache
def _seal() -> AESGCM:
    return AESGCM(Home.from_environment().derived("login-secrets"))


def _sealed(account_id: UUID, secret: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _seal().encrypt(nonce, secret, account_id.bytes)


def _opened(account_id: UUID, sealed: bytes) -> bytes:
    try:
        return _seal().decrypt(sealed[:_NONCE], sealed[_NONCE:], account_id.bytes)
    except InvalidTag:
        raise LoginRefused("Your app is not known here any more: ask for a new invitation.", "app") from None
