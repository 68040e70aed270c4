# ruff: noqa: S603 - it runs the system's own Python
"""Makes the virtual environment that the services run in; anew only when something of it has changed."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

__all__ = ["renew"]

REPOSITORY = Path(__file__).resolve().parents[2]
MADE_OF = "made-of"
"""The file in the environment that has the digest of all it was made of."""


def renew(place: Path, services: Sequence[str], wheels: str, say: Callable[[str], None]) -> bool:
    """Make the environment beside the old one, then let it take its place; False: it is this one already.

    `wheels` is a folder of wheels with a list for each service, "": packages come from the index.
    """
    digest = _digest(services, wheels)
    made_of = place / MADE_OF
    if made_of.exists() and made_of.read_text(encoding="utf-8") == digest:
        return False
    say("making the virtual environment (a minute or two on a small machine)")
    new, old = place.with_name("venv.new"), place.with_name("venv.old")
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    new.parent.mkdir(parents=True, exist_ok=True)
    _make(new, services, wheels)
    (new / MADE_OF).write_text(digest, encoding="utf-8")
    if place.exists():
        shutil.move(place, old)  # a rename, or a copy where the file system has none for folders
    new.rename(place)
    shutil.rmtree(old, ignore_errors=True)
    return True


def _make(new: Path, services: Sequence[str], wheels: str) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(new)], check=True)
    locks = [argument for name in services for argument in ("-r", str(_lock(name, wheels)))]
    offline = ["--no-index", "--find-links", wheels] if wheels else []
    pip = [str(new / "bin/python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--require-hashes", *offline, *locks], check=True)
    subprocess.run([*pip, "uninstall", "--yes", "pip", "setuptools"], check=True, capture_output=True)
    packages = next((new / "lib").glob("python3.*/site-packages"))
    for source in _sources(services):
        copy = packages / source.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    compiling = [str(new / "bin/python"), "-m", "compileall", "-q", "-j", "0", str(packages)]
    subprocess.run(compiling, check=False)


def _digest(services: Sequence[str], wheels: str) -> str:
    """Return a digest of the Python, the packages and the code that the environment is made of."""
    digest = hashlib.sha256(f"{sys.executable} {sys.version} {' '.join(sorted(services))}".encode())
    for path in (*(_lock(name, wheels) for name in sorted(services)), *_sources(services)):
        digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _sources(services: Sequence[str]) -> Iterator[Path]:
    """Find the code of the services and what they share."""
    yield REPOSITORY / "services/__init__.py"
    for folder in ("shared", *(f"services/{name}" for name in sorted(services))):
        files = (path for path in (REPOSITORY / folder).rglob("*") if path.is_file())
        yield from sorted(path for path in files if "__pycache__" not in path.parts)


def _lock(service: str, wheels: str) -> Path:
    """Return the list of a service's packages: with wheels at hand, the one that was made with them."""
    return Path(wheels, f"{service}.txt") if wheels else REPOSITORY / "deploy/locks" / f"{service}.txt"
