"""Run after run until told to stop: what goes wrong is said once, and tried again at the next."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import structlog

from services.janitor.health import longest_run
from services.janitor.metrics import JanitorMetrics
from services.janitor.records import Swept
from services.janitor.sweep import Sweeper
from services.janitor.words import in_short
from shared.clock import Clock
from shared.errors import MarigraphError
from shared.store import Store
from shared.timestamps import to_iso

__all__ = ["Loop"]

_ASK_AGAIN_SECONDS = 5
"""How often a janitor that waits for another looks whether that one is gone."""

_PATIENCE_SECONDS: float = 60
"""After so long in one run it is said that it goes on, and again after twice as long, and so forth."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Loop:
    """The janitor's life: wait until no other janitor is there, then one run at every interval."""

    def __init__(
        self,
        store: Store,
        sweeper: Sweeper,
        clock: Clock,
        stop: asyncio.Event,
        *,
        interval: float,
        metrics_file: Path | None,
    ) -> None:
        """Take what works and the event that ends it; `interval` in seconds."""
        self._store = store
        self._sweeper = sweeper
        self._clock = clock
        self._stop = stop
        self._interval = interval
        self._metrics = JanitorMetrics()
        self._metrics_file = metrics_file
        self._said: dict[str, object] = {}
        self._left: set[str] = set()
        """The bad files that the last pass over the store left where they are; and those of this pass."""
        self._left_seen: set[str] = set()
        self._words = "about to begin"
        self._unwell = ""
        self._seen = clock.monotonic()
        """When a run ended last, or another janitor was found at work."""

    def words(self) -> str:
        """Say in one line what it does, or did last."""
        return self._words

    def unwell(self) -> str:
        """Say why its work is not done, "" while it is."""
        if self._clock.monotonic() - self._seen > longest_run(self._interval).total_seconds():
            return f"no run has ended for long; {self._words}"
        return self._unwell

    async def run(self, who: str) -> None:
        """Go on until told to stop."""
        while not self._stop.is_set():
            await self._wait_for_duty(who)
            if not self._stop.is_set():
                await self.turn()
            await self._pause(self._interval)

    async def _wait_for_duty(self, who: str) -> None:
        while not self._stop.is_set():
            try:
                other = await self._store.take_duty(who)
            except MarigraphError as error:
                self._unwell = str(error)
                self._say("store", str(error), _log.error, "store refuses the janitor")
            else:
                if other is None:
                    return
                self._seen, self._unwell = self._clock.monotonic(), ""
                self._words = f"waits: another janitor looks after this store ({other})"
                self._say("duty", "held", _log.warning, "another janitor is there; waiting", other=other)
            await self._pause(_ASK_AGAIN_SECONDS)

    async def turn(self) -> None:
        """Do one run, and tell what it did to log and metrics."""
        began = self._clock.monotonic()
        self._words = f"at work since {to_iso(self._clock.now())}"
        run = asyncio.create_task(self._sweeper.run())
        patience = _PATIENCE_SECONDS
        while not (await asyncio.wait({run}, timeout=patience))[0]:
            patience *= 2
            minutes = round((self._clock.monotonic() - began) / 60)
            _log.info("still at work, or waiting for the disk", minutes=minutes)
        ended, seconds = self._clock.now().timestamp(), self._clock.monotonic() - began
        try:
            swept = run.result()
        except Exception as error:  # noqa: BLE001 - a fault of our own must not end the janitor
            known = isinstance(error, MarigraphError)
            told = {"what": str(error)} if known else {"what": repr(error), "exc_info": error}
            self._say("store", repr(error), _log.error, "run failed; it is tried again at the next", **told)
            self._metrics.note_failure(ended, seconds)
            self._words = f"the run that ended {to_iso(self._clock.now())} failed"
            self._unwell = f"{self._words}: {error}"
        else:
            self._tell(swept, seconds)
            self._metrics.note(swept, ended, seconds)
            self._words = f"last run {to_iso(self._clock.now())}: {in_short(swept)}"
            self._unwell = swept.problems[0] if swept.problems else ""
        self._seen = self._clock.monotonic()
        self._write_metrics()

    def _tell(self, swept: Swept, seconds: float) -> None:
        for what in swept.mended:
            _log.warning("store mended", what=what)
        for account in swept.accounts:
            _log.info(
                "account swept",
                account=account.account,
                kept=len(account.plan) - account.deleted,
                archived=account.archived,
                deleted=account.deleted,
                seconds=round(seconds, 1),
            )
        if swept.leftovers:
            _log.info("leftovers of work that was cut short are let go of", objects=swept.leftovers)
        for found in swept.scrub.findings:
            told = {"account": found.account, "file": found.file, "reason": found.reason}
            if found.set_aside:
                _log.error("bad file set aside", **told, as_=found.set_aside, restored=found.restored)
            else:
                about = f"{found.account}/{found.file}"
                self._left_seen.add(about)
                self._say(about, found.reason, _log.error, "bad file left where it is", **told)
        if swept.scrub.complete:  # what this pass did not meet is told again if it comes back
            for about in self._left - self._left_seen:
                self._said.pop(about, None)
            self._left, self._left_seen = self._left_seen, set()
        self._say_state("foreign", swept.scrub.foreign[:5], "names that are nothing of ours, left alone")
        self._say_state("room", swept.disk and swept.disk.below, "the disk is short of room", disk=swept.disk)
        self._say_state("clock", bool(swept.refused), "the clock is not believed", reasons=swept.refused)
        self._say_state("store", swept.problems, "not everything was done; the next run tries again")

    def _say_state(self, about: str, state: object, text: str, **more: object) -> None:
        """Say a state when it begins or changes, and when it ends."""
        if state:
            self._say(about, state, _log.error, text, **more)
        elif self._said.pop(about, None) is not None:
            _log.info("no longer so", what=text)

    def _say(self, about: str, state: object, tell: Callable[..., object], text: str, **more: object) -> None:
        if self._said.get(about) != state:
            self._said[about] = state
            tell(text, **(more or {"what": state}))

    def _write_metrics(self) -> None:
        if self._metrics_file is None:
            return
        try:
            self._metrics.write(self._metrics_file)
        except OSError as error:
            self._say("metrics", str(error), _log.error, "metrics cannot be written")

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
