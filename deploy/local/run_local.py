"""`make run-local`: everything on this machine, in the foreground, until Ctrl-C.

Starts supervisord with the services, waits until the first reading is stored, says what runs where, and
stops all of them again when it is told to.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from misnamed import misnamed
from plan import Plan, make_plan, write_command_settings, write_configuration

from shared import saying

SERVING_SECONDS = 60
OTHERS_FAIL_SECONDS = 3
"""A program that takes its time to fail is named together with the first."""
LOOK_SECONDS = 4


class CannotStartError(Exception):
    """The set-up cannot run; the text says why and what to do."""


def main() -> int:
    """Run until told to stop; return the exit code."""
    plan = make_plan(os.environ)
    try:
        check_free(plan)
        write_configuration(plan)
        write_command_settings(plan)
        say("starting " + ", ".join(plan.programs))
        for line in misnamed(plan.environment):
            say(line)
        started = datetime.now(UTC)
        supervisord = start(plan)
        try:
            wait_until_serving(plan, supervisord)
            show(plan)
            watch(plan, supervisord, started)
        finally:
            stop(supervisord)
    except CannotStartError as error:
        print(f"run-local: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    say("all stopped; what was recorded is in " + str(plan.folder))
    return 0


def say(text: str) -> None:
    """Print a line at once, also into a pipe; all goes on when nobody reads it any more."""
    saying.say(f"run-local: {text}")


def check_free(plan: Plan) -> None:
    """See that nothing of ours runs already and that the ports are free."""
    if control(plan, "pid").returncode == 0:
        raise CannotStartError("it runs already. `make status` shows it, `make stop` stops it")
    services = [name for name in ("receiver", "practice") if name in plan.programs]
    for service in services:
        variable = f"{service.upper()}_PORT"
        port = plan.environment[variable]
        if not port.isdecimal() or not 0 < int(port) < 65536:  # noqa: PLR2004 - the ports there are
            raise CannotStartError(f"{variable} is {port!r}; it must be a port from 1 to 65535")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", int(port)))
            except OSError as error:
                raise CannotStartError(
                    f"port {port} for the {service} cannot be had ({error.strerror})."
                    f" Stop what uses it, or choose another: {variable}={int(port) + 1} make run-local"
                ) from error


def control(plan: Plan, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask supervisord something."""
    if not plan.configuration.exists():
        return subprocess.CompletedProcess(arguments, 1, "", "")
    command = [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(plan.configuration), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command


def start(plan: Plan) -> subprocess.Popen[bytes]:
    """Start supervisord out of the terminal's reach: Ctrl-C comes to us, and we stop it in order."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # also where a shell has SIGINT ignored
    command = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(plan.configuration)]
    return subprocess.Popen(command, env=plan.environment, start_new_session=True)  # noqa: S603 - our own command


def stop(supervisord: "subprocess.Popen[bytes]") -> None:
    """Stop all programs; a second Ctrl-C or SIGTERM does not leave them behind."""
    if supervisord.poll() is None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        say("stopping all programs")
        supervisord.terminate()
        supervisord.wait()


def wait_until_serving(plan: Plan, supervisord: "subprocess.Popen[bytes]") -> None:
    """Wait until all programs run and the receiver can store; raises CannotStartError with what failed."""
    failed_at: float | None = None
    for now in moments(SERVING_SECONDS):
        if supervisord.poll() is not None:
            raise CannotStartError(f"supervisord ended. Its log: {plan.logs / 'supervisord.log'}")
        states = program_states(plan)
        failed = [name for name, state in states.items() if state in {"FATAL", "EXITED"}]
        failed_at = (failed_at or now) if failed else None
        waiting = {"STARTING", "BACKOFF"} & set(states.values())
        if failed_at and now - failed_at >= OTHERS_FAIL_SECONDS and not waiting:
            ends = "\n".join(f"{name}:\n{last_words(plan, name)}" for name in failed)
            raise CannotStartError(f"not running: {', '.join(failed)}. The end of each log:\n{ends}")
        if states and set(states.values()) == {"RUNNING"} and fetch(plan, "/readyz") is not None:
            return
    raise CannotStartError(f"not everything runs after {SERVING_SECONDS} s. The logs are in {plan.logs}")


def program_states(plan: Plan) -> dict[str, str]:
    """Return each program's state as supervisord has it."""
    lines = (line.split() for line in control(plan, "status").stdout.splitlines())
    return {words[0]: words[1] for words in lines if words[:1] and words[0] in plan.programs}


def watch(plan: Plan, supervisord: "subprocess.Popen[bytes]", started: datetime) -> None:
    """Until supervisord ends, tell of the first reading, of programs that stop, and how scraping goes."""
    told: dict[str, str] = {}
    while supervisord.poll() is None:
        for what, news in {
            "reading": told.get("reading") or first_reading(plan, started),
            "scraping": scraper_news(plan, started),
            **{
                name: program_news(plan, name, state, told.get(name, ""))
                for name, state in program_states(plan).items()
            },
        }.items():
            if news and told.get(what) != news:
                say(news)
            told[what] = news
        time.sleep(LOOK_SECONDS)


def first_reading(plan: Plan, started: datetime) -> str:
    """Tell of the latest version when it was stored after the start; nothing otherwise."""
    latest = fetch(plan, "/api/claude/console-usage")
    if latest is None or datetime.fromisoformat(latest.get("receivedAt", "1970-01-01T00:00:00Z")) < started:
        return ""
    session = latest.get("currentSession")
    figure = f"session {session['percentageUsed']} %" if session else "no session figure"
    return f"recording: {figure}; stored as {latest['versionInfo']['filename']}"


def scraper_news(plan: Plan, started: datetime) -> str:
    """Tell how the last scrape since the start went, in the scraper's own words."""
    try:
        status = json.loads(Path(plan.environment["SCRAPER_STATE_DIR"], "status.json").read_text())
        recent = datetime.fromisoformat(status["lastAttemptAt"]) >= started
        return f"scraper: {status['state']}. {status['message']}" if recent else ""
    except (OSError, ValueError, KeyError, TypeError):  # not written yet
        return ""


def program_news(plan: Plan, name: str, state: str, told: str) -> str:
    """Tell of a program that stays down, and that it runs again; `told` was told of it last."""
    if state not in {"FATAL", "EXITED", "STOPPED"}:
        return f"the {name} runs again" if told and state == "RUNNING" else told
    return f"the {name} does not run any more ({state}). The end of its log:\n{last_words(plan, name)}"


def moments(seconds: int) -> Iterator[float]:
    """Yield now and every half second until the time is over."""
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        yield now
        time.sleep(0.5)


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


def show(plan: Plan) -> None:
    """Say what runs where and what to look at."""
    receiver = plan.address("receiver")
    practice = plan.environment["SCRAPER_USAGE_URL"]
    if "practice" in plan.programs:
        practice = f"{plan.address('practice')}/  (the practice console: change its layout, log it out)"
    kept = plan.environment.get("CLAUDE_SYNC_API_KEY_FILE", "CLAUDE_SYNC_API_KEY")
    rows = {
        "Dashboard": f"{receiver}/#key={urllib.parse.quote(plan.key)}",
        "Latest": f"curl -H 'X-API-Key: {plan.key}' {receiver}/api/claude/console-usage",
        "Ask": f"{Path(sys.executable).parent / 'marigraph'} status  (--help has all commands)",
        "Health": f"{receiver}/api/health",
        "Page read": practice,
        "Files": plan.environment["STORE_URL"].removeprefix("file://"),
        "Key": f"{plan.key}  (kept in {kept})",
        "Logs": plan.logs,
        "Status": "make status, in another terminal; Ctrl-C here or make stop ends all",
    }
    lines = [f"  {name:<10} {value}" for name, value in rows.items()]
    saying.say("\n".join(["", "Marigraph serves.", *lines, ""]))


if __name__ == "__main__":
    sys.exit(main())
