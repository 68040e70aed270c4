"""How much of the disk is to stay free (pure): `64MB`, `5%`, the less of both as `64MB,5%`, or 0 for any."""

import re

from msgspec import Struct

__all__ = ["Floor", "floor_from"]

_FORM = re.compile(r"(\d{1,15}(?:\.\d{1,3})?)\s*(%|[KMGT]?B?)", re.IGNORECASE | re.ASCII)
_UNITS = {"": 1, "K": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}
_WHOLE = 100


class Floor(Struct, frozen=True):
    """A floor in bytes and as a part of the disk; the less of both counts."""

    size: float | None = None
    percent: float | None = None

    def of(self, total: int) -> int:
        """Return the bytes that are to stay free on a disk of so many bytes."""
        parts = [] if self.percent is None else [total * self.percent / _WHOLE]
        sizes = [] if self.size is None else [self.size]
        return int(min([*parts, *sizes], default=0))


def floor_from(text: str) -> Floor:
    """Read a floor. Raises ValueError for what is none."""
    size = percent = None
    for part in text.split(","):
        found = _FORM.fullmatch(part.strip())
        if not found:
            raise ValueError(
                f"{text!r} is no floor: write a size such as 64MB, a part such as 5%, or both: 64MB,5%"
            )
        number, unit = float(found[1]), found[2].upper()
        if unit != "%":
            size = number * _UNITS[unit.removesuffix("B")]
        elif number < _WHOLE:
            percent = number
        else:
            raise ValueError(f"{text!r} is no floor: less than 100% of a disk can stay free")
    return Floor(size, percent)
