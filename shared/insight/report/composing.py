"""A report put together from its material, block by block (pure)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC

from shared.insight.kinds import Kind
from shared.insight.report.blocks import Block, Document, Facts, Heading, Points, Prose, Record, Table
from shared.insight.report.material import Material, between
from shared.insight.report.times import both, length
from shared.insight.report.wording import (
    AS_ANNOUNCED,
    NAMES,
    NOT_AS_ANNOUNCED,
    facts_of,
    gap_words,
    is_closed,
    percent,
    summary_of,
)
from shared.insight.told.copies import without_copies
from shared.insight.told.rows import TurnTold

__all__ = ["composed"]

_BOUNDS = (
    "Readings are looks from time to time: of what happened between two of them, no better time is known.",
    "A collector's clock may be wrong by 5 minutes; every time below allows for that where it matters.",
    "Announced times that differ by less than 3 minutes are one: the page rounds and jitters.",
    "A fall of 2 points or less is not told: two looks at one moment may differ by that.",
    "Whole windows that opened and ended between two readings leave no trace.",
)


def composed(material: Material) -> Document:
    """Put a report together: what it is about, the summary, each case with its proofs, the gaps."""
    return Document(
        f"Resets of Claude usage limits: {material.asked.account}",
        [
            *_about(material),
            *_summary(material),
            *_departures(material),
            *_regular(material),
            *_gaps(material),
        ],
    )


def _about(material: Material) -> Iterator[Block]:
    zone = material.asked.zone
    newest = "nothing was ever read" if material.last is None else _newest(material)
    times = "UTC" if zone is UTC else f"in {material.asked.zone_name}, with UTC beside them"
    yield Facts(
        [
            ("Account", [material.asked.account]),
            ("Range", [f"from   {both(material.asked.start, zone)}", f"before {both(material.end, zone)}"]),
            ("Limits", [", ".join(material.asked.limits) or "none was read"]),
            ("Times", [times]),
            ("Made", [both(material.asked.made, zone), newest]),
        ]
    )


def _newest(material: Material) -> str:
    if material.last is None:
        return ""
    age = length(material.asked.made - material.last, parts_shown=2)
    return f"newest reading: {both(material.last, material.asked.zone)}, {age} before"


def _summary(material: Material) -> Iterator[Block]:
    yield Heading("Summary")
    yield Prose(_observed(material))
    if not material.is_whole:
        yield Prose("This range holds more than one report does: its older part is not told below.")
    sure = Counter(turn.kind for turn in material.turns if not turn.doubtful)
    proven = [summary_of(kind, sure[kind]) for kind in (*NOT_AS_ANNOUNCED, "on_time", "opened") if sure[kind]]
    yield Heading("What the record proves")
    yield Points([f"{line}." for line in proven] or ["Nothing: no reset and no other change was seen."])
    yield Heading("What it does not prove")
    yield Points([*_unproven(material, sure), *_BOUNDS])
    if material.turns:
        yield _counts(material)


def _observed(material: Material) -> str:
    share = material.observed_share
    if share is None or material.first is None:
        return "Nothing of this range was observed."
    whole, seen = material.end - material.asked.start, length(material.observed, parts_shown=2)
    told = f"Observed: {_share(share)} of the range, {seen} of {length(whole, parts_shown=2)}."
    if material.first > material.asked.start:
        told += f" The record begins at {both(material.first, material.asked.zone)}."
    count = sum(gap.limit is None for gap in material.gaps)
    return told + (f" Gaps: {count}, listed at the end." if count else " There is no gap in it.")


def _share(share: float) -> str:
    """Write a share in tenths of a per cent; less than the whole is never told as the whole."""
    return f"{int(share * 1000) / 10:.1f} %"


def _unproven(material: Material, sure: Counter[Kind]) -> Iterator[str]:
    if sure["unseen"]:
        yield (
            f"{summary_of('unseen', sure['unseen'])}: nothing speaks against the announced time, and nothing"
            " proves it."
        )
    hidden = sum(bool(turn.gaps) for turn in material.turns if turn.kind in NOT_AS_ANNOUNCED)
    if hidden:
        whose = "1 case" if hidden == 1 else f"{hidden} cases"
        yield f"The moment of {whose} below lies in a gap, which is named there."
    waiting = sum(turn.doubtful for turn in material.turns)
    if waiting:
        whose = "1 case below rests" if waiting == 1 else f"{waiting} cases below rest"
        yield f"{whose} on one reading alone, which may have been an odd one."


def _counts(material: Material) -> Block:
    sure = Counter((turn.kind, turn.limit) for turn in material.turns if not turn.doubtful)
    found = Counter((turn.kind, turn.limit) for turn in material.turns)
    kinds = [
        kind
        for kind in (*NOT_AS_ANNOUNCED, *AS_ANNOUNCED)
        if any(found[kind, limit] for limit in material.asked.limits)
    ]
    limits = material.asked.limits
    rows = [
        [NAMES[kind], *(_counted(sure[kind, limit], found[kind, limit]) for limit in limits)]
        for kind in kinds
    ]
    return Table(["", *limits], rows)


def _counted(sure: int, found: int) -> str:
    return str(sure) if sure == found else f"{sure} to {found}"


def _departures(material: Material) -> Iterator[Block]:
    told = [turn for turn in material.turns if turn.kind in NOT_AS_ANNOUNCED]
    yield Heading("Not as announced")
    if not told:
        yield Prose("Nothing of that kind was seen.")
    for number, turn in enumerate(told, 1):
        waits = " (in doubt)" if turn.doubtful else ""
        title = f"{number}. {turn.limit}: {NAMES[turn.kind]}{waits}"
        yield Record(title, Facts(facts_of(turn, material.asked.zone)))


def _regular(material: Material) -> Iterator[Block]:
    told = [turn for turn in material.turns if turn.kind in AS_ANNOUNCED]
    yield Heading("As announced, unseen, and openings")
    if not told:
        yield Prose("None was seen.")
        return
    yield Prose(
        "Each happened between the two times; the versions are the last reading before it and the first"
        f" after. Times: {material.asked.zone_name}; versions are named by UTC."
    )
    for turn in told:
        yield Record(_regular_title(turn), Facts(_regular_facts(turn, material)))


def _regular_title(turn: TurnTold) -> str:
    before, after = (
        "none open" if is_closed(one) else percent(one.percentage) for one in (turn.before, turn.after)
    )
    return f"{turn.limit}: {NAMES[turn.kind]}, {before} -> {after}"


def _regular_facts(turn: TurnTold, material: Material) -> Sequence[tuple[str, Sequence[str]]]:
    zone = material.asked.zone
    earliest, latest = between(turn)
    announced = turn.announces if turn.kind == "opened" else turn.announced
    label = "Announces" if turn.kind == "opened" else "Announced"
    rows: list[tuple[str, Sequence[str]]] = [
        (label, ["none" if announced is None else both(announced, zone)]),
        ("Between", [f"{both(earliest, zone)} and", both(latest, zone)]),
        ("Versions", [f"{turn.before.version} and", turn.after.version]),
    ]
    if turn.doubtful:
        rows.append(("Not proven", ["It rests on one reading alone, which may have been an odd one."]))
    if turn.kind == "unseen" and turn.gaps:
        rows.append(("Hidden by", [gap_words(gap, zone) for gap in without_copies(turn.gaps)]))
    return rows


def _gaps(material: Material) -> Iterator[Block]:
    yield Heading("Gaps")
    if not material.gaps:
        yield Prose("None in this range.")
        return
    yield Prose(f"Times without a reading, longer than usual just before; {material.asked.zone_name}.")
    yield Points([gap_words(gap, material.asked.zone) for gap in material.gaps])
