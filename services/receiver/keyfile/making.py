"""How a person makes a first key: commands that work as they stand."""

import shlex
import sys
from pathlib import Path

__all__ = ["command", "how_to_make_one"]


def how_to_make_one(path: Path | None = None) -> str:
    """Say how a first key is made, as commands that work."""
    usual = path or _usual_place()
    lines = [f"Make a key, which is shown once, then start again:\n    {command(usual)}"]
    if path is None:
        lines.append(f"    export RECEIVER_KEYS_FILE={shlex.quote(str(usual))}")
    return "\n".join(lines)


def command(path: Path | None) -> str:
    """Return the command that adds a key to a file."""
    at = f" --file {shlex.quote(str(path))}" if path else ""
    return f"{shlex.quote(sys.executable)} -m services.receiver keys add --name laptop --read --write{at}"


def _usual_place() -> Path:
    try:
        return Path.home() / ".config" / "marigraph" / "keys.json"
    except RuntimeError:  # a user without a home
        return Path.cwd() / "keys.json"
