"""The names of limits behind the `?` of an address (pure)."""

from services.receiver.asking.questions import bad_parameter
from shared.insight.limits import is_limit

__all__ = ["read_limit"]

_SHOWN = 40


def read_limit(name: str) -> str:
    """Return the name of a limit; raises Refusal (400)."""
    if not is_limit(name):
        raise bad_parameter(
            "limit",
            f"limit is {name[:_SHOWN]!r}, which is no limit's name.",
            "There are session, weekly, weekly: and a model's name such as weekly:sonnet, and credits.",
        )
    return name
