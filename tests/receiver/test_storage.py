"""What a caller is told when the store cannot, and answers that come from the archive."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.errors import MarigraphError
from shared.store import Store, open_store
from shared.store.errors import (
    StoreConflictError,
    StoreFullError,
    StoreIOError,
    StoreReadOnlyError,
    StoreUnavailableError,
)
from tests.receiver.conftest import Receiver

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def reading(moment: datetime, percentage: int = 1) -> dict[str, Any]:
    return {
        "lastUpdated": moment.isoformat(),
        "currentSession": {"percentageUsed": percentage, "resetsIn": "1 hr"},
    }


@pytest.fixture(params=["memory", "volume"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return open_store("memory:" if request.param == "memory" else f"file://{tmp_path}/store")


@pytest.mark.parametrize(
    ("error", "status", "advice"),
    [
        (StoreFullError("storing: No space left on device"), 507, "free some space"),
        (StoreReadOnlyError("storing: Read-only file system"), 503, "writable"),
        (StoreUnavailableError("the disk has not answered"), 503, "later"),
        (StoreIOError("storing: Input/output error"), 500, "disk"),
        (StoreConflictError("every id is taken"), 409, "refused again"),
    ],
)
async def test_a_snapshot_the_store_cannot_take_is_answered_by_what_must_be_done(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, error: MarigraphError, status: int, advice: str
) -> None:
    async def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(receiver.store, "append", refuse)
    answered, body, _ = await receiver.post(reading(NOW))
    assert (answered, body["errorCode"], body["success"]) == (status, "STORAGE_WRITE_FAILED", False)
    assert str(error) in body["message"]
    assert advice in body["suggestion"]


async def test_a_store_that_cannot_be_read_is_503_and_not_an_empty_record(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise StoreIOError("reading account default: Input/output error")

    monkeypatch.setattr(receiver.store, "latest", refuse)
    status, body, _ = await receiver.get()
    assert (status, body["errorCode"]) == (503, "INTERNAL_ERROR")
    assert "versionsAvailable" not in body


async def test_a_moment_before_the_history_is_answered_from_the_archive_and_says_so(
    receiver: Receiver,
) -> None:
    for days in (40, 30, 1, 0):
        await receiver.store.append("default", reading(NOW - timedelta(days=days), days), NOW)
    ids = list(await receiver.store.between("default", None, None))
    await receiver.store.archive("default", ids[:2])
    await receiver.store.delete("default", ids[:2], NOW)
    status, body, headers = await receiver.get("/api/claude/console-usage?timestamp=2026-10-14T00:00:00Z")
    assert (status, body["currentSession"]["percentageUsed"]) == (200, 40)
    assert body["versionInfo"] == {
        "current": None,
        "total": 2,
        "timestamp": "2026-10-13T12:00:00.000Z",
        "filename": f"{ids[0]}.json",
        "archived": True,
    }
    again = await receiver.get(
        "/api/claude/console-usage?timestamp=2026-10-14T00:00:00Z",
        headers={"If-None-Match": headers["ETag"]},
    )
    assert again[0] == 304
    inside = (await receiver.get("/api/claude/console-usage?timestamp=2026-11-22T00:01:00Z"))[1]
    assert inside["versionInfo"]["current"] == 2
    assert "archived" not in inside["versionInfo"]
    assert (await receiver.get("/api/claude/console-usage?version=-3"))[0] == 400
