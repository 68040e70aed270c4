"""Reads the credits, money spent beyond the plan, from the usage answer (pure)."""

from typing import Any

import msgspec

from services.scraper.extract.comparing import UNNAMED
from services.scraper.extract.money import MOST, Money, from_minor, whole
from shared.schemas.usage import CreditsReading

__all__ = ["read_credits"]

MINOR_DIGITS = 2
"""`extra_usage` tells no exponent; its amounts were only ever seen in hundredths."""

WITHOUT_HUNDREDTHS = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"})
"""Currencies that have no hundredths: what their minor units are in `extra_usage`, nobody has seen."""


class _Amount(msgspec.Struct, frozen=True):
    """An amount of `spend`: 20847 with exponent 2 is 208.47."""

    amount_minor: float
    currency: str
    exponent: int

    def money(self) -> Money | None:
        """Return it in whole units."""
        return from_minor(self.amount_minor, self.exponent, self.currency)


class _Spend(msgspec.Struct, frozen=True):
    """`spend`, from July 2026 on."""

    used: _Amount | None = None
    limit: _Amount | None = None
    percent: float | None = None
    enabled: bool = True


class _Extra(msgspec.Struct, frozen=True):
    """`extra_usage`, from May 2026 on: amounts in minor units of one currency."""

    is_enabled: bool = True
    monthly_limit: float | None = None
    used_credits: float | None = None
    utilization: float | None = None
    currency: str | None = None

    def money(self, amount: float | None) -> Money | None:
        """Return one of its amounts in whole units; None when its unit cannot be told."""
        currency = (self.currency or UNNAMED).upper()
        if amount is None or currency in WITHOUT_HUNDREDTHS:
            return None
        return from_minor(amount, MINOR_DIGITS, currency)


def read_credits(data: dict[str, Any]) -> tuple[CreditsReading | None, str]:
    """Return the credits, or None with the reason when they are there but not plain to read."""
    try:
        spend = msgspec.convert(data.get("spend"), _Spend | None)
        if spend and spend.enabled and spend.used:
            limit = spend.limit.money() if spend.limit else None
            return _credits(spend.used.money(), limit, spend.percent)
        extra = msgspec.convert(data.get("extra_usage"), _Extra | None)
    except msgspec.ValidationError as error:
        return None, f"not what was expected: {error}"
    if not extra or not extra.is_enabled or extra.used_credits is None:
        return None, ""
    return _credits(extra.money(extra.used_credits), extra.money(extra.monthly_limit), extra.utilization)


def _credits(
    used: Money | None, limit: Money | None, percentage: float | None
) -> tuple[CreditsReading | None, str]:
    if used is None:
        return None, "an amount was given, but its unit cannot be told"
    same = limit is not None and limit.currency == used.currency
    return CreditsReading(
        used=used.amount,
        currency=used.currency,
        limit=limit.amount if limit and same else None,
        percentage_used=whole(round(percentage, 4))
        if percentage is not None and 0 <= percentage <= MOST
        else None,
    ), ""
