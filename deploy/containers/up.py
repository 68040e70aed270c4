"""`make up`: starts the services in containers, waits until they are well, says what runs where.

`up.py --cluster` (`make up-s3`): three receivers behind a proxy, and a bucket of their own.
"""

import json
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bucket import check_bucket, give_credentials, settle_store
from giving import give_secrets
from stack import DEPLOY, CannotRunError, Container, Stack, find_stack

HEALTHY_SECONDS = 300
FIRST_READING_SECONDS = 60
STEADY_LOOKS = 4
"""How often in a row, half a second apart, all must be well: one that ends at its start is seen by then."""


def main() -> int:
    """Start everything; return the exit code."""
    try:
        stack = find_stack(os.environ, cluster="--cluster" in sys.argv[1:])
        key, kept = stack.key()
        record = settle_store(stack)
        check_ports(stack)
        build_images(stack)
        say(f"starting the containers of the project {stack.project}")
        give_secrets(stack, key)
        give_credentials(stack)
        check_bucket(stack)
        start(stack)
        show(stack, kept, record)
        announce_first_reading(stack, key)
    except CannotRunError as error:
        print(f"up: {error}", file=sys.stderr)
        return 1
    return 0


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(f"up: {text}", flush=True)


def check_ports(stack: Stack) -> None:
    """See that the ports are free, or already published by this stack."""
    ours = {port for container in stack.containers() for port in container.ports}
    for name, port in stack.ports.items():
        if port in ours:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CannotRunError(
                    f"port {port} cannot be had ({error.strerror}). Stop what uses it"
                    f" (make stop? make down?), or choose another: {name}={port + 1} make up"
                ) from error


def build_images(stack: Stack) -> None:
    """Build the images, or find that nothing changed."""
    script = [DEPLOY / "containers" / "images.sh", *stack.images]
    if subprocess.run(script, check=False).returncode:  # noqa: S603 - our own command
        raise CannotRunError("the images could not be built (see above)")


def start(stack: Stack) -> None:
    """Start all services and wait until they are well; raises CannotRunError when one is not.

    Compose itself would wait for ever for a service that ends at its start and is started again.
    """
    compose = stack.start("up", "--detach", "--remove-orphans")
    restarts: dict[str, int] = {}
    steady = 0
    try:
        for _ in moments(HEALTHY_SECONDS):
            containers = services(stack)
            if any(
                one.failed or one.restarts > restarts.setdefault(one.name, one.restarts) for one in containers
            ):
                break
            well = Counter(one.service for one in containers if one.well) == stack.services
            steady = steady + 1 if well and compose.poll() == 0 else 0
            if steady >= STEADY_LOOKS:
                return
            if compose.poll():
                raise CannotRunError("Compose could not start the containers (see above)")
    finally:
        end(compose)
    raise CannotRunError(
        f"not well: {', '.join(tell_why(stack))}. All logs: {stack.shown('logs')}; make down ends the rest"
    )


def services(stack: Stack) -> list[Container]:
    """Return the containers that go on running; the one that takes the key is none of them."""
    return [container for container in stack.containers() if container.service in stack.services]


def end(compose: "subprocess.Popen[bytes]") -> None:
    """Stop a Compose that still waits; the containers stay as they are."""
    if compose.poll() is None:
        compose.terminate()
    compose.wait()


def tell_why(stack: Stack) -> list[str]:
    """Show what the services that are not well said last; return their names."""
    well = Counter(one.service for one in services(stack) if one.well and not one.restarts)
    names = sorted(stack.services - well)
    for name in names:
        stack.run("logs", "--tail", "15", "--no-color", name)
    return names


def moments(seconds: int) -> Iterator[float]:
    """Yield now and every half second until the time is over."""
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        yield now
        time.sleep(0.5)


def show(stack: Stack, kept: str, record: str) -> None:
    """Say what runs where and what to look at."""
    receiver, curl = stack.receiver, "curl -k" if stack.receiver.startswith("https") else "curl"
    header = "X-API-Key: " + ("$CLAUDE_SYNC_API_KEY" if kept == "CLAUDE_SYNC_API_KEY" else f"$(cat {kept})")
    rows = {
        "Dashboard": f"{receiver}/  (it asks for the key)",
        "Latest": f'{curl} -H "{header}" {receiver}/api/claude/console-usage',
        "Health": f"{receiver}/api/health",
        "Page read": stack.environment.get("SCRAPER_USAGE_URL")
        or f"http://127.0.0.1:{stack.ports['PRACTICE_PORT']}/"
        "  (the practice console: change its figures and layout there)",
        "Key": kept,
        "Record": record,
        "Volumes": f"{stack.project}_...",
        "Logs": stack.shown("logs -f"),
        "Status": stack.shown("ps"),
        "Stop": "make down",
    }
    lines = [f"  {name:<10} {value}" for name, value in rows.items()]
    print("\n".join(["", "Marigraph serves.", *lines, ""]), flush=True)


def announce_first_reading(stack: Stack, key: str) -> None:
    """Wait for a stored reading and show it; say where to look when there is none."""
    for _ in moments(FIRST_READING_SECONDS):
        if latest := fetch(stack, key):
            session = latest.get("currentSession")
            figure = f"session {session['percentageUsed']} %" if session else "no session figure"
            say(f"recording: {figure}, read {latest['ageMinutes']} min ago")
            return
    say("no reading yet; the scraper's last words:")
    stack.run("logs", "--tail", "8", "--no-color", stack.scraper)


def fetch(stack: Stack, key: str) -> dict[str, Any] | None:
    """Return the latest reading; None while there is none."""
    address = f"{stack.receiver}/api/claude/console-usage"
    request = urllib.request.Request(address, headers={"X-API-Key": key})  # noqa: S310 - http(s), to this machine
    try:
        with urllib.request.urlopen(request, timeout=5, context=to_this_machine()) as answer:  # noqa: S310 - as above
            body: dict[str, Any] = json.load(answer)
            return body
    except (OSError, urllib.error.URLError, ValueError):
        return None


def to_this_machine() -> ssl.SSLContext:
    """Return how TLS is spoken with a receiver whose certificate is for another name."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


if __name__ == "__main__":
    sys.exit(main())
