"""Where versions are kept: `open_store(url)` gives a store that fulfils the contract in `base`."""

from shared.store.base import Appended, Found, Metadata, Store, Version
from shared.store.urls import open_store

__all__ = ["Appended", "Found", "Metadata", "Store", "Version", "open_store"]
