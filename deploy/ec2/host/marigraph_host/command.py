"""The verbs.

    switch      make the release of this folder the one that serves; back to the one before if it fails
    rollback    make the release serve again that served before
    clean       finish or undo a switch that was cut; remove what it left
    status      say which release serves, and each service's state
    logs        show what the services said
    run NAME    run a service in the foreground (for supervisor and systemd)
    watch       look after what supervisord does not (an event listener)

Exit codes: 0 done; 2 bad arguments, settings or release; 3 failed, and what served before serves on; 4
failed, a person has to look; 5 another one is at work here. `status`: 0 all run, 3 one does not, 4 nothing
is there or nothing answers.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from marigraph_host import caddy, detached, listener, lock, releases, running, switching
from marigraph_host.errors import BUSY, FAILED_BACK, MISUSED, NEEDS_PERSON, BusyError, HostError, MisuseError
from marigraph_host.layout import Layout
from marigraph_host.services import named
from marigraph_host.settings import read
from marigraph_host.supervision import supervision

__all__ = ["main"]

_PROGRAM = Path(__file__).resolve().parents[1]


def main(words: Sequence[str]) -> int:
    """Do what the verb says; return the exit code."""
    asked = _arguments().parse_args(words)
    layout = Layout(Path(asked.root), asked.name)
    os.umask(0o022)
    try:
        return int(asked.act(layout, asked))
    except BusyError as error:
        return _complain(error, BUSY)
    except MisuseError as error:
        return _complain(error, MISUSED)
    except HostError as error:
        return _complain(error, NEEDS_PERSON)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="host", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--root", default="/", help=argparse.SUPPRESS)
    parser.add_argument("--name", default="marigraph", help=argparse.SUPPRESS)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for verb, act in (("switch", _switch), ("rollback", _rollback), ("clean", _clean)):
        one = verbs.add_parser(verb)
        one.set_defaults(act=act, verb=verb)
        one.add_argument("--here", action="store_true", help="in this session, not detached from it")
        if verb == "clean":
            one.add_argument(
                "--boot", action="store_true", help="services are not running yet, and start after this"
            )
            one.add_argument("--wait", action="store_true", help="for the end of a switch that is under way")
        if verb == "switch":
            one.add_argument(
                "--release", default=_PROGRAM.parent.name, help="another release than this folder's"
            )
    verbs.add_parser("status").set_defaults(act=_status)
    logs = verbs.add_parser("logs")
    logs.set_defaults(act=_logs)
    logs.add_argument("service", nargs="?", default="receiver")
    logs.add_argument("--lines", type=int, default=100)
    logs.add_argument("--follow", action="store_true")
    run = verbs.add_parser("run")
    run.set_defaults(act=_run)
    run.add_argument("service")
    verbs.add_parser("watch").set_defaults(act=lambda layout, _: listener.listen(layout, _PROGRAM))
    return parser


def _switch(layout: Layout, asked: argparse.Namespace) -> int:
    if not asked.here:
        return detached.follow(layout, _PROGRAM, ["switch", "--here", "--release", asked.release])
    with detached.told_to_stop(), lock.held(layout.lock, f"switch to {asked.release}"):
        code = switching.mend(layout, _say, wanted=asked.release)
        return code or switching.Switch(layout, asked.release, _say).run()


def _rollback(layout: Layout, asked: argparse.Namespace) -> int:
    if not asked.here:
        return detached.follow(layout, _PROGRAM, ["rollback", "--here"])
    with detached.told_to_stop(), lock.held(layout.lock, "rollback"):
        return switching.mend(layout, _say) or _to_the_one_before(layout)


def _to_the_one_before(layout: Layout) -> int:
    now = releases.current(layout)
    older = [name for name in releases.all_served(layout) if name < now]
    if not older:
        _say(f"there is no release before {now or 'the first'} to go back to; nothing was changed")
        return FAILED_BACK
    return switching.Switch(layout, older[-1], _say).run()


def _clean(layout: Layout, asked: argparse.Namespace) -> int:
    if not (asked.here or asked.boot or asked.wait):
        return detached.follow(layout, _PROGRAM, ["clean", "--here"])
    with lock.held(layout.lock, "clean", wait=asked.wait):
        return switching.mend(layout, _say, boot=asked.boot)


def _status(layout: Layout, _: argparse.Namespace) -> int:
    name = releases.current(layout)
    if not name:
        print("nothing is deployed here")
        return NEEDS_PERSON
    release = releases.load(layout.release(name))
    others = [one for one in releases.all_served(layout) if one != name]
    print(f"release {name}, version {release.version}; also kept: {', '.join(others) or 'none'}")
    if layout.journal.exists():
        print("a switch is under way" if not lock.free(layout.lock) else "a switch was cut: `clean` mends it")
    if site := caddy.status(read(layout.settings_of(name))):
        print(site)
    sys.stdout.flush()
    return supervision(release.supervision, layout).status()


def _logs(layout: Layout, asked: argparse.Namespace) -> int:
    named(asked.service)
    release = releases.load(layout.release(releases.current(layout)))
    command = supervision(release.supervision, layout).log_command(
        asked.service, asked.lines, follow=asked.follow
    )
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own command


def _run(layout: Layout, asked: argparse.Namespace) -> int:
    return running.run(layout, _PROGRAM.parent, asked.service)


def _say(text: str) -> None:
    print(text, flush=True)


def _complain(error: HostError, code: int) -> int:
    print(f"marigraph: {error}", file=sys.stderr, flush=True)
    return code
