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
}
"""How a page in US English writes currencies: only the US dollar stands without its country."""

WRITTEN = re.compile(
    r"(?P<before>[^\d\s.,-]{0,4}) ?"
    r"(?P<amount>\d{1,3}(?:,\d{3})+(?:\.\d{1,3})?|\d+(?:\.\d{1,3})?) ?"
    r"(?P<after>[A-Za-z]{3})?"
)

MOST_DIGITS = 6
"""No currency has more minor digits than this."""


class Money(msgspec.Struct, frozen=True):
    """An amount in whole units of a currency (ISO 4217)."""

    amount: float
    currency: str


def parse_money(text: str) -> Money | None:
    """Read `A$38.31`, `$1,234.50` or `38.31 EUR`; None when amount or currency cannot be told."""
    match = WRITTEN.fullmatch(text.strip())
    if not match:
        return None
    before, after = match["before"], match["after"]
    if before and after:
        return None
    currency = after.upper() if after else SYMBOLS.get(before, before if _is_code(before) else "")
    return Money(whole(float(match["amount"].replace(",", ""))), currency) if currency else None


def from_minor(amount: float, exponent: int, currency: str) -> Money | None:
    """Turn minor units into whole ones: 20847 with exponent 2 is 208.47. None when they are no amount."""
    if not _is_code(currency.upper()) or not 0 <= exponent <= MOST_DIGITS or amount < 0:
        return None
    try:
        value = Decimal(str(amount)).scaleb(-exponent)
    except InvalidOperation:
        return None
    return Money(whole(float(value)), currency.upper()) if value.is_finite() else None


def whole(value: float) -> float:
    """Return a whole number as an int, so that 47 is written 47 and not 47.0."""
    return int(value) if value == int(value) else value


def _is_code(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()  # noqa: PLR2004 - ISO 4217
