"""Keys (pure): who may do what with which account. Only hashes are kept."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from shared.schemas.usage import ACCOUNT_PATTERN, DEFAULT_ACCOUNT

__all__ = [
    "DEFAULT_ACCOUNTS",
    "DEFAULT_SCOPES",
    "EVERY_ACCOUNT",
    "Key",
    "Keys",
    "Scope",
    "digest_of",
    "key_of_secret",
    "secret_of",
]

Scope = Literal["read", "write", "admin"]
EVERY_ACCOUNT = "*"
DEFAULT_SCOPES: list[Scope] = ["read", "write"]
DEFAULT_ACCOUNTS = [DEFAULT_ACCOUNT]
"""What a key opens that says nothing about it."""

_Account = Annotated[str, Meta(pattern=rf"^({ACCOUNT_PATTERN}|\*)\Z")]
_Moment = Annotated[datetime, Meta(tz=True)]


class Key(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One key: its name for people, the SHA-256 (64 hex digits) of its secret, and what it opens.

    `prefix` is the public beginning of the secret: logs and lists show it. `created`, `expires` and `revoked`
    are moments with a zone.
    """

    name: Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,64}\Z")]
    prefix: Annotated[str, Meta(pattern=r"^mg_[a-z0-9]{8}\Z")] | None = None
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    scopes: list[Scope] = msgspec.field(default_factory=lambda: list(DEFAULT_SCOPES))
    accounts: list[_Account] = msgspec.field(default_factory=lambda: list(DEFAULT_ACCOUNTS))
    created: _Moment | None = None
    expires: _Moment | None = None
    revoked: _Moment | None = None

    @property
    def shown(self) -> str:
        """What logs call it: never a part of the secret."""
        return self.prefix or self.name

    def allows(self, scope: Scope, account: str) -> bool:
        """Tell whether this key may do that with that account; the scope `admin` includes the others.

        What concerns the server as a whole is `admin` on EVERY_ACCOUNT.
        """
        return (scope in self.scopes or "admin" in self.scopes) and (
            account in self.accounts or EVERY_ACCOUNT in self.accounts
        )


class Keys:
    """All keys that are valid now.

    A secret is looked up by its SHA-256. How long that takes tells nothing: whoever guesses cannot choose how
    the hash of a guess begins, so nothing can be found out piece by piece.
    """

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        """Take the keys."""
        self._valid: dict[bytes, Key] = {}
        self._ended: dict[bytes, Key] = {}
        self.trouble = ""
        """What outsiders may know of what is wrong with the file of keys."""
        self.replace(keys)

    def __len__(self) -> int:
        return len(self._valid)

    @property
    def valid(self) -> list[Key]:
        """The keys that are valid now."""
        return list(self._valid.values())

    def replace(self, valid: Iterable[Key], ended: Iterable[Key] = ()) -> None:
        """Let these keys be valid and no others, from the next request on; any thread may call this."""
        self._ended = {bytes.fromhex(key.sha256): key for key in ended}
        self._valid = {bytes.fromhex(key.sha256): key for key in valid}

    def find(self, secret: str) -> Key | None:
        """Return the valid key with this secret."""
        return self._valid.get(digest_of(secret))

    def find_ended(self, secret: str) -> Key | None:
        """Return the key with this secret that was revoked or has expired."""
        return self._ended.get(digest_of(secret))

    def still_allows(self, key: Key, scope: Scope, account: str) -> bool:
        """Tell whether a key that was let in before is still valid, and still opens this.

        For what goes on long after the request, such as a stream of events.
        """
        now = self._valid.get(bytes.fromhex(key.sha256))
        return now is not None and now.allows(scope, account)


def key_of_secret(name: str, secret: str, prefix: str | None = None) -> Key:
    """Make the key that CLAUDE_SYNC_API_KEY stands for: read and write on `default`."""
    return Key(name=name, prefix=prefix, sha256=digest_of(secret).hex())


def secret_of(api_key: str | None, authorization: str | None) -> str | None:
    """Return the secret that a request presents, in `X-API-Key` or as `Authorization: Bearer`."""
    if api_key:
        return api_key
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def digest_of(secret: str) -> bytes:
    """Return the SHA-256 of a secret, 32 bytes."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
