"""What the receiver reads from its environment."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from shared.settings import LogSettings, env
from shared.store.urls import check_url

__all__ = ["PREFIXES", "ReceiverSettings"]

PREFIXES = ("RECEIVER_",)
"""Variables that begin so are ours; one that no setting reads is pointed out."""


class ReceiverSettings(LogSettings, frozen=True, kw_only=True):
    """Settings of `python -m services.receiver`."""

    store_url: Annotated[
        str,
        env(
            "STORE_URL",
            "Where versions are kept: file:///absolute/folder for a volume, memory: to forget at exit.",
            example="file:///var/lib/marigraph",
        ),
    ]
    api_key: Annotated[
        str | None,
        env(
            "CLAUDE_SYNC_API_KEY",
            "A key that may read and write the account `default`; the scraper sends the same one.",
            secret=True,
            example="a-long-random-text",
        ),
    ] = None
    keys_file: Annotated[
        Path | None,
        env(
            "RECEIVER_KEYS_FILE",
            "A JSON file of keys, each with its name, SHA-256, scopes and accounts, instead of or beside"
            " CLAUDE_SYNC_API_KEY.",
            example="/etc/marigraph/keys.json",
        ),
    ] = None
    host: Annotated[
        str, env("RECEIVER_HOST", "The address to listen on; 0.0.0.0 for every network of the machine.")
    ] = "127.0.0.1"
    port: Annotated[
        int, Meta(ge=0, le=65535), env("RECEIVER_PORT", "The port to listen on; 0 takes any free one.")
    ] = 4000
    reuse_port: Annotated[
        bool, env("RECEIVER_REUSE_PORT", "1 lets several receivers share the port (SO_REUSEPORT).")
    ] = False

    def problems(self) -> list[str]:
        """Name what is wrong with the settings together."""
        found = []
        if self.store_url and (wrong := check_url(self.store_url)):
            found.append(f"STORE_URL: {wrong}")
        if self.api_key is None and self.keys_file is None:
            found.append(
                "CLAUDE_SYNC_API_KEY is missing: the receiver does not start without a key. Set it to a long"
                " random text (openssl rand -hex 24), or name a keys file in RECEIVER_KEYS_FILE"
            )
        return found
