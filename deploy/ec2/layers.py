"""Which layers of an image the host lacks (pure)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

__all__ = ["Image", "held", "lacking"]


class Image(NamedTuple):
    """One image of this machine's engine, as `docker save` gives it out."""

    service: str
    config: str
    """Where its configuration lies in the archive."""
    layers: tuple[tuple[str, str], ...]
    """For each layer, from the bottom: the digest of its content (unpacked), and its place in the archive."""

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of its layers, from the bottom."""
        return tuple(digest for digest, _ in self.layers)


def held(layers: Sequence[str], present: Iterable[Sequence[str]]) -> int:
    """Return how many of an image's layers, from the bottom, an engine with these images has.

    A layer is worth something only on the very layers below it, so it counts only with all of them.
    """
    return max((_common(layers, other) for other in present), default=0)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def lacking(images: Iterable[Image], present: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return the layers to ship: digest and place in the archive, each once, in the order of their use."""
    return {
        digest: place for image in images for digest, place in image.layers[held(image.digests, present) :]
    }
