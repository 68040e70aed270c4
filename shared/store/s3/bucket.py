"""The bucket: objects by key, with the store's own errors. The only module that knows obstore."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import obstore
from msgspec import Struct
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import S3Store as Client

from shared.store.errors import StoreReadOnlyError, StoreUnavailableError
from shared.store.s3.credentials import credentials_in, role_is_asked

if TYPE_CHECKING:
    from obstore import PutMode

__all__ = ["PATIENCE_SECONDS", "Bucket", "Kept", "UnsureError"]

PATIENCE_SECONDS = 5.0
"""How long one request may take, its second tries included."""

_PAGE = 1000
"""Keys that one request lists."""

_DENIED = ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "Forbidden")
_OWN_WORDS = "External AWS credential provider: ValueError: "
"""Before what our own reading of a file of credentials says."""
_METADATA = ("/latest/api/token", "/latest/meta-data/")
"""Where obstore asks for the role of the instance, when it has been given no credentials."""


class UnsureError(StoreUnavailableError):
    """A change was asked for and not answered: it may have come about, or may yet."""


class Kept(Struct, frozen=True):
    """An object's bytes, the mark of this very content, and when it was made, by the bucket's own clock."""

    data: bytes
    mark: str
    made: datetime


class Bucket:
    """Objects below one prefix. Every call may raise the errors of `shared.store.errors`."""

    def __init__(self, name: str, prefix: str, *, read_only: bool = False) -> None:
        """Take where; endpoint, region and credentials are as AWS's own settings have them."""
        self.name = name
        self.prefix = prefix
        self._read_only = read_only
        self._who = f"the bucket {name}"
        if role_is_asked():
            self._who += (
                ", or the instance's metadata service, asked for a role's credentials (a container with a"
                " network of its own needs a hop limit of 2),"
            )
        self._client = Client(
            name,
            prefix=prefix or None,
            credential_provider=credentials_in(),
            client_options={
                "allow_http": True,  # for an endpoint that says http
                "connect_timeout": timedelta(seconds=2),
                "timeout": timedelta(seconds=PATIENCE_SECONDS),
            },
            retry_config={
                "max_retries": 3,
                "retry_timeout": timedelta(seconds=PATIENCE_SECONDS),
                "backoff": {"init_backoff": timedelta(milliseconds=50), "max_backoff": timedelta(seconds=1)},
            },
        )

    async def get(self, key: str) -> Kept | None:
        """Return an object, None when there is none."""
        with self._translated("reading"):
            async with asyncio.timeout(PATIENCE_SECONDS):
                try:
                    found = await obstore.get_async(self._client, key)
                except FileNotFoundError as error:
                    if "<Code>NoSuchKey<" not in str(error):
                        raise
                    return None
                mark = found.meta["e_tag"]
                if mark is None:
                    raise StoreUnavailableError(f"what answers for {self.name} is no bucket")
                return Kept(bytes(await found.bytes_async()), mark, found.meta["last_modified"])

    async def changed_at(self, key: str) -> datetime | None:
        """Return when an object was made, by the bucket's own clock; None when there is none."""
        with self._translated("reading"):
            async with asyncio.timeout(PATIENCE_SECONDS):
                try:
                    meta = await obstore.head_async(self._client, key)
                except FileNotFoundError:
                    return None
                return meta["last_modified"]

    async def create(self, key: str, data: bytes) -> bool:
        """Make an object; return False when there is one already. Raises UnsureError when nobody knows."""
        return await self._put(key, data, "create")

    async def swap(self, key: str, data: bytes, mark: str) -> bool:
        """Replace an object that has this mark; return whether it had. Raises UnsureError as `create`."""
        return await self._put(key, data, {"e_tag": mark})

    async def put(self, key: str, data: bytes) -> None:
        """Make or replace an object."""
        await self._put(key, data, "overwrite")

    async def _put(self, key: str, data: bytes, mode: "PutMode") -> bool:
        self._see_that_changes_are_allowed()
        with self._translated("writing", unsure=True):
            async with asyncio.timeout(PATIENCE_SECONDS):
                try:
                    await obstore.put_async(self._client, key, data, mode=mode, use_multipart=False)
                except (AlreadyExistsError, PreconditionError):
                    return False
        return True

    async def delete(self, keys: Sequence[str]) -> None:
        """Remove objects; those that are not there are no error."""
        self._see_that_changes_are_allowed()
        with self._translated("deleting"):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await obstore.delete_async(self._client, list(keys))

    def _see_that_changes_are_allowed(self) -> None:
        if self._read_only:
            raise StoreReadOnlyError(f"the bucket {self.name} was opened only to be read")

    async def first(self, folder: str) -> str | None:
        """Return the first key below a folder, None when there is none: one request."""
        async with contextlib.aclosing(self.keys(folder)) as keys:
            return await anext(keys, None)

    async def keys(self, folder: str) -> AsyncGenerator[str, None]:
        """Yield the keys below a folder in their order: a request for a thousand."""
        with self._translated("listing"):
            listed = obstore.list(self._client, folder, chunk_size=_PAGE)
            while True:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    chunk = await anext(listed, None)
                if chunk is None:
                    return
                for meta in chunk:
                    yield meta["path"]

    async def page(self, folder: str, after: str) -> tuple[list[tuple[str, datetime]], str | None]:
        """Return a thousand keys below a folder, when each was made, and where to go on: one request."""
        with self._translated("listing"):
            async with asyncio.timeout(PATIENCE_SECONDS):
                listed = obstore.list(self._client, folder, offset=after or None, chunk_size=_PAGE)
                chunk = await anext(listed, ())
        page = [(meta["path"], meta["last_modified"]) for meta in chunk]
        return page, page[-1][0] if len(page) == _PAGE else None

    async def folders(self, folder: str) -> list[str]:
        """Return the names of the folders right below one: a request for a thousand."""
        with self._translated("listing"):
            async with asyncio.timeout(PATIENCE_SECONDS):
                listed = await obstore.list_with_delimiter_async(self._client, folder)
        return sorted(prefix.rpartition("/")[2] for prefix in listed["common_prefixes"])

    @contextlib.contextmanager
    def _translated(self, doing: str, *, unsure: bool = False) -> Iterator[None]:
        """Turn what obstore raises into the store's own errors."""
        try:
            yield
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise StoreReadOnlyError(f"{doing} in the bucket {self.name}: {_said(error)}") from error
        except TimeoutError as error:
            kind = UnsureError if unsure else StoreUnavailableError
            raise kind(f"{self._who} has not answered for {PATIENCE_SECONDS:g} seconds") from error
        except (BaseError, OSError) as error:
            said = _said(error)
            if any(word in said for word in _DENIED):
                raise StoreReadOnlyError(f"{doing} in the bucket {self.name}: {said}") from error
            if "NoSuchBucket" in said:
                raise StoreUnavailableError(f"there is no bucket {self.name}") from error
            kind = UnsureError if unsure else StoreUnavailableError
            raise kind(f"{doing} in the bucket {self.name}: {said}") from error


def _said(error: Exception) -> str:
    """Return what went wrong: the server's code, or what happened on the way.

    Neither addresses nor names of users are in it: `/readyz` tells it to anybody.
    """
    text = str(error)
    first = text.partition("\n")[0]
    if _OWN_WORDS in first:
        return first.partition(_OWN_WORDS)[2]
    if any(place in first for place in _METADATA):
        return (
            "no credentials: none are given, and the instance's metadata service gives none of a role"
            f" ({_how_it_failed(first)})"
        )
    if code := text.partition("<Code>")[2].partition("</Code>")[0]:
        return code
    if code := first.partition("(code: ")[2].partition(")")[0]:  # of one of many objects that were to go
        return code
    if "incorrectly configured region" in first:
        return "it is in another region than AWS_REGION says"
    return _how_it_failed(text)


def _how_it_failed(text: str) -> str:
    if status := text.partition("status code: ")[2][:3]:
        return f"it was answered with status {status}"
    return "the connection failed" if "HTTP error" in text else "the answer was not that of a bucket"
