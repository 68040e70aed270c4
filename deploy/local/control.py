"""`make status`, `stop`, `login`, `scraper-status`, `demo-data`: asks about, or acts on, the local set-up."""

import os
import subprocess
import sys

from plan import make_plan

DEMO_DAYS = "60"


def main(command: str) -> int:
    """Do what the word says; return the exit code of what was run."""
    plan = make_plan(os.environ)
    supervisorctl = [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(plan.configuration)]
    commands = {
        "status": [*supervisorctl, "status"],
        "stop": [*supervisorctl, "shutdown"],
        "scraper-status": [sys.executable, "-m", "services.scraper", "status"],
        "login": [sys.executable, "-m", "services.scraper", "login"],
        "demo-data": [
            *(sys.executable, "-m", "services.practice", "demo-data"),
            *("--store", plan.environment["STORE_URL"], "--days", DEMO_DAYS),
        ],
    }
    if command in {"status", "stop"} and not plan.socket.exists():
        print("nothing runs here; start it with: make run-local")
        return 0 if command == "stop" else 4
    if command == "demo-data" and "practice" not in plan.programs:
        print(
            "SCRAPER_USAGE_URL names a real page: made-up figures are not mixed into its record",
            file=sys.stderr,
        )
        return 2
    return subprocess.run(commands[command], env=plan.environment, check=False).returncode  # noqa: S603 - from the table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
