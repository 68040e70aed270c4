"""`make status`, `stop`, `login`, `backup` and others: asks about, or acts on, the local set-up."""

import os
import socket
import subprocess
import sys
import time

from leftover import end, leftovers, listed
from plan import Plan, make_plan, running_plan

DEMO_DAYS = "60"
NOT_ALL_RUN, NOTHING_RUNS = 3, 4
"""As supervisorctl's: a program is not RUNNING, and nothing runs at all."""
FILES = {"session-export": "login.json", "session-import": "login.json", "backup": "marigraph.ndjson.gz"}
"""Words that need a file, and a name for it."""
STOP_SECONDS = 30
"""Longer than any program may take to stop."""


def main(command: str, file: str = "") -> int:
    """Do what the word says, with a file where it needs one; return the exit code of what was run."""
    if command in FILES and not file:
        print(f"name the file: make {command} FILE={FILES[command]}", file=sys.stderr)
        return 2
    if command in {"status", "stop"}:
        return supervise(running_plan(os.environ), command)
    plan = make_plan(os.environ)
    commands = {
        "scraper-status": [sys.executable, "-m", "services.scraper", "status"],
        "login": [sys.executable, "-m", "services.scraper", "login"],
        "login-anew": [sys.executable, "-m", "services.scraper", "login", "--anew"],
        "session-export": [sys.executable, "-m", "services.scraper", "session", "export", file],
        "session-import": [sys.executable, "-m", "services.scraper", "session", "import", file],
        "alert-test": [sys.executable, "-m", "services.alerter", "test"],
        "backup": [sys.executable, "-m", "shared.store", "export", file],
        "demo-data": [
            *(sys.executable, "-m", "services.practice", "demo-data"),
            *("--store", plan.environment["STORE_URL"], "--days", DEMO_DAYS),
        ],
    }
    if command == "demo-data" and "practice" not in plan.programs:
        print(
            "SCRAPER_USAGE_URL names a real page: made-up figures are not mixed into its record",
            file=sys.stderr,
        )
        return 2
    return subprocess.run(commands[command], env=plan.environment, check=False).returncode  # noqa: S603 - from the table


def supervise(plan: Plan, command: str) -> int:
    """Ask supervisord for the status, or to stop; return the exit code."""
    if not answers(plan):
        return without_supervisor(plan, command)
    words = [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(plan.configuration)]
    words.append("shutdown" if command == "stop" else "status")
    # A stop says "stopped" when all is down; supervisorctl's own "Shut down" comes before that.
    quiet = subprocess.DEVNULL if command == "stop" else None
    code = subprocess.run(words, env=plan.environment, stdout=quiet, check=False).returncode  # noqa: S603 - our own command
    return wait_until_down(plan) if command == "stop" and code == 0 else code


def answers(plan: Plan) -> bool:
    """Tell whether supervisord listens: one that was killed leaves its socket behind."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(os.fspath(plan.socket))
        except OSError:
            return False
    return True


def without_supervisor(plan: Plan, command: str) -> int:
    """Say, or end, what is left of a set-up whose supervisord is gone; return the exit code."""
    found = leftovers(plan.folder)
    if not found:
        print("nothing runs here; start it with: make run-local")
        return 0 if command == "stop" else NOTHING_RUNS
    if command == "status":
        print(f"supervisord is gone, but of its programs these still run: {listed(found)}")
        print("nobody looks after them: make stop ends them")
        return NOT_ALL_RUN
    print(f"supervisord is gone; ending what it left behind: {listed(found)}")
    if staying := end(plan.folder):
        print(f"these could not be ended: {listed(staying)}", file=sys.stderr)
        return 1
    print("stopped")
    return 0


def wait_until_down(plan: Plan) -> int:
    """Wait until supervisord has stopped all programs and is gone itself; return the exit code."""
    for _ in range(STOP_SECONDS * 10):
        if not plan.socket.exists():
            print("stopped")
            return 0
        time.sleep(0.1)
    print(f"not everything has stopped after {STOP_SECONDS} s; the logs are in {plan.logs}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
