"""How much of the disk is to stay free (pure): `64MB`, `5%`, or 0 for no floor."""

import re

from msgspec import Struct

__all__ = ["Floor", "floor_from"]

_FORM = re.compile(r"(\d{1,15}(?:\.\d{1,3})?)\s*(%|[KMGT]?B?)", re.IGNORECASE)
_UNITS = {"": 1, "K": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}
_WHOLE = 100


class Floor(Struct, frozen=True):
    """A floor in bytes or as a part of the disk."""

    size: float
    percent: bool = False

    def of(self, total: int) -> int:
        """Return the bytes that are to stay free on a disk of so many bytes."""
        return int(total * self.size / _WHOLE) if self.percent else int(self.size)


def floor_from(text: str) -> Floor:
    """Read a floor. Raises ValueError for what is none."""
    found = _FORM.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no floor: write a size such as 64MB, or a part of the disk such as 5%")
    size, unit = float(found[1]), found[2].upper()
    if unit == "%":
        if size >= _WHOLE:
            raise ValueError(f"{text!r} is no floor: less than 100% of a disk can stay free")
        return Floor(size, percent=True)
    return Floor(size * _UNITS[unit.removesuffix("B")])
