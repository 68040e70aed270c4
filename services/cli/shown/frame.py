"""A page that is drawn over the one before (pure): nothing is wiped first, so nothing flickers."""

__all__ = ["frame"]

_HOME, _REST_OF_LINE, _REST_OF_PAGE = "\x1b[H", "\x1b[K", "\x1b[J"


def frame(text: str, rows: int) -> str:
    """Return what draws lines from the top left; what is too much for the rows is counted, and never scrolls.

    No line may reach the last column: what is wiped behind it would be its own last character.
    """
    lines = text.split("\n")
    if len(lines) > rows:
        kept = max(0, rows - 1)
        lines = [*lines[:kept], f"({len(lines) - kept} more lines: make the window higher)"]
    return _HOME + "\r\n".join(line + _REST_OF_LINE for line in lines) + _REST_OF_PAGE
