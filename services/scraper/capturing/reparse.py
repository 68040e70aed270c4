"""What the present parser makes of captured pages, beside what was recorded of them at the time (pure)."""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from services.scraper.capturing.capture import Capture
from services.scraper.extract.snapshot import PARSER
from services.scraper.judging.judging import reread
from services.scraper.judging.outcome import of_account
from shared.schemas.codec import Document, to_document
from shared.schemas.usage import DEFAULT_ACCOUNT, Snapshot

__all__ = ["Change", "Compared", "Reparsed", "compare", "reparsed_lines"]

NOT_COMPARED = frozenset({"parser", "collector", "reparsedFrom", "schemaVersion"})
"""They say who read, not what was read."""

LONGEST_MARK = 64

Result = Literal["same", "differs", "now_readable", "no_longer_readable", "still_unreadable"]


class Change(msgspec.Struct, frozen=True):
    """One field that differs; None on the side where it is not there."""

    field: str
    recorded: Any = None
    present: Any = None


class Compared(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One capture: how it was read and is read now. `document` is what would be sent, if anything."""

    capture: str
    result: Result
    recorded_state: str
    present_state: str
    recorded_parser: str | None = None
    changes: list[Change] = []
    document: Document | None = None


class Reparsed(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All captures compared; with `--json` it is printed as it is. `sent` went to the outbox."""

    parser: str = PARSER
    captures: int
    same: int
    differing: list[Compared]
    damaged: list[str]
    sent: int = 0


def compare(name: str, capture: Capture, *, collector: str, account: str = DEFAULT_ACCOUNT) -> Compared:
    """Read a capture anew and compare; collector and account stand in where none was recorded."""
    recorded = capture.recorded
    outcome = of_account(
        reread(capture.page, collector=str((recorded or {}).get("collector") or collector)),
        str((recorded or {}).get("account") or account),
    )
    changes = list(_changes("", recorded or {}, to_document(outcome.snapshot) if outcome.snapshot else {}))
    result = _result(recorded, outcome.snapshot, changes)
    differs = result in {"differs", "now_readable"}
    return Compared(
        capture=name,
        result=result,
        recorded_state=capture.state,
        present_state=outcome.state,
        recorded_parser=(recorded or {}).get("parser"),
        changes=changes,
        document=_to_send(outcome.snapshot, recorded) if differs and outcome.snapshot else None,
    )


def _result(recorded: Document | None, present: Snapshot | None, changes: list[Change]) -> Result:
    if recorded is None:
        return "still_unreadable" if present is None else "now_readable"
    if present is None:
        return "no_longer_readable"
    return "differs" if changes else "same"


def _to_send(snapshot: Snapshot, recorded: Document | None) -> Document:
    """Give the reading its true time, its parser's mark, and the mark of the parser that it corrects."""
    if recorded is None:
        return to_document(snapshot)
    mark = str(recorded.get("parser") or "unknown")[:LONGEST_MARK]
    return to_document(msgspec.structs.replace(snapshot, reparsed_from=mark))


def _changes(path: str, recorded: Any, present: Any) -> Iterator[Change]:  # noqa: ANN401 - any JSON
    if isinstance(recorded, dict) and isinstance(present, dict):
        for key in sorted({*recorded, *present} - (NOT_COMPARED if not path else set())):
            yield from _changes(f"{path}.{key}" if path else key, recorded.get(key), present.get(key))
    elif recorded != present:
        yield Change(path, recorded, present)


def reparsed_lines(found: Reparsed) -> list[str]:
    """Say it to a person."""
    lines = []
    for one in found.differing:
        was = f"{one.recorded_state.replace('_', ' ')} ({one.recorded_parser or 'not recorded'})"
        lines.append(f"{one.capture}: was {was}, is {one.present_state.replace('_', ' ')} now")
        lines += [f"    {each.field}: {_shown(each)}" for each in one.changes]
    lines += [f"{name}: damaged, it cannot be read" for name in found.damaged]
    total = f"{found.captures} captures read with parser {found.parser}: {found.same} as recorded"
    lines.append(f"{total}, {len(found.differing)} differ, {len(found.damaged)} damaged")
    if found.sent:
        lines.append(f"{found.sent} put into the outbox")
    return lines


def _shown(change: Change) -> str:
    sides = (change.recorded, change.present)
    return " -> ".join("nothing" if side is None else msgspec.json.encode(side).decode() for side in sides)
