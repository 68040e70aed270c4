"""A store with some of everything, and the operator's command."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from shared.store import Store, open_store
from tests.store.archives import fill
from tests.store.samples import NOON, minutes, snapshot

HISTORY = "console-usage-history"


class Command:
    """The command line, in the repository's root."""

    def __init__(self, repository: Path) -> None:
        self.repository = repository

    def __call__(self, *arguments: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
        environment = {"PATH": os.environ["PATH"], **more.pop("env", {})}
        return subprocess.run(
            [sys.executable, "-m", "shared.store", *arguments],
            cwd=self.repository,
            env=environment,
            capture_output=True,
            check=False,
            **more,
        )


async def recorded(root: Path) -> None:
    """Two accounts, an archive, a version in both places, reports, counts, a version of the origin's."""
    store = open_store(f"file://{root}")
    ids = await fill(store, 30)
    await store.archive("default", ids[:12])
    await store.delete("default", ids[:10], NOON)
    await store.append("work", snapshot(NOON - timedelta(days=40), plan="Max"), NOON)
    for step in range(3):
        at = NOON - minutes(step)
        await store.add_report("default", {"at": at.isoformat(), "state": "network", "n": step}, NOON)
    await store.add_report("empty", {"at": NOON.isoformat(), "state": "challenge"}, NOON)
    origin = root / HISTORY / "2026-02-09T12-00-00-0123abcd.json"
    origin.write_text(json.dumps(snapshot(NOON - timedelta(days=286))))
    origin.chmod(0o600)
    await store.rebuild()
    await store.close()


async def everything(store: Store) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for account in await store.accounts():
        kept[account] = (
            [version async for version in store.stream(account, None, None, part="history")],
            [version async for version in store.stream(account, None, None, part="archive")],
            list(await store.reports(account, most=10_000)),
            await store.metadata(account),
        )
    return kept


async def of_volume(root: Path) -> dict[str, Any]:
    store = open_store(f"file://{root}")
    try:
        return await everything(store)
    finally:
        await store.close()


def tree(root: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    return {str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}
