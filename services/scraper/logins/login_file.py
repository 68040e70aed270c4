"""A login as one encrypted file: scrypt or a key file, then AES-256-GCM (pure but for its random numbers).

The file is one JSON object. Its head says how it is made and is protected against change as well as the
content is; a mark tells a wrong passphrase from a damaged file.
"""

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Any, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from shared.errors import PermanentError

__all__ = ["KEY_BYTES", "Login", "new_key", "open_login", "read_key", "seal_login"]

NAME, VERSION = "marigraph login", 1
KEY_BYTES = 32
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**17, 8, 1
"""128 MB and about half a second: what OWASP advises at least."""

MOST_N = 2**20
"""A file that asks for more than 1 GB of memory was not made by us."""


DAMAGED = "the file was damaged or changed after it was made: export anew"


class Login(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a login needs: the cookies of one site and what it keeps in the browser.

    `site` is its origin (`https://claude.ai`). `since` and `ends_at` tell the login's age, where it is known.
    """

    site: str
    exported_at: datetime
    cookies: list[dict[str, Any]]
    local_storage: dict[str, str] = {}
    since: datetime | None = None
    ends_at: datetime | None = None


class Derivation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the key is made: from a passphrase by scrypt, or taken from a key file."""

    by: Literal["scrypt", "key file"]
    salt: bytes
    n: int = SCRYPT_N
    r: int = SCRYPT_R
    p: int = SCRYPT_P


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """All but the content."""

    name: str
    version: int
    key: Derivation
    nonce: bytes
    mark: str


class Sealed(msgspec.Struct, frozen=True):
    """The file."""

    head: Head
    content: bytes


class Named(msgspec.Struct, frozen=True):
    """As much of a file as tells whether it is ours."""

    head: dict[str, Any]


def new_key() -> str:
    """Return the text of a new key file."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n"


def read_key(text: str) -> bytes:
    """Read a key file's text. Raises PermanentError when it is none."""
    try:
        key = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise PermanentError("the key file does not hold a key: 32 bytes in base64, as an export makes one")
    return key


def seal_login(login: Login, *, passphrase: str | None = None, key: bytes | None = None) -> bytes:
    """Encrypt a login with a passphrase or a key of 32 bytes."""
    derivation = Derivation(by="key file" if key else "scrypt", salt=secrets.token_bytes(16))
    cipher, mark = _keys(derivation, passphrase, key)
    head = Head(name=NAME, version=VERSION, key=derivation, nonce=secrets.token_bytes(12), mark=mark)
    content = AESGCM(cipher).encrypt(head.nonce, msgspec.json.encode(login), msgspec.json.encode(head))
    return msgspec.json.format(msgspec.json.encode(Sealed(head, content)), indent=2) + b"\n"


def open_login(data: bytes, *, passphrase: str | None = None, key: bytes | None = None) -> Login:
    """Decrypt a login. Raises PermanentError that says which of file, version or passphrase does not fit."""
    sealed = _decode(data)
    derivation = sealed.head.key
    if (derivation.by == "key file") != (key is not None):
        need = (
            "its key file (--key-file)" if derivation.by == "key file" else "its passphrase, not a key file"
        )
        raise PermanentError(f"this file opens with {need}")
    cipher, mark = _keys(derivation, passphrase, key)
    if not secrets.compare_digest(mark, sealed.head.mark):
        raise PermanentError("this is not the passphrase or key with which the file was made")
    try:
        content = AESGCM(cipher).decrypt(sealed.head.nonce, sealed.content, msgspec.json.encode(sealed.head))
        return msgspec.json.decode(content, type=Login)
    except (InvalidTag, ValueError) as error:
        raise PermanentError(DAMAGED) from error


def _decode(data: bytes) -> Sealed:
    try:
        head = msgspec.json.decode(data, type=Named).head
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        head = {}
    if head.get("name") != NAME:
        raise PermanentError("this is no file that `session export` made")
    if head.get("version") != VERSION:
        raise PermanentError(
            f"the file has version {head.get('version')!r}, and this Marigraph reads version {VERSION}: "
            "use the same Marigraph on both machines"
        )
    try:
        sealed = msgspec.json.decode(data, type=Sealed)
    except msgspec.DecodeError as error:
        raise PermanentError(DAMAGED) from error
    if not _plausible(sealed.head.key):
        raise PermanentError(DAMAGED)
    return sealed


def _plausible(key: Derivation) -> bool:
    """Tell whether the cost is one that we would ask for: another could exhaust the machine."""
    return 1 < key.n <= MOST_N and key.n.bit_count() == 1 and (key.r, key.p) == (SCRYPT_R, SCRYPT_P)


def _keys(derivation: Derivation, passphrase: str | None, key: bytes | None) -> tuple[bytes, str]:
    """Return the key to encrypt with, and a mark by which it is recognised without telling it."""
    if key is None:
        scrypt = Scrypt(derivation.salt, 2 * KEY_BYTES, derivation.n, derivation.r, derivation.p)
        derived = scrypt.derive((passphrase or "").encode())
    else:
        derived = hashlib.sha512(derivation.salt + key).digest()
    return derived[:KEY_BYTES], hashlib.sha256(derived[KEY_BYTES:]).hexdigest()[:16]
