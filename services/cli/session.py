"""What every subcommand works with: the receiver, the zone, the clock, and where its answer goes."""

import argparse
import shutil
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

import msgspec
from msgspec import Struct

from services.cli.asking import Receiver
from services.cli.exits import FAILED, USAGE, CommandError
from services.cli.settings import CliSettings
from services.cli.shown.lines import Line, fitted, written
from services.cli.zones import Zone
from shared.saying import say

__all__ = ["Look", "Session", "printed_json"]

_NARROWEST = 40


class Look(Struct, frozen=True):
    """For whom a view is made: their zone, what time it is, how wide their terminal is."""

    zone: Zone
    now: datetime
    width: int

    @property
    def zone_words(self) -> str:
        """Name the zone with what it is called now."""
        short = self.now.astimezone(self.zone.info).tzname()
        return self.zone.name if short == self.zone.name else f"{self.zone.name} ({short})"


class Session:
    """One call of the command."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        settings: CliSettings,
        zone: Zone,
        environ: Mapping[str, str],
        out: TextIO | None = None,
    ) -> None:
        self.arguments = arguments
        self.settings = settings
        self.receiver = Receiver(settings)
        self.zone = zone
        self.out = out or sys.stdout
        self.live = self.out.isatty()
        self._colour = _colour(arguments.color, environ, live=self.live)
        self._ascii = not _knows_blocks(self.out)

    def look(self, margin: int = 0) -> Look:
        """Return for whom a view is made now; the margin is left empty at its right."""
        width = shutil.get_terminal_size((80, 24)).columns - margin
        return Look(self.zone, datetime.now(UTC), max(_NARROWEST, width))

    def show(self, lines: Iterable[Line]) -> bool:
        """Print lines; returns False when nobody reads any more."""
        return self.say(self.text(lines))

    def text(self, lines: Iterable[Line], margin: int = 0) -> str:
        """Write lines as this terminal can show them."""
        made = fitted(lines, self.look(margin).width) if self.live else lines
        return written(made, colour=self._colour, ascii_only=self._ascii)

    def say(self, text: str, *, end: str = "\n") -> bool:
        """Print; returns False when nobody reads any more. Raises CommandError when the output fails."""
        try:
            return say(text, end=end, out=self.out)
        except (OSError, UnicodeError) as error:
            raise CommandError(FAILED, f"the output cannot be written: {error}") from error

    def range(self, days: int | None = None) -> dict[str, str]:
        """Return the range that is asked for, as parameters; `days` back where none is."""
        asked = self.arguments
        named = {"from": asked.start, "to": asked.end}
        given = {name: self._moment(text) for name, text in named.items() if text}
        back = asked.days or (None if given else days)
        if back and "from" not in given:
            end = datetime.fromisoformat(given["to"]) if "to" in given else datetime.now(UTC)
            try:
                given["from"] = (end - timedelta(days=back)).isoformat(timespec="seconds")
            except OverflowError:
                raise CommandError(USAGE, f"--days {back}: that is before the first year there is") from None
        return given

    def _moment(self, text: str) -> str:
        """Write a moment that was typed with its zone: the user's where none was typed."""
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone.info)).isoformat()


def printed_json(session: Session, body: bytes) -> None:
    """Print an answer as JSON in ASCII: whatever words it holds, a terminal shows them and obeys none."""
    import json  # noqa: PLC0415 - only --json pays for it

    document: Any = session.receiver.decoded(body, msgspec.Raw)
    session.say(json.dumps(json.loads(bytes(document)), indent=2))


def _colour(asked: str, environ: Mapping[str, str], *, live: bool) -> bool:
    if asked != "auto":
        return asked == "always"
    return live and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def _knows_blocks(out: TextIO) -> bool:
    try:
        "▁█░…".encode(out.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True
