"""A janitor that dies before any of its steps on the disk: nothing is lost, nothing doubled, the next run goes on."""

import asyncio
import contextlib
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from services.janitor import removal as removing
from services.janitor.policy import Rules
from services.janitor.sweep import Sweeper, Task
from shared.store import open_store
from shared.store.volume import scrub as volume_scrub
from tests.janitor.scenes import Machine, fill

STEPS = ("open", "write", "fsync", "link", "unlink", "rename", "replace", "mkdir", "ftruncate", "pwrite")
"""What changes a disk, each by its name in `os`."""

_KILLED = 9


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removing, "_SLICE", 3)
    monkeypatch.setattr(volume_scrub, "_SETTLED_SECONDS", 0)


async def sweep(root: Path) -> None:
    store, machine = open_store(f"file://{root}"), Machine()
    await store.take_duty("test")
    await Sweeper(store, Task(rules=Rules(newest=5, days=0)), machine, machine.look).run()
    await store.close()


async def held(root: Path) -> tuple[list[str], list[str]]:
    """The ids in the history and those in the archive, as they lie on the disk."""
    store = open_store(f"file://{root}", read_only=True)
    history = list(await store.between("default", None, None))
    archive = [
        v.id for m in (await store.census("default")).archives for v in await store.archived("default", m)
    ]
    for version_id in [*history, *archive]:
        assert await store.by_id("default", version_id) is not None
    await store.close()
    return history, archive


@contextlib.contextmanager
def dying_before(step: int, root: Path) -> Iterator[None]:
    """End this process, as a SIGKILL would, before its n-th step; only steps on files count."""
    count = 0

    def wrapped(real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def counted(*arguments: Any, **more: Any) -> Any:
            nonlocal count
            reading = name == "open" and not arguments[1] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if not reading:
                count += 1
                if count == step:
                    os._exit(_KILLED)
            return real(*arguments, **more)

        return counted

    with pytest.MonkeyPatch.context() as patch:
        for name in STEPS:
            patch.setattr(os, name, wrapped(getattr(os, name), name))
        yield


def in_a_child(root: Path, step: int) -> bool:
    """Sweep in a child that dies before its n-th step; True when it died."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # threads of other tests do not matter to the child
        child = os.fork()
    if child == 0:
        _live(root, step)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, _KILLED}
    return status == _KILLED


def _live(root: Path, step: int) -> NoReturn:
    code = 1
    try:
        with dying_before(step, root):
            asyncio.run(sweep(root))
        code = 0
    finally:
        os._exit(code)


@pytest.mark.timeout(300)
def test_killed_before_any_step_the_janitor_neither_loses_nor_doubles_a_version(tmp_path: Path) -> None:
    model = tmp_path / "model"

    async def prepare() -> list[str]:
        store = open_store(f"file://{model}")
        ids = await fill(store, 16)
        await store.archive("default", ids[:2])
        await store.close()
        return ids

    ids = asyncio.run(prepare())
    (model / "console-usage-history" / f"{ids[1]}.json").write_text("{")  # the archive has it
    step = died = 0
    while True:
        step += 1
        root = tmp_path / "store"
        shutil.copytree(model, root)
        ended = not in_a_child(root, step)
        died += not ended
        history, archive = asyncio.run(held(root))
        assert set(history) | set(archive) == set(ids), f"lost when killed before step {step}"
        assert len(archive) == len(set(archive))
        asyncio.run(sweep(root))
        history, archive = asyncio.run(held(root))
        assert (history, archive) == (ids[-5:], ids[:-5]), f"not whole after step {step}"
        assert (root / "quarantine" / f"{ids[1]}.json").read_text() == "{"
        shutil.rmtree(root)
        if ended:
            break
    assert died > 60
