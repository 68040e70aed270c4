"""Entity tags (pure): naming an answer by its content, and telling whether the caller holds it already."""

import hashlib

__all__ = ["holds", "quoted", "tag_of"]

_PACKED = "-gzip"
"""How the tag of an answer ends that was made smaller: it is another representation (RFC 9110, 8.8.3.3)."""


def tag_of(body: bytes) -> str:
    """Return the strong tag of a body: 32 hex digits, without quotes."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def quoted(tag: str, *, is_packed: bool = False) -> str:
    """Return a tag as its header holds it."""
    return f'"{tag}{_PACKED}"' if is_packed else f'"{tag}"'


def holds(if_none_match: str | None, tag: str) -> bool:
    """Tell whether the caller holds this answer, packed or not (If-None-Match compares weakly)."""
    if if_none_match is None:
        return False
    sent = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return not sent.isdisjoint({"*", quoted(tag), quoted(tag, is_packed=True)})
