"""`python -m services.scraper run | once | send | login | session | status | reparse`: docs/scraper.md."""

import signal
import sys
from types import FrameType

RUN = "run"


def main(arguments: list[str]) -> int:
    """Run a command; `run` hears SIGTERM from its first moment on, before the browser's library is loaded."""
    asked: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    if arguments[:1] == [RUN]:
        signal.signal(signal.SIGTERM, ask)

    from services.scraper import commands  # noqa: PLC0415 - it takes a second, in which a stop may come

    return commands.main(arguments, was_stopped=lambda: bool(asked))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
