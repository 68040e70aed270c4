"""The forms of answers that handlers put together from documents (pure): types to describe them by.

What has a type of its own (receipts, series) is described by that.
"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from shared.insight.told.answers import KnownTold
from shared.schemas.reports import Report
from shared.schemas.usage import ACCOUNT_PATTERN, Moment, Snapshot

__all__ = [
    "Account",
    "Accounts",
    "AsOf",
    "BatchResults",
    "Health",
    "OriginError",
    "OriginReceipt",
    "OriginVersion",
    "Problem",
    "Readiness",
    "RefusedItem",
    "Running",
    "Status",
    "StoredReport",
    "StoredReports",
    "StoredSnapshot",
    "StoredSnapshots",
]

AccountName = Annotated[str, Meta(pattern=f"^{ACCOUNT_PATTERN}$", description="The account's name.")]
VersionId = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-[0-9a-f]{8}$",
        description="Version time and 8 hex digits of the content's SHA-256.",
    ),
]
Minutes = Annotated[int, Meta(ge=0)]
Cursor = Annotated[str, Meta(description="Where the next page goes on; null after the last.")]


class FieldError(Struct, frozen=True):
    """A field or parameter that is wrong."""

    field: str
    message: str


class Problem(Struct, frozen=True, kw_only=True, rename="camel"):
    """Why a call failed (RFC 9457). `type` is a page that explains `code`; `suggestion` is what to do."""

    type: str
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: str
    code: str
    suggestion: str
    request_id: str | UnsetType = UNSET
    errors: list[FieldError] | UnsetType = UNSET


class OriginError(Struct, frozen=True, kw_only=True, rename="camel"):
    """Why one of the origin's calls failed."""

    success: Literal[False]
    error_code: str
    message: str
    suggestion: str
    request_id: str
    timestamp: Moment
    field: str | UnsetType = UNSET
    versions_available: int | UnsetType = UNSET


class OriginReceipt(Struct, frozen=True, kw_only=True, rename="camel"):
    """The snapshot is on the disk."""

    success: Literal[True]
    message: str
    timestamp: Moment
    version_id: VersionId
    duplicate: bool


class VersionInfo(Struct, frozen=True, kw_only=True, rename="camel"):
    """A version's place: `current` is 1 for the oldest, null for one that has left the history."""

    current: int | None
    total: int
    timestamp: Moment
    filename: str
    archived: bool | UnsetType = UNSET


class OriginVersion(Snapshot, frozen=True, kw_only=True, rename="camel"):
    """A version as the origin's calls answer it: its snapshot, how old it is now, and its place."""

    is_stale: bool
    age_minutes: Minutes
    version_info: VersionInfo
    received_at: Moment | UnsetType = UNSET
    snapshot_source: str | UnsetType | None = UNSET


class StoredSnapshot(Snapshot, frozen=True, kw_only=True, rename="camel"):
    """A version: its snapshot, with its id and version time (the earlier of reading and arrival)."""

    id: VersionId
    account: AccountName
    time: Moment
    received_at: Moment | UnsetType = UNSET


class StoredSnapshots(Struct, frozen=True):
    """A page of versions."""

    snapshots: list[StoredSnapshot]
    next: Cursor | None


class AsOf(StoredSnapshot, frozen=True, kw_only=True, rename="camel"):
    """The newest version at or before `at`; its age counts from now. `limits` tell what was known then."""

    at: Moment
    seconds_before: Annotated[int, Meta(ge=0)]
    age_minutes: Minutes
    is_stale: bool
    limits: list[KnownTold]


class StoredReport(Report, frozen=True, kw_only=True, rename="camel"):
    """A report of a failed scrape, with its id and time."""

    id: VersionId
    account: AccountName
    time: Moment
    received_at: Moment | UnsetType = UNSET


class StoredReports(Struct, frozen=True):
    """A page of reports, newest first."""

    reports: list[StoredReport]
    next: Cursor | None


class RefusedItem(Struct, frozen=True):
    """An item of an array that was not stored."""

    status: Annotated[int, Meta(ge=400, le=599)]
    problem: Problem


class BatchResults(Struct, frozen=True):
    """What became of each item, in the order in which they were sent: a receipt, or why it was refused."""

    results: list[Any]


class SilenceReason(Struct, frozen=True):
    """What a report of a failed scrape says: its state, what to do about it, and when it was."""

    state: str
    advice: str
    at: Moment


class Account(Struct, frozen=True, kw_only=True, rename="camel"):
    """How much is kept of an account, and how old its newest reading is now."""

    account: AccountName
    versions: Annotated[int, Meta(ge=0, description="In the history.")]
    archived: Annotated[int, Meta(ge=0, description="In the archive; some may still be in both.")]
    oldest: Moment | None
    newest: Moment | None
    age_minutes: Minutes | None
    silent: Annotated[
        bool | None,
        Meta(description="Whether no reading came for too long; null when nobody watches for it."),
    ]
    reason: Annotated[
        SilenceReason | None,
        Meta(description="What the newest report says, if it is newer than the newest reading."),
    ]


class Accounts(Struct, frozen=True):
    """The accounts that the key may read."""

    accounts: list[Account]
    damaged: Annotated[
        list[AccountName] | UnsetType,
        Meta(description="Accounts of which nothing can be read until the operator has looked."),
    ] = UNSET


class Status(Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"]


class Running(Struct, frozen=True):
    """What runs."""

    name: Literal["marigraph"]
    version: str


class Readiness(Struct, frozen=True):
    """Whether a snapshot could be stored now, and what says so."""

    status: str
    checks: dict[str, str] | UnsetType = UNSET


class LatestData(Struct, frozen=True, rename="camel"):
    """How old the newest reading is."""

    age_minutes: Minutes
    status: Literal["fresh", "stale"]
    timestamp: Moment


class Storage(Struct, frozen=True, rename="camel"):
    """Whether the store can be read, and what its history holds."""

    accessible: bool
    version_count: int


class Silence(Struct, frozen=True, rename="camel"):
    """Whether no reading came for too long, and what the newest report says of why: its state."""

    silent: bool | None
    last_reading: Moment | None
    minutes: Minutes | None
    reason: str | None


class Health(Struct, frozen=True, rename="camel"):
    """How fresh the record of the account `default` is."""

    status: Literal["healthy", "degraded", "unhealthy"]
    timestamp: Moment
    storage: Storage
    latest_data: LatestData | None
    silence: Silence | None
    silent_accounts: Annotated[int, Meta(ge=0, description="Accounts of which no reading came for too long.")]
