"""What a destination is to those who send."""

from typing import Protocol

from services.alerter.telling.attempts import Outcome
from services.alerter.telling.book import Message

__all__ = ["Destination"]


class Destination(Protocol):
    """Somewhere messages go."""

    @property
    def name(self) -> str:
        """What it is called in logs and metrics: never its address."""
        ...

    async def send(self, message: Message) -> tuple[Outcome, str]:
        """Try once; returns what came of it, and in words why. Raises nothing."""
        ...

    async def close(self) -> None:
        """Let go of what is held open."""
        ...
