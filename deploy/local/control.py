"""`make status`, `stop`, `login`, `scraper-status`, `demo-data`: asks about, or acts on, the local set-up."""

import os
import subprocess
import sys
import time

from plan import Plan, make_plan, running_plan

DEMO_DAYS = "60"
STOP_SECONDS = 30
"""Longer than any program may take to stop."""


def main(command: str) -> int:
    """Do what the word says; return the exit code of what was run."""
    if command in {"status", "stop"}:
        return supervise(running_plan(os.environ), command)
    plan = make_plan(os.environ)
    commands = {
        "scraper-status": [sys.executable, "-m", "services.scraper", "status"],
        "login": [sys.executable, "-m", "services.scraper", "login"],
        "login-anew": [sys.executable, "-m", "services.scraper", "login", "--anew"],
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
    if not plan.socket.exists():
        print("nothing runs here; start it with: make run-local")
        return 0 if command == "stop" else 4
    words = [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(plan.configuration)]
    words.append("shutdown" if command == "stop" else "status")
    code = subprocess.run(words, env=plan.environment, check=False).returncode  # noqa: S603 - our own command
    return wait_until_down(plan) if command == "stop" and code == 0 else code


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
    sys.exit(main(sys.argv[1]))
