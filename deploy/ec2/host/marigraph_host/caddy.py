"""The distribution's Caddy in front of the receiver, when the settings name a domain; gone when they do not.

Only its unit gets an addition; its own configuration is left as it is. The site's configuration belongs to
the release, so that it goes back with it.
"""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from marigraph_host.errors import HostError
from marigraph_host.layout import Layout
from marigraph_host.ports import holder, listened
from marigraph_host.site import Site, caddyfile, drop_in, site_of

__all__ = ["apply", "prepare", "status"]

_UNIT = "caddy.service"
_PORTS = (80, 443)
_LISTEN_SECONDS = 10.0
_CERTIFICATE_SECONDS = 20.0
"""How long a deployment waits for a first certificate; the proxy goes on trying without it."""
_OK = 200


def prepare(layout: Layout, release: Path, settings: Mapping[str, str]) -> None:
    """Write the site's configuration into a release; nothing that serves is touched.

    Raises HostError when the proxy could not serve here: it is missing, it is somebody else's, or its ports
    are taken.
    """
    site = site_of(settings)
    if site is None:
        return
    if not _caddy() or _systemctl("cat", _UNIT).returncode:
        raise HostError("EC2_DOMAIN is set, and there is no Caddy with its systemd unit on this host")
    if not _addition(layout).exists():
        if _systemctl("is-active", "--quiet", _UNIT).returncode == 0:
            raise HostError("a Caddy of your own runs here: add the site to it (deploy/proxy/Caddyfile)")
        if taken := [port for port in _PORTS if listened(port)]:
            raise HostError(f"port {taken[0]} is taken{holder(taken[0])}; EC2_DOMAIN needs 80 and 443 free")
    folder = release / "caddy"
    folder.mkdir(exist_ok=True)
    file = folder / "Caddyfile"
    file.write_text(caddyfile((release / "proxy/Caddyfile").read_text(encoding="utf-8"), site), "utf-8")
    _run(_caddy(), "adapt", "--config", str(file), "--adapter", "caddyfile")


def apply(layout: Layout, settings: Mapping[str, str]) -> str:
    """Have the proxy serve the current release's site, or nothing; return what was seen. Raises HostError."""
    site, addition = site_of(settings), _addition(layout)
    if site is None:
        if not addition.exists():
            return ""
        _remove(addition)
        return "the proxy is off"
    text = drop_in(layout, _caddy())
    if not addition.exists() or addition.read_text(encoding="utf-8") != text:
        addition.parent.mkdir(parents=True, exist_ok=True)
        addition.write_text(text, encoding="utf-8")
        _do("daemon-reload")
        _systemctl("reset-failed", _UNIT)  # which fails for one that was never started
        _do("restart", _UNIT)
    else:
        _do("reload-or-restart", _UNIT)  # Caddy passes over a configuration that it has already
    _do("enable", "--quiet", _UNIT)
    _wait_for_ports()
    return f"https://{site.domain}: {_seen(site, _CERTIFICATE_SECONDS)}"


def status(settings: Mapping[str, str]) -> str:
    """Return a line about the site; empty without one."""
    site = site_of(settings)
    return f"https://{site.domain}: {_seen(site, 0)}" if site else ""


def _remove(addition: Path) -> None:
    """Stop it and take the addition away; the package stays."""
    _do("disable", "--now", "--quiet", _UNIT)
    addition.unlink()
    if not any(addition.parent.iterdir()):
        addition.parent.rmdir()
    _do("daemon-reload")


def _addition(layout: Layout) -> Path:
    return layout.root / "etc/systemd/system" / f"{_UNIT}.d" / "marigraph.conf"


def _caddy() -> str:
    return shutil.which("caddy") or ""


def _wait_for_ports() -> None:
    end = time.monotonic() + _LISTEN_SECONDS
    while not all(listened(port) for port in _PORTS):
        if time.monotonic() > end or _systemctl("is-failed", "--quiet", _UNIT).returncode == 0:
            raise HostError("Caddy does not listen on 80 and 443: journalctl --unit caddy says why")
        time.sleep(0.1)


def _seen(site: Site, seconds: float) -> str:
    """Ask the site from here, under its name; that its certificate is trusted is the clients' to see."""
    end = time.monotonic() + seconds
    while True:
        try:
            status = _ask(site.domain)
        except (OSError, http.client.HTTPException) as error:
            if time.monotonic() < end:
                time.sleep(0.5)
                continue
            if _systemctl("is-active", "--quiet", _UNIT).returncode:
                return "Caddy does not run (journalctl --unit caddy)"
            return (
                f"no answer yet ({type(error).__name__}). Does the name lead to this host, and do its"
                " security group and firewall let TCP 80 and 443 in? Caddy goes on trying (journalctl"
                " --unit caddy)"
            )
        return "it serves" if status == _OK else f"/livez answers {status} through the proxy"


def _ask(domain: str) -> int:
    context = ssl._create_unverified_context()  # noqa: S323, SLF001 - this host asks itself
    with (
        socket.create_connection(("127.0.0.1", 443), 5) as plain,
        context.wrap_socket(plain, server_hostname=domain) as wrapped,
    ):
        connection = http.client.HTTPConnection(domain)
        connection.sock = wrapped
        connection.request("GET", "/livez", headers={"Connection": "close"})
        return connection.getresponse().status


def _systemctl(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        ["systemctl", *words],  # noqa: S607 - wherever the host has it
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _do(*words: str) -> None:
    done = _systemctl(*words)
    if done.returncode:
        raise HostError(f"systemctl {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")


def _run(*words: str) -> None:
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise HostError(f"{' '.join(words[:2])}: {done.stderr.strip().splitlines()[-1:]}")
