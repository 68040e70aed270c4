"""What stands behind the `?` of an address (pure): names that are known, moments, whole numbers, choices.

One home for its rules: a slip is named instead of being answered with other figures.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches

from msgspec import Struct

from services.receiver.refusing.refusals import Refusal

__all__ = ["Question", "bad_parameter", "read_moment", "read_question"]

_LOST_PLUS = re.compile(r" (?=\d{2}:?\d{2}$)")
"""A `+` in a query means a blank: an offset such as +01:00 arrives as ` 01:00`."""

_SHOWN = 40
"""Characters of a wrong value that are repeated in the answer."""


class Question(Struct, frozen=True):
    """The parameters of one request, each given once; readers raise Refusal (400) that names theirs."""

    given: Mapping[str, str]
    repeated: Mapping[str, Sequence[str]] = {}
    """Those that may be sent more than once, each as often as it came."""

    def texts(self, name: str) -> Sequence[str]:
        """Return every value of a parameter that may be sent more than once."""
        return self.repeated.get(name, ())

    def text(self, name: str) -> str | None:
        """Return a parameter as it came, None when it was not sent."""
        return self.given.get(name)

    def moment(self, name: str) -> datetime | None:
        """Return a moment in UTC, None when it was not sent."""
        return read_moment(name, self.given[name]) if name in self.given else None

    def whole(self, name: str, *, default: int, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        text = self.given.get(name)
        if text is None:
            return default
        if not re.fullmatch("[0-9]{1,15}", text) or not least <= int(text) <= most:
            raise bad_parameter(
                name,
                f"{name} is {text[:_SHOWN]!r}, not a whole number from {least} to {most}.",
                f"Leave it out for {default}.",
            )
        return int(text)

    def choice(self, name: str, among: Sequence[str]) -> str:
        """Return one of several words; the first stands for none."""
        text = self.given.get(name, among[0])
        if text not in among:
            raise bad_parameter(
                name,
                f"{name} is {text[:_SHOWN]!r}, not one of {', '.join(among)}.",
                f"Leave it out for {among[0]}.",
            )
        return text


def read_question(
    arguments: Mapping[str, Sequence[str]], known: Collection[str], repeatable: Collection[str] = ()
) -> Question:
    """Read what was asked, in the form `name -> values`; `repeatable` are those of `known` that may repeat.

    Raises Refusal (400) for a name that the call does not know and for one that was sent twice.
    """
    for name, values in arguments.items():
        if name not in known:
            raise bad_parameter(
                name, f"{name[:_SHOWN]!r} is no parameter of this call.", _instead(name, known)
            )
        if len(values) > 1 and name not in repeatable:
            raise bad_parameter(name, f"{name} was sent {len(values)} times.", "Send it once.")
    return Question(
        {name: values[0] for name, values in arguments.items() if name not in repeatable},
        {name: values for name, values in arguments.items() if name in repeatable},
    )


def _instead(name: str, known: Collection[str]) -> str:
    if not known:
        return "It takes none."
    near = get_close_matches(name, known, 1)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."


def read_moment(name: str, text: str) -> datetime:
    """Read a moment in ISO 8601, in UTC where it has no zone; a date is its midnight. Raises Refusal."""
    try:
        moment = datetime.fromisoformat(_LOST_PLUS.sub("+", text.strip()))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise bad_parameter(
            name,
            f"{name} is {text[:_SHOWN]!r}, not a moment in ISO 8601.",
            "Write it like 2026-11-22T10:00:00Z; without a zone it means UTC.",
        ) from error


def bad_parameter(name: str, message: str, suggestion: str) -> Refusal:
    """Answer a parameter that cannot be understood."""
    return Refusal(400, "VALIDATION_OUT_OF_RANGE", message, suggestion, field=name[:_SHOWN])
