"""`make up`: starts the services in containers, waits until they are well, says what runs where."""

import json
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stack import DEPLOY, CannotRunError, Container, Stack, find_stack

HEALTHY_SECONDS = 180
FIRST_READING_SECONDS = 60
STEADY_LOOKS = 4
"""How often in a row, half a second apart, all must be well: one that ends at its start is seen by then."""

SECRETS = {
    "RECEIVER_KEYS_FILE": "keys.json",
    "RECEIVER_TLS_CERT": "tls-cert.pem",
    "RECEIVER_TLS_KEY": "tls-key.pem",
}
"""Settings that name files of this machine, and the files' names in the volume."""

ALERTS = {
    "ALERTER_WEBHOOKS": "alerter-webhooks",
    "ALERTER_WEBHOOK_SECRET": "alerter-webhook-secret",
    "ALERTER_APPRISE_URLS": "alerter-apprise-urls",
}
"""The alerter's secrets, given as they are or in files (NAME_FILE), and the files' names in the volume."""


def main() -> int:
    """Start everything; return the exit code."""
    try:
        stack = find_stack(os.environ)
        key, kept = stack.key()
        check_ports(stack)
        build_images()
        say(f"starting the containers of the project {stack.project}")
        give_secrets(stack, key)
        start(stack)
        show(stack, kept)
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


def build_images() -> None:
    """Build the images, or find that nothing changed."""
    if subprocess.run([DEPLOY / "containers" / "images.sh"], check=False).returncode:  # noqa: S603 - our own command
        raise CannotRunError("the images could not be built (see above)")


def give_secrets(stack: Stack, key: str) -> None:
    """Put key, further keys and certificate into the volume that the services read them from.

    They are in no argument and no variable. From here on the settings name them as the containers see them.
    """
    stack.run("run", "--rm", "-T", "keys", give=f"{key}\n")
    for setting, name in SECRETS.items():
        if given := stack.environment.pop(setting, None):
            stack.run("run", "--rm", "-T", "keys", name, give=read_secret(setting, given))
            stack.environment[setting] = f"/run/keys/{name}"
    for setting, name in ALERTS.items():
        if (secret := take_secret(stack.environment, setting)) and stack.alerting:
            stack.run("run", "--rm", "-T", "keys", name, give=secret)
            stack.environment[f"{setting}_FILE"] = f"/run/keys/{name}"


def take_secret(environment: dict[str, str], setting: str) -> str:
    """Take a secret and the name of its file out of the environment; return the secret, or ""."""
    direct, file = environment.pop(setting, ""), environment.pop(f"{setting}_FILE", "")
    if direct and file:
        raise CannotRunError(f"{setting} and {setting}_FILE are both set: keep one of them")
    return read_secret(f"{setting}_FILE", file) if file else direct


def read_secret(setting: str, given: str) -> str:
    """Return what is in a file that a setting names; raises CannotRunError when it cannot be read."""
    try:
        return Path(given).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise CannotRunError(f"{setting} names {given}, which cannot be read: {reason}") from error


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
                one.failed or one.restarts > restarts.setdefault(one.service, one.restarts)
                for one in containers
            ):
                break
            well = {one.service for one in containers if one.well} == stack.services
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
    names = sorted(stack.services - {one.service for one in services(stack) if one.well and not one.restarts})
    for name in names:
        stack.run("logs", "--tail", "15", "--no-color", name)
    return names


def moments(seconds: int) -> Iterator[float]:
    """Yield now and every half second until the time is over."""
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        yield now
        time.sleep(0.5)


def show(stack: Stack, kept: str) -> None:
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
        "Volumes": ", ".join(f"{stack.project}_{name}" for name in ("data", stack.profile, "keys")),
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
            say(f"recording: {figure}, read {latest['ageMinutes']} minutes ago")
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
