"""Images to the host: the layers it lacks, and no more."""

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import archive
import layers
from layers import Image
from link import Link
from refusals import CutError, DeployError

__all__ = ["Cargo", "engine_architecture", "loaded", "revision_of"]

_LISTED = (
    "docker image ls --quiet --no-trunc | sort -u"
    " | xargs -r docker image inspect --format '{{json .RootFS.Layers}}'"
)
_INSPECT = (
    "docker image inspect --format '{{{{.Id}}}} {{{{json .RootFS.Layers}}}}' marigraph-{service}:{release}"
)
# Marked, so that what waits for the rest of a cut upload is found and ended.
_LOAD = "export MARIGRAPH_SHIPS=1; docker load --quiet"


class Cargo(NamedTuple):
    """Images that were saved into a folder here, and what the host lacks of them."""

    folder: Path
    images: tuple[Image, ...]
    lacking: Mapping[str, str]

    @classmethod
    def gathered(cls, folder: Path, names: Mapping[str, str], link: Link) -> Self:
        """Save images (their names, and services) and ask the host what it has."""
        archive.save(names, folder)
        images = tuple(archive.read_images(folder, names))
        return cls(folder, images, layers.lacking(images, _present(link)))

    @property
    def unpacked(self) -> int:
        """How many bytes the host has to take."""
        return sum((self.folder / place).stat().st_size for place in self.lacking.values())

    def ship(self, link: Link, release: str) -> int:
        """Bring them into the host's engine, named after the release; return how many bytes that took."""
        try:
            return link.send(
                _LOAD, archive.packed(self.folder, self.images, self.lacking, release), root=True
            )
        except CutError:
            raise
        except DeployError:
            everything = layers.lacking(self.images, [])
            if everything == dict(self.lacking):
                raise
        print("    the host's engine wants all layers; shipping them")
        return link.send(_LOAD, archive.packed(self.folder, self.images, everything, release), root=True)


def loaded(link: Link, release: str, images: Iterable[Image]) -> dict[str, str]:
    """Return the host's own ids of the release's images. Raises DeployError when one arrived otherwise."""
    found = {}
    for image in images:
        answer = link.run(_INSPECT.format(service=image.service, release=release), root=True)
        identity, _, listed = answer.strip().partition(" ")
        if tuple(json.loads(listed)) != image.digests:
            raise DeployError(f"the image of {image.service} did not arrive as it is here; deploy again")
        found[image.service] = identity
    return found


def _present(link: Link) -> list[Sequence[str]]:
    """Return the layers of each image on the host; none when it has no engine yet."""
    listed = link.run(f"command -v docker >/dev/null || exit 0; {_LISTED}", root=True, check=False)
    return [found for line in listed.splitlines() if (found := json.loads(line))]


def engine_architecture() -> str:
    """Return the processor that images are built for here. Raises DeployError when no engine answers."""
    return _ask("version", "--format", "{{.Server.Arch}}")


def revision_of(image: str) -> tuple[str, str]:
    """Return version and revision from an image's labels."""
    labels = json.loads(_ask("image", "inspect", "--format", "{{json .Config.Labels}}", image)) or {}
    names = ("org.opencontainers.image.version", "org.opencontainers.image.revision")
    return labels.get(names[0], "unknown"), labels.get(names[1], "unknown")


def _ask(*words: str) -> str:
    try:
        done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)  # noqa: S603, S607 - the user's
    except OSError as error:
        raise DeployError("there is no docker command here, and the images are built here") from error
    if done.returncode:
        raise DeployError(f"the Docker engine here does not answer: {done.stderr.strip()}")
    return done.stdout.strip()
