"""Destinations as the settings name them (pure): `name=url` or `url`, with spaces between them.

An address is a secret: what is told of it is its name.
"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from msgspec import Struct

__all__ = ["Address", "addresses_from", "name_clashes", "webhooks_from"]

_NAMED = re.compile(r"([a-z0-9][a-z0-9_-]{0,31})=(.+)")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://.+")


class Address(Struct, frozen=True):
    """A destination's name, fit to be shown, and its address, which is not."""

    name: str
    url: str

    def __repr__(self) -> str:
        return f"Address({self.name})"


def addresses_from(text: str, kind: str) -> list[Address]:
    """Read addresses; those without a name are called after their scheme, or `kind`. Raises ValueError."""
    found: list[Address] = []
    for place, entry in enumerate(text.split(), 1):
        named = _NAMED.fullmatch(entry)
        url = named[2] if named else entry
        scheme = _SCHEME.fullmatch(url)
        if scheme is None:
            raise ValueError(f"number {place} is no address: write url or name=url")
        found.append(Address(named[1] if named else f"{kind}-{place}", url))
    names = [one.name for one in found]
    if doubles := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{', '.join(doubles)} is the name of more than one")
    return found


def webhooks_from(text: str) -> list[Address]:
    """Read addresses of webhooks, which are http or https. Raises ValueError, which names no address."""
    found = addresses_from(text, "webhook")
    for one in found:
        _check(one)
    return found


def _check(address: Address) -> None:
    try:
        parts = urlsplit(address.url)
        fine = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        fine = None
    if not fine:
        raise ValueError(f"{address.name} is no http or https address")


def name_clashes(*lists: Sequence[Address]) -> list[str]:
    """Return the names that more than one destination has."""
    names = [one.name for addresses in lists for one in addresses]
    return sorted({name for name in names if names.count(name) > 1})
