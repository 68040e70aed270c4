"""watched.py COMMAND...: a container's first process. It runs a service, and ends it when it no longer lives.

It stands where systemd stands on a host, and hears the same signs of life (sd_notify): after READY=1 a
service says WATCHDOG=1 again and again. When it falls silent, because it hangs or was stopped, it is killed,
and with it the container ends; whoever started the container starts it again. A command that never says
READY=1 is not watched. What a service says of its health (X_UNWELL) is kept for the health check.
"""

import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

SILENCE_SECONDS = 5.0
"""Silent for longer, a service is taken to be hung: back within 10 s, its start included."""
BEAT_SECONDS = 3.0
"""What the service is told, so that two of its signs of life may be lost or late."""
LOOK_SECONDS = 0.5
LATE_SECONDS = 2.0
"""When so late, this process did not run either (`docker pause`, a machine that slept): patience begins
anew."""

NOT_FOUND, KILLED = 127, 128
"""As a shell says them: no such command; a signal's number is added."""

HEALTH = ".health"
"""The file, in the folder for temporary files, that says `well` or why not."""

PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)


class Signs(NamedTuple):
    """What a service said of itself, and when it did (pure; seconds of a clock that only goes on)."""

    ready: bool = False
    heard: float = 0.0
    looked: float = 0.0
    unwell: str = ""

    def hearing(self, message: str, now: float) -> "Signs":
        """Take in a message: lines of NAME=value."""
        lines = message.splitlines()
        if "STOPPING=1" in lines:
            return self._replace(ready=False)
        unwell = ([line[9:] for line in lines if line.startswith("X_UNWELL=")] or [self.unwell])[-1]
        return self._replace(ready=self.ready or "READY=1" in lines, heard=now, unwell=unwell)

    def looking(self, now: float) -> "Signs":
        """Note a look; one that comes late says nothing about the service."""
        late = now - self.looked > LOOK_SECONDS + LATE_SECONDS
        return self._replace(looked=now, heard=now if late else self.heard)

    @property
    def health(self) -> str:
        """What the health check is to say."""
        return (self.unwell or "well") if self.ready else "not ready"

    @property
    def silent(self) -> float:
        """For how many seconds nothing was heard of a service that should be heard."""
        return self.looked - self.heard if self.ready else 0.0


def main(command: Sequence[str]) -> int:
    """Run the command to its end; return its exit code."""
    came = _signals()
    _note(Signs().health)
    with tempfile.TemporaryDirectory(prefix=".watched-") as folder, _listening(folder) as ear:
        told = {"NOTIFY_SOCKET": ear.getsockname(), "WATCHDOG_USEC": str(int(BEAT_SECONDS * 1_000_000))}
        try:
            service = os.posix_spawnp(command[0], command, {**os.environ, **told})
        except OSError as error:
            say(f"{command[0]} cannot be run: {error.strerror}")
            return NOT_FOUND
        return attend(service, ear, came)


def attend(service: int, ear: socket.socket, came: int) -> int:
    """Pass signals on, reap what has ended, and listen, until the service ends; return its exit code."""
    signs = Signs(looked=time.monotonic())
    while True:
        if select.select([came], [], [], LOOK_SECONDS)[0]:
            for number in os.read(came, 64):
                if number in PASSED_ON:
                    os.kill(service, number)
        if (code := reap(service)) is not None:
            return code
        now, health = time.monotonic(), signs.health
        for message in messages(ear):
            signs = signs.hearing(message, now)
        signs = signs.looking(now)
        if signs.health != health:
            _note(signs.health)
        if signs.silent > SILENCE_SECONDS:
            say(f"no sign of life for {signs.silent:.0f} s: the service is ended, to be started anew")
            os.kill(service, signal.SIGKILL)
            signs = Signs(looked=now)


def reap(service: int) -> int | None:
    """Take leave of every process that has ended; return the service's exit code if it was among them."""
    code = None
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return code
        if not process:
            return code
        if process == service:
            ended = os.waitstatus_to_exitcode(status)
            code = ended if ended >= 0 else KILLED - ended


def messages(ear: socket.socket) -> list[str]:
    """Return what was said since the last look."""
    said = []
    try:
        while True:
            said.append(ear.recv(4096).decode(errors="replace"))
    except BlockingIOError:
        return said


def say(event: str) -> None:
    """Write a line among the service's own."""
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if os.environ.get("LOG_FORMAT") == "json":
        line = json.dumps({"event": event, "level": "error", "time": moment, "service": "watched"})
    else:
        line = f"{moment} [error    ] {event} service=watched"
    sys.stderr.write(f"{line}\n")


def _signals() -> int:
    """Have the signals that come written down; return where they are read, a byte each.

    Not signal.sigtimedwait: stopped and woken while it waits, it may tell of a signal that never came.
    """
    came, note = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(note, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, *PASSED_ON):
        signal.signal(number, lambda *_: None)
    return came


def _note(health: str) -> None:
    path = f"{os.environ.get('TMPDIR', '/tmp')}/{HEALTH}"  # noqa: S108 - the container's own
    try:
        with open(f"{path}.new", "w", encoding="utf-8") as note:  # noqa: PTH123 - as for _listening
            note.write(f"{health}\n")
        os.rename(f"{path}.new", path)  # noqa: PTH104 - as for _listening
    except OSError as error:
        say(f"the health check cannot be told: {error}")


def _listening(folder: str) -> socket.socket:
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    ear.bind(os.path.join(folder, "notify"))  # noqa: PTH118 - pathlib would cost a quarter of the start
    return ear


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
