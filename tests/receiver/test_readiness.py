"""Readiness: a snapshot could be stored now, or what stands in the way, in words, cheap to ask."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from services.receiver.minding import readiness
from services.receiver.options import Options
from services.receiver.settings import ReceiverSettings
from shared import VERSION
from shared.errors import SettingsError
from shared.floor import Floor
from shared.settings import load
from shared.store import open_store
from shared.store.errors import StoreFullError
from shared.store.upkeep import Space
from tests.receiver.conftest import Receiver, running


async def ready(receiver: Receiver) -> tuple[int, Any]:
    receiver.app.ctx.readiness._until = 0.0
    status, body, _ = await receiver.get("/readyz", key=None)
    return status, body


async def test_ready_says_so_for_each_check_and_needs_no_key(receiver: Receiver) -> None:
    assert await ready(receiver) == (
        200,
        {"status": "ok", "checks": {"store": "ok", "disk": "ok", "keys": "ok"}},
    )
    assert (await receiver.call("HEAD", "/readyz", key=None))[0] == 200


@pytest.mark.parametrize(
    ("free", "wanted"),
    [(16_000_000, "ok"), (15_999_999, "16.0 MB are free, less than RECEIVER_DISK_FLOOR (16.0 MB)")],
)
async def test_a_disk_below_its_floor_is_not_ready(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, free: int, wanted: str
) -> None:
    async def space() -> Space:
        return Space(free=free, total=10**12)

    monkeypatch.setattr(receiver.store, "space", space)
    status, body = await ready(receiver)
    assert (status, body["checks"]["disk"]) == (200 if wanted == "ok" else 503, wanted)


async def test_a_real_disk_is_measured(tmp_path: Path) -> None:
    options = Options(disk_floor=Floor(percent=99.999999))
    async with running(open_store(f"file://{tmp_path}/store"), options=options) as receiver:
        status, body = await ready(receiver)
        assert status == 503
        assert "less than RECEIVER_DISK_FLOOR" in body["checks"]["disk"]
        assert body["checks"]["store"] == "ok"


async def test_a_store_that_cannot_be_written_says_why_and_no_path(tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}/store")
    async with running(store) as receiver:
        (tmp_path / "store").rename(tmp_path / "elsewhere")
        status, body = await ready(receiver)
        assert (status, body["status"]) == (503, "unready")
        assert "No such file" in body["checks"]["store"]
        assert str(tmp_path) not in str(body)
        assert (await receiver.get("/livez", key=None))[0] == 200
        (tmp_path / "elsewhere").rename(tmp_path / "store")
        assert (await ready(receiver))[0] == 200


async def test_a_store_that_does_not_answer_keeps_nobody_waiting(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "PATIENCE_SECONDS", 0.2)

    async def probe() -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(receiver.store, "probe", probe)
    status, body = await ready(receiver)
    assert (status, body["checks"]["store"]) == (503, "the store has not answered for 0.2 seconds")


async def test_however_many_ask_the_store_is_tried_once_in_a_while(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    async def probe() -> None:
        tried.append(1)
        await asyncio.sleep(0.05)
        raise StoreFullError("no room")

    monkeypatch.setattr(receiver.store, "probe", probe)
    answers = await asyncio.gather(*(receiver.get("/readyz", key=None) for _ in range(20)))
    assert {status for status, _, _ in answers} == {503}
    assert (await receiver.get("/readyz", key=None))[0] == 503
    assert len(tried) == 1
    monkeypatch.undo()
    await asyncio.sleep(readiness.KEPT_SECONDS)
    assert (await receiver.get("/readyz", key=None))[0] == 200


async def test_a_receiver_about_to_stop_is_not_ready_but_alive(receiver: Receiver) -> None:
    receiver.context.stopping = True
    status, body = await ready(receiver)
    assert (status, body["status"]) == (503, "stopping")
    assert (await receiver.get("/livez", key=None))[0] == 200


async def test_a_process_is_alive_whatever_the_store_does(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver.context, "store", None)
    for path in ("/livez", "/healthz"):
        assert (await receiver.get(path, key=None))[:2] == (200, {"status": "ok"})
        assert (await receiver.call("HEAD", path, key=None))[0] == 200
    body = (await receiver.get("/version", key=None))[1]
    assert body == {"name": "marigraph", "version": VERSION}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RECEIVER_DISK_FLOOR", "much"),
        ("RECEIVER_DISK_FLOOR", "100%"),
        ("RECEIVER_SILENCE_EXCEPT", "work,No Name"),
        ("RECEIVER_SILENCE_MINUTES", "-1"),
        ("RECEIVER_EVENT_LISTENERS", "many"),
    ],
)
def test_settings_that_make_no_sense_are_named(name: str, value: str) -> None:
    given = {"STORE_URL": "memory:", "CLAUDE_SYNC_API_KEY": "k" * 32, name: value}
    with pytest.raises(SettingsError, match=name):
        load(ReceiverSettings, given)


def test_settings_become_options() -> None:
    given = {
        "STORE_URL": "memory:",
        "CLAUDE_SYNC_API_KEY": "k" * 32,
        "RECEIVER_SILENCE_EXCEPT": " work, old ,",
        "RECEIVER_SILENCE_MINUTES": "15",
        "RECEIVER_DISK_FLOOR": "1GB,2%",
    }
    options = load(ReceiverSettings, given).options
    assert options.silence_except == {"work", "old"}
    assert options.silence_minutes == 15
    assert options.disk_floor.of(10**12) == 10**9
