"""Whole lives of an account whose truth is known: sessions, weeks, a model's week, credits, and one reader.

Resets come on time, early and late, move and drift; counters fall; clocks change for summer time; the reader
sleeps, arrives late, misses sections, and finds a page with a figure that never was. Nothing here knows how the record is folded.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.store.keys import stamp
from tests.insight.stories import Stored, iso
from tests.insight.tide import HOUR, Piece, Truth

DAYS = 12
MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")
STARTS = (
    datetime(2026, 3, 16, tzinfo=UTC),
    datetime(2026, 10, 12, tzinfo=UTC),
    datetime(2026, 6, 1, tzinfo=UTC),
)
"""The first two have a change of the clocks within their days."""

Lives = dict[str, Truth]


def lives(seed: int) -> tuple[datetime, Lives]:
    """Live for some days: what happened to each limit."""
    roll = random.Random(f"tides {seed}")
    begin = roll.choice(STARTS)
    day, hour = roll.randrange(7), roll.randrange(24)
    weekly = datetime(begin.year, begin.month, begin.day, hour, tzinfo=BERLIN) + timedelta(days=day)
    model = weekly + timedelta(days=roll.randrange(7), hours=roll.randrange(24))
    return begin, {
        "session": _sessions(begin, roll),
        "weekly": _weeks(begin, weekly, roll, (0.1, 0.5, 1.2)),
        "weekly:fable": _weeks(begin, model, roll, (0.1, 0.8)),
        "credits": _months(begin, roll),
    }


def _sessions(begin: datetime, roll: random.Random) -> Truth:
    truth = Truth([Piece(begin, 0, 0, 0, None)])
    moment, window = begin + roll.uniform(0, 9) * HOUR, 0
    while moment < begin + timedelta(days=DAYS):
        window += 1
        truth.events.append(("opened", moment))
        rate = roll.choice([2, 10, 25, 40])
        moment = _lived(truth, Piece(moment, window, 0.5, rate, moment + 5 * HOUR), roll, (1, 4.2))
        if roll.random() < 0.6:
            truth.pieces.append(Piece(moment, -window, 0, 0, None))
            moment += roll.uniform(0.2, 14) * HOUR
    return truth


def _weeks(begin: datetime, reset: datetime, roll: random.Random, rates: tuple[float, ...]) -> Truth:
    """Weeks follow each other at an hour on a clock on the wall; after an early one, a week from then."""
    truth = Truth([])
    window, start, percentage = 1, begin, roll.uniform(0, 60)
    while start < begin + timedelta(days=DAYS):
        piece = Piece(start, window, percentage, roll.choice(rates), reset.astimezone(UTC))
        longest = (reset - start) / HOUR
        end = _lived(truth, piece, roll, (min(6, longest / 3), longest - min(6, longest / 3)))
        early = truth.events[-1][0] == "early"
        reset = (end.astimezone(BERLIN) if early else reset) + timedelta(days=7)
        while reset <= end + HOUR:
            reset += timedelta(days=7)
        window, start, percentage = window + 1, end, 0.0
    return truth


def _months(begin: datetime, roll: random.Random) -> Truth:
    first = (begin.replace(day=1) + timedelta(days=32)).replace(day=1)
    truth, rate = Truth([Piece(begin, 1, roll.uniform(0, 90), roll.choice([0, 0.2, 1]), first)]), 0.3
    if first < begin + timedelta(days=DAYS):
        following = (first + timedelta(days=32)).replace(day=1)
        truth.events.append(("ended", first))
        truth.pieces.append(Piece(first, 2, 0, rate, following))
    return truth


def _lived(truth: Truth, piece: Piece, roll: random.Random, hours: tuple[float, float]) -> datetime:
    """Live one window; returns when it was over."""
    truth.pieces.append(piece)
    start, reset, window = piece.start, piece.reset, piece.window
    assert reset
    strange = roll.choice(["", "", "", "early", "late", "fell", "moved", "drift"])
    when = start + roll.uniform(*hours) * HOUR
    if when <= start or when >= reset - 0.6 * HOUR:
        strange = ""
    before = truth.percentage(when)
    if strange == "early" and before > 6:
        truth.events.append(("early", when))
        return when
    if strange == "late":
        reset += roll.uniform(0.4, 2) * HOUR
        truth.events.append(("late", reset))
        return reset
    if strange == "fell" and before > 10:
        truth.events.append(("fell", when))
        truth.pieces.append(Piece(when, window, before * roll.uniform(0, 0.5), piece.rate / 4, reset))
    if strange == "moved":
        reset += roll.choice([-0.4, 0.5, 2]) * HOUR
        truth.events.append(("moved", when))
        truth.pieces.append(Piece(when, window, before, piece.rate / 4, reset))
    if strange == "drift":
        for _ in range(roll.randrange(2, 9)):
            when += 20 * MINUTE
            if when >= reset - 0.5 * HOUR:
                break
            reset += roll.choice([1, 2, 4]) * MINUTE
            truth.events.append(("moved", when))
            truth.pieces.append(Piece(when, window, truth.percentage(when), piece.rate / 2, reset))
    truth.events.append(("ended", reset))
    return reset


def recorded(begin: datetime, every: Lives, seed: int) -> list[Stored]:
    """Read all of it at some pace or so; there are no naps on the first day."""
    roll = random.Random(f"reader {seed}")
    pace = roll.choice([600, 900, 1500])
    naps, partial = roll.choice([0, 0.01, 0.03]), roll.choice([0, 0.03])
    moment, versions = begin, []
    while (moment := moment + timedelta(seconds=pace * roll.uniform(0.9, 1.1))) < begin + timedelta(
        days=DAYS
    ):
        if roll.random() < naps and moment > begin + 24 * HOUR:
            moment += roll.uniform(0.3, 12) * HOUR
        versions.append(_version(every, moment, roll, partial))
    _make_odd(versions, random.Random(f"odd {seed}"))
    return versions


def _make_odd(versions: list[Stored], roll: random.Random) -> None:
    """Show a figure far too high now and then, and everything else as it is.

    Never two in a row, of which the second is believed, nor the figure before once more: a page that stood still.
    """
    share, last = roll.choice([0, 0.004]), 0
    for place in range(1, len(versions)):
        if roll.random() >= share or place < last + 3:
            continue
        pairs = zip(_rows(versions[place - 1]), _rows(versions[place]), strict=True)
        low = [row for before, row in pairs if _is_low(before) and _is_low(row) and "resetsAt" in row]
        if low:
            last = place
            roll.choice(low)["percentageUsed"] = roll.choice([90, 100, 100])


def _rows(version: Stored) -> list[dict[str, Any]]:
    document = version[1]
    weekly = document["weeklyLimits"]
    return [document.get("currentSession", {}), weekly["allModels"], weekly["scoped"]["fable"]]


def _is_low(row: dict[str, Any]) -> bool:
    return row.get("percentageUsed", 100) < 80


def _version(every: Lives, moment: datetime, roll: random.Random, partial: float) -> Stored:
    arrived = moment + timedelta(seconds=1 if roll.random() < 0.9 else roll.uniform(2, 9000))
    shown = {limit: _shown(truth, moment, roll) for limit, truth in every.items()}
    document: dict[str, object] = {"lastUpdated": iso(moment), "receivedAt": iso(arrived), "source": "json"}
    if roll.random() < partial:
        document |= {"isPartial": True, "extractionErrors": {"currentSession": "gone"}}
    else:
        document["currentSession"] = shown["session"]
    document["weeklyLimits"] = {"allModels": shown["weekly"], "scoped": {"fable": shown["weekly:fable"]}}
    spent = shown["credits"]
    document["credits"] = {"used": 1, "limit": 100, "currency": "EUR", **spent}
    return f"{stamp(moment)}-{'a':0<8}", document


def _shown(truth: Truth, moment: datetime, roll: random.Random) -> dict[str, object]:
    piece = truth.at(moment)
    if piece.reset is None:
        return {"percentageUsed": 0, "resetsIn": "", "state": "idle"}
    reset = piece.reset + timedelta(seconds=roll.uniform(-0.9, 0.9))
    figure = int(truth.percentage(moment))
    return {"percentageUsed": figure, "resetsIn": "words", "resetsAt": iso(reset), "state": "open"}


def full_times(truth: Truth, end: datetime) -> list[tuple[datetime, datetime]]:
    """Return from when to when a limit truly stood at 100 %."""
    found: list[tuple[datetime, datetime]] = []
    ends = [*(piece.start for piece in truth.pieces[1:]), end]
    for piece, until in zip(truth.pieces, ends, strict=True):
        if piece.percentage >= 100:
            full = piece.start
        elif piece.rate:
            full = piece.start + (100 - piece.percentage) / piece.rate * HOUR
        else:
            continue
        if full >= until:
            continue
        if found and found[-1][1] == full == piece.start:
            full = found.pop()[0]
        found.append((full, until))
    return found
