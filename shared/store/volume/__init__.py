"""The store on a volume: one file a version in the origin's layout, durable before it is acknowledged."""

from shared.store.volume.store import VolumeStore

__all__ = ["VolumeStore"]
