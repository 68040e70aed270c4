"""`watch`: what supervisord alone does not see to; an event listener in its protocol.

Every 5 seconds and at each FATAL: what was given up is tried again, with growing pauses; a program that
runs but gives no sign of life is killed (it sees itself to a service that hangs); a switch that was cut is
mended.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
import xmlrpc.client
from pathlib import Path
from typing import Any, TextIO, cast

from marigraph_host import lock
from marigraph_host.layout import Layout
from marigraph_host.unixhttp import rpc
from marigraph_host.watching import Retry, next_pause

__all__ = ["Watch", "listen", "silent"]

_SILENT_SECONDS = 15.0
"""Longer than any step of a program takes on a busy host, such as removing what another left."""
_CALL_SECONDS = 10.0
_MEND_AGAIN_SECONDS = 15.0
_FORGET_SECONDS = 600.0
_FAULTS = (OSError, http.client.HTTPException, xmlrpc.client.Error)


def listen(layout: Layout, program: Path) -> int:
    """Answer supervisord's events until it is gone."""
    watch = Watch(layout, program)
    for _ in events(sys.stdin, sys.stdout):
        _look(watch)
    return 0


def _look(watch: Watch) -> None:
    try:
        watch.look(time.monotonic())
    except _FAULTS as error:
        say(f"supervisord: {error}")


def events(heard: TextIO, told: TextIO) -> Any:  # noqa: ANN401 - a generator of nothing
    """Take event after event; each is answered when the caller is done with it."""
    while True:
        told.write("READY\n")
        told.flush()
        head = heard.readline()
        if not head:
            return
        words = dict(word.split(":", 1) for word in head.split())
        heard.read(int(words["len"]))
        yield words["eventname"]
        told.write("RESULT 2\nOK")
        told.flush()


class Watch:
    """Remembers when what was given up is tried again."""

    def __init__(self, layout: Layout, program: Path) -> None:
        """Remember nothing yet."""
        self._layout = layout
        self._program = program
        self._retries: dict[str, Retry] = {}
        self._known: dict[str, tuple[int, float]] = {}
        self._mend_from = 0.0
        self._mender: subprocess.Popen[bytes] | None = None

    def look(self, now: float) -> None:
        """See to everything once. Raises what asking supervisord can raise."""
        supervisor = rpc(self._layout.socket, _CALL_SECONDS).supervisor
        for found in cast("list[dict[str, Any]]", supervisor.getAllProcessInfo()):
            if found["group"] != self._layout.name:
                continue
            program = f"{found['group']}:{found['name']}"
            if found["statename"] == "FATAL":
                self._try_again(supervisor, program, found["name"], now)
            elif found["statename"] == "RUNNING":
                before = self._retries.get(program)
                if before and now - before.at > _FORGET_SECONDS:
                    del self._retries[program]
                if silent(self._known_since(program, found["pid"], now), self._beat(found["name"]), now):
                    say(f"{found['name']} gives no sign of life: killed")
                    supervisor.signalProcess(program, "KILL")
        self._mend(now)

    def _try_again(self, supervisor: Any, program: str, name: str, now: float) -> None:  # noqa: ANN401 - XML-RPC
        planned = self._retries.get(program)
        if planned is None or planned.at < now - 2 * planned.pause:
            planned = self._retries[program] = next_pause(planned, now)
            log = self._layout.logs / f"{name}.log"
            say(f"{name} was given up; it is tried again in {planned.pause:.0f} s. Its log: {log}")
        elif now >= planned.at:
            self._retries[program] = next_pause(planned, now)
            say(f"{name} is tried again")
            supervisor.startProcess(program, False)  # noqa: FBT003 - whether to wait

    def _known_since(self, program: str, pid: int, now: float) -> float:
        """Return when a process of a program was first seen, so that a new one is not taken for silent."""
        before, since = self._known.get(program, (0, now))
        if before != pid:
            self._known[program] = (pid, now)
            return now
        return since

    def _beat(self, name: str) -> float | None:
        """Return a program's last sign of life, in the seconds of the host's monotonic clock."""
        try:
            return float(self._layout.beat(name).read_text(encoding="utf-8").split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def _mend(self, now: float) -> None:
        """Have a switch that was cut mended: one whose journal is there and whose lock nobody holds."""
        if self._mender is not None and self._mender.poll() is None:
            return
        if now < self._mend_from or not self._layout.journal.exists() or not lock.free(self._layout.lock):
            return
        self._mend_from = now + _MEND_AGAIN_SECONDS
        say("a switch was cut; it is mended")
        with (self._layout.logs / "switch.log").open("ab") as log:
            self._mender = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, str(self._program), *self._layout.arguments(), "clean", "--here"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def silent(known_since: float, beat: float | None, now: float) -> bool:
    """Tell whether a program gives no sign of life (pure); times of the monotonic clock."""
    return now - max(known_since, beat or 0.0) > _SILENT_SECONDS


def say(text: str) -> None:
    """Say it where it is logged: standard output belongs to the protocol."""
    print(f"watch: {text}", file=sys.stderr, flush=True)
