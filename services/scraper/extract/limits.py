"""Which models' names are limits, and what a model's limit is called (pure)."""

import re

from services.scraper.extract.tidy import tidy
from shared.insight.limits import CREDITS, EXPECTED, SESSION, SONNET, WEEKLY, section

__all__ = ["CREDITS", "EXPECTED", "MODELS", "SESSION", "SONNET", "WEEKLY", "model_limit", "section"]

MODELS = "sonnet|opus|haiku|fable"
"""Models whose bare name may head a row."""

LONGEST_SLUG = 48


def model_limit(name: str) -> str:
    """Name the weekly limit of a model: `Fable`, `Claude Fable` and `Fable 5` are all `weekly:fable`."""
    bare = re.sub(r"^claude |[ -]?\d+(\.\d+)?$", "", tidy(name).casefold())
    slug = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")
    return f"{WEEKLY}:{slug[:LONGEST_SLUG]}"
