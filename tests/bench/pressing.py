"""Load from one other process (wrk), in short slices; what is compared is measured in turn."""

import subprocess
import sys
import urllib.request
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench.servers import KEY, Server

__all__ = ["CONNECTIONS", "Measured", "Question", "in_turn", "ratio", "wrk"]

CONNECTIONS = 64
_POSTS_A_SLICE = 200_000
_LEAST = 0.5
"""A second: what a slice without any answer counts as."""

_sent = 0


class Question(NamedTuple):
    """What a server is asked: `post`, `get`, or `version` or `timestamp` anywhere in `count` versions."""

    server: Server
    path: str
    mode: str = "get"
    count: int = 0
    header: str = ""
    connections: int = CONNECTIONS


class Measured(NamedTuple):
    """Medians over the slices of one row: a second, milliseconds, microseconds of processor a request.

    `rates` has every slice; `refused` counts answers that were no 2xx or 3xx.
    """

    rate: float
    p50: float
    p99: float
    processor: float
    refused: int
    rates: list[float]


def in_turn(questions: dict[str, Question], rounds: int, seconds: int) -> dict[str, Measured]:
    """Press each for `seconds`, one after the other, `rounds` times over, so that noise meets all alike."""
    slices: dict[str, list[tuple[float, ...]]] = {name: [] for name in questions}
    for number in range(rounds):
        for name, question in questions.items():
            told = f"round {number + 1} of {rounds}: {' '.join(name)}"
            print(f"\r{told:<60}", end="", file=sys.stderr, flush=True)
            slices[name].append(_press(question, seconds))
    print(f"\r{'':<60}\r", end="", file=sys.stderr, flush=True)
    return {name: _medians(found) for name, found in slices.items()}


def _medians(slices: list[tuple[float, ...]]) -> Measured:
    rates, p50s, p99s, refused, processor = zip(*slices, strict=True)
    return Measured(
        rate=median(rates),
        p50=median(p50s),
        p99=median(p99s),
        processor=median(processor),
        refused=int(sum(refused)),
        rates=list(rates),
    )


def ratio(one: Measured, other: Measured) -> float:
    """Return how many times faster one is: the median over the rounds."""
    return median(a / max(b, _LEAST) for a, b in zip(one.rates, other.rates, strict=True))


def wrk(question: Question, seconds: int) -> list[str]:
    """Return the command that presses a server; what it posts no other command has."""
    global _sent  # noqa: PLW0603 - every POST of a run must be another snapshot
    _sent += _POSTS_A_SLICE
    headers = [f"X-API-Key: {KEY}", *filter(None, [question.header])]
    return [
        "wrk",
        "-t1",
        f"-c{question.connections}",
        f"-d{seconds}s",
        "--timeout=60s",
        "-s",
        str(Path(__file__).with_name("load.lua")),
        *[part for header in headers for part in ("-H", header)],
        question.server.address + question.path,
        "--",
        question.mode,
        str(_sent),
        str(question.count),
    ]


def _press(question: Question, seconds: int) -> tuple[float, ...]:
    before = question.server.processor_seconds
    printed = subprocess.run(wrk(question, seconds), capture_output=True, text=True, check=True).stdout
    spent = question.server.processor_seconds - before
    # What still waits in a slow server must not slow the next row down.
    urllib.request.urlopen(question.server.address + "/", timeout=120).close()
    line = next(line for line in printed.splitlines() if line.startswith("RESULT"))
    rate, p50, p99, refused, answered = map(float, line.split()[1:])
    return rate, p50, p99, refused, spent / max(answered, 1) * 1e6
