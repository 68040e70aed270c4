"""What `python -m services.receiver keys` reads from its environment."""

from pathlib import Path
from typing import Annotated

from shared.settings import LogSettings, env

__all__ = ["KeysSettings"]


class KeysSettings(LogSettings, frozen=True, kw_only=True):
    """Settings of the command."""

    keys_file: Annotated[
        Path | None,
        env("RECEIVER_KEYS_FILE", "The file of keys to work on, unless --file names one."),
    ] = None
