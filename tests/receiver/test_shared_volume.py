"""Two receivers on one volume: what one stored, the other answers at its next request."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.store import open_store
from tests.receiver.conftest import SECRET, running

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
USAGE = "/api/claude/console-usage"


def reading(number: int) -> dict[str, Any]:
    return {
        "lastUpdated": (NOON - timedelta(minutes=100 - number)).isoformat(),
        "currentSession": {"percentageUsed": number, "resetsIn": ""},
    }


@pytest.mark.parametrize("question", ["", "?version=-1", "?timestamp=2026-11-22T12:00:00Z"])
async def test_a_connection_that_stays_open_sees_each_version_of_the_other_receiver(
    tmp_path: Path, question: str
) -> None:
    url = f"file://{tmp_path}/store"
    async with running(open_store(url)) as one, running(open_store(url)) as other:
        await other.post(reading(0))
        for number in range(1, 30):
            await one.get(USAGE + question)
            await other.post(reading(number))
            _, body, _ = await one.get(USAGE + question)
            assert body["currentSession"]["percentageUsed"] == number


async def test_a_request_that_comes_while_another_is_answered_sees_what_was_stored_before_it(
    tmp_path: Path,
) -> None:
    url = f"file://{tmp_path}/store"
    asking = f"GET {USAGE} HTTP/1.1\r\nHost: x\r\nX-API-Key: {SECRET}\r\n\r\n".encode()
    async with running(open_store(url)) as one, running(open_store(url)) as other:
        host, port = one.address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        await other.post(reading(0))
        for number in range(1, 20):
            writer.write(asking)
            await other.post(reading(number))
            writer.write(asking)
            await _answer(reader)
            assert f'"percentageUsed":{number},'.encode() in await _answer(reader)
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return await reader.readexactly(int(length.split(b":")[1]))
