"""The scraper's commands: `run | once | send | login | session | status | reparse`."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import structlog

from services.scraper.browsing.profile import tidy_profile
from services.scraper.capturing.reparse import reparsed_lines
from services.scraper.house import House, furnish, key_reader, sender_of
from services.scraper.judging.outcome import (
    EXIT_CODES,
    Outcome,
    ScrapeError,
    of_account,
    outcome_of,
    sentence,
)
from services.scraper.locks import hold_running, is_running
from services.scraper.logins.login import log_in
from services.scraper.loop import Scraping, run_until_stopped, stop_asked
from services.scraper.outgoing.client import Client
from services.scraper.outgoing.outbox import take_stock
from services.scraper.outgoing.sending import NEED_USER, sent_words
from services.scraper.overview import Overview, figures, overview_lines, standing_words
from services.scraper.recorder import read_last
from services.scraper.reparsing import reparse
from services.scraper.requested import Requested
from services.scraper.settings import ScraperSettings
from services.scraper.status import read_status
from services.scraper.visiting.scrape import scrape
from services.scraper.waking import WAKE, wake
from shared.clock import SystemClock
from shared.errors import MarigraphError
from shared.files import private_folder
from shared.saying import say
from shared.startup import begin
from shared.supervised import Supervisor, supervised

DIFFERENT = 1
BAD_SETTINGS = 2
NOT_SENT = 6
TROUBLE_HERE = 7
INTERRUPTED, TERMINATED = 130, 143
"""What a shell makes of SIGINT and SIGTERM."""

T = TypeVar("T")

log = structlog.get_logger()


ONCE_SECONDS = 60.0
"""How long `once` and `reparse --send` send; what is left waits for the next."""

SEND_SECONDS, MOST_SECONDS = 60, 7 * 86_400
"""How long `send` goes on when it is not told, and can be told."""

SENDER_LOOK = 0.2
"""Seconds after which it is seen whether another process still sends."""


def main(arguments: list[str], was_stopped: Callable[[], bool] = lambda: False) -> int:
    """Run a command and return its exit code; `was_stopped` tells of a SIGTERM before `run` looks for one."""
    parsed = _parser().parse_args(arguments)
    settings = begin("scraper", ScraperSettings, ("SCRAPER_", "CLAUDE_SYNC_"))
    try:
        return _command(parsed, settings, was_stopped)
    except ScrapeError as error:
        print(sentence(outcome_of(error)), file=sys.stderr)
        return EXIT_CODES[error.state]
    except MarigraphError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(
            f"The state folder cannot be used: {error.strerror}{where}. See SCRAPER_STATE_DIR.",
            file=sys.stderr,
        )
    except KeyboardInterrupt:
        return INTERRUPTED
    return TROUBLE_HERE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.scraper", description="Records the usage page.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="read the page again and again, and send what was read")
    commands.add_parser("once", help="read the page once, send, and exit with a code that tells how it went")
    send = commands.add_parser("send", help="send what waits in the outbox, trying again until it is empty")
    send.add_argument(
        "--seconds", type=_seconds, default=SEND_SECONDS, help=f"give up after so many ({SEND_SECONDS})"
    )
    login = commands.add_parser("login", help="open a window to log in to Claude")
    login.add_argument("--anew", action="store_true", help="log out first: for a login that ends soon")
    session = commands.add_parser("session", help="move the login to another machine, as one encrypted file")
    ways = session.add_subparsers(dest="way", required=True)
    for way, what in (
        ("export", "write this profile's login to a file"),
        ("import", "take a login from a file"),
    ):
        moving = ways.add_parser(way, help=what)
        moving.add_argument("file", type=Path, help="the encrypted file")
        moving.add_argument("--key-file", type=Path, help="use this file's key, not a passphrase")
    again = commands.add_parser(
        "reparse", help="read the captured pages again and tell what differs from what was recorded"
    )
    again.add_argument("--send", action="store_true", help="put what differs into the outbox and send it")
    again.add_argument("--json", action="store_true", help="print one JSON object")
    status = commands.add_parser("status", help="tell how the scraper stands")
    status.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0, a week at most")
    return seconds


def _command(parsed: argparse.Namespace, settings: ScraperSettings, was_stopped: Callable[[], bool]) -> int:
    if parsed.command == "status":
        return _status(settings, as_json=parsed.json)
    private_folder(settings.state_dir)
    if parsed.command == "login":
        return _login(settings, anew=parsed.anew)
    if parsed.command == "session":
        return _session(parsed, settings)
    if parsed.command == "reparse":
        return _reparse(settings, send=parsed.send, as_json=parsed.json)
    if parsed.command == "send":
        return _to_the_end(_send(settings, parsed.seconds))
    return _to_the_end(_once(settings)) if parsed.command == "once" else _run(settings, was_stopped)


def _to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; SIGTERM stops it as Ctrl-C does, so that the browser is closed in order."""

    async def watched() -> T:
        task = asyncio.current_task()
        if task:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return asyncio.run(watched())
    except asyncio.CancelledError:
        raise SystemExit(TERMINATED) from None


async def _once(settings: ScraperSettings) -> int:
    house = furnish(settings)
    outcome = await _scrape(house)
    _tell(outcome)
    house.recorder.record(outcome)
    if said := await _drain(house):
        say(said)
    return EXIT_CODES[outcome.state]


async def _scrape(house: House) -> Outcome:
    """Read the page for the account that is recorded."""
    outcome, settings = await scrape(house.settings, house.clock), house.settings
    return of_account(outcome, settings.account_name, settings.login_command)


async def _drain(house: House) -> str:
    """Send what goes at the first try, and say how that went; "" when there was nothing."""
    async with Client(verbose=house.settings.sync_verbose) as client:
        sender = sender_of(house, client)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ONCE_SECONDS):
                while not await sender.turn():  # noqa: ASYNC110 - the other is another process
                    await asyncio.sleep(SENDER_LOOK)
    house.board.ends_sending()
    waiting = take_stock(house.settings.state_dir).waiting
    return sent_words(sender.sent, waiting, sender.sending)


async def _send(settings: ScraperSettings, seconds: float) -> int:
    """Send until nothing waits, with the usual waits between tries."""
    house = furnish(settings)

    async with Client(verbose=house.settings.sync_verbose) as client:
        sender = sender_of(house, client)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not await sender.turn() or (
                    house.outbox.head(1) and sender.sending.state not in NEED_USER
                ):
                    await sender.rest()
    house.board.ends_sending()
    left = take_stock(settings.state_dir).waiting
    say(sent_words(sender.sent, left, sender.sending) or "nothing waits in the outbox")
    return NOT_SENT if left else 0


def _tell(outcome: Outcome) -> None:
    say(f"{outcome.state}: {sentence(outcome)}", out=sys.stdout if outcome.snapshot else sys.stderr)
    if outcome.snapshot:
        say("\n".join(figures(outcome.snapshot)))


def _run(settings: ScraperSettings, was_stopped: Callable[[], bool]) -> int:
    supervisor = Supervisor(os.environ)
    with hold_running(settings.state_dir) as alone:
        if not alone:
            print(f"Another scraper already runs on {settings.state_dir}: stop it first.", file=sys.stderr)
            return TROUBLE_HERE
        log.info("started", usage_url=settings.usage_url, zone=settings.zone_name)
        asyncio.run(_serve(settings, supervisor, was_stopped))
    log.info("stopped")
    return 0


async def _serve(settings: ScraperSettings, supervisor: Supervisor, was_stopped: Callable[[], bool]) -> None:
    stop = stop_asked()
    if was_stopped():  # it came before anybody listened
        return
    house = furnish(settings)
    await tidy_profile(settings.state_dir)
    async with Client(verbose=settings.sync_verbose) as client, Client() as waiting:
        sender = sender_of(house, client)
        scraping = Scraping(
            partial(_scrape, house),
            house.recorder,
            house.board,
            house.clock,
            wake=settings.state_dir / WAKE,
            interval=settings.interval_seconds,
            recorded=sender.more.set,
        )
        requested = Requested(settings, waiting, key_reader(settings), scraping)
        async with supervised(supervisor, lambda: standing_words(house.board.status, house.clock.now())):
            await run_until_stopped(scraping, sender, requested, stop)


def _login(settings: ScraperSettings, *, anew: bool) -> int:
    if settings.browser_mode == "attach":
        print("In attach mode the login is that of your own browser: log in there.", file=sys.stderr)
        return BAD_SETTINGS
    window = f"A window opens at {settings.usage_url}. Log in there; it closes by itself."
    opened = partial(say, window)
    snapshot = _to_the_end(log_in(settings, SystemClock(), opened, anew=anew))
    wake(settings.state_dir)
    if snapshot is None:
        say("You are logged in, but the usage page could not be read: see `once`.")
        return 0
    say("You are logged in, and the usage page is there:")
    say("\n".join(figures(snapshot)))
    return 0


def _session(parsed: argparse.Namespace, settings: ScraperSettings) -> int:
    from services.scraper.logins.moving_command import export_login, import_login  # noqa: PLC0415 - not for `run`

    move = export_login if parsed.way == "export" else import_login
    move(settings, parsed.file, parsed.key_file, _to_the_end, say)
    return 0


def _reparse(settings: ScraperSettings, *, send: bool, as_json: bool) -> int:
    """Tell what differs; 1 when something does that was not sent, or is damaged."""
    house = furnish(settings)
    found = reparse(house, send=send)
    say(msgspec.json.encode(found).decode() if as_json else "\n".join(reparsed_lines(found)))
    if found.sent:
        said = _to_the_end(_drain(house))
        say(said, out=sys.stderr if as_json else sys.stdout)
    return DIFFERENT if found.damaged or len(found.differing) > found.sent else 0


def _status(settings: ScraperSettings, *, as_json: bool) -> int:
    folder = settings.state_dir
    clock = SystemClock()
    overview = Overview(
        running=is_running(folder),
        state_dir=str(folder),
        status=read_status(folder),
        outbox=take_stock(folder),
        last_reading=read_last(folder),
    )
    if as_json:
        say(msgspec.json.encode(overview).decode())
    else:
        say("\n".join(overview_lines(overview, clock.now())))
    return 0
