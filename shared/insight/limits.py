"""The limits' names, and what the parts of a snapshot that hold them are called (pure)."""

__all__ = [
    "CREDITS",
    "EXPECTED",
    "SESSION",
    "SONNET",
    "WEEKLY",
    "in_order",
    "is_limit",
    "limit_of",
    "name_of",
    "section",
]

SESSION = "session"
WEEKLY = "weekly"
SONNET = "weekly:sonnet"
CREDITS = "credits"

EXPECTED = (SESSION, WEEKLY)
"""The limits every account has: when one cannot be read, the snapshot is partial."""

_SCOPED = "weeklyLimits.scoped."
_SECTIONS = {
    SESSION: "currentSession",
    WEEKLY: "weeklyLimits.allModels",
    SONNET: "weeklyLimits.sonnetOnly",
    CREDITS: "credits",
}
_LIMITS = {
    **{section: limit for limit, section in _SECTIONS.items()},
    # The origin's scraper named sections without saying where they stand.
    "session": SESSION,
    "allModels": WEEKLY,
    "sonnetOnly": SONNET,
    "weeklyLimits": WEEKLY,
}
_NAMES = {WEEKLY: "All models", SONNET: "Sonnet only"}
_LONGEST = 100
"""Characters of a limit's name: a model's has at most 64."""


def section(limit: str) -> str:
    """Name the part of the snapshot that holds a limit, as it is named in `extractionErrors`."""
    return _SECTIONS.get(limit) or f"{_SCOPED}{limit.removeprefix(f'{WEEKLY}:')}"


def limit_of(section_name: str) -> str | None:
    """Return the limit that a part of the snapshot holds, None for other parts.

    What ends in `.resetsAt` is about a reading that is there: only its reset could not be told.
    """
    known = _LIMITS.get(section_name)
    if known or not section_name.startswith(_SCOPED) or section_name.endswith(".resetsAt"):
        return known
    return f"{WEEKLY}:{section_name.removeprefix(_SCOPED)}"


def is_limit(name: str) -> bool:
    """Tell whether a name can be a limit's: `session`, `weekly`, `weekly:` and a model's name, `credits`."""
    scoped = name.startswith(f"{WEEKLY}:") and len(f"{WEEKLY}:") < len(name) <= _LONGEST
    return scoped or name in _SECTIONS


def name_of(limit: str) -> str:
    """Return what people know a limit as: `Session`, `All models`, `Sonnet only`, `Fable`, `Credits`."""
    return _NAMES.get(limit) or limit.removeprefix(f"{WEEKLY}:").capitalize()


def in_order(limits: set[str]) -> list[str]:
    """Sort limits as people read them: session, weekly, weekly of each model, credits."""
    return sorted(limits, key=lambda limit: (_PLACES.get(limit, len(EXPECTED)), limit))


_PLACES = {SESSION: 0, WEEKLY: 1, CREDITS: len(EXPECTED) + 1}
