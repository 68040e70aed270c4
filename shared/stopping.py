"""Stopping a service: what its signals ask, and how long its work may take to heed that."""

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

__all__ = ["heeding", "stopped_by_signals"]

T = TypeVar("T")

_GRACE_SECONDS = 8
"""How long work that was told to stop may take; after that its disk or a service does not answer."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def stopped_by_signals() -> asyncio.Event:
    """Return what SIGTERM and SIGINT set from now on."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def heeding(stop: asyncio.Event, work: Coroutine[Any, Any, T], code: int) -> T:
    """Wait for work to end; after a stop only for some seconds more.

    A thread that waits for a disk cannot be stopped, so the process then ends with a code, as if killed.
    """
    working, told = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
    if not (await asyncio.wait({working}, timeout=_GRACE_SECONDS))[0]:
        _log.error("what it waits for does not answer; ending without it, nothing is lost")
        os._exit(code)
    told.cancel()
    return working.result()
