"""The releases on this host: what each holds, which one serves, which may go."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from marigraph_host import engine
from marigraph_host.errors import HostError, MisuseError
from marigraph_host.layout import Layout

__all__ = [
    "KEPT",
    "Release",
    "all_served",
    "current",
    "discard",
    "flip",
    "load",
    "mark_served",
    "superfluous",
    "tag",
]

KEPT = 3
"""How many releases stay, the one that serves among them."""

_SERVED = "served"
SUPERVISIONS = ("supervisor", "systemd")


class Release(NamedTuple):
    """What `release.json` says."""

    name: str
    version: str
    revision: str
    images: Mapping[str, str]
    """The image id (sha256:...) of each service."""
    supervision: str


def load(folder: Path) -> Release:
    """Return what a release's folder says of it. Raises MisuseError when it is none."""
    try:
        said = json.loads((folder / "release.json").read_text(encoding="utf-8"))
        release = Release(
            name=folder.name,
            version=str(said["version"]),
            revision=str(said["revision"]),
            images={str(service): str(image) for service, image in said["images"].items()},
            supervision=str(said.get("supervision", SUPERVISIONS[0])),
        )
    except FileNotFoundError:
        raise MisuseError(f"there is no release in {folder}") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MisuseError(f"{folder}/release.json is not understood: {error!r}") from error
    if release.supervision not in SUPERVISIONS:
        raise MisuseError(
            f"{folder}/release.json: supervision is {release.supervision!r}: {' or '.join(SUPERVISIONS)}"
        )
    return release


def current(layout: Layout) -> str:
    """Return the name of the release that serves; empty when there is none."""
    try:
        return layout.current.readlink().name
    except OSError:
        return ""


def flip(layout: Layout, release: str) -> None:
    """Make a release the current one, in one step that survives a power cut; an empty name leaves none."""
    if release:
        made = layout.current.with_name(".current")
        made.unlink(missing_ok=True)
        made.symlink_to(Path("releases") / release)
        made.replace(layout.current)
        _show_settings(layout, release)
    else:
        layout.current.unlink(missing_ok=True)
    sync_folder(layout.home)


def _show_settings(layout: Layout, release: str) -> None:
    """Have the usual place show the settings of the current release; a file of before is kept beside."""
    if layout.settings_of(release) == layout.settings:
        return
    layout.settings.parent.mkdir(parents=True, exist_ok=True)
    if layout.settings.exists() and not layout.settings.is_symlink():
        layout.settings.replace(layout.settings.with_suffix(".env.before"))
    made = layout.settings.with_name(".marigraph.env")
    made.unlink(missing_ok=True)
    made.symlink_to(os.path.relpath(layout.current / "marigraph.env", layout.settings.parent))
    made.replace(layout.settings)


def sync_folder(path: Path) -> None:
    """See that names in a folder are on the disk."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def mark_served(layout: Layout, release: str) -> None:
    """Note that a release has passed all checks, so that one can go back to it."""
    (layout.release(release) / _SERVED).touch()


def all_served(layout: Layout) -> list[str]:
    """Return the names of the releases that have served, oldest first."""
    return sorted(path.parent.name for path in layout.releases.glob(f"*/{_SERVED}"))


def superfluous(served: Sequence[str], present: Iterable[str], now: str) -> list[str]:
    """Return the releases that may go (pure).

    Of those that served the current one and the newest others stay. Those that never did go, unless they are
    newer than the current one: such a one may be on its way here.
    """
    others = [name for name in sorted(served) if name != now]
    stay = {now, *others[max(0, len(others) - (KEPT - 1)) :]}
    return sorted(name for name in present if name not in stay and (name in served or name < now))


def discard(layout: Layout, names: Iterable[str]) -> None:
    """Remove releases and the names of their images: an image goes with its last name."""
    for name in names:
        with suppress(MisuseError):
            for service in load(layout.release(name)).images:
                with suppress(HostError):
                    engine.docker("image", "rm", tag(layout, service, name))
        shutil.rmtree(layout.release(name), ignore_errors=True)


def tag(layout: Layout, service: str, release: str) -> str:
    """Return the name that keeps a release's image on the host."""
    return f"{layout.container(service)}:{release}"
