"""A disk whose power can be cut: ext4 on a loop device (root only)."""

import contextlib
import fcntl
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path

EXT4_IOC_SHUTDOWN = 0x8004587D
"""_IOR('X', 125, __u32): the file system stops at once, as when the power goes."""

SIZE = 64 << 20


class Cut(IntEnum):
    """What the cut leaves of what was not synced (include/uapi/linux/ext4.h)."""

    JOURNAL_FLUSHED = 1
    JOURNAL_LOST = 2


class Disk:
    """An ext4 file system in a file, mounted in a folder of the test's own."""

    def __init__(self, image: Path, mounted: Path) -> None:
        """Name the places; `mounted` is made if it is missing."""
        self.image = image
        self.mounted = mounted
        self.mounted.mkdir(exist_ok=True)

    @classmethod
    def made(cls, folder: Path, size: int = SIZE) -> "Disk":
        """Make a disk of so many bytes and mount it."""
        disk = cls(folder / "disk.img", folder / "disk")
        with disk.image.open("wb") as file:
            file.truncate(size)
        disk.format()
        disk.mount()
        return disk

    def format(self) -> None:
        lazy = "lazy_itable_init=0,lazy_journal_init=0"  # nothing is left to be written behind our back
        run("mkfs.ext4", "-q", "-F", "-b", "4096", "-i", "4096", "-E", lazy, str(self.image))

    def mount(self) -> None:
        self._device = run("losetup", "-f", "--show", str(self.image))
        run("mount", self._device, str(self.mounted))

    def unmount(self) -> None:
        """Let go of disk and device: a device that is still known would bring its dead file system back."""
        run("umount", str(self.mounted))
        run("losetup", "-d", self._device)
        for _ in range(100):
            if not run("losetup", "-j", str(self.image)):
                return
            time.sleep(0.05)
        raise AssertionError(f"{self._device} is not let go")

    def make_read_only(self) -> None:
        """Remount it; while a file is being written that is refused, so it is tried until it works."""
        until = time.monotonic() + 20
        while subprocess.run(
            ["mount", "-o", "remount,ro", self.mounted], capture_output=True, check=False
        ).returncode:
            assert time.monotonic() < until, "the disk is never at rest"

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let nothing be written: whoever tries waits until the end of the block."""
        run("fsfreeze", "-f", str(self.mounted))
        try:
            yield
        finally:
            run("fsfreeze", "-u", str(self.mounted))

    def cut_power(self, cut: Cut) -> None:
        descriptor = os.open(self.mounted, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", cut))
        finally:
            os.close(descriptor)


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout.strip()


def why_no_loop_disk() -> str:
    """Say why this machine cannot mount a disk of its own; empty when it can."""
    if os.geteuid() != 0:
        return "mounting a disk needs root"
    found = subprocess.run(["losetup", "-f"], capture_output=True, text=True, check=False)
    return "" if found.returncode == 0 else f"no loop device: {found.stderr.strip()}"


def why_no_recorded_disk() -> str:
    """Say why this machine cannot mount a disk that records its writes; empty when it can."""
    if reason := why_no_loop_disk():
        return reason
    if not (shutil.which("fusermount3") and Path("/dev/fuse").exists()):
        return "there is no FUSE (Debian: apt install fuse3)"
    return ""
