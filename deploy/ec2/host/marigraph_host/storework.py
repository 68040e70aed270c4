"""`python -m shared.store ...` on this host's store, in a container of the release that serves.

It sees the store and nothing else: no network, no secrets, and an export may not even write.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from marigraph_host import settings as settings_file
from marigraph_host.errors import HostError
from marigraph_host.launching import USER, places
from marigraph_host.layout import Layout
from marigraph_host.releases import current, load
from marigraph_host.services import RECEIVER

__all__ = ["command", "run"]

_READING = frozenset({"export", "check"})


def command(image: str, data: Path, words: Sequence[str]) -> list[str]:
    """Return `docker run` for a command of the store (pure)."""
    what, *rest = words
    mount = f"type=bind,src={data},dst=/data{',readonly' if what in _READING else ''}"
    return [
        *("docker", "run", "--rm", "--interactive", "--network", "none", "--user", f"{USER}:{USER}"),
        *("--read-only", "--tmpfs", "/tmp:noexec,nosuid,nodev,size=64m"),  # noqa: S108 - in the container
        *(
            "--cap-drop",
            "ALL",
            "--security-opt",
            "no-new-privileges",
            "--memory",
            "512m",
            "--pids-limit",
            "64",
        ),
        *("--mount", mount, "--entrypoint", "python", image),
        *("-m", "shared.store", what, "--url", "file:///data", *rest),
    ]


def run(words: Sequence[str], layout: Layout | None = None) -> None:
    """Become that command. Raises HostError when nothing is deployed here."""
    layout = layout or Layout()
    release = current(layout)
    if not release:
        raise HostError("nothing is deployed on this host")
    data = places(layout, settings_file.read(layout.settings), RECEIVER.name).data
    image = load(layout.releases / release).images[RECEIVER.name]
    line = command(image, data, words)
    sys.stdout.flush()
    os.execvp(line[0], line)  # noqa: S606 - our own command, with no shell
