"""`make run-local`: everything on this machine, in the foreground, until Ctrl-C.

Starts supervisord with the services, waits until the first reading is stored, says what runs where, and
stops all of them again when it is told to.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from given_settings import bad_settings, misnamed
from leftover import MARK, end, leftovers, listed
from news import Program, first_reading, last_words, not_ready, program_news, scraper_news
from plan import Plan, make_plan, write_command_settings, write_configuration

from shared import saying

DESTINATIONS = ("ALERTER_WEBHOOKS", "ALERTER_APPRISE_URLS")
SERVING_SECONDS = 60
OTHERS_FAIL_SECONDS = 3
"""A program that takes its time to fail is named together with the first."""
UNREADY_SECONDS = 5
"""A store that cannot be written does not heal by itself: so long it is given all the same."""
LOOK_SECONDS = 4
PASSING = frozenset({"STARTING", "BACKOFF", "STOPPING"})
"""States on the way from one to another."""


class CannotStartError(Exception):
    """The set-up cannot run; the text says why and what to do."""


def main() -> int:
    """Run until told to stop; return the exit code."""
    plan = make_plan(os.environ)
    try:
        check_free(plan)
        check_settings(plan)
        write_configuration(plan)
        write_command_settings(plan)
        say("starting " + ", ".join(plan.programs))
        started = datetime.now(UTC)
        supervisord = start(plan)
        try:
            wait_until_serving(plan, supervisord)
            show(plan)
            watch(plan, supervisord, started)
            if supervisord.returncode:
                raise CannotStartError(f"supervisord was killed. Its log: {plan.logs / 'supervisord.log'}")
        finally:
            stop(plan, supervisord)
    except CannotStartError as error:
        print(f"run-local: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    say("all stopped; what was recorded is in " + str(plan.folder))
    return 0


def say(text: str) -> None:
    """Print a line at once, also into a pipe; all goes on when nobody reads it any more."""
    try:
        saying.say(f"run-local: {text}")
    except (
        OSError
    ):  # the terminal was closed, or its file is on a full disk: no reason to leave anything running
        saying.hush(sys.stdout)


def check_free(plan: Plan) -> None:
    """See that nothing of ours runs already and that the ports are free."""
    if control(plan, "pid").returncode == 0:
        raise CannotStartError("it runs already. `make status` shows it, `make stop` stops it")
    if found := leftovers(plan.folder):
        raise CannotStartError(
            f"of an earlier `make run-local` these still run: {listed(found)}. `make stop` ends them"
        )
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


def check_settings(plan: Plan) -> None:
    """See that no program would end with its settings at once; those that nothing reads are only told."""
    for line in misnamed(plan.environment):
        say(line)
    if problems := bad_settings(plan.environment, plan.programs):
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise CannotStartError(f"settings (from the environment or .env) that cannot be used:\n{lines}")


def control(plan: Plan, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask supervisord something."""
    if not plan.configuration.exists():
        return subprocess.CompletedProcess(arguments, 1, "", "")
    command = [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(plan.configuration), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command


def start(plan: Plan) -> subprocess.Popen[bytes]:
    """Start supervisord out of the terminal's reach: Ctrl-C comes to us, and we stop it in order."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # also where a shell has SIGINT ignored
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:  # nohup asks to outlive the terminal
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    command = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(plan.configuration)]
    environment = {**plan.environment, MARK: str(plan.folder)}
    return subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 - our own command


def stop(plan: Plan, supervisord: "subprocess.Popen[bytes]") -> None:
    """Stop all programs, also those of a supervisord that was killed; a second Ctrl-C leaves none behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if supervisord.poll() is None:
        say("stopping all programs")
        supervisord.terminate()
        supervisord.wait()
    if supervisord.returncode and (found := leftovers(plan.folder)):
        say(f"supervisord is gone; ending what it left behind: {listed(found)}")
        if staying := end(plan.folder):
            say(f"these could not be ended: {listed(staying)}")


def wait_until_serving(plan: Plan, supervisord: "subprocess.Popen[bytes]") -> None:
    """Wait until all programs run and the receiver can store; raises CannotStartError with what failed."""
    failed_at = unready_at = None
    for now in moments(SERVING_SECONDS):
        if supervisord.poll() is not None:
            raise CannotStartError(f"supervisord ended. Its log: {plan.logs / 'supervisord.log'}")
        states = {name: program.state for name, program in programs(plan).items()}
        failed = [name for name, state in states.items() if state in {"FATAL", "EXITED"}]
        failed_at = (failed_at or now) if failed else None
        waiting = {"STARTING", "BACKOFF"} & set(states.values())
        if failed_at and now - failed_at >= OTHERS_FAIL_SECONDS and not waiting:
            ends = "\n".join(f"{name}:\n{last_words(plan, name)}" for name in failed)
            raise CannotStartError(f"not running: {', '.join(failed)}. The end of each log:\n{ends}")
        if states and set(states.values()) == {"RUNNING"} and (unready := not_ready(plan)) is not None:
            if not unready:
                return
            unready_at = unready_at or now
            if now - unready_at >= UNREADY_SECONDS:
                raise CannotStartError(f"the receiver cannot store anything in {plan.files}: {unready}")
    raise CannotStartError(f"not everything runs after {SERVING_SECONDS} s. The logs are in {plan.logs}")


def programs(plan: Plan) -> dict[str, Program]:
    """Return how supervisord has each program."""
    lines = (line.split() for line in control(plan, "status").stdout.splitlines())
    return {
        words[0]: Program(words[1], words[3].rstrip(",") if words[2:3] == ["pid"] else "")
        for words in lines
        if words[:1] and words[0] in plan.programs
    }


def watch(plan: Plan, supervisord: "subprocess.Popen[bytes]", started: datetime) -> None:
    """Until supervisord ends, tell of the first reading, of programs that stop, and how scraping goes."""
    told: dict[str, str] = {}
    seen: dict[str, Program] = {}
    while supervisord.poll() is None:
        found = programs(plan)
        for what, news in {
            "reading": told.get("reading") or first_reading(plan, started),
            "scraping": scraper_news(plan, started),
            **{name: program_news(plan, name, now, seen.get(name)) for name, now in found.items()},
        }.items():
            if news and told.get(what) != news:
                say(news)
            told[what] = news
        seen |= {name: now for name, now in found.items() if now.state not in PASSING}
        time.sleep(LOOK_SECONDS)


def moments(seconds: int) -> Iterator[float]:
    """Yield now and every half second until the time is over."""
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        yield now
        time.sleep(0.5)


def alerts(plan: Plan) -> str:
    """Say where alerts go."""
    given = plan.environment
    there = any(given.get(name) or given.get(f"{name}_FILE") for name in DESTINATIONS)
    return "to yours; try them: make alert-test" if there else "into the log alone (ALERTER_WEBHOOKS in .env)"


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
        "Files": plan.files,
        "Alerts": alerts(plan),
        "Key": f"{plan.key}  (kept in {kept})",
        "Logs": plan.logs,
        "Status": "make status, in another terminal; Ctrl-C here or make stop ends all",
    }
    lines = [f"  {name:<10} {value}" for name, value in rows.items()]
    saying.say("\n".join(["", "Marigraph serves.", *lines, ""]))


if __name__ == "__main__":
    sys.exit(main())
