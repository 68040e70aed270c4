"""Logins that a browser keeps (pure): a cookie stands for a key, may only read, and ends when the key does.

Receivers remember no login: a cookie carries its own end, signed with the hash of its key, so it holds at
every receiver that knows the key and at none once the key is revoked.
"""

import hashlib
import hmac
from collections.abc import Iterable

import msgspec

from services.receiver.admission.auth import Key, Keys

__all__ = ["DAYS", "cookie_name", "key_of_login", "login_of", "reader", "renewed", "same_site", "set_cookie"]

DAYS = 30
"""A login lasts so long after the page was last opened."""

_DAY = 86_400
_NAME = "marigraph"
_TAG_LENGTH = 16
_MAC_LENGTH = 32
"""Hex digits."""


def login_of(key: Key, now: float) -> str:
    """Return what the cookie holds: which key, until when (seconds since 1970), and the signature."""
    until = int(now) + DAYS * _DAY
    return f"{_signed(key, 'key')[:_TAG_LENGTH]}.{until}.{_mac(key, until)}"


def key_of_login(keys: Keys, login: str, now: float) -> Key | None:
    """Return the key that a login stands for, cut down to reading; None when it has ended or is none."""
    tag, _, rest = login.partition(".")
    until, _, mac = rest.partition(".")
    if not (until.isascii() and until.isdecimal() and len(until) < _TAG_LENGTH) or now >= int(until):
        return None
    for key in keys.valid:
        if hmac.compare_digest(_signed(key, "key")[:_TAG_LENGTH].encode(), tag.encode(errors="replace")):
            is_right = hmac.compare_digest(_mac(key, int(until)).encode(), mac.encode(errors="replace"))
            return reader(key) if is_right else None
    return None


def renewed(login: str, key: Key, now: float) -> str | None:
    """Return a login that lasts longer, when this one is a day old."""
    until = int(login.split(".")[1])
    return login_of(key, now) if until - now < (DAYS - 1) * _DAY else None


def cookie_name(host: str) -> str:
    """Return the cookie's name: browsers share cookies between the ports of a host, receivers must not."""
    _, colon, port = host.rpartition(":")
    return f"{_NAME}-{port}" if colon and port.isascii() and port.isdecimal() else _NAME


def set_cookie(host: str, login: str | None, *, secure: bool) -> str:
    """Return the value of `Set-Cookie` that keeps a login, or ends it."""
    lasting = f"{login}; Max-Age={DAYS * _DAY}" if login else "; Max-Age=0"
    return f"{cookie_name(host)}={lasting}; Path=/; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"


def same_site(fetched: str | None, origin: str | None, host: str) -> bool:
    """Tell whether a page of ours sent a request, or a person did, by `Sec-Fetch-Site` and `Origin`."""
    if fetched is not None:
        return fetched in {"same-origin", "none"}
    return origin is None or origin.partition("://")[2] == host


def reader(key: Key) -> Key | None:
    """Return a key cut down to reading; None when it may not read."""
    scopes: Iterable[str] = key.scopes
    may_read = "read" in scopes or "admin" in scopes
    return msgspec.structs.replace(key, scopes=["read"]) if may_read else None


def _mac(key: Key, until: int) -> str:
    return _signed(key, f"until {until}")[:_MAC_LENGTH]


def _signed(key: Key, text: str) -> str:
    return hmac.new(bytes.fromhex(key.sha256), f"marigraph login {text}".encode(), hashlib.sha256).hexdigest()
