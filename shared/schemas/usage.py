"""The snapshot: all readings of one scrape, a superset of the payload the origin system sent.

Fields are camelCase on the wire. Decoding checks what is known and passes over what is not: whoever stores
a snapshot stores the document it came as, so that a newer scraper's fields are kept.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

__all__ = [
    "ACCOUNT_PATTERN",
    "DEFAULT_ACCOUNT",
    "SCHEMA_VERSION",
    "CreditsReading",
    "Reading",
    "Snapshot",
    "WeeklyLimits",
]

SCHEMA_VERSION = 2
DEFAULT_ACCOUNT = "default"
ACCOUNT_PATTERN = r"[a-z0-9][a-z0-9_-]{0,31}"

Moment = Annotated[datetime, Meta(tz=True)]
Words = Annotated[str, Meta(max_length=200)]
Name = Annotated[str, Meta(max_length=64)]
Percentage = Annotated[float, Meta(ge=0, le=100)]
Count = Annotated[float, Meta(ge=0, le=1e12)]


class Reading(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One limit at one moment.

    `percentage_used` is 0-100. `resets_in` is the page's own words without "Resets in". `resets_at` is UTC.
    `state` is `open` (a window runs), `idle` (no window is open: 0 % is a fact, there is no reset) or
    `unused` (this model was never used). A figure above 100 on the page is kept in `percentage_shown`.
    """

    percentage_used: Percentage
    resets_in: Words = ""
    resets_at: Moment | None = None
    state: Name | None = None
    label: Words | None = None
    percentage_shown: Count | None = None


class WeeklyLimits(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The weekly limits; any may be missing, a missing one is unknown. `scoped` holds one per model name."""

    all_models: Reading | None = None
    sonnet_only: Reading | None = None
    scoped: Annotated[dict[Name, Reading], Meta(max_length=32)] | None = None


class CreditsReading(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Money spent beyond the plan, in whole units of `currency`; `percentage_used` may pass 100."""

    used: Count
    currency: Name
    limit: Count | None = None
    percentage_used: Count | None = None
    resets_at: Moment | None = None


class Snapshot(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """All readings of one scrape. `last_updated` is when they were true, in UTC.

    `source` is `json`, `page` or `both`; `disagreements` say where the two differed; `parser` names the
    reader that made it; `extraction_errors` says per section why it is missing. `reparsed_from` names the
    reader whose snapshot of the same moment this one corrects: the page was kept and read again.
    `login_ends_at` is when the login it was read with is expected to end.
    """

    last_updated: Moment
    schema_version: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    account: Annotated[str, Meta(pattern=f"^{ACCOUNT_PATTERN}$")] | None = None
    collector: Name | None = None
    current_session: Reading | None = None
    weekly_limits: WeeklyLimits | None = None
    credits: CreditsReading | None = None
    plan: Words | None = None
    is_partial: bool = False
    extraction_errors: Annotated[dict[str, str], Meta(max_length=64)] | None = None
    source: Name | None = None
    disagreements: Annotated[list[Words], Meta(max_length=64)] | None = None
    parser: Name | None = None
    reparsed_from: Name | None = None
    login_ends_at: Moment | None = None
