"""The sentences of a report (pure): what a turn is called, what its two readings prove, and what not."""

from collections.abc import Mapping, Sequence
from datetime import timedelta, tzinfo

from shared.insight.kinds import Kind
from shared.insight.report.material import between
from shared.insight.report.times import both, brief, length
from shared.insight.told.copies import without_copies
from shared.insight.told.rows import GapTold, TurnTold, Witness

__all__ = [
    "AS_ANNOUNCED",
    "NAMES",
    "NOT_AS_ANNOUNCED",
    "facts_of",
    "gap_words",
    "is_closed",
    "percent",
    "summary_of",
]

NAMES: Mapping[Kind, str] = {
    "early": "reset before its announced time",
    "late": "reset after its announced time",
    "moved": "announced reset moved",
    "counter_fell": "counter fell, announced reset unchanged",
    "unannounced": "counter fell, no reset was announced",
    "on_time": "reset on time",
    "unseen": "reset while nobody looked",
    "opened": "window opened",
}

NOT_AS_ANNOUNCED: Sequence[Kind] = ("early", "late", "moved", "counter_fell", "unannounced")
"""Told in full, one by one."""

AS_ANNOUNCED: Sequence[Kind] = ("on_time", "unseen", "opened")
"""Told in a list."""

_PROVEN: Mapping[Kind, str] = {
    "early": "Another window, or none, was shown while the announced reset was still ahead.",
    "late": "The window was still shown 15 minutes past its announced reset, or grew past it.",
    "moved": "Another reset was announced, and the percentage did not fall.",
    "counter_fell": "The percentage fell, and the same reset stayed announced.",
    "unannounced": "The percentage fell.",
}
_OPEN: Mapping[Kind, str] = {
    "moved": "A reset that left no lower percentage would look the same.",
    "unannounced": "Whether this was a reset: no reset was announced that it could be held against.",
}

_SUMMARY: Mapping[Kind, tuple[str, str]] = {
    "early": ("1 reset came before its announced time", "{} resets came before their announced time"),
    "late": ("1 reset came after its announced time", "{} resets came after their announced time"),
    "moved": (
        "1 announced reset moved, and no percentage fell",
        "{} times the announced reset moved, and no percentage fell",
    ),
    "counter_fell": (
        "1 counter fell while its announced reset stayed",
        "{} times a counter fell while its announced reset stayed",
    ),
    "unannounced": (
        "1 counter fell while no reset was announced",
        "{} times a counter fell while no reset was announced",
    ),
    "on_time": (
        "1 reset came on time: seen at most 15 minutes before it was due, gone at most 15 minutes after",
        "{} resets came on time: seen at most 15 minutes before they were due, gone at most 15 minutes after",
    ),
    "unseen": (
        "1 window was over when somebody looked again",
        "{} windows were over when somebody looked again",
    ),
    "opened": ("1 window was seen to open", "{} windows were seen to open"),
}


def summary_of(kind: Kind, count: int) -> str:
    """Say how often something happened: `2 resets came on time`."""
    one, several = _SUMMARY[kind]
    return one if count == 1 else several.format(count)


def facts_of(turn: TurnTold, zone: tzinfo) -> list[tuple[str, Sequence[str]]]:
    """Tell a turn in full: when, what was announced, both readings, what that proves and what it does not."""
    rows: list[tuple[str, Sequence[str]]] = [
        ("Happened", _happened(turn, zone)),
        ("Announced", _announced(turn, zone)),
    ]
    if told := _against(turn):
        rows.append(("That is", [told]))
    rows += [
        ("Before", _reading(turn.before, zone)),
        ("After", _reading(turn.after, zone)),
        ("Proven", [_PROVEN[turn.kind]]),
    ]
    unproven = [_OPEN[turn.kind]] if turn.kind in _OPEN else []
    if turn.doubtful:
        unproven.append("It rests on one reading alone, which may have been an odd one.")
    if unproven:
        rows.append(("Not proven", unproven))
    if turn.gaps:
        rows.append(("Hidden by", [gap_words(gap, zone) for gap in without_copies(turn.gaps)]))
    return rows


def gap_words(gap: GapTold, zone: tzinfo) -> str:
    """Name a gap: from when to when, how long, of what, and what explains it."""
    whose = "no reading" if gap.limit is None else f"no reading of {gap.limit}"
    if gap.end is None:
        words = f"{whose} since {brief(gap.start, zone)}"
    else:
        words = (
            f"{whose} from {brief(gap.start, zone)} to {brief(gap.end, zone)} ({length(gap.end - gap.start)})"
        )
    return f"{words}: {_why(gap)}"


def is_closed(witness: Witness) -> bool:
    """Tell whether a reading says that no window is open, or that this model was not used in it."""
    return witness.state in {"idle", "unused"} and witness.resets_at is None and not witness.percentage


def percent(value: float) -> str:
    """Write a percentage with no more digits than it has."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + " %"


def _why(gap: GapTold) -> str:
    said = [f"{cause.state} reported {_times(cause.count)}" for cause in gap.causes]
    if gap.unread:
        reason = f" ({gap.reason})" if gap.reason else ""
        said.append(f"{gap.unread} readings could not tell it{reason}")
    if not gap.causes_whole:
        said.append("reports of that time are not all kept")
    return "; ".join(said) or "no report explains it"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _happened(turn: TurnTold, zone: tzinfo) -> list[str]:
    earliest, latest = between(turn)
    return [
        f"not before {both(earliest, zone)}",
        f"not after  {both(latest, zone)}",
        f"the two are {length(latest - earliest)} apart",
    ]


def _announced(turn: TurnTold, zone: tzinfo) -> list[str]:
    was = "none" if turn.announced is None else both(turn.announced, zone)
    if turn.kind == "counter_fell":
        return [f"{was}, before and after"]
    now = "none" if turn.announces is None else both(turn.announces, zone)
    return [f"before: {was}", f"after:  {now}"]


def _against(turn: TurnTold) -> str:
    """Say by how much it departs from what was announced, within what is known."""
    if turn.announced is None:
        return ""
    if turn.kind == "moved" and turn.announces is not None:
        way = "later" if turn.announces > turn.announced else "earlier"
        return f"{length(turn.announces - turn.announced)} {way} than announced before"
    earliest, latest = between(turn)
    least, most = turn.announced - latest, turn.announced - earliest
    if turn.kind in {"early", "counter_fell"}:
        return f"{length(least)} to {length(most)} before the announced reset"
    if turn.kind == "late":
        soonest = max(timedelta(0), -most)
        since = length(soonest) if soonest else "anything"
        note = "" if soonest else "; how late cannot be told, the page may have stood still"
        return f"{since} to {length(-least)} after the announced reset{note}"
    return ""


def _reading(witness: Witness, zone: tzinfo) -> list[str]:
    shown = "no window open" if is_closed(witness) else percent(witness.percentage)
    seen = f"{shown}, read {both(witness.time, zone)}"
    return [seen, f"version {witness.version}"]
