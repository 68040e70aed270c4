"""The folder of a release, as it goes to the host: host program, unit templates, settings, `release.json`."""

import gzip
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from plan import REPOSITORY

__all__ = ["UNPACK", "packed", "release_name"]

UNPACK = """\
set -e; export MARIGRAPH_SHIPS=1; cd /opt/marigraph/releases; rm -rf .{release}; mkdir .{release}
tar -xzf - -C .{release} --no-same-owner; sync -f .{release} 2>/dev/null || sync; mv -T .{release} {release}
"""
"""Unpacks a release beside its place and puts it there in one step."""

_DEPLOY = REPOSITORY / "deploy"


def release_name(now: datetime, revision: str) -> str:
    """Return the name of a release made now (UTC); names are in the order of time."""
    return f"{now:%Y%m%dT%H%M%SZ}-{revision[:7] if revision != 'unknown' else 'unknown'}"


def packed(made: Mapping[str, object], settings: str) -> bytes:
    """Return the release's folder as a compressed archive; `made` becomes release.json."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, path in _files():
            _add(archive, name, path.read_bytes())
        _add(archive, "release.json", json.dumps(made, indent=2).encode() + b"\n")
        _add(archive, "marigraph.env", settings.encode(), mode=0o640)
    return gzip.compress(raw.getvalue(), mtime=0)


def _files() -> Iterator[tuple[str, Path]]:
    host = _DEPLOY / "ec2" / "host"
    for path in sorted(host.rglob("*.py")):
        yield f"host/{path.relative_to(host)}", path
    for path in sorted((_DEPLOY / "seccomp").glob("*.json")):
        yield f"seccomp/{path.name}", path
    for path in (
        *sorted((_DEPLOY / "systemd" / "container").glob("*.service")),
        _DEPLOY / "systemd" / "marigraph.target",
    ):
        yield f"systemd/{path.name}", path
    yield "proxy/Caddyfile", _DEPLOY / "proxy" / "Caddyfile"


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))
