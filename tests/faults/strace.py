"""Failing or killing a process at one of its system calls, with strace; and reading what it did."""

import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

CALLS = (
    "openat,creat,close,read,pread64,preadv,preadv2,readv,write,pwrite64,writev,pwritev,lseek,fsync,fdatasync,"
    "sync_file_range,syncfs,link,linkat,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,rmdir,stat,lstat,"
    "fstat,newfstatat,statx,access,faccessat,faccessat2,getdents64,flock,fcntl,ftruncate,fallocate,chmod,fchmod,"
    "fchmodat,utimensat,copy_file_range,sendfile,readlink,readlinkat,symlink"
)
"""What reaches a file system; strace passes over those that this machine's architecture lacks."""

_FULL = ["error=EIO", "error=ENOSPC"]
_WRITING = [
    "openat",
    "write",
    "pwrite64",
    "writev",
    "fsync",
    "fdatasync",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "rename",
    "renameat",
    "renameat2",
]
ERRORS = {**dict.fromkeys(_WRITING, _FULL), "close": [], "access": [], "faccessat": [], "faccessat2": []}
"""The errors that a call may meet, when it is not EIO alone.

A close that fails closes its file nevertheless; strace cannot imitate that.
"""

_LINE = re.compile(r"^\d+ +(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+|\?)")


class Call(NamedTuple):
    """One system call: its name, the files it names, and whether it succeeded."""

    name: str
    files: list[str]
    succeeded: bool


class Fault(NamedTuple):
    """What to do at the n-th call of a name: `error=EIO`, `error=ENOSPC` or `signal=SIGKILL`."""

    call: str
    number: int
    what: str

    def __str__(self) -> str:
        return f"{self.what} at {self.call} number {self.number}"


def attach(process: int, log: Path, fault: Fault | None) -> "subprocess.Popen[bytes]":
    """Follow a process that sleeps from here on; when this returns, no call of it is missed.

    That strace has taken a process does not tell that it follows: what the process does until strace has
    stopped it and let it go once is neither seen nor counted. (Held up in between, strace missed the first
    calls of 10 processes of 10.)
    """
    inject = ["-e", f"inject={fault.call}:{fault.what}:when={fault.number}"] if fault else []
    follow = ["strace", "-f", "-qq", "-y", "-s", "300", "-o", str(log), "-p", str(process)]
    calls = ",".join(f"?{name}" for name in CALLS.split(","))
    until = time.monotonic() + 10
    while not (before := _sleeps(process)):
        assert time.monotonic() < until, "the process does not wait"
        time.sleep(0.002)
    tracer = subprocess.Popen([*follow, "-e", f"trace={calls}", *inject], stderr=subprocess.DEVNULL)
    while _sleeps(process) < before + _STOPPED_AND_LET_GO:
        assert tracer.poll() is None, "strace ended at once"
        assert time.monotonic() < until, "strace did not attach"
        time.sleep(0.002)
    return tracer


_STOPPED_AND_LET_GO = 2
"""Times that a sleeping process gives up the processor: when it is stopped, and when it sleeps again."""


def _sleeps(process: int) -> int:
    """Count how often a process gave up the processor, 0 while it does not sleep."""
    status = dict(
        line.split(":\t", 1)
        for line in Path(f"/proc/{process}/status").read_text().splitlines()
        if "\t" in line
    )
    return int(status["voluntary_ctxt_switches"]) if status["State"].startswith("S") else 0


def read_calls(log: Path) -> list[Call]:
    found = []
    for line in log.read_text(errors="replace").splitlines():
        if match := _LINE.match(line):
            files = re.findall(r'"([^"]*)"', match["arguments"]) or re.findall(
                r"<([^>]*)>", match["arguments"]
            )
            found.append(Call(match["name"], files, match["result"].isdigit()))
    return found


def why_no_strace() -> str:
    """Say why strace cannot be used here; empty when it can."""
    if not shutil.which("strace"):
        return "there is no strace (Debian: apt install strace)"
    tried = subprocess.run(
        ["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False
    )
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip()}"
