"""What the practice console reads from the environment."""

from typing import Annotated

from msgspec import Meta

from services.practice.eras import DEFAULT_ERA, Slug
from shared.settings import LogSettings, env

__all__ = ["PREFIXES", "PracticeSettings"]

PREFIXES = ("PRACTICE_",)
"""Variables that begin so are ours; one that no setting reads is pointed out."""


class PracticeSettings(LogSettings, frozen=True, kw_only=True):
    """Settings of `python -m services.practice`."""

    host: Annotated[
        str, env("PRACTICE_HOST", "The address to listen on; 0.0.0.0 in a container. There is no key.")
    ] = "127.0.0.1"
    port: Annotated[
        int,
        Meta(ge=0, le=65535),
        env("PRACTICE_PORT", "The port to listen on; 0 takes any free one and writes it to the log."),
    ] = 4900
    era: Annotated[
        Slug, env("PRACTICE_ERA", "The layout of the usage page, by the month in which it appeared.")
    ] = DEFAULT_ERA
    seed: Annotated[
        int,
        Meta(ge=0, le=1_000_000),
        env("PRACTICE_SEED", "Whose life the figures follow; another number is another person."),
    ] = 1
