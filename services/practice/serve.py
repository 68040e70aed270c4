"""Serving the console."""

import os
from functools import partial

import structlog

from services.practice.app import make_app
from services.practice.console import Console
from services.practice.settings import PracticeSettings
from shared import serving
from shared.clock import SystemClock
from shared.supervised import Supervisor, supervised
from shared.wire.limits import WireLimits

__all__ = ["serve"]

GRACE = 0.3
"""Seconds that answers under way have left when the console is told to stop."""

LIMITS = WireLimits(answer_seconds=180)
"""An answer may take longer than the longest delay that the control can ask for."""

log = structlog.get_logger(__name__)


def serve(settings: PracticeSettings) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises PermanentError when the address cannot be had."""
    supervisor = Supervisor(os.environ)
    listener = serving.listen(settings.host, settings.port, settings="PRACTICE")
    console = Console(seed=settings.seed, era=settings.era, clock=SystemClock())
    serving.run(
        make_app(console),
        listener,
        grace=GRACE,
        tell=_tell,
        limits=LIMITS,
        while_served=partial(supervised, supervisor, lambda: f"shows the layout of {console.era.slug}"),
    )
    log.info("practice console stopped")


def _tell(url: str) -> None:
    port = int(url.rpartition(":")[2])
    log.info("practice console serves", url=url, usage_page=f"{url}/settings/usage", port=port)
