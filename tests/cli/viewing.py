"""Views made of kept answers, as a terminal of some width shows them to somebody in Berlin."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from services.cli.commands import accounts, forecast, gaps, history, hits, resets, status, unused, windows
from services.cli.commands.known import Known, Reports
from services.cli.session import Look
from services.cli.shown.lines import Line, fitted, written
from services.cli.zones import Zone
from shared.insight.told.answers import GapsTold, HitsTold, TurnsTold, UnusedTold, WindowsTold
from shared.insight.told.forecasts import ForecastsTold

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
BERLIN = Zone(ZoneInfo("Europe/Berlin"), "Europe/Berlin")


class Here:
    account = "default"
    shown = "http://127.0.0.1:4000"


def look(width: int, now: datetime = NOW) -> Look:
    return Look(BERLIN, now, width)


def kept(name: str, kind: Any) -> Any:
    return msgspec.json.decode((HERE / "answers" / f"{name}.json").read_bytes(), type=kind)


def accounts_view(at: Look) -> list[Line]:
    return accounts.view(kept("accounts", accounts.Accounts).accounts, at)


def status_view(at: Look) -> list[Line]:
    said = kept("reports", Reports).reports[0]
    return status.view(kept("status", Known), said, at, Here())


def history_view(at: Look) -> list[Line]:
    return history.view(kept("history", history.Series), kept("status", Known), at, bars=False)


def bars_view(at: Look) -> list[Line]:
    return history.view(kept("bars", history.Series), kept("status", Known), at, bars=True)


def forecast_view(at: Look) -> list[Line]:
    told = kept("forecast", ForecastsTold)
    return forecast.view(told, at, told.limits)


VIEWS: dict[str, Callable[[Look], list[Line]]] = {
    "accounts": accounts_view,
    "status": status_view,
    "history": history_view,
    "bars": bars_view,
    "hits": lambda at: hits.view(kept("hits", HitsTold), at),
    "resets": lambda at: resets.view(kept("resets", TurnsTold), at),
    "windows": lambda at: windows.view(kept("windows", WindowsTold), at),
    "gaps": lambda at: gaps.view(kept("gaps", GapsTold), at),
    "unused": lambda at: unused.view(kept("unused", UnusedTold), at),
    "forecast": forecast_view,
}


def shown(name: str, width: int, *, colour: bool = False, ascii_only: bool = False) -> str:
    lines = fitted(VIEWS[name](look(width)), width)
    return written(lines, colour=colour, ascii_only=ascii_only) + "\n"
