"""A month of forecasts against what came, as a picture: `python -m tests.bench.foretold out.svg`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from shared.insight.forecast.expecting import expected
from shared.insight.forecast.line import line, pace_of
from shared.insight.forecast.outcome import came_of
from shared.insight.forecast.scores import scored
from shared.insight.forecast.spread import Band
from shared.insight.forecast.tries import asked
from tests.insight.judged import Lived, lived

WIDTH, HEIGHT, LEFT, TOP = 900, 240, 50, 70
LEGEND = (
    "A made-up office worker, each twelve hours of some weeks. "
    "Bar: 80 % band. Blue: likely. Orange: straight line. Dash: what came."
)
STYLE = """
  svg { background: #ffffff; font: 12px system-ui, sans-serif; } text { fill: #1f2933; }
  .title { font-size: 16px; font-weight: 600; } .quiet { fill: #52606d; } .grid { stroke: #d9e2ec; }
  .band { stroke: #8bc4ea; stroke-width: 5; } .likely { fill: #0b69a3; } .line { fill: #c6531b; }
  .truth { stroke: #1f2933; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    svg { background: #14191f; } text { fill: #e4e7eb; } .quiet { fill: #9aa5b1; } .grid { stroke: #323f4b; }
    .band { stroke: #2c5f80; } .likely { fill: #5ab8f0; } .line { fill: #f0a070; } .truth { stroke: #e4e7eb; }
  }
"""


class Told(NamedTuple):
    """A forecast of what stands at the reset, a straight line's, and what came."""

    band: Band
    straight: float
    came: float


def foretold(known: Lived, limit: str) -> list[Told]:
    """Make the forecasts of a life as they were told, with what had been learned by then."""
    trail, tries = known.trails[limit], known.tries(limit)
    found = []
    for one in tries:
        question, edge = asked(trail, known.trails["session"].uses, one.now, known.zone) or (None, None)
        outcome = came_of(trail, one.now, edge) if edge else None
        if question is None or edge is None or outcome is None:
            continue
        pace = pace_of(edge, one.now)
        _, shares = scored(limit, [old for old in tries if old.reset <= one.now])
        band = expected(question, pace).at_reset.band(shares.of_level(one.ahead))
        found.append(Told(band, line(question, pace)[0], outcome.at_reset))
    return found


def drawn(tries: Sequence[Told]) -> str:
    """Draw each forecast's band, likely value, straight line and truth, side by side."""
    step = (WIDTH - LEFT - 20) / len(tries)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {TOP + HEIGHT + 40}"><style>{STYLE}</style>',
        f'<text class="title" x="{LEFT}" y="24">Weekly limit at its reset: forecast and truth</text>',
        f'<text class="quiet" x="{LEFT}" y="46">{LEGEND}</text>',
    ]
    for level in (0, 25, 50, 75, 100):
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - 20}" y1="{_y(level)}" y2="{_y(level)}"/>')
        parts.append(f'<text class="quiet" x="{LEFT - 36}" y="{_y(level) + 4}">{level} %</text>')
    for place, one in enumerate(tries):
        x = round(LEFT + (place + 0.5) * step, 1)
        band, truth, straight = one.band, _y(one.came), _y(one.straight)
        parts += [
            f'<line class="band" x1="{x}" x2="{x}" y1="{_y(band.low)}" y2="{_y(band.high)}"/>',
            f'<circle class="line" cx="{x}" cy="{straight}" r="2.5"/>',
            f'<circle class="likely" cx="{x}" cy="{_y(band.likely)}" r="3"/>',
            f'<line class="truth" x1="{x - step / 2:.1f}" x2="{x + step / 2:.1f}" y1="{truth}" y2="{truth}"/>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def _y(level: float) -> float:
    return round(TOP + HEIGHT * (1 - level / 100), 1)


if __name__ == "__main__":
    weeks = foretold(lived("office", 102, 9), "weekly")
    Path(sys.argv[1]).write_text(drawn(weeks[-56:]), encoding="utf-8")
