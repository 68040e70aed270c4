"""What must hold for a volume after any fault, whatever was going on: read from the files, then through a store."""

import asyncio
import gzip
import json
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from shared.schemas.codec import Document, decode_document, decode_snapshot, digest
from shared.store import Store, open_store
from shared.store.keys import matches_digest

HISTORY = "console-usage-history"
LATEST = "console-usage-synced.json"


def violations(
    root: Path,
    acknowledged: Collection[str],
    *,
    archived: Collection[str] = (),
    gone: Collection[str] = (),
    spoilt: Collection[str] = (),
) -> list[str]:
    """Name everything that is wrong with a store; empty when all is well.

    `archived` may be in the archive only, `gone` may be nowhere, the files of `spoilt` may be torn. Opens the
    store, and mends what is derived.
    """
    try:
        history, archive = _history(root), _archive(root)
    except (OSError, EOFError, ValueError) as error:
        return [f"files cannot be read: {error}"]
    bad = {i for i in set(spoilt) & set(history) if any(_torn({i: history[i]}))}
    history = {version_id: data for version_id, data in history.items() if version_id not in bad}
    if torn := [*_torn(history), *_torn(archive)]:
        return torn
    there = {*history, *(set(archive) & set(archived)), *gone}
    found = [f"{version_id} was acknowledged and is lost" for version_id in set(acknowledged) - there]
    return [*found, *asyncio.run(_through_a_store(root, set(history), set(archive), bad))]


def _history(root: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in (root / HISTORY).glob("2*.json")}


def _archive(root: Path) -> dict[str, bytes]:
    """The archive as any zcat reads it."""
    lines = [
        json.loads(line)
        for path in sorted((root / "archive").glob("*.ndjson.gz"))
        for line in gzip.decompress(path.read_bytes()).splitlines()
    ]
    return {line["version"]: json.dumps(line["snapshot"]).encode() for line in lines}


def _torn(files: dict[str, bytes]) -> Iterator[str]:
    for version_id, data in files.items():
        try:
            document = decode_document(data)
            decode_snapshot(document)
        except msgspec.MsgspecError as error:
            yield f"{version_id} is torn: {error}"
        else:
            if not matches_digest(version_id, digest(document)):
                yield f"{version_id} holds another snapshot"


async def _through_a_store(root: Path, history: set[str], archive: set[str], bad: set[str]) -> list[str]:
    store = open_store(f"file://{root}")
    try:
        for version_id in bad:  # found out when it is read
            await store.by_id("default", version_id)
        before = await _answers(store, history, archive)
        await store.rebuild()
        after = [*await _answers(store, history, archive), *_derived(root, history)]
        if again := await store.rebuild():
            after.append(f"mended twice: {again}")
        return [*before, *(f"after mending: {what}" for what in after)]
    finally:
        await store.close()


async def _answers(store: Store, history: set[str], archive: set[str]) -> list[str]:
    """Compare what a store answers with the files."""
    ids, metadata = await store.between("default", None, None), await store.metadata("default")
    found = [f"{i} is answered {n} times" for i, n in Counter(ids).items() if n > 1]
    found += [f"{i} is not answered" for i in sorted(history - set(ids))]
    found += [f"{i} is answered, but there is no file" for i in sorted(set(ids) - history - archive)]
    if (metadata.version_count, await store.count("default")) != (len(history), len(history)):
        found.append(f"{len(history)} files, metadata counts {metadata.version_count}")
    latest = await store.latest("default")
    if (latest.version.id if latest else None) != max(history, default=None):
        found.append(f"latest is {latest and latest.version.id}")
    for version_id in sorted(history)[:: max(1, len(history) // 5)]:
        read = await store.by_id("default", version_id)
        if read is None or not matches_digest(version_id, digest(read.version.document)):
            found.append(f"{version_id} is not read right")
    return found


def _derived(root: Path, history: set[str]) -> Iterator[str]:
    if not history:
        return
    if json.loads((root / HISTORY / "_metadata.json").read_bytes())["versionCount"] != len(history):
        yield "_metadata.json does not count the files"
    if (root / LATEST).read_bytes() != (root / HISTORY / f"{max(history)}.json").read_bytes():
        yield "the latest file is not the newest version"


def snapshot(second: int, percentage: int = 47) -> Document:
    """A snapshot read `second` seconds into 22 November 2026 (at most a day), UTC."""
    clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    return {
        "lastUpdated": f"2026-11-22T{clock}Z",
        "currentSession": {"percentageUsed": percentage, "resetsIn": "2 hr 42 min"},
    }
