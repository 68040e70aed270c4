"""Where to send, worked out from CLAUDE_SYNC_URL (pure)."""

import re
from urllib.parse import urlsplit

import msgspec

from shared.schemas.usage import ACCOUNT_PATTERN

__all__ = ["Addresses", "account_in", "addresses_of", "is_address"]

ORIGIN_PATH = "/api/claude/console-usage"
"""The call the origin's server has, and ours still does: one snapshot, of the account `default`."""

_NEW_PATH = re.compile(rf"(?P<before>.*)/api/v1/accounts/(?P<account>{ACCOUNT_PATTERN})/snapshots/?")


class Addresses(msgspec.Struct, frozen=True):
    """`single` takes one snapshot of `default`, as the origin's server does; None when there is no such call.

    `base` is the beginning of the calls under /api/v1; None when the server is no Marigraph by its address.
    With `bare` the user named the server alone: which call it has is found out before anything is sent.
    """

    single: str | None
    base: str | None
    bare: bool = False

    @property
    def accounts(self) -> str:
        """The call that tells whether the server has those under /api/v1 at all."""
        return f"{self.base}/api/v1/accounts"

    def of(self, account: str, kind: str) -> str:
        """Return the call that takes an account's snapshots or reports, one or many at once."""
        return f"{self.accounts}/{account}/{kind}"


def addresses_of(sync_url: str) -> Addresses:
    """Work out both ways of sending. An address that is neither ours nor the origin's is used as it is."""
    parts = urlsplit(sync_url)
    server, path = f"{parts.scheme}://{parts.netloc}", parts.path
    if new := _NEW_PATH.fullmatch(path):
        return Addresses(None, server + new["before"])
    if path.rstrip("/").endswith(ORIGIN_PATH):
        return Addresses(sync_url, server + path.rstrip("/").removesuffix(ORIGIN_PATH))
    if path in {"", "/"} and not parts.query:
        return Addresses(sync_url, server, bare=True)
    return Addresses(sync_url, None)


def is_address(text: str) -> bool:
    """Tell whether an address names a host, and a port that exists if any."""
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # half an IPv6 address, a port beyond 65535
        return False


def account_in(sync_url: str) -> str | None:
    """Return the account that an address under /api/v1 names."""
    new = _NEW_PATH.fullmatch(urlsplit(sync_url).path)
    return new["account"] if new else None
