"""What a test or a person may change about the console, and how a change is checked (pure).

The body of `PUT /practice/control` is a `Change`; whatever it leaves out stays as it is, a field that it
names is replaced whole. docs/practice-console.md has the same in words, with examples.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from services.practice.eras import Limit, Slug
from services.practice.fixed import FixedFigure, resolve
from services.practice.model import Figure

__all__ = ["Access", "Change", "Control", "Status", "apply", "decode_change"]

Access = Literal["open", "login", "challenge", "region"]
Language = Literal["en", "de", "fr"]
HttpError = Annotated[int, Meta(ge=400, le=599)]


class Status(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """HTTP errors to answer with instead of the page or the JSON."""

    page: HttpError | None = None
    api: HttpError | None = None


class Change(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A change of the console; every field may be left out."""

    era: Slug | UnsetType = UNSET
    access: Access | UnsetType = UNSET
    figures: dict[Limit, FixedFigure | None] | UnsetType = UNSET
    json: bool | UnsetType = UNSET
    delay_seconds: Annotated[float, Meta(ge=0, le=120)] | UnsetType = UNSET
    stale: Literal["until_refresh"] | UnsetType | None = UNSET
    stale_minutes: Annotated[int, Meta(ge=1, le=20_160)] | UnsetType = UNSET
    broken: list[Limit] | UnsetType = UNSET
    layout: Literal["known", "unknown"] | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    status: HttpError | Status | UnsetType | None = UNSET


class Control(Struct, frozen=True, kw_only=True, rename="camel"):
    """How the console behaves at present.

    `figures` holds the limits that do not follow the model: a fixed figure, or None for a limit that the
    account does not have. `json` false: the page comes with its figures and fetches none. `changed_at` and
    `login_since` are when the last change came and since when logins count.
    """

    era: Slug
    access: Access = "open"
    figures: dict[Limit, Figure | None] = {}
    json: bool = True
    delay_seconds: float = 0
    stale: Literal["until_refresh"] | None = None
    stale_minutes: int = 22 * 60
    broken: list[Limit] = []
    layout: Literal["known", "unknown"] = "known"
    language: Language = "en"
    status: Status = Status()
    login_since: datetime | None = None

    @property
    def stale_age(self) -> timedelta:
        """How old the figures are that a stale page shows."""
        return timedelta(minutes=self.stale_minutes)


_decoder = msgspec.json.Decoder(Change)


def decode_change(body: bytes) -> Change:
    """Read the body of a change; raises ValueError (msgspec's own is one) that names the field."""
    return _decoder.decode(body)


def apply(control: Control, change: Change, now: datetime) -> Control:
    """Return the control after a change at `now`; raises ValueError that names the field."""
    given = {
        name: value
        for name in change.__struct_fields__
        if not isinstance(value := getattr(change, name), UnsetType)
    }
    if not isinstance(change.figures, UnsetType):
        given["figures"] = {
            limit: None if fixed is None else resolve(limit, fixed, now)
            for limit, fixed in change.figures.items()
        }
    if isinstance(change.status, int):
        given["status"] = Status(page=change.status, api=change.status)
    elif change.status is None:
        given["status"] = Status()
    if change.access == "login":
        given["login_since"] = now
    return msgspec.structs.replace(control, **given)
