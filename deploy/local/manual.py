"""Writes the manual page and the completions of `marigraph` from its parser, so that they cannot drift."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from services.cli.arguments import parser_of

FOLDER = Path(__file__).resolve().parents[1] / "command"
SHELLS = {"bash": "marigraph.bash", "zsh": "_marigraph", "fish": "marigraph.fish"}


def main() -> int:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
    return 0


def documents() -> Mapping[Path, str]:
    """Return each file with the text that it must have, whatever the terminal and the day."""
    os.environ["COLUMNS"] = "80"
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    import shtab  # noqa: PLC0415 - needed by developers only
    from argparse_manpage.manpage import Manpage  # noqa: PLC0415 - as above; reads the date when it is loaded

    parser = parser_of("")
    parser.man_short_description = "what the record of your Claude usage limits says"  # type: ignore[attr-defined] # read by argparse-manpage
    page = str(Manpage(parser, format="single-commands-section"))
    made = {FOLDER / "marigraph.1": page.rstrip() + "\n"}
    return made | {FOLDER / name: shtab.complete(parser, shell) for shell, name in SHELLS.items()}


if __name__ == "__main__":
    sys.exit(main())
