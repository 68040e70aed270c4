"""Prints the part of a lock file that the images' Python installs, hashes included.

`pip download` judges a line's marker (`; python_full_version < '3.13'`) by the Python it runs in, which may
be newer than the images' or on another system: so the markers are judged here, for the images, and left out.
"""

import sys
from pathlib import Path

from packaging.markers import Marker

IMAGE = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.11.2",
    "python_version": "3.11",
    "sys_platform": "linux",
}
"""What Debian 12's Python answers."""


def select(lock: str, machine: str) -> str:
    """Keep the requirements that hold on an image for `machine` (x86_64, aarch64), without their markers."""
    environment = IMAGE | {"platform_machine": machine}
    logical = lock.replace("\\\n", "\0").splitlines()
    return "\n".join(kept for line in logical if (kept := _kept(line, environment))) + "\n"


def _kept(line: str, environment: dict[str, str]) -> str:
    requirement, _, hashes = line.partition("\0")
    name, _, marker = requirement.partition(";")
    if marker and not Marker(marker).evaluate(environment):
        return ""
    return " \\\n    ".join([name.strip(), *(part.strip() for part in hashes.split("\0"))])


if __name__ == "__main__":
    lock_file, platform_machine = sys.argv[1:]
    print(select(Path(lock_file).read_text(encoding="utf-8"), platform_machine), end="")
