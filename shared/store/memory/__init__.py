"""The store that forgets at exit: for tests, and for trying things out."""

from shared.store.memory.store import MemoryStore

__all__ = ["MemoryStore"]
