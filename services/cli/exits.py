"""How the command can end: exit codes, and the error that carries one."""

from collections.abc import Mapping

from shared.errors import MarigraphError

__all__ = [
    "FAILED",
    "INTERRUPTED",
    "MEANINGS",
    "NOTHING",
    "OK",
    "REFUSED",
    "STALE",
    "UNREACHABLE",
    "USAGE",
    "CommandError",
]

OK, FAILED, USAGE, STALE, NOTHING, REFUSED, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130

MEANINGS: Mapping[int, str] = {
    OK: "the answer is there",
    FAILED: "the receiver could not answer, or the output could not be written",
    USAGE: "a wrong argument or setting; every problem is named",
    STALE: "`status`: the newest reading is older than 10 minutes; it is shown with its age",
    NOTHING: "nothing is recorded, or there is no such account",
    REFUSED: "no key, or the receiver does not take it for this",
    UNREACHABLE: "the receiver cannot be reached: address, network, certificate, or too slow",
    INTERRUPTED: "stopped by Ctrl-C",
}


class CommandError(MarigraphError):
    """The command cannot do what was asked; the text says why and what to do."""

    def __init__(self, code: int, message: str, advice: str = "") -> None:
        """Take the exit code, what is wrong, and what to do about it."""
        said = message if message.endswith((".", "?", "!")) else f"{message}."
        super().__init__(f"{said} {advice}" if advice else said)
        self.code = code
