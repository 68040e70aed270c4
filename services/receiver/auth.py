"""Keys (pure): who may read or write which account. Only hashes are kept, and compared in constant time."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from shared.schemas.usage import ACCOUNT_PATTERN, DEFAULT_ACCOUNT

__all__ = ["Key", "Keys", "Scope", "key_of_secret", "read_keys", "secret_of"]

Scope = Literal["read", "write"]


class Key(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One key: its name for people, the SHA-256 (64 hex digits) of its secret, and what it opens."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    scopes: list[Scope] = msgspec.field(default_factory=lambda: ["read", "write"])
    accounts: list[Annotated[str, Meta(pattern=f"^{ACCOUNT_PATTERN}$")]] = msgspec.field(
        default_factory=lambda: [DEFAULT_ACCOUNT]
    )

    def allows(self, scope: Scope, account: str) -> bool:
        """Tell whether this key may do that with that account."""
        return scope in self.scopes and account in self.accounts


class _KeysFile(Struct, frozen=True, forbid_unknown_fields=True):
    keys: list[Key]


class Keys:
    """All keys that are valid now."""

    def __init__(self, keys: Iterable[Key]) -> None:
        """Take the keys."""
        self._keys = tuple((bytes.fromhex(key.sha256), key) for key in keys)

    def find(self, secret: str) -> Key | None:
        """Return the key with this secret; every key is compared, so that time tells nothing."""
        presented = _hash(secret).digest()
        found = None
        for digest, key in self._keys:
            if hmac.compare_digest(presented, digest):
                found = key
        return found


def key_of_secret(name: str, secret: str) -> Key:
    """Make the key that CLAUDE_SYNC_API_KEY stands for: read and write on `default`."""
    return Key(name=name, sha256=_hash(secret).hexdigest())


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


def _hash(secret: str) -> "hashlib._Hash":
    return hashlib.sha256(secret.encode(errors="surrogatepass"))
