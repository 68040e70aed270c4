"""Looking after the derived files goes on, whatever one look at them meets."""

import asyncio
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from prometheus_client import Gauge
from structlog.testing import capture_logs

from services.receiver.minding import tending
from shared.store.errors import StoreFullError


class Troubled:
    """A store that fails at some looks, in the way it is told, and then is well."""

    def __init__(self, looks: Sequence[Exception | str]) -> None:
        self.looks: Iterator[Exception | str] = iter(looks)
        self.well = asyncio.Event()

    async def tend(self) -> Sequence[str]:
        look = next(self.looks, None)
        if look is None:
            self.well.set()
            return []
        if isinstance(look, Exception):
            raise look
        return [look]

    def damage_seen(self) -> int:
        return 0


async def test_a_fault_of_any_kind_is_said_once_and_the_next_look_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tending, "_EVERY_SECONDS", 0)
    store = Troubled([KeyError("a"), ValueError("b"), "mended", StoreFullError("full"), "again"])
    metrics = SimpleNamespace(damage=Gauge("damage", "seen", registry=None))
    context = cast("Any", SimpleNamespace(store=store, metrics=metrics))
    with capture_logs() as lines:
        task = asyncio.create_task(tending._tend(context))
        await asyncio.wait_for(store.well.wait(), 10)
        task.cancel()
    failed = "derived files cannot be kept up to date"
    assert [line["event"] for line in lines] == [failed, "store mended", failed, "store mended"]
