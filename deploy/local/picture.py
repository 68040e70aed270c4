"""Draws docs/images/command.svg: what `marigraph` shows of the kept answers that its tests use."""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
_WIDTH = 92


def main() -> int:
    """Write the picture."""
    sys.path.insert(0, str(REPOSITORY))
    from rich.console import Console  # noqa: PLC0415 - comes with the tests' packages
    from rich.text import Text  # noqa: PLC0415 - as above

    from tests.cli.viewing import shown  # noqa: PLC0415 - as above

    with Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=_WIDTH, file=nowhere, force_terminal=True)
        for name in ("status", "history", "resets"):
            console.print(Text(f"$ marigraph {name}", style="bold"))
            console.print(Text.from_ansi(shown(name, _WIDTH, colour=True)))
        picture = console.export_svg(title="marigraph")
    plain = picture.split("@font-face")[0] + picture[picture.rindex("@font-face") :].partition("}")[2]
    (REPOSITORY / "docs" / "images" / "command.svg").write_text(plain, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
