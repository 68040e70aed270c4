"""The volume behind the store's contract: blocking work in threads, one history an account."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from shared.schemas.codec import Document
from shared.store.base import Appended
from shared.store.volume.announcing import Announcing
from shared.store.volume.append import Incoming, Outcome, append_batch, incoming
from shared.store.volume.commit import GroupCommit
from shared.store.volume.history import History
from shared.store.volume.keeping import Keeping
from shared.store.volume.reading import Reading
from shared.store.volume.reporting import Reporting

__all__ = ["VolumeStore"]


class VolumeStore(Reading, Keeping, Reporting, Announcing):
    """A folder on a disk, shared by receivers and a janitor."""

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        """Open the folder as OpenVolume does."""
        super().__init__(root, read_only=read_only)
        self._commits: dict[str, GroupCommit] = {}

    async def append(self, account: str, document: Document, received_at: datetime) -> Appended:
        """See Store.append: file and folder are synced before this returns."""
        history = self._history(account)
        commit = self._commits.get(account)
        if commit is None:
            commit = self._commits[account] = self._commit_of(history)
        return await commit.append(incoming(document, received_at))

    def _commit_of(self, history: History) -> GroupCommit:
        async def store(batch: Sequence[Incoming]) -> list[Outcome]:
            return await self._changing(
                f"storing for account {history.account}",
                lambda: append_batch(history, batch, self._writers, more_wait=commit.is_busy),
            )

        commit = GroupCommit(store)
        return commit

    async def close(self) -> None:
        """See Store.close."""
        for commit in self._commits.values():
            await commit.close()
        self._duty.give_up()
        self._shut()
