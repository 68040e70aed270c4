"""`run SERVICE`: a service's container in the foreground, looked after; what supervisor and systemd run.

Ends with the container's exit code: 0 when it was told to stop, 1 when the service hung and was ended.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from marigraph_host import counts, engine, health, notify
from marigraph_host import settings as settings_file
from marigraph_host.errors import HostError
from marigraph_host.folders import give_folder, note_store, see_store
from marigraph_host.launching import STOP_SECONDS, command_line, environment, places
from marigraph_host.layout import Layout
from marigraph_host.parent import end_with_parent
from marigraph_host.record import bucket_of
from marigraph_host.releases import load
from marigraph_host.services import Service, named
from marigraph_host.watching import EVERY_SECONDS, STARTING_SECONDS, Seen, Watched, watched

__all__ = ["run"]

_LEAVING_SECONDS = 3.0
"""For the docker command to end once its container is gone."""
_KILLED = 128
_MARK = "marigraph.run"


class Mine(NamedTuple):
    """The container that this program has started: another of its name is not touched.

    When supervisord is killed, its successor starts a program, and that one a container of this name, before
    this one has ended.
    """

    name: str
    mark: str

    def found(self) -> engine.Container | None:
        """Return what the engine knows of it; None when it is gone or nothing can be known."""
        try:
            found = engine.inspect(self.name)
        except HostError:
            return None
        return found if found and found.labels.get(_MARK) == self.mark else None

    def stop(self) -> None:
        """Have it end in order, if it is there. Raises HostError."""
        if self.found():
            engine.docker("stop", "--time", str(STOP_SECONDS), self.name)

    def kill(self) -> None:
        """Kill it, if it is there. Raises HostError."""
        if self.found():
            engine.kill(self.name)

    def remove(self) -> None:
        """Remove it, if it is there."""
        with contextlib.suppress(HostError):
            if self.found():
                engine.remove(self.name)


def run(layout: Layout, release: Path, name: str) -> int:
    """Run a service of a release until it ends or is told to; return the exit code."""
    service = named(name)
    settings = settings_file.read(layout.settings_of(release.name))
    container = Mine(layout.container(name), f"{os.getpid()}-{time.monotonic_ns()}")
    command = _command(layout, release, service, settings, container.mark)
    end_with_parent()  # what replaces a killed supervisord starts everything anew
    engine.remove(container.name)  # a killed program, or a reboot, leaves one behind
    folder = layout.metrics
    counted = counts.read(folder, name).started()
    counts.write(folder, name, counted)
    with _signals() as told:
        client = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=_without_notify())  # noqa: S603 - our own
        how, code = _look_after(layout, service, settings, client, told)
        _end(client, container, how)
    code, how = _result(container, code, how)
    container.remove()
    counts.write(folder, name, counted.ended(how))
    _say(f"{name} ended: {how}, code {code}")
    return code


def _command(
    layout: Layout, release: Path, service: Service, settings: dict[str, str], mark: str
) -> list[str]:
    seen = places(layout, settings, service.name)
    if service.store and not bucket_of(settings):
        see_store(layout, seen.data, own="EC2_DATA_DIR" not in settings)
    for wanted, folder in ((service.state, seen.state), (service.metrics, seen.metrics)):
        if wanted:
            give_folder(folder)
    return command_line(
        service,
        name=layout.container(service.name),
        image=load(release).images[service.name],
        release=release,
        given=environment(service, settings),
        seen=seen,
        # In front, and its words only to whoever supervises; not to be stopped by signals to the group.
        how=(
            "--log-driver",
            "none",
            "--sig-proxy=false",
            "--attach",
            "stdout",
            "--attach",
            "stderr",
            "--label",
            f"{_MARK}={mark}",
        ),
    )


def _look_after(
    layout: Layout, service: Service, settings: dict[str, str], client: subprocess.Popen[bytes], told: int
) -> tuple[str, int]:
    """Wait for the end, looking at the service now and then; return how it ended and the exit code."""
    state = Watched(since=time.monotonic())
    container, beat = layout.container(service.name), layout.beat(service.name)
    beat.parent.mkdir(parents=True, exist_ok=True)
    while True:
        began = time.monotonic()
        seen = health.look(service, container, settings)
        ready = state.answered
        state = watched(state, seen, time.monotonic())
        if state.answered and not ready:
            notify.tell("READY=1")
            if service.http and not bucket_of(settings):  # one service notes it: the one that makes the store
                note_store(layout, places(layout, settings, service.name).data)
        notify.tell("WATCHDOG=1")
        _beat(beat, seen)
        if seen.well is False and state.failures:
            _say(f"{service.name} is not well ({state.failures}): {seen.why}")
        if state.hung:
            return "hung", 1
        left = 1.0
        while left:  # once at least: also a look that took long is followed by one at the signals
            every = EVERY_SECONDS if state.answered else STARTING_SECONDS
            left = max(0.0, began + every - time.monotonic())
            if select.select([told], [], [], left)[0] and set(os.read(told, 64)) & {
                signal.SIGTERM,
                signal.SIGINT,
            }:
                return "stopped", 0
            if (code := client.poll()) is not None:
                return "", code


def _beat(path: Path, seen: Seen) -> None:
    """Give a sign of life; it is replaced whole, so that nobody reads half of it."""
    made = path.with_name(f".{path.name}")
    with contextlib.suppress(OSError):
        made.write_text(f"{time.monotonic():.1f} {seen.why or 'well'}\n", encoding="utf-8")
        made.replace(path)


def _end(client: subprocess.Popen[bytes], container: Mine, how: str) -> None:
    """See that neither the container nor the docker command goes on."""
    try:
        if how == "stopped":
            container.stop()
        elif how == "hung":
            container.kill()
    except HostError as error:
        _say(str(error))
    if client.poll() is None:
        try:
            client.wait(_LEAVING_SECONDS)
        except subprocess.TimeoutExpired:
            client.kill()
            client.wait()


def _result(container: Mine, code: int, how: str) -> tuple[int, str]:
    """Return the exit code and how the service ended, by what the engine knows."""
    found = container.found()
    if how:
        return code, how
    if found is None:
        return code or 1, "lost"
    if found.out_of_memory:
        return found.exit_code or 1, "memory"
    if found.exit_code > _KILLED:
        return found.exit_code, "killed"
    return found.exit_code, "failed" if found.exit_code else "exited"


@contextlib.contextmanager
def _signals() -> Iterator[int]:
    """Have SIGTERM, SIGINT and a child's end wake whoever reads the descriptor; SIGHUP is passed over."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        yield reading
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):  # it is ending already
            signal.signal(number, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)


def _without_notify() -> dict[str, str]:
    """Return the environment without what systemd gave this program alone."""
    own = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}
    return {name: value for name, value in os.environ.items() if name not in own}


def _say(text: str) -> None:
    print(f"marigraph: {text}", flush=True)
