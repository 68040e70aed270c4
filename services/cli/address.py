"""The receiver's address (pure): what was typed, taken apart, or why it can be none."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

__all__ = ["Address", "address_of"]

_EXAMPLE = "such as http://127.0.0.1:4000"
_PLACE = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+(%[\w.~-]+)?\]|[^\[\]:]+)(:(?P<port>.*))?")
_BARE = re.compile(r"[0-9A-Fa-f:]+")
_PORT = re.compile(r"[0-9]{1,5}")
_MOST_PORT = 65535


class Address(NamedTuple):
    """Where a receiver is; `path` is what stands before its `/api`."""

    host: str
    port: int | None
    is_tls: bool
    path: str
    shown: str


def address_of(url: str) -> Address:
    """Take an address apart; raises ValueError with what is wrong with it, in words."""
    scheme, mark, rest = url.partition("://")
    place = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in place:  # before the address is named in any other message: it may hold a password
        raise ValueError("a password does not belong into an address; keys come from a file")
    if any(one.isspace() or not one.isprintable() for one in url):
        raise ValueError(f"{url!r} holds a blank or a character that no address has; write it {_EXAMPLE}")
    if not mark or scheme.lower() not in {"http", "https"}:
        raise ValueError(f"{url!r} does not begin with http:// or https://; write it {_EXAMPLE}")
    host, port = _place(url, place)
    path = rest[len(place) :].rstrip("/")
    if "?" in path or "#" in path or not path.isascii():
        raise ValueError(f"{url!r} has more behind its path than an address of a receiver, {_EXAMPLE}")
    if "api" in path.split("/"):
        base = url[: url.index("/api", len(scheme) + len(mark) + len(place))]
        raise ValueError(f"{url!r} is the address of a call; leave out what begins with /api: {base}")
    return Address(host, port, scheme.lower() == "https", path, f"{scheme.lower()}://{place}{path}")


def _place(url: str, place: str) -> tuple[str, int | None]:
    """Take host and port apart."""
    if place.count(":") > 1 and _BARE.fullmatch(place):
        raise ValueError(f"{url!r}: an address of IPv6 stands in brackets, such as http://[::1]:4000")
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(f"{url!r} names no host that can be one; write it {_EXAMPLE}")
    text = found["port"]
    if text and not (_PORT.fullmatch(text) and 0 < int(text) <= _MOST_PORT):
        raise ValueError(f"{url!r}: {text!r} is no port from 1 to {_MOST_PORT}; write it {_EXAMPLE}")
    try:
        host = urlsplit(f"http://{found['host']}").hostname or ""
        host.encode("idna")
    except ValueError as error:
        raise ValueError(f"{url!r}: no host can be called {found['host']!r}; write it {_EXAMPLE}") from error
    return host, int(text) if text else None
