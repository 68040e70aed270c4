"""Images out of this machine's engine, and an archive of what the host lacks of them.

`docker save` differs between engines: the older ones give a folder a layer, in which a layer that comes twice
is a link; the newer ones the blobs of an OCI image, perhaps compressed. Both have manifest.json, which names
each image's configuration and layers. The host gets one form: manifest.json, configurations, layers
by digest; `docker load` takes it, and looks for a layer in it only when the engine has not got that layer.
"""

import io
import json
import subprocess
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

from layers import Image
from refusals import DeployError

__all__ = ["packed", "read_images", "save"]

_PIECE = 1 << 18


def save(names: Iterable[str], folder: Path) -> None:
    """Have the engine write images, and all their layers, into a folder. Raises DeployError."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        ["docker", "save", *names],  # noqa: S607 - the user's docker
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    assert process.stderr is not None  # noqa: S101 - it is a pipe
    try:
        with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, OSError) as error:
        process.kill()
        raise DeployError(f"the images could not be read from the engine: {error}") from error
    finally:
        said = process.stderr.read().decode(errors="replace").strip()
        code = process.wait()
    if code:
        raise DeployError(f"docker save failed: {said}")


def read_images(folder: Path, services: Mapping[str, str]) -> list[Image]:
    """Return the images that were saved into a folder; `services` are their names (with tag) and services."""
    images = []
    for entry in json.loads((folder / "manifest.json").read_text(encoding="utf-8")):
        service = next((services[tag] for tag in entry["RepoTags"] or [] if tag in services), "")
        config = json.loads((folder / entry["Config"]).read_text(encoding="utf-8"))
        layers = zip(config["rootfs"]["diff_ids"], entry["Layers"], strict=True)
        if service:
            images.append(Image(service, entry["Config"], tuple(layers)))
    if missing := set(services.values()) - {image.service for image in images}:
        raise DeployError(f"docker save gave no image of {', '.join(sorted(missing))}")
    return images


def packed(folder: Path, images: Iterable[Image], layers: Mapping[str, str], tag: str) -> Iterator[bytes]:
    """Give out the archive for the host, compressed, piece by piece; its images get the tag there."""
    press = zlib.compressobj(level=6, wbits=31)  # with gzip's header
    for piece in _tar(folder, list(images), layers, tag):
        if pressed := press.compress(piece):
            yield pressed
    yield press.flush()


def _tar(folder: Path, images: list[Image], layers: Mapping[str, str], tag: str) -> Iterator[bytes]:
    manifest = []
    for image in images:
        config = (folder / image.config).read_bytes()
        name = f"{image.service}.json"
        yield from _member(name, len(config), io.BytesIO(config))
        names = [_name(digest) for digest in image.digests]
        manifest.append({"Config": name, "RepoTags": [f"marigraph-{image.service}:{tag}"], "Layers": names})
    for digest, place in layers.items():
        path = folder / place
        with path.open("rb") as file:
            yield from _member(_name(digest), path.stat().st_size, file)
    listed = json.dumps(manifest).encode()
    yield from _member("manifest.json", len(listed), io.BytesIO(listed))
    yield bytes(2 * tarfile.BLOCKSIZE)


def _name(digest: str) -> str:
    return f"{digest.removeprefix('sha256:')}.tar"


def _member(name: str, size: int, file: IO[bytes]) -> Iterator[bytes]:
    entry = tarfile.TarInfo(name)
    entry.size = size
    entry.mode = 0o644
    yield entry.tobuf(tarfile.USTAR_FORMAT)
    while piece := file.read(_PIECE):
        yield piece
    yield bytes(-size % tarfile.BLOCKSIZE)
