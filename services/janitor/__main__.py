"""`python -m services.janitor run | once [--dry-run] [--json] [--force] | health`.

`once` exits 0 when done, 1 when the store refused something or it was stopped, 3 when another janitor looks
after the store, 4 when nothing may leave because the clock is not believed. `run` goes on until it is told to
stop. `health` exits 0 when the janitor that runs is well, else 1. Bad settings: 2.
"""

import argparse
import asyncio
import os
import platform
import sys

import structlog

from services.janitor.health import why_unwell
from services.janitor.loop import Loop
from services.janitor.machine import sighting
from services.janitor.metrics import JanitorMetrics
from services.janitor.records import Swept, note_from
from services.janitor.settings import PREFIXES, JanitorSettings
from services.janitor.sweep import NOTE, Sweeper, Task
from services.janitor.words import describe
from shared.clock import SystemClock
from shared.errors import MarigraphError
from shared.leaving import leave
from shared.saying import say
from shared.schemas.codec import encode
from shared.startup import begin
from shared.stopping import heeding, stopped_by_signals
from shared.store import Store, open_store
from shared.store.errors import StoreUrlError
from shared.store.urls import store_exists
from shared.supervised import Supervisor, supervised
from shared.timestamps import to_iso

DONE, REFUSED_BY_STORE, ANOTHER_IS_THERE, CLOCK_NOT_BELIEVED = 0, 1, 3, 4

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def main() -> int:
    """Run the command; return the exit code."""
    arguments = _arguments()
    supervisor = Supervisor(os.environ)
    settings = begin("janitor", JanitorSettings, PREFIXES)
    try:
        if arguments.command != "run" and not store_exists(settings.store_url):
            raise StoreUrlError("there is no store yet")
        if arguments.command == "run":
            return asyncio.run(_run(settings, supervisor))
        if arguments.command == "health":
            return asyncio.run(_health(settings))
        return asyncio.run(_once(settings, arguments))
    except MarigraphError as error:
        print(f"janitor: {error}. Look at STORE_URL ({settings.store_url}).", file=sys.stderr)
        return REFUSED_BY_STORE


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m services.janitor",
        description="Decides what leaves the history, archives it, deletes it, checks and mends the store.",
        epilog="Settings come from the environment: docs/configuration.md lists them.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="work at every interval until stopped")
    commands.add_parser("health", help="tell whether the janitor that runs is well: exit code 0 or 1")
    once = commands.add_parser("once", help="work once, then exit")
    once.add_argument("--dry-run", action="store_true", help="say what would be done and why; touch nothing")
    once.add_argument("--json", action="store_true", help="print the result as JSON")
    once.add_argument("--force", action="store_true", help="the clock is right: go by it")
    return parser.parse_args()


def _task(settings: JanitorSettings, *, dry_run: bool = False, force: bool = False) -> Task:
    return Task(
        rules=settings.rules,
        archive=settings.archive,
        dry_run=dry_run,
        force=force,
        scrub_seconds=settings.scrub_seconds,
        floor=settings.floor,
    )


def _who(command: str) -> str:
    """Say who holds the store's lock, for the one who finds it held."""
    return f"{command}, process {os.getpid()} on {platform.node()}, since {to_iso(SystemClock().now())}"


async def _once(settings: JanitorSettings, arguments: argparse.Namespace) -> int:
    store = open_store(settings.store_url, read_only=arguments.dry_run)
    stop, clock = stopped_by_signals(), SystemClock()
    began = clock.monotonic()
    try:
        if not arguments.dry_run and (other := await store.take_duty(_who("once"))):
            print(
                f"janitor: another one looks after this store ({other}). Restarted, it does a run at once; to"
                " do one by hand, stop it first (docs/janitor.md says how). --dry-run is always possible.",
                file=sys.stderr,
            )
            return ANOTHER_IS_THERE
        task = _task(settings, dry_run=arguments.dry_run, force=arguments.force)
        swept = await heeding(
            stop, Sweeper(store, task, clock, sighting, stop.is_set).run(), REFUSED_BY_STORE
        )
    finally:
        await store.close()
    _show(swept, as_json=arguments.json)
    if settings.metrics_file and not arguments.dry_run:
        metrics = JanitorMetrics()
        metrics.note(swept, clock.now().timestamp(), clock.monotonic() - began)
        try:
            metrics.write(settings.metrics_file)
        except OSError as error:
            print(f"janitor: JANITOR_METRICS_FILE cannot be written: {error}", file=sys.stderr)
    if swept.problems or swept.stopped:
        return REFUSED_BY_STORE
    return CLOCK_NOT_BELIEVED if swept.refused else DONE


def _show(swept: Swept, *, as_json: bool) -> None:
    """Print what was done."""
    say(encode(swept).decode() if as_json else "\n".join(describe(swept)))


async def _run(settings: JanitorSettings, supervisor: Supervisor) -> int:
    """Work at every interval until told to stop."""
    stop, clock = stopped_by_signals(), SystemClock()
    store = open_store(settings.store_url)
    _log.info("janitor runs", store=settings.store_url, every_seconds=settings.interval_seconds)
    loop = Loop(
        store,
        Sweeper(store, _task(settings), clock, sighting, stop.is_set),
        clock,
        stop,
        interval=settings.interval_seconds,
        metrics_file=settings.metrics_file,
    )
    async with supervised(supervisor, loop.words, loop.unwell):
        await heeding(stop, loop.run(_who("run")), REFUSED_BY_STORE)
    await store.close()
    return DONE


async def _health(settings: JanitorSettings) -> int:
    store: Store = open_store(settings.store_url, read_only=True)
    try:
        note = note_from(await store.read_note(NOTE))
    finally:
        await store.close()
    unwell = why_unwell(note, SystemClock().now(), settings.interval_seconds)
    say(unwell or "well")
    return REFUSED_BY_STORE if unwell else DONE


if __name__ == "__main__":
    leave(main())
