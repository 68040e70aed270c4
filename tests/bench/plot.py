"""The figures as a picture: `python -m tests.bench.plot bench.json bench.svg`. Lines of SVG, nothing else.

Six panels over the number of versions: rates of four questions, start and memory. Both axes of a rate are
logarithmic.
"""

import json
import math
import sys
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["draw"]

_WIDTH, _HEIGHT = 300, 190
_LEFT, _TOP, _GAP_X, _GAP_Y = 58, 92, 72, 66
_STYLE = """
  svg { background: #ffffff; font: 12px system-ui, sans-serif; }
  text { fill: #1f2933; } .quiet { fill: #52606d; } .title { font-size: 17px; font-weight: 600; }
  .panel { font-weight: 600; } .grid { stroke: #d9e2ec; } .axis { stroke: #829ab1; }
  .line { fill: none; stroke-width: 2.5; } .ours { stroke: #0b69a3; } .origin { stroke: #c6531b; stroke-dasharray: 7 4; }
  .bare { stroke: #829ab1; stroke-width: 1.5; stroke-dasharray: 2 3; }
  .dot-ours { fill: #0b69a3; } .dot-origin { fill: #c6531b; } .dot-bare { fill: #829ab1; }
  @media (prefers-color-scheme: dark) {
    svg { background: #14191f; } text { fill: #e4e7eb; } .quiet { fill: #9aa5b1; } .grid { stroke: #323f4b; }
    .axis { stroke: #7b8794; } .ours { stroke: #5ab8f0; } .origin { stroke: #f0a070; } .bare { stroke: #7b8794; }
    .dot-ours { fill: #5ab8f0; } .dot-origin { fill: #f0a070; } .dot-bare { fill: #7b8794; }
  }
"""
Points = Sequence[tuple[float, float]]


class Scale(NamedTuple):
    """From values to places on paper."""

    low: float
    high: float
    length: float
    logarithmic: bool = True

    def place(self, value: float) -> float:
        """Return how far along the axis a value lies."""
        low, high, value = (map(math.log10, (self.low, self.high, value)) if self.logarithmic else
                            (self.low, self.high, value))  # fmt: skip
        return (value - low) / (high - low) * self.length

    def ticks(self) -> list[float]:
        """Return where lines are drawn: at powers of ten, or at quarters."""
        if self.logarithmic:
            powers = range(math.ceil(math.log10(self.low)), math.floor(math.log10(self.high)) + 1)
            return [10.0**power for power in powers]
        return [self.low + (self.high - self.low) * quarter / 4 for quarter in range(5)]


def draw(record: dict[str, Any]) -> str:
    """Return the picture of what `make bench` wrote."""
    panels = [
        _rates(record, "POST", "POST, durable (a second)"),
        _rates(record, "GET latest", "GET latest (a second)"),
        _rates(record, "GET by number", "?version=, anywhere (a second)"),
        _rates(record, "GET by time", "?timestamp=, anywhere (a second)"),
        ("Start to first answer (seconds)", {"ours": _values(record, "startSeconds")}, False),
        ("Memory after the start (MB)", {"ours": _values(record, "startMegabytes")}, False),
    ]
    sizes = [size["versions"] for size in record["sizes"]]
    rates = _upwards(_heights(panel for panel in panels if panel[2]), logarithmic=True)
    drawn = [
        _panel(
            title,
            lines,
            sizes,
            number,
            rates if logarithmic else _upwards(_heights([panel]), logarithmic=False),
        )
        for number, panel in enumerate(panels)
        for title, lines, logarithmic in [panel]
    ]
    width, height = _LEFT + 3 * (_WIDTH + _GAP_X), _TOP + 2 * (_HEIGHT + _GAP_Y)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            "<title>What an answer costs against the number of versions stored</title>",
            f"<style>{_STYLE}</style>",
            f'<text class="title" x="{_LEFT}" y="30">Against the number of versions stored</text>',
            *_legend(record),
            *drawn,
            "</svg>\n",
        ]
    )


def _rates(record: dict[str, Any], row: str, title: str) -> tuple[str, dict[str, Points], bool]:
    kind = "POST" if row == "POST" else "GET"
    lines = {
        name: [
            (size["versions"], size[name][own]["rate"])
            for size in record["sizes"]
            if own in size[name] and size[name][own]["rate"] > 0
        ]
        for name, own in (("bare", kind), ("origin", row), ("ours", row))
    }
    return title, lines, True


def _values(record: dict[str, Any], name: str) -> Points:
    return [(size["versions"], size[name]) for size in record["sizes"]]


def _legend(record: dict[str, Any]) -> list[str]:
    names = {"ours": "Marigraph", "origin": "model of the origin", "bare": "bare Sanic, storing nothing"}
    said = []
    for number, (kind, text) in enumerate(names.items()):
        x = _LEFT + number * 210
        said.append(f'<path class="line {kind}" d="M{x} 50h34"/><text x="{x + 42}" y="54">{text}</text>')
    rounds, seconds = record["slices"]["rounds"], record["slices"]["seconds"]
    how = (
        f"{record['connections']} connections, {record['processors']} processors, medians of {rounds} slices of"
        f" {seconds} s, in turn"
    )
    return [*said, f'<text class="quiet" x="{_LEFT + 660}" y="54">{escape(how)}</text>']


def _heights(panels: Iterable[tuple[str, dict[str, Points], bool]]) -> list[float]:
    return [value for _, lines, _ in panels for points in lines.values() for _, value in points]


def _panel(title: str, lines: dict[str, Points], sizes: list[int], number: int, up: Scale) -> str:
    left = _LEFT + number % 3 * (_WIDTH + _GAP_X)
    top = _TOP + number // 3 * (_HEIGHT + _GAP_Y)
    across = Scale(min(sizes), max(sizes), _WIDTH)
    parts = [f'<g transform="translate({left} {top})"><text class="panel" y="-10">{escape(title)}</text>']
    for tick in up.ticks():
        y = _HEIGHT - up.place(tick)
        parts.append(f'<path class="grid" d="M0 {y:.1f}h{_WIDTH}"/>')
        parts.append(f'<text class="quiet" x="-8" y="{y + 4:.1f}" text-anchor="end">{_short(tick)}</text>')
    for tick in across.ticks():
        x = across.place(tick)
        parts.append(f'<path class="grid" d="M{x:.1f} 0v{_HEIGHT}"/>')
        parts.append(
            f'<text class="quiet" x="{x:.1f}" y="{_HEIGHT + 18}" text-anchor="middle">{_short(tick)}</text>'
        )
    parts.append(f'<path class="axis line" d="M0 0V{_HEIGHT}H{_WIDTH}" style="stroke-width:1"/>')
    for name, points in lines.items():
        parts += _line(name, [(across.place(x), _HEIGHT - up.place(y)) for x, y in points])
    return "".join([*parts, "</g>"])


def _upwards(values: Iterable[float], *, logarithmic: bool) -> Scale:
    highest, lowest = max(values), min(values)
    if logarithmic:
        return Scale(10 ** math.floor(math.log10(lowest)), 10 ** math.ceil(math.log10(highest)), _HEIGHT)
    step = 10 ** math.floor(math.log10(highest))
    return Scale(0, math.ceil(highest / step) * step, _HEIGHT, logarithmic=False)


def _line(name: str, places: Points) -> list[str]:
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    dots = [f'<circle class="dot-{name}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places]
    return [f'<path class="line {name}" d="{path}"/>', *dots] if places else []


def _short(value: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(draw(json.loads(Path(sys.argv[1]).read_text())))
