"""What the page's words mean (pure). One table a language; a new word or language is a new line here.

Every pattern is matched without regard to case against the tidied text, from end to end: a phrase that only
begins or ends like a known one is not known.
"""

import re
import unicodedata

import msgspec

__all__ = ["CREDITS", "ENGLISH", "LANGUAGES", "SESSION", "SONNET", "WEEKLY", "Words", "model_limit", "tidy"]

SESSION = "session"
WEEKLY = "weekly"
SONNET = "weekly:sonnet"
CREDITS = "credits"


class Words(msgspec.Struct, frozen=True):
    """One language's words.

    `labels` name a row's limit; `model` and `stranger` name a model's weekly row (group `model`), the second
    for models nobody knew when this was written. `figures` hold the percentage of their own row (group
    `percent`), `summaries` that of the limit they name. `reset` has the group `words`, `spent` the group
    `amount`, `updated` the group `age`. `ages` turn an age into minutes: a pattern, whose group
    `count` is a number or a word for one, and the minutes in its unit. `generic` are meters' names that name
    no limit. `asides` are phrases that never name a row.
    """

    labels: dict[str, re.Pattern[str]]
    model: re.Pattern[str]
    stranger: re.Pattern[str]
    figures: tuple[re.Pattern[str], ...]
    summaries: dict[str, re.Pattern[str]]
    reset: re.Pattern[str]
    idle: re.Pattern[str]
    unused: re.Pattern[str]
    spent: re.Pattern[str]
    updated: re.Pattern[str]
    ages: tuple[tuple[re.Pattern[str], int], ...]
    generic: re.Pattern[str]
    asides: re.Pattern[str]
    plan: re.Pattern[str]
    idle_words: str


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_PERCENT = r"(?P<percent>\d{1,4}(?:\.\d{1,6})?) ?%"
_KNOWN_MODELS = "sonnet|opus|haiku|fable"
_VERSION = r"(?: \d+(?:\.\d+)?)?"

ENGLISH = Words(
    labels={
        SESSION: _pattern(r"current session(?: usage)?"),
        WEEKLY: _pattern(r"all models|this week|all models this week"),
        CREDITS: _pattern(r"usage credits|extra usage"),
    },
    model=_pattern(rf"(?P<shown>(?:claude )?(?P<model>{_KNOWN_MODELS}){_VERSION})(?: only| this week)?"),
    stranger=_pattern(rf"(?P<shown>(?P<model>[a-z]{{3,20}}){_VERSION}) (?:only|this week)"),
    figures=(_pattern(rf"{_PERCENT} used"), _pattern(rf"used:? {_PERCENT}")),
    summaries={
        SESSION: _pattern(rf"(?:.*\. )?{_PERCENT} of your session limit used(?: so far)?"),
        WEEKLY: _pattern(rf"(?:.*\. )?{_PERCENT} of your weekly limit used(?: so far)?"),
    },
    reset=_pattern(r"resets?(?: in)? (?P<words>(?!in$)\S.{0,60})"),
    idle=_pattern(r"starts when (?:a|your first|the first) message is sent|starts when you send a message"),
    unused=_pattern(r"you (?:haven't|have not) used (?P<model>.{1,40}?) yet"),
    spent=_pattern(r"(?P<amount>\S{1,24}(?: [a-z]{3})?) spent"),
    updated=_pattern(r"last updated:? (?P<age>\S.{0,40})"),
    ages=(
        (_pattern(r"just now|now|(?:less than a|under a) minute ago|(?:a few|\d{1,2}) sec(?:ond)?s? ago"), 0),
        (_pattern(r"(?P<count>an?|\d{1,4}) min(?:ute)?s? ago"), 1),
        (_pattern(r"(?P<count>an?|\d{1,4}) (?:hrs?|hours?) ago"), 60),
        (_pattern(r"(?P<count>an?|\d{1,4}) days? ago"), 24 * 60),
    ),
    generic=_pattern(r"|usage|used|progress|percent(?:age)? used|usage (?:bar|meter|progress)"),
    asides=_pattern(r"learn more.*|refresh(?: usage limits)?|.{0,2}|.*weekly limit for .*"),
    plan=_pattern(
        r"(?:plan usage limits|your usage limits|your usage) "
        r"?(?P<plan>(?:free|pro|max|team|enterprise)(?: plan)?(?: \(\d{1,3}x\))?)"
    ),
    idle_words="Starts when a message is sent",
)

LANGUAGES = (ENGLISH,)
"""Tried in this order; the first that knows the whole phrase wins."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\u2066-\u2069\ufeff]")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"'})


def tidy(text: str) -> str:
    """Return the text with plain spaces, quotes and digits, and without characters that nobody sees."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_QUOTES)
    return re.sub(r"\s+", " ", plain).strip()


def model_limit(name: str) -> str:
    """Name the weekly limit of a model: `Fable`, `Claude Fable` and `Fable 5` are all `weekly:fable`."""
    bare = re.sub(r"^claude |[ -]?\d+(\.\d+)?$", "", tidy(name).casefold())
    slug = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")
    return f"{WEEKLY}:{slug[:48]}"
