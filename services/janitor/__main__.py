"""`python -m services.janitor run | once [--dry-run] [--json]`.

`once` exits 0 when done, 1 when the store refused; `run` goes on until it is told to stop. Bad settings: 2.
"""

import argparse
import asyncio
import contextlib
import signal
import sys

import structlog

from services.janitor.settings import PREFIXES, JanitorSettings
from services.janitor.sweep import Swept, sweep
from services.janitor.words import describe
from shared.clock import SystemClock
from shared.errors import MarigraphError
from shared.schemas.codec import encode
from shared.startup import begin
from shared.store import Store, open_store
from shared.store.errors import StoreUrlError
from shared.store.urls import store_exists

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def main() -> int:
    """Run the command; return the exit code."""
    arguments = _arguments()
    settings = begin("janitor", JanitorSettings, PREFIXES)
    try:
        if arguments.command == "once" and not store_exists(settings.store_url):
            raise StoreUrlError("there is no store yet")
        store = open_store(settings.store_url)
        if arguments.command == "run":
            asyncio.run(_run(store, settings))
        else:
            _show(asyncio.run(_once(store, settings, dry_run=arguments.dry_run)), as_json=arguments.json)
    except MarigraphError as error:
        print(f"janitor: {error}. Look at STORE_URL ({settings.store_url}).", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m services.janitor",
        description="Decides what leaves the history, archives it, deletes it, and mends the store.",
        epilog="Settings come from the environment: docs/configuration.md lists them.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="work at every interval until stopped")
    once = commands.add_parser("once", help="work once, then exit")
    once.add_argument("--dry-run", action="store_true", help="say what would be done and why; touch nothing")
    once.add_argument("--json", action="store_true", help="print the result as JSON")
    return parser.parse_args()


async def _once(store: Store, settings: JanitorSettings, *, dry_run: bool) -> Swept:
    try:
        return await sweep(store, settings.rules, SystemClock(), archive=settings.archive, dry_run=dry_run)
    finally:
        await store.close()


def _show(swept: Swept, *, as_json: bool) -> None:
    if as_json:
        print(encode(swept).decode())
        return
    for line in describe(swept):
        print(line)


async def _run(store: Store, settings: JanitorSettings) -> None:
    """Sweep now and at every interval; a store that refuses is asked again at the next."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    _log.info("janitor runs", store=settings.store_url, every_seconds=settings.interval_seconds)
    while not stop.is_set():
        try:
            await sweep(
                store,
                settings.rules,
                SystemClock(),
                archive=settings.archive,
                dry_run=False,
                stopping=stop.is_set,
            )
        except MarigraphError as error:
            _log.error("sweep failed", error=str(error))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), settings.interval_seconds)
    await store.close()


if __name__ == "__main__":
    sys.exit(main())
