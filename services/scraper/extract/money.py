"""Amounts of money as the page and its JSON write them (pure)."""

import re
from decimal import Decimal, InvalidOperation

import msgspec

__all__ = ["Money", "from_minor", "parse_money", "whole"]

SYMBOLS = {
    "$": "USD",
    "US$": "USD",
    "A$": "AUD",
    "CA$": "CAD",
    "C$": "CAD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "S$": "SGD",
    "MX$": "MXN",
    "R$": "BRL",
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₩": "KRW",
    "¥": "JPY",
    "CN¥": "CNY",
    "$US": "USD",
    "AU$": "AUD",
    "$AU": "AUD",
    "$CA": "CAD",
    "$NZ": "NZD",
    "$HK": "HKD",
    "£GB": "GBP",
}
"""How pages in English, German and French write currencies: only the US dollar stands without its country."""

_SIGN = r"(?:[A-Za-z]{0,3}[^\w\s.,'-]|[^\w\s.,'-][A-Za-z]{0,3}|[A-Za-z]{3})"
WRITTEN = re.compile(
    rf"(?P<before>{_SIGN})? ?"
    r"(?P<whole>\d{1,3}(?:(?P<group>[ .,'])\d{3})(?:(?P=group)\d{3})*|\d+)"
    r"(?:(?P<point>[.,])(?P<cents>\d{1,2}))?"
    rf" ?(?P<after>{_SIGN})?"
)

MOST = 1_000_000_000_000
"""No account spends more than this, in whole units: a larger number is no amount."""

MOST_DIGITS = 6
"""No currency has more minor digits than this."""


class Money(msgspec.Struct, frozen=True):
    """An amount in whole units of a currency (ISO 4217)."""

    amount: float
    currency: str


def parse_money(text: str) -> Money | None:
    """Read `A$38.31`, `$1,234.50`, `1.234,50 €`, `12,34 $US` or `38.31 EUR`.

    None when amount or currency cannot be told: of `1.234` nobody knows whether the point parts thousands,
    unless it stands with its sign in the order of a language that writes thousands so.
    """
    match = WRITTEN.fullmatch(text.strip())
    if not match or bool(match["before"]) == bool(match["after"]) or match["group"] == (match["point"] or ""):
        return None
    if match["group"] in {".", ","} and not match["point"]:
        usual = "," if match["before"] else "."
        if match["group"] != usual:
            return None
    sign = match["before"] or match["after"]
    currency = SYMBOLS.get(sign) or (sign.upper() if _is_code(sign.upper()) else "")
    amount = re.sub(r"\D", "", match["whole"]) + "." + (match["cents"] or "0")
    return Money(whole(float(amount)), currency) if currency else None


def from_minor(amount: float, exponent: int, currency: str) -> Money | None:
    """Turn minor units into whole ones: 20847 with exponent 2 is 208.47. None when they are no amount."""
    if not _is_code(currency.upper()) or not 0 <= exponent <= MOST_DIGITS or amount < 0:
        return None
    try:
        value = Decimal(str(amount)).scaleb(-exponent)
    except InvalidOperation:
        return None
    return Money(whole(float(value)), currency.upper()) if value.is_finite() and value <= MOST else None


def whole(value: float) -> float:
    """Return a whole number as an int, so that 47 is written 47 and not 47.0."""
    return int(value) if value == int(value) else value


def _is_code(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()  # noqa: PLR2004 - ISO 4217
