"""Keys (pure): who may do what with which account. Only hashes are kept."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from shared.schemas.usage import ACCOUNT_PATTERN, DEFAULT_ACCOUNT

__all__ = ["EVERY_ACCOUNT", "Key", "Keys", "Scope", "digest_of", "key_of_secret", "read_keys", "secret_of"]

Scope = Literal["read", "write", "admin"]
EVERY_ACCOUNT = "*"

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
    scopes: list[Scope] = msgspec.field(default_factory=lambda: ["read", "write"])
    accounts: list[_Account] = msgspec.field(default_factory=lambda: [DEFAULT_ACCOUNT])
    created: _Moment | None = None
    expires: _Moment | None = None
    revoked: _Moment | None = None

    @property
    def shown(self) -> str:
        """What logs call it: never a part of the secret."""
        return self.prefix or self.name

    def allows(self, scope: Scope, account: str) -> bool:
        """Tell whether this key may do that with that account; the scope `admin` includes the others."""
        return (scope in self.scopes or "admin" in self.scopes) and (
            account in self.accounts or EVERY_ACCOUNT in self.accounts
        )

    @property
    def administers(self) -> bool:
        """Tell whether it opens what concerns the server as a whole: that is every account's business."""
        return "admin" in self.scopes and EVERY_ACCOUNT in self.accounts


class _KeysFile(Struct, frozen=True, forbid_unknown_fields=True):
    keys: list[Key]


class Keys:
    """All keys that are valid now.

    A secret is looked up by its SHA-256. How long that takes tells nothing: whoever guesses cannot choose how
    the hash of a guess begins, so nothing can be found out piece by piece.
    """

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        """Take the keys."""
        self._keys: dict[bytes, Key] = {}
        self.replace(keys)

    def __len__(self) -> int:
        return len(self._keys)

    def replace(self, keys: Iterable[Key]) -> None:
        """Let these keys be valid and no others, from the next request on."""
        self._keys = {bytes.fromhex(key.sha256): key for key in keys}

    def find(self, secret: str) -> Key | None:
        """Return the key with this secret."""
        return self._keys.get(digest_of(secret))

    def still_allows(self, key: Key, scope: Scope, account: str) -> bool:
        """Tell whether a key that was let in before is still valid, and still opens this.

        For what goes on long after the request, such as a stream of events.
        """
        now = self._keys.get(bytes.fromhex(key.sha256))
        return now is not None and now.allows(scope, account)


def key_of_secret(name: str, secret: str) -> Key:
    """Make the key that CLAUDE_SYNC_API_KEY stands for: read and write on `default`."""
    return Key(name=name, sha256=digest_of(secret).hex())


def read_keys(data: bytes) -> Sequence[Key]:
    """Decode a keys file: `{"keys": [{"name", "sha256", "scopes"?, "accounts"?}]}`.

    Raises ValueError that says what is wrong with it, or that it holds no key.
    """
    try:
        keys = msgspec.json.decode(data, type=_KeysFile).keys
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"it is not a keys file: {error}") from error
    if not keys:
        raise ValueError("it holds no key")
    return keys


def secret_of(api_key: str | None, authorization: str | None) -> str | None:
    """Return the secret that a request presents, in `X-API-Key` or as `Authorization: Bearer`."""
    if api_key:
        return api_key
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def digest_of(secret: str) -> bytes:
    """Return the SHA-256 of a secret, 32 bytes."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
