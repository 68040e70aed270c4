"""Serving the console."""

import structlog

from services.practice.app import make_app
from services.practice.console import Console
from services.practice.settings import PracticeSettings
from shared import serving
from shared.clock import SystemClock

__all__ = ["serve"]

GRACE = 0.3
"""Seconds that answers under way have left when the console is told to stop."""

log = structlog.get_logger(__name__)


def serve(settings: PracticeSettings) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises PermanentError when the address cannot be had."""
    listener = serving.listen(settings.host, settings.port, settings="PRACTICE")
    console = Console(seed=settings.seed, era=settings.era, clock=SystemClock())
    serving.run(make_app(console), listener, grace=GRACE, tell=_tell)
    log.info("practice console stopped")


def _tell(url: str) -> None:
    port = int(url.rpartition(":")[2])
    log.info("practice console serves", url=url, usage_page=f"{url}/settings/usage", port=port)
