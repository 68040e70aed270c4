"""The report: a typed record that a scrape failed, why, and what the user can do. It holds no personal data.

Fields are camelCase on the wire. Decoding checks what is known and passes over what is not, as with
snapshots: a newer scraper may have states and fields that an older receiver does not know.
"""

from typing import Annotated

from msgspec import Meta, Struct

from shared.schemas.usage import ACCOUNT_PATTERN, Moment, Name, Words

__all__ = ["REPORT_VERSION", "Report"]

REPORT_VERSION = 1

StateName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Sentence = Annotated[str, Meta(max_length=500)]


class Report(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One failed scrape.

    `at` is when it ended (UTC) and is what orders reports. `state` names the failure: `login_required`,
    `challenge`, `region_blocked`, `layout_changed`, `stale_page`, `profile_locked`, `browser_failed`,
    `network`; others may come. `reason` says what was seen, `advice` what to do. `sections_found` and
    `sections_failed` (section -> reason) name sections of a snapshot, as `extractionErrors` does.
    `fingerprint` names the structure of the page, so that equal changes are told from different ones.
    `http_status` is the page's own. `login_since` and `login_ends_at` are when the login was first seen and
    when it is expected to end; `next_try_at` is when the scraper looks again.
    """

    at: Moment
    state: StateName
    reason: Sentence = ""
    advice: Sentence = ""
    schema_version: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    account: Annotated[str, Meta(pattern=f"^{ACCOUNT_PATTERN}$")] | None = None
    collector: Name | None = None
    parser: Name | None = None
    sections_found: Annotated[list[Name], Meta(max_length=64)] | None = None
    sections_failed: Annotated[dict[Name, Words], Meta(max_length=64)] | None = None
    fingerprint: Name | None = None
    http_status: Annotated[int, Meta(ge=100, le=599)] | None = None
    login_since: Moment | None = None
    login_ends_at: Moment | None = None
    next_try_at: Moment | None = None
