"""`python -m shared.store ...` on this host's store, in a container of the release that serves.

It sees the store and nothing else: no network unless that is a bucket, no secrets but the bucket's, and an
export may not even write.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from marigraph_host import engine
from marigraph_host import settings as settings_file
from marigraph_host.errors import HostError
from marigraph_host.folders import see_store
from marigraph_host.launching import USER, Places, places, store_mounts
from marigraph_host.layout import Layout
from marigraph_host.record import FOLDER, bucket_of, scratch_url, settings_of_record
from marigraph_host.releases import current, load
from marigraph_host.services import RECEIVER

__all__ = ["command", "discard", "newest", "run", "see_record"]

_READING = frozenset({"export", "check", "copy"})
_PATIENCE_SECONDS = 30.0


def command(image: str, seen: Places, settings: Mapping[str, str], words: Sequence[str]) -> list[str]:
    """Return `docker run` for a command of the store (pure). `copy` copies the folder into the bucket."""
    what, *rest = words
    bucket = bucket_of(settings)
    url = bucket or FOLDER
    mounts = store_mounts(seen, settings_of_record(settings), read_only=what in _READING)
    if what == "copy":
        mounts += store_mounts(seen, {"STORE_URL": FOLDER}, read_only=True)
    named = [what, FOLDER, url, *rest] if what == "copy" else [what, "--url", url, *rest]
    given = {name: value for name, value in settings_of_record(settings).items() if name != "STORE_URL"}
    return [
        *("docker", "run", "--rm", "--interactive", "--network", "host" if bucket else "none"),
        *("--user", f"{USER}:{USER}"),
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
        *(word for name, value in sorted(given.items()) for word in ("--env", f"{name}={value}")),
        *(word for mount in mounts for word in ("--mount", mount)),
        *("--entrypoint", "python", image, "-m", "shared.store", *named),
    ]


def run(words: Sequence[str], layout: Layout | None = None) -> None:
    """Become that command. `copy NAME=VALUE...` copies the record's folder into the bucket of these settings.

    Raises HostError when nothing is deployed here.
    """
    layout = layout or Layout()
    release = current(layout)
    if not release:
        raise HostError("nothing is deployed on this host")
    settings = settings_file.read(layout.settings)
    if words[0] == "copy":
        settings = {**settings, **dict(word.split("=", 1) for word in words[1:])}
        words = words[:1]
    image = load(layout.releases / release).images[RECEIVER.name]
    line = command(image, places(layout, settings, RECEIVER.name), settings, words)
    sys.stdout.flush()
    os.execvp(line[0], line)  # noqa: S606 - our own command, with no shell


def see_record(layout: Layout, image: str, settings: Mapping[str, str]) -> list[Path]:
    """See that the record can be kept where the settings say; return the folders that takes on this host.

    Raises HostError that says what is missing: its disk; the bucket, or a right in it.
    """
    if not bucket_of(settings):
        data = places(layout, settings, RECEIVER.name).data
        see_store(layout, data, own="EC2_DATA_DIR" not in settings)
        return [data]
    try:
        _said(layout, image, settings, "try")
    except HostError as error:
        why = str(error).partition(": ")[2] or str(error)
        raise HostError(f"{bucket_of(settings)} cannot be used: {'; '.join(why.splitlines())}") from error
    return []


def newest(layout: Layout, image: str, settings: Mapping[str, str], moment: str) -> bytes | None:
    """Return the last version of `default` from a moment on, as the bucket has it; None without one."""
    said = _said(layout, image, settings, "export", "--account", "default", "--from", moment, "-")
    versions = [line for line in map(json.loads, said.splitlines()) if "version" in line]
    return json.dumps(versions[-1]["snapshot"], ensure_ascii=False).encode() if versions else None


def discard(layout: Layout, image: str, settings: Mapping[str, str], name: str) -> None:
    """Remove the scratch store of that name from the bucket. Raises HostError."""
    scratch = {**settings, "STORE_URL": scratch_url(bucket_of(settings), name)}
    _said(layout, image, scratch, "discard")


def _said(layout: Layout, image: str, settings: Mapping[str, str], *words: str) -> str:
    line = command(image, places(layout, settings, RECEIVER.name), settings, words)
    return engine.docker(*line[1:], seconds=_PATIENCE_SECONDS)
