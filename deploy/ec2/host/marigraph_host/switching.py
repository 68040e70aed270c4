"""From one release to another, without a moment in which nobody answers; or back, as if nothing had been.

Each step is on the disk before it is begun (`journal.py`). Until `flip` nothing that serves has been changed;
until `tidy` every failure leads back.
"""

from __future__ import annotations

import http.client
import shutil
import time
from collections.abc import Callable
from contextlib import suppress

from marigraph_host import caddy, engine, health, journal, releases
from marigraph_host import settings as settings_file
from marigraph_host.errors import DONE, FAILED_BACK, NEEDS_PERSON, HostError, MisuseError
from marigraph_host.folders import see_room
from marigraph_host.journal import Cure, Journal
from marigraph_host.layout import Layout
from marigraph_host.listening import listens
from marigraph_host.ports import see_port
from marigraph_host.proving import prove
from marigraph_host.record import bucket_of
from marigraph_host.releases import Release
from marigraph_host.services import RECEIVER, TABLE, Service, chosen
from marigraph_host.storework import see_record
from marigraph_host.supervision import Supervision, supervision
from marigraph_host.trials import PASSING, Trials, discard_scratch

__all__ = ["Switch", "mend"]

_WORDS = {
    "look": "look at the release, the settings and this host",
    "trial": "try the new receiver over a scratch store",
    "candidate": "open the real store beside the old receiver",
    "bridge": "have a new receiver answer on the port beside the old one",
    "flip": "make the release the current one",
    "restart": "start the services anew while the bridge answers",
    "verify": "read and write through the port, and by HTTPS if there is a domain",
    "tidy": "remove the bridge and what is no longer needed",
}
_RUNNING_SECONDS = 60.0
_STEADY_SECONDS = 3.0
"""How long all services must run in a row: one that ends at its start is seen by then."""
_FALLEN, _LOOKS_FALLEN = ("BACKOFF", "FATAL", "failed", "auto-restart"), 10
"""What a supervision calls a service that ended at its start, and how many looks at such a one are enough."""
_OK = 200


class Switch:
    """One switch, from the release that serves to another."""

    def __init__(self, layout: Layout, after: str, say: Callable[[str], None]) -> None:
        """Read what there is to read. Raises MisuseError when it cannot be begun."""
        self._layout = layout
        self._say = say
        self._before = releases.current(layout)
        self._release = releases.load(layout.release(after))
        if after == self._before:
            raise MisuseError(f"{after} serves already")
        self._settings = settings_file.read(layout.settings_of(after))
        self._services = chosen(self._settings, self._release.images)
        self._supervision = supervision(self._release.supervision, layout)
        self._trials = Trials(layout, self._release, self._settings)
        self._image = self._release.images[RECEIVER.name]

    def run(self) -> int:
        """Take all steps, or undo them; return the exit code."""
        step = ""
        try:
            for number, step in enumerate(journal.STEPS, 1):
                journal.write(self._layout.journal, Journal(self._before, self._release.name, step))
                self._say(f"{number}/{len(journal.STEPS)} {_WORDS[step]}")
                seen = getattr(self, f"_{step}")()
                if seen:
                    self._say(f"    {seen}")
        except (HostError, OSError, ValueError, http.client.HTTPException) as error:
            self._say(f"FAILED at the step `{step}`: {error}")
            if (
                step == "tidy"
            ):  # the release serves and has passed; what is left lying goes at the next switch
                return DONE
            return undo(self._layout, self._before, self._release.name, self._say)
        self._say(
            f"{self._release.name} serves (version {self._release.version}, {self._release.revision[:12]})"
        )
        return DONE

    def _look(self) -> str:
        port = settings_file.port_of(self._settings)
        if reason := self._supervision.why_unable():
            raise HostError(reason)
        for service in self._services:
            image = self._release.images[service.name]
            engine.docker("tag", image, releases.tag(self._layout, service.name, self._release.name))
        room = [self._layout.home, self._layout.state]
        see_room([*room, *see_record(self._layout, self._image, self._settings)])
        see_port(self._settings)
        for role in PASSING:
            self._trials.remove(role)
        folder = self._layout.release(self._release.name)
        self._supervision.render(folder, self._services)
        caddy.prepare(self._layout, folder, self._settings)
        names = ", ".join(service.name for service in self._services)
        bucket = bucket_of(self._settings)
        where = f"; the record is in {bucket}" if bucket else ""
        return f"{names}; port {port}; before it: {self._before or 'nothing'}{where}"

    def _trial(self) -> str:
        return self._trials.on_trial()

    def _candidate(self) -> str:
        return self._trials.beside()

    def _bridge(self) -> str:
        if not self._before:
            return "nothing serves yet, so there is nothing to bridge"
        self._trials.bridge()
        return ""

    def _flip(self) -> str:
        self._supervision.guard(self._layout.release(self._release.name))
        releases.flip(self._layout, self._release.name)
        return ""

    def _restart(self) -> str:
        restart(self._layout, self._before, self._supervision, self._services, self._release)
        return "all run"

    def _verify(self) -> str:
        seen = prove(self._layout, self._settings, self._image)
        fronted = caddy.apply(self._layout, self._settings)
        return f"{seen}; {fronted}" if fronted else seen

    def _tidy(self) -> str:
        releases.mark_served(self._layout, self._release.name)
        return tidy(self._layout, self._trials)


def restart(
    layout: Layout, other: str, keeper: Supervision, services: tuple[Service, ...], release: Release
) -> None:
    """Have the services run from the current release, and wait until they do; `other` served before."""
    former = _other_supervision(layout, other, release)
    if former:
        former.stop()
    keeper.apply(services)
    if former:
        former.unguard()
    end = time.monotonic() + _RUNNING_SECONDS
    steady: float | None = None
    falls = 0
    while steady is None or time.monotonic() - steady < _STEADY_SECONDS:
        reason = _why_not_running(layout, keeper, services, release)
        now = time.monotonic()
        steady = None if reason else steady or now
        falls += any(word in reason for word in _FALLEN)
        if now > end or falls > _LOOKS_FALLEN:
            raise HostError(f"not everything runs: {reason}")
        time.sleep(0.2)


def _other_supervision(layout: Layout, other: str, release: Release) -> Supervision | None:
    """Return the supervision of the release that served before, if it was another."""
    with suppress(MisuseError):
        former = releases.load(layout.release(other)).supervision if other else release.supervision
        if former != release.supervision:
            return supervision(former, layout)
    return None


def _why_not_running(
    layout: Layout, keeper: Supervision, services: tuple[Service, ...], release: Release
) -> str:
    """Say what keeps the services from running in the images of a release; empty when nothing does."""
    states, settings = keeper.states(), settings_file.read(layout.settings_of(release.name))
    for service in services:
        state = states.get(service.name, "unknown")
        if state not in {"RUNNING", "active"}:
            return f"{service.name} is {state}; its log is {layout.logs / service.name}.log"
        found = engine.inspect(layout.container(service.name))
        if found is None or not found.running or found.image != release.images[service.name]:
            return f"{service.name} does not run in the release's image"
        if service.http and listens(found, settings_file.port_of(settings)) is False:
            return f"{service.name} does not listen on its port; its log is {layout.logs / service.name}.log"
    return "" if _alive(settings) else "the receiver does not answer"


def _alive(settings: dict[str, str]) -> bool:
    try:
        return health.answer(settings, "/livez")[0] == _OK
    except (OSError, http.client.HTTPException):
        return False


def undo(layout: Layout, before: str, after: str, say: Callable[[str], None], wanted: str = "") -> int:
    """Have the release of before serve as if nothing had been; return the exit code."""
    say(f"going back to {before or 'nothing'}")
    try:
        flipped = releases.current(layout) != before
        if flipped or cut_after_flip(layout):
            _serve_again(layout, before, after)
        _leave_clean(layout, before, after, wanted)
    except (HostError, OSError, ValueError, http.client.HTTPException) as error:
        say(f"GOING BACK FAILED, a person has to look: {error}")
        say(f"the journal {layout.journal} is left; `clean` tries again")
        return NEEDS_PERSON
    say(f"{before} serves on" if before else "nothing serves, as before; nothing is left behind")
    return FAILED_BACK


def cut_after_flip(layout: Layout) -> bool:
    """Tell whether the services may have been touched."""
    return journal.cure(journal.read(layout.journal)) in {Cure.UNDO, Cure.FINISH}


def _serve_again(layout: Layout, before: str, after: str) -> None:
    releases.flip(layout, before)
    if not before:
        with suppress(MisuseError):
            former = supervision(releases.load(layout.release(after)).supervision, layout)
            former.stop()
            former.unguard()
        caddy.apply(layout, {})
        return
    release = releases.load(layout.release(before))
    settings = settings_file.read(layout.settings_of(before))
    services = chosen(settings, release.images)
    restart(layout, after, supervision(release.supervision, layout), services, release)
    caddy.apply(layout, settings)


def _leave_clean(layout: Layout, before: str, after: str, wanted: str) -> None:
    """Remove what only the switch needed."""
    trials = Trials(layout, Release(after, "", "", {}, ""), {})
    for role in PASSING:
        trials.remove(role)
    if not before:
        for service in TABLE:
            engine.remove(layout.container(service.name))
    shutil.rmtree(layout.scratch, ignore_errors=True)
    if after != wanted and after not in releases.all_served(layout):
        releases.discard(layout, [after])
    journal.erase(layout.journal)


def tidy(layout: Layout, trials: Trials) -> str:
    """Remove the bridge, and releases beyond those that are kept."""
    for role in PASSING:
        trials.remove(role)
    shutil.rmtree(layout.scratch, ignore_errors=True)
    present = [path.name for path in layout.releases.iterdir() if path.is_dir()]
    gone = releases.superfluous(releases.all_served(layout), present, releases.current(layout))
    releases.discard(layout, gone)
    journal.erase(layout.journal)
    return f"removed {', '.join(gone)}" if gone else ""


def mend(layout: Layout, say: Callable[[str], None], *, boot: bool = False, wanted: str = "") -> int:
    """Finish or undo a switch that was cut; return the exit code.

    At boot the services are started by others, after. The release that is wanted next is not removed.
    """
    cut = journal.read(layout.journal)
    needed = journal.cure(cut)
    if cut is None:
        return DONE
    way = f"from {cut.before or 'nothing'} to {cut.after}"
    say(f"the switch {way} was cut at the step `{cut.step}`: {needed.value}")
    if needed is Cure.FINISH:
        releases.mark_served(layout, cut.after)
        tidy(layout, Trials(layout, Release(cut.after, "", "", {}, ""), {}))
        return DONE
    if cut.step == "trial":
        with suppress(MisuseError):  # without its release nothing is known of where it tried
            release = releases.load(layout.release(cut.after))
            discard_scratch(layout, release, settings_file.read(layout.settings_of(cut.after)))
    if boot:
        releases.flip(layout, cut.before)
        _leave_clean(layout, cut.before, cut.after, wanted)
        return DONE
    return DONE if undo(layout, cut.before, cut.after, say, wanted) == FAILED_BACK else NEEDS_PERSON
