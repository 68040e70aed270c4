"""`python -m services.alerter run | once [--dry-run] [--json] | test [--json] | status [--json]`.

`run` goes on until it is told to stop. `once` looks once, tries to deliver, and exits: 0 when all is there,
1 when the store or the state folder refused something or a message still waits, 3 when another alerter runs
on the folder. `test` sends a message to every destination: 0 when all took it, 1 when one did not, 4 when
there is none. `status` exits 0 when the alerter that runs is well, else 1. Bad settings: 2.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog

from services.alerter.desk import Desk, Terms
from services.alerter.following import Follower
from services.alerter.foreseeing import Foresight
from services.alerter.keeper import Keeper, claimed, look_into
from services.alerter.loop import Loop
from services.alerter.rules.habit import BACK
from services.alerter.sending.apprising import apprised
from services.alerter.sending.courier import Courier, Ledger
from services.alerter.sending.destination import Destination
from services.alerter.sending.webhook import Webhook
from services.alerter.settings import PREFIXES, AlerterSettings
from services.alerter.status import status_lines, status_of
from services.alerter.telling.book import Book, Message
from services.alerter.telling.words import Said
from shared.clock import SystemClock
from shared.errors import MarigraphError
from shared.leaving import leave
from shared.saying import say
from shared.schemas.codec import encode
from shared.startup import bad_settings_end_it, begin
from shared.stopping import heeding, stopped_by_signals
from shared.store import open_store
from shared.supervised import Supervisor, supervised
from shared.timestamps import to_iso

if TYPE_CHECKING:
    from services.alerter.metrics import AlerterMetrics

DONE, NOT_ALL, ANOTHER_IS_THERE, NO_DESTINATION = 0, 1, 3, 4

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def main() -> int:
    """Run the command; return the exit code."""
    arguments = _arguments()
    supervisor = Supervisor(os.environ)
    settings = begin("alerter", AlerterSettings, PREFIXES)
    if arguments.command == "status":
        return _status(settings, as_json=arguments.json)
    with bad_settings_end_it("alerter"):
        destinations = _destinations(settings)
    try:
        if arguments.command == "test":
            return asyncio.run(_test(destinations, as_json=arguments.json))
        if arguments.command == "once" and arguments.dry_run:
            return asyncio.run(_dry_run(settings, as_json=arguments.json))
        with claimed(settings.state_dir) as mine:
            if not mine:
                print(f"alerter: another one runs on {settings.state_dir}", file=sys.stderr)
                return ANOTHER_IS_THERE
            once = arguments.command == "once"
            return asyncio.run(_work(settings, destinations, None if once else supervisor))
    except MarigraphError as error:
        print(f"alerter: {error}", file=sys.stderr)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(
            f"alerter: the state folder cannot be used: {error.strerror or error}{where}."
            " See ALERTER_STATE_DIR.",
            file=sys.stderr,
        )
    return NOT_ALL


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m services.alerter",
        description="Follows the record and tells what is worth telling, once.",
        epilog="Settings come from the environment: docs/configuration.md, docs/alerts.md.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="follow the record until stopped")
    once = commands.add_parser("once", help="look once, try to deliver, then exit")
    once.add_argument("--dry-run", action="store_true", help="say what would be told; send and note nothing")
    test = commands.add_parser("test", help="send a test message to every destination")
    status = commands.add_parser("status", help="tell how the alerter that runs stands: exit code 0 or 1")
    for command in (once, test, status):
        command.add_argument("--json", action="store_true", help="print the result as JSON")
    return parser.parse_args()


def _destinations(settings: AlerterSettings) -> list[Destination]:
    keys, now = settings.webhook_keys, SystemClock().now
    return [*(Webhook(one, keys, now) for one in settings.webhooks), *apprised(settings.apprise)]


def _terms(settings: AlerterSettings, destinations: Sequence[Destination]) -> Terms:
    return Terms(
        asked=settings.asked,
        zone=settings.zone,
        quiet=settings.quiet,
        passing=settings.passing,
        destinations=tuple(one.name for one in destinations),
        turn=timedelta(seconds=settings.turn_seconds),
    )


def _follower(settings: AlerterSettings, *, at_once: bool = True) -> Follower:
    """Make the follower; `at_once` reads the weeks that forecasts need in one look, and not in a hundred."""
    asked, store = settings.asked, open_store(settings.store_url, read_only=True)
    return Follower(
        store,
        settings.store_url,
        SystemClock().now,
        lambda account: lambda limit: asked.thresholds.of(account, limit),
        asked.rearm,
        (lambda account: Foresight(store, account, settings.zone, BACK.days if at_once else 1))
        if "forecast" in asked.kinds
        else None,
    )


async def _work(
    settings: AlerterSettings, destinations: Sequence[Destination], supervisor: Supervisor | None
) -> int:
    """Look and deliver until told to stop; without a supervisor once."""
    clock, keeper = SystemClock(), Keeper(settings.state_dir)
    desk = Desk(_terms(settings, destinations), keeper, keeper.load(clock.now()), clock.now())
    courier = Courier(
        destinations,
        Ledger(lambda: desk.book, desk.settle),
        clock.now,
        lambda *tried: loop.tried(*tried),  # noqa: PLW0108 - the loop is made below
    )
    loop = Loop(
        _follower(settings, at_once=supervisor is None),
        desk,
        clock,
        metrics=_metrics(settings),
        wake=courier.wake,
    )
    stop = stopped_by_signals()
    if supervisor:
        names = [one.name for one in destinations]
        _log.info(
            "alerter runs",
            store=settings.store_url,
            destinations=names,
            zone=settings.zone_name or "the machine's",
        )
        async with supervised(supervisor, loop.words, loop.unwell):
            await heeding(stop, loop.run(courier, stop, settings.turn_seconds), DONE)
        return DONE
    looked = await loop.turn()
    await courier.once()
    await courier.end()
    return DONE if looked and not desk.book.waiting else NOT_ALL


def _metrics(settings: AlerterSettings) -> "AlerterMetrics | None":
    if settings.metrics_file is None:
        return None
    from services.alerter.metrics import AlerterMetrics  # noqa: PLC0415 - heavy: only who wants them pays for it

    return AlerterMetrics(settings.metrics_file)


async def _dry_run(settings: AlerterSettings, *, as_json: bool) -> int:
    now = SystemClock().now()
    book = look_into(settings.state_dir) or Book()
    desk = Desk(_terms(settings, ()), Keeper(settings.state_dir), book, now - timedelta(hours=1))
    decided, messages = desk.decide(await _follower(settings).look(), now)
    held = decided.held
    if as_json:
        say(encode({"messages": [_plain(one) for one in messages], "held": len(held)}).decode())
        return DONE
    lines = [
        line for one in messages for line in (one.said.title, *(f"    {line}" for line in one.said.lines))
    ]
    lines += [f"{one.said.title} (held back by the quiet hours)" for one in held]
    say("\n".join(lines) or "nothing is to be told")
    return DONE


def _plain(message: Message) -> object:
    return {"id": message.id, "title": message.said.title, "text": message.said.text}


async def _test(destinations: Sequence[Destination], *, as_json: bool) -> int:
    if not destinations:
        print("alerter: no destination is set: ALERTER_WEBHOOKS, ALERTER_APPRISE_URLS", file=sys.stderr)
        return NO_DESTINATION
    now = SystemClock().now()
    words = Said("Marigraph: a test", (f"Alerts reach this place. Sent {to_iso(now)}.",))
    message = Message(f"msg_{uuid4().hex}", now, words, (), ())
    tries = await asyncio.gather(*(one.send(message) for one in destinations))
    await asyncio.gather(*(one.close() for one in destinations))
    results = [
        {"destination": one.name, "outcome": outcome, "why": why}
        for one, (outcome, why) in zip(destinations, tries, strict=True)
    ]
    lines = [f"{one['destination']}: {one['outcome']}: {one['why']}" for one in results]
    say(encode({"id": message.id, "results": results}).decode() if as_json else "\n".join(lines))
    return DONE if all(outcome == "delivered" for outcome, _ in tries) else NOT_ALL


def _status(settings: AlerterSettings, *, as_json: bool) -> int:
    turn = timedelta(seconds=max(settings.turn_seconds, 30))
    status = status_of(look_into(settings.state_dir), SystemClock().now(), turn)
    say(encode(status).decode() if as_json else "\n".join(status_lines(status)))
    return NOT_ALL if status.problem else DONE


if __name__ == "__main__":
    leave(main())
