"""What `make run-local` tells of its programs while they run, and where it learns it."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from plan import Plan

__all__ = ["Program", "fetch", "first_reading", "last_words", "not_ready", "program_news", "scraper_news"]

_DOWN = frozenset({"FATAL", "EXITED", "STOPPED"})


class Program(NamedTuple):
    """A program as supervisord has it; `pid` is "" while it does not run."""

    state: str
    pid: str


def first_reading(plan: Plan, started: datetime) -> str:
    """Tell of the latest version when it was stored after the start; nothing otherwise."""
    latest = fetch(plan, "/api/claude/console-usage")
    if latest is None or datetime.fromisoformat(latest.get("receivedAt", "1970-01-01T00:00:00Z")) < started:
        return ""
    session = latest.get("currentSession")
    figure = f"session {session['percentageUsed']} %" if session else "no session figure"
    return f"recording: {figure}; stored as {latest['versionInfo']['filename']}"


def scraper_news(plan: Plan, started: datetime) -> str:
    """Tell how the last scrape since the start went, in the scraper's own words, and if it cannot be sent."""
    folder = Path(plan.environment["SCRAPER_STATE_DIR"])
    try:
        status = json.loads((folder / "status.json").read_text())
        if datetime.fromisoformat(status["lastAttemptAt"]) < started:
            return ""
        read = f"scraper: {status['state']}. {status['message']}"
        if status["state"] == "partial":
            errors = json.loads((folder / "usage-data.json").read_text()).get("extractionErrors", {})
            read += f" Not read: {', '.join(errors)}."
        return read + _unsent(status["sending"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # not written yet
        return ""


def _unsent(sending: Mapping[str, Any]) -> str:
    stuck = sending["state"] not in {"idle", "sending"}
    return f" But nothing can be sent: {sending['detail']}" if stuck else ""


def program_news(plan: Plan, name: str, now: Program, before: Program | None) -> str:
    """Tell of a program that stays down, that it runs again, and that it ended and was started again."""
    if before is None or now == before:
        return "" if now.state not in _DOWN else _ended(plan, name, now)
    if now.state in _DOWN:
        return _ended(plan, name, now)
    if now.state == "RUNNING" and before.state in _DOWN:
        return f"the {name} runs again"
    if now.state == "RUNNING" and before.pid and now.pid != before.pid:
        return f"the {name} ended and was started again; its log: {plan.logs / f'{name}.log'}"
    return ""


def _ended(plan: Plan, name: str, now: Program) -> str:
    return f"the {name} does not run any more ({now.state}). The end of its log:\n{last_words(plan, name)}"


def not_ready(plan: Plan) -> str | None:
    """Say why the receiver could not store anything now; "" when it could, None when it does not answer."""
    try:
        with urllib.request.urlopen(plan.address("receiver") + "/readyz", timeout=5):  # noqa: S310 - http, to this machine
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return _checks(error.read()) or f"it answers HTTP {error.code}"
    except OSError:
        return None


def _checks(body: bytes) -> str:
    """Return the checks that failed, of what /readyz answers."""
    try:
        checks = json.loads(body)["checks"]
        return "; ".join(str(words) for words in checks.values() if words != "ok")
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def fetch(plan: Plan, path: str) -> dict[str, Any] | None:
    """Ask the receiver; None when it does not answer 200."""
    address = plan.address("receiver") + path
    request = urllib.request.Request(address, headers={"X-API-Key": plan.key})  # noqa: S310 - http, to this machine
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - as above
            body: dict[str, Any] = json.load(answer)
            return body
    except (OSError, urllib.error.URLError, ValueError):
        return None


def last_words(plan: Plan, name: str, lines: int = 8) -> str:
    """Return the end of a program's log, each line once: a program tried again says the same again."""
    path = plan.logs / f"{name}.log"
    text = path.read_text(errors="replace").splitlines() if path.exists() else ["(no log yet)"]
    return "\n".join(f"  {line}" for line in list(dict.fromkeys(text[-4 * lines :]))[-lines:])
