"""A made-up limit whose every window is known, and what a collector would have recorded of it."""

import random
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.store.keys import stamp
from tests.insight.stories import Stored, told

BEGIN = datetime(2026, 11, 2, tzinfo=UTC)
DAYS = 5
HOUR = timedelta(hours=1)
ONE_SECOND = 51827478
"""A life whose windows follow each other within a second of a reading."""
FULL = 5 * HOUR


@dataclass
class Piece:
    """A stretch in which the limit grows evenly: from `start` on, at `rate` points an hour."""

    start: datetime
    window: int
    percentage: float
    rate: float
    reset: datetime | None


@dataclass
class Truth:
    """Pieces in order, and what happened when: kind (`opened`, `ended`, `early`, `fell`, `moved`), moment."""

    pieces: list[Piece] = field(default_factory=list)
    events: list[tuple[str, datetime]] = field(default_factory=list)

    def at(self, moment: datetime) -> Piece:
        return self.pieces[bisect_right(self.pieces, moment, key=lambda piece: piece.start) - 1]

    def percentage(self, moment: datetime) -> float:
        piece = self.at(moment)
        return min(100.0, piece.percentage + (moment - piece.start) / HOUR * piece.rate)

    def of(self, *names: str) -> list[datetime]:
        return [moment for kind, moment in self.events if kind in names]


def session_life(seed: int) -> Truth:
    """Live some days of sessions: each opens with first use, and ends after five hours unless something happens."""
    roll = random.Random(seed)
    truth = Truth([Piece(BEGIN, 0, 0, 0, None)])
    moment = BEGIN + roll.uniform(0, 6) * HOUR
    window = 0
    while moment < BEGIN + timedelta(days=DAYS):
        window += 1
        moment = _window(truth, moment, window, roll)
        if roll.random() < 0.6:
            truth.pieces.append(Piece(moment, -window, 0, 0, None))
            moment += roll.uniform(0.2, 9) * HOUR
    return truth


def _window(truth: Truth, start: datetime, window: int, roll: random.Random) -> datetime:
    reset = start + FULL
    rate = roll.choice([2, 10, 25, 40])
    truth.events.append(("opened", start))
    truth.pieces.append(Piece(start, window, 0.5, rate, reset))
    strange = roll.choice(["", "", "", "early", "fell", "moved"])
    when = start + roll.uniform(1, 4.2) * HOUR
    if strange == "early":
        truth.events.append(("early", when))
        return when
    if strange == "fell":
        before = truth.percentage(when)
        truth.events.append(("fell", when))
        truth.pieces.append(Piece(when, window, before * roll.uniform(0, 0.5), rate / 4, reset))
    if strange == "moved":
        moved = reset + roll.choice([-0.6, 0.5, 2]) * HOUR
        before = truth.percentage(when)
        truth.events.append(("moved", when))
        truth.pieces.append(Piece(when, window, before, rate / 4, moved))
        reset = moved
    truth.events.append(("ended", reset))
    return reset


def recorded(truth: Truth, seed: int, *, naps: float = 0.02, partial: float = 0.03) -> list[Stored]:
    """Read it every five minutes or so, with naps, sections that could not be read, jitter and late arrivals.

    There are no naps on the first day, so that the length of a session can be learned.
    """
    roll = random.Random(f"reader {seed}")
    moment, versions = BEGIN, []
    while moment < BEGIN + timedelta(days=DAYS):
        moment += timedelta(seconds=roll.uniform(270, 330))
        if roll.random() < naps and moment > BEGIN + 24 * HOUR:
            moment += roll.uniform(0.3, 10) * HOUR
        versions.append(_version(truth, moment, roll, partial))
    return [one for one in versions if one[0] < stamp(BEGIN + timedelta(days=DAYS))]


def _version(truth: Truth, moment: datetime, roll: random.Random, partial: float) -> Stored:
    arrived = moment + timedelta(seconds=1 if roll.random() < 0.9 else roll.uniform(2, 9000))
    more = {"receivedAt": arrived.isoformat()}
    if roll.random() < partial:
        return told(moment, None, **more)
    piece = truth.at(moment)
    if piece.reset is None:
        return told(moment, 0, **more)
    shown = piece.reset + timedelta(seconds=roll.uniform(-0.9, 0.9))
    return told(moment, int(truth.percentage(moment)), shown, **more)
