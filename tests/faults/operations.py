"""`python -m tests.faults.operations`: does one operation of a store at a time, each in a process of its own.

Reads `NAME ROOT` a line. For each it forks, opens the store, tells `ready PID`, and on SIGUSR1 does the
operation, which is told as `ended CODE`, a wait status. The process has one thread, so that
its system calls come in the same order every time. What is acknowledged shows among them, as a look for the
file /acknowledged/ID. Something that was refused is asked for once more.
"""

import asyncio
import concurrent.futures
import logging
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

PATIENCE = 15
"""Seconds after which an operation that hangs is ended by SIGALRM."""
ACKNOWLEDGED = "/acknowledged/"
DONE, REFUSED, BROKEN = 0, 3, 4
"""Exit codes: all was acknowledged in the end; the second try was refused; no error of the store's was raised."""


class Inline(concurrent.futures.Executor):
    """Does everything at once, in the caller's thread."""

    def __init__(self, *_args: Any, **_more: Any) -> None:
        pass

    def submit(
        self, work: Callable[..., Any], /, *args: Any, **more: Any
    ) -> "concurrent.futures.Future[Any]":
        done: concurrent.futures.Future[Any] = concurrent.futures.Future()
        try:
            done.set_result(work(*args, **more))
        except BaseException as error:  # noqa: BLE001 - it is the future's outcome, whatever it is
            done.set_exception(error)
        return done


if __name__ == "__main__":
    concurrent.futures.ThreadPoolExecutor = Inline  # type: ignore[misc,assignment] # before the store asks for it

import structlog  # noqa: E402 - after the exchange above

from shared.errors import MarigraphError  # noqa: E402 - after the exchange above
from shared.store import Appended, Store, open_store  # noqa: E402 - after the exchange above
from shared.store.volume import scrub  # noqa: E402 - after the exchange above
from tests.faults.invariants import snapshot  # noqa: E402 - after the exchange above

NOW = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
KNOWN = [{**snapshot(second), "lastUpdated": f"2026-{month}-22T12:00:{second:02}Z"} for month, second in (
    ("10", 1), ("10", 2), ("11", 3), ("11", 4), ("11", 5), ("11", 6), ("11", 7), ("11", 8)
)]  # fmt: skip
ARCHIVED = slice(2, 4)
NEW = [snapshot(50_000 + number) for number in range(3)]

Operation = Callable[[Store, list[str]], list[Coroutine[Any, Any, Any]]]
"""From a store and the ids of KNOWN to what is asked of it at the same time."""

OPERATIONS: dict[str, Operation] = {
    "append": lambda store, _: [store.append("default", NEW[0], NOW)],
    "append-first": lambda store, _: [store.append("default", NEW[0], NOW)],
    "append-again": lambda store, _: [store.append("default", KNOWN[-1], NOW)],
    "append-together": lambda store, _: [store.append("default", document, NOW) for document in NEW],
    "archive": lambda store, ids: [store.archive("default", ids[:6])],
    "delete": lambda store, ids: [store.delete("default", ids[ARCHIVED], NOW)],
    "scrub": lambda store, ids: [store.scrub("default", ids, NOW, mend=True)],
    "rebuild": lambda store, _: [store.rebuild()],
}


async def prepare(root: str) -> list[str]:
    """Fill a store with KNOWN, of which ARCHIVED are in the archive, too; return the ids."""
    store = open_store(f"file://{root}")
    ids = [(await store.append("default", document, NOW)).version.id for document in KNOWN]
    await store.archive("default", ids[ARCHIVED])
    await store.close()
    return ids


async def _ask(coroutines: list[Coroutine[Any, Any, Any]]) -> list[Exception]:
    """Do all of it at the same time; show what is acknowledged, return what is refused."""
    refused = []
    for outcome in await asyncio.gather(*coroutines, return_exceptions=True):
        if isinstance(outcome, Exception):
            refused.append(outcome)
        else:
            name = outcome.version.id if isinstance(outcome, Appended) else "done"
            os.access(f"{ACKNOWLEDGED}{name}", os.F_OK)
    return refused


async def perform(name: str, root: str) -> int:
    store = open_store(f"file://{root}")
    ids = list(await store.between("default", None, None))
    os.write(sys.stdout.fileno(), f"ready {os.getpid()}\n".encode())
    signal.sigwait({signal.SIGUSR1})
    signal.alarm(PATIENCE)
    refused = await _ask(OPERATIONS[name](store, ids))
    again = await _ask(OPERATIONS[name](store, ids)) if refused else []
    if broken := [error for error in [*refused, *again] if not isinstance(error, MarigraphError)]:
        traceback.print_exception(broken[0])
        return BROKEN
    return REFUSED if again else DONE


async def rehearse(name: str, root: str) -> None:
    store, ids = open_store(f"file://{root}"), await prepare(root)
    assert not await _ask(OPERATIONS[name](store, ids))
    await store.close()


def serve() -> None:
    scrub._SETTLED_SECONDS = 0  # files of these tests are not being copied in
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:  # so that no import and no cache is left for later
        for name in OPERATIONS:
            asyncio.run(rehearse(name, f"{folder}/{name}"))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    for line in sys.stdin:
        name, root = line.split()
        child = os.fork()
        if child == 0:
            try:
                code = asyncio.run(perform(name, root))
            except BaseException as error:  # noqa: BLE001 - told, whatever it is
                sys.stderr.write(f"{name}: {error!r}\n")
                code = BROKEN
            os._exit(code)
        os.write(sys.stdout.fileno(), f"ended {os.waitpid(child, 0)[1]}\n".encode())


if __name__ == "__main__":
    serve()
