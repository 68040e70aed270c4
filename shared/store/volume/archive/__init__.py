"""The archive: versions that left the history, one file a month that any `zcat` reads."""

from shared.store.volume.archive.archive import Archive

__all__ = ["Archive"]
