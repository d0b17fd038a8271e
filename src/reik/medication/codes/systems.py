"""Codes of products as messages give them: one name for each system, and what is odd about a code. Pure.

A system comes as OID (with or without `urn:oid:`) or as URI. An odd code is never refused: it is shown as it came,
with a warning. What a product is called is what the message says; nothing here makes a name.
"""

from __future__ import annotations

from enum import StrEnum


class CodeSystem(StrEnum):
    """The systems that Reik knows, by the name under which it keeps them."""

    ZI = "zi"  # G-Standaard: an article, as it is sold
    HPK = "hpk"  # a brand's product
    PRK = "prk"  # a prescription product
    GPK = "gpk"  # a generic product
    SSK = "ssk"  # a substance with its strength
    SNK = "snk"  # a substance
    LOCAL = "local"  # a pharmacy's own article, number 90,000,000 and on
    ATC = "atc"
    SNOMED = "snomed"


_BY_ADDRESS = {
    "2.16.840.1.113883.2.4.4.8": CodeSystem.ZI,
    "2.16.840.1.113883.2.4.4.7": CodeSystem.HPK,
    "2.16.840.1.113883.2.4.4.10": CodeSystem.PRK,
    "2.16.840.1.113883.2.4.4.1": CodeSystem.GPK,
    "2.16.840.1.113883.2.4.4.1.725": CodeSystem.SSK,
    "2.16.840.1.113883.2.4.4.1.750": CodeSystem.SNK,
    "2.16.840.1.113883.6.73": CodeSystem.ATC,
    "http://www.whocc.no/atc": CodeSystem.ATC,
    "2.16.840.1.113883.6.96": CodeSystem.SNOMED,
    "http://snomed.info/sct": CodeSystem.SNOMED,
}
_OWN_RANGE = (
    "90000000"  # a pharmacy's own articles: this number stands in their system, and is the first of them
)
NUMBERED = frozenset({CodeSystem.ZI, CodeSystem.HPK, CodeSystem.PRK, CodeSystem.GPK})
_DIGITS = 8


class CodeOddity(StrEnum):
    """Why a person should look whether a code is what was meant."""

    NO_NUMBER = "no-number"
    CHECK_DIGIT = "check-digit"
    UNKNOWN_SYSTEM = "unknown-system"


def code_system(written: str | None, code: str | None = None) -> CodeSystem | None:
    """The system that a text names, as OID or URI; None for one that Reik does not know.

    A number of the G-Standaard from 90,000,000 on is the pharmacy's own, whatever the system says.
    """
    bare = (written or "").strip().removeprefix("urn:oid:").rstrip("/")
    # An edition or version of SNOMED CT is written behind its address.
    address = "http://snomed.info/sct" if bare.startswith("http://snomed.info/sct/") else bare
    found = _BY_ADDRESS.get(address)
    own = (
        found in NUMBERED and code is not None and len(code.strip()) == _DIGITS and code.strip() >= _OWN_RANGE
    )
    return CodeSystem.LOCAL if own or _OWN_RANGE in bare.split(".") else found


def plain_code(system: CodeSystem | None, code: str) -> str:
    """The code as it is looked up: numbers of the G-Standaard without zeros in front."""
    bare = code.strip()
    return bare.lstrip("0") or "0" if system in NUMBERED and bare.isdigit() else bare


def oddity(written: str | None, code: str) -> CodeOddity | None:
    """What is odd about a code, the weightiest first; None when nothing is."""
    system = code_system(written, code)
    if system is None:
        return CodeOddity.UNKNOWN_SYSTEM
    bare = code.strip()
    if system in NUMBERED:
        if not (bare.isascii() and bare.isdigit() and len(bare) <= _DIGITS):
            return CodeOddity.NO_NUMBER
        return None if _standard_digit(bare) else CodeOddity.CHECK_DIGIT
    if system is CodeSystem.SNOMED:
        if not (bare.isascii() and bare.isdigit() and 6 <= len(bare) <= 18):
            return CodeOddity.NO_NUMBER
        return None if _verhoeff(bare) else CodeOddity.CHECK_DIGIT
    return None


def _standard_digit(number: str) -> bool:
    """The last digit of a number of the G-Standaard.

    Weights 8 to 2, modulo 11: found on published examples, where it held for 186 of 187. So it warns only.
    """
    digits = [int(each) for each in number.zfill(_DIGITS)]
    total = sum(digit * weight for digit, weight in zip(digits, range(8, 1, -1), strict=False))
    return (11 - total % 11) % 11 % 10 == digits[-1]


# Verhoeff's digits, as SNOMED CT uses them: products of the dihedral group of order 10, and its permutations.
_PRODUCT = [
    [(a + b) % 5 if b < 5 else 5 + (a + b) % 5 for b in range(10)]
    if a < 5
    else [5 + (a - b) % 5 if b < 5 else (a - b) % 5 for b in range(10)]
    for a in range(10)
]
_TURNED = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _verhoeff(number: str) -> bool:
    found = 0
    for place, digit in enumerate(reversed(number)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = _TURNED[turned]
        found = _PRODUCT[found][turned]
    return found == 0
