"""What is to be told (pure): thresholds by account and limit, and the kinds of alerts."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from msgspec import Struct

from shared.insight.limits import is_limit
from shared.schemas.usage import ACCOUNT_PATTERN

__all__ = ["KINDS", "Kind", "Thresholds", "kinds_from", "thresholds_from"]

Kind = Literal[
    "threshold", "forecast", "hit", "usable", "early_reset", "no_data", "data_again", "login", "trouble"
]
KINDS: tuple[Kind, ...] = get_args(Kind)

_NONE = "none"
_PLACE = re.compile(rf"(?:(?P<account>{ACCOUNT_PATTERN})/)?(?P<limit>[^/=\s]+)")


class Thresholds(Struct, frozen=True):
    """Per cent at which a limit is told of: in general, and by account (or None for all) and limit."""

    general: tuple[float, ...] = ()
    special: Mapping[tuple[str | None, str], tuple[float, ...]] = {}

    def of(self, account: str, limit: str) -> Sequence[float]:
        """Return the thresholds of a limit, lowest first: what is said of one account goes first."""
        for place in ((account, limit), (account, "*"), (None, limit)):
            if place in self.special:
                return self.special[place]
        return self.general


def thresholds_from(text: str) -> Thresholds:
    """Read `75,90 weekly=50,80 work/session=95 credits=none`. Raises ValueError that says what is wrong."""
    general: tuple[float, ...] = ()
    special: dict[tuple[str | None, str], tuple[float, ...]] = {}
    for entry in text.split():
        place, equals, figures = entry.rpartition("=")
        if not equals:
            general = _figures(entry)
            continue
        match = _PLACE.fullmatch(place)
        if match is None or not (match["limit"] == "*" or is_limit(match["limit"])):
            raise ValueError(
                f"{place!r} is no limit: write session, weekly, weekly:<model>, credits, or <account>/<limit>"
            )
        special[match["account"], match["limit"]] = _figures(figures)
    return Thresholds(general, special)


def _figures(text: str) -> tuple[float, ...]:
    if text == _NONE:
        return ()
    try:
        figures = sorted({float(figure) for figure in text.split(",")})
    except ValueError:
        raise ValueError(f"{text!r} are no percentages: write them as 75,90, or none") from None
    if not all(0 < figure <= 100 for figure in figures):  # noqa: PLR2004 - per cent; also refuses nan
        raise ValueError(f"{text!r}: a threshold lies above 0 and at 100 at most")
    return tuple(figures)


def kinds_from(text: str) -> frozenset[Kind]:
    """Read names of kinds with commas or spaces between them. Raises ValueError that names the wrong ones."""
    names = text.replace(",", " ").split()
    if wrong := [name for name in names if name not in KINDS]:
        raise ValueError(f"{', '.join(wrong)}: there are only {', '.join(KINDS)}")
    return frozenset(kind for kind in KINDS if kind in names)
