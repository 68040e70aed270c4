"""The limits' names, and what the parts of the snapshot that hold them are called (pure)."""

import re

from services.scraper.extract.tidy import tidy

__all__ = ["CREDITS", "EXPECTED", "MODELS", "SESSION", "SONNET", "WEEKLY", "model_limit", "section"]

SESSION = "session"
WEEKLY = "weekly"
SONNET = "weekly:sonnet"
CREDITS = "credits"

EXPECTED = (SESSION, WEEKLY)
"""The limits every account has: when one cannot be read, the snapshot is partial."""

MODELS = "sonnet|opus|haiku|fable"
"""Models whose bare name may head a row."""

LONGEST_SLUG = 48


def model_limit(name: str) -> str:
    """Name the weekly limit of a model: `Fable`, `Claude Fable` and `Fable 5` are all `weekly:fable`."""
    bare = re.sub(r"^claude |[ -]?\d+(\.\d+)?$", "", tidy(name).casefold())
    slug = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")
    return f"{WEEKLY}:{slug[:LONGEST_SLUG]}"


def section(limit: str) -> str:
    """Name the part of the snapshot that holds a limit, as it is named in `extractionErrors`."""
    names = {
        SESSION: "currentSession",
        WEEKLY: "weeklyLimits.allModels",
        SONNET: "weeklyLimits.sonnetOnly",
        CREDITS: "credits",
    }
    return names.get(limit) or f"weeklyLimits.scoped.{limit.removeprefix(f'{WEEKLY}:')}"
