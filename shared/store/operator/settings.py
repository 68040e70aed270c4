"""What the operator's command reads from its environment."""

from typing import Annotated

from shared.settings import LogSettings, env

__all__ = ["OperatorSettings"]


class OperatorSettings(LogSettings, frozen=True, kw_only=True):
    """Settings of `python -m shared.store`."""

    store_url: Annotated[
        str | None,
        env(
            "STORE_URL",
            "The store to work on, unless --url names one.",
            example="file:///var/lib/marigraph",
        ),
    ] = None
