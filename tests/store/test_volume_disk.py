"""A disk that cannot be written, in part or not at all, or does not answer."""

import asyncio
import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.store import Store, open_store
from shared.store.errors import StoreReadOnlyError, StoreUnavailableError
from shared.store.volume import append, commit, keeping, probing
from tests.store.archives import fill
from tests.store.samples import NOON, minutes, snapshot

Volume = tuple[Store, Path]


@contextlib.contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Root may write anywhere, so the folder itself is made immutable; elsewhere its rights are enough."""
    if os.geteuid() == 0:
        if subprocess.run(["chattr", "+i", str(folder)], capture_output=True, check=False).returncode:
            pytest.skip("this disk knows no immutable folders")
        undo = ["chattr", "-i", str(folder)]
    else:
        folder.chmod(0o500)
        undo = ["chmod", "700", str(folder)]
    try:
        yield
    finally:
        subprocess.run(undo, check=True)


async def test_a_history_that_alone_cannot_be_written_is_noticed_and_still_read(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 3)
    await store.probe()
    with unwritable(root / "console-usage-history"):
        with pytest.raises(StoreReadOnlyError):
            await store.probe()
        with pytest.raises(StoreReadOnlyError):
            await store.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))
        assert list(await store.between("default", None, None)) == ids
    await store.probe()
    await store.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))
    assert await store.count("default") == 4


async def test_a_probe_leaves_nothing_behind_and_lets_nobody_list_the_folder(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root = volume
    await fill(store, 3)
    other = open_store(f"file://{root}")
    assert await other.count("default") == 3
    from shared.store.volume.followed import FollowedIndex  # noqa: PLC0415 - only this test looks inside

    monkeypatch.setattr(FollowedIndex, "_scan", lambda _: pytest.fail("the folder was listed"))
    await store.probe()
    assert await other.count("default") == await store.count("default") == 3
    assert list(root.rglob(".tmp-*")) == []
    await other.close()


class Disk:
    """A disk that stops answering writes until it is told to go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers = threading.Event()
        self.answers.set()
        for module, name in ((append, "write_unsynced"), (probing, "write_temporary")):
            real = getattr(module, name)
            monkeypatch.setattr(
                module, name, lambda *a, real=real, **k: (self.answers.wait(30), real(*a, **k))[1]
            )
        monkeypatch.setattr(commit, "_PATIENCE", 0.3)
        monkeypatch.setattr(keeping, "_PATIENCE", 0.3)


async def until_it_takes(store: Store, document: dict[str, Any]) -> None:
    """The batch that hung ends soon after the disk answers; until then others are refused."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(StoreUnavailableError):
                await store.append("default", document, NOON + minutes(10))
                return
            await asyncio.sleep(0.02)


async def test_a_disk_that_does_not_answer_is_an_error_soon_while_reads_go_on(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root = volume
    ids = await fill(store, 3)
    await store.append("work", snapshot(), NOON)
    disk = Disk(monkeypatch)
    disk.answers.clear()
    later = [snapshot(NOON + minutes(step)) for step in range(1, 5)]
    began = time.monotonic()
    first = await asyncio.gather(
        *(store.append("default", document, NOON + minutes(9)) for document in later[:3]),
        return_exceptions=True,
    )
    assert [type(error) for error in first] == [StoreUnavailableError] * 3
    for _ in range(20):
        with pytest.raises(StoreUnavailableError):
            await store.append("default", later[3], NOON + minutes(9))
        with pytest.raises(StoreUnavailableError):
            await asyncio.wait_for(asyncio.shield(asyncio.ensure_future(store.probe())), 5)
        monkeypatch.setattr(keeping, "_PATIENCE", 0.01)
    assert time.monotonic() - began < 5
    assert (await store.latest("default")).version.id == ids[-1]
    assert list(await store.between("default", None, None)) == ids
    assert len(await store.archived("default", "2026-11")) == 0
    disk.answers.set()
    for module in (commit, keeping):
        monkeypatch.setattr(module, "_PATIENCE", 60)
    await store.probe()
    await until_it_takes(store, later[0])
    again = [(await store.append("default", document, NOON + minutes(10))).duplicate for document in later]
    assert again == [True, True, True, False]
    assert await store.count("default") == 7
    assert list(root.rglob(".tmp-*")) == []
