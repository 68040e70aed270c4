"""`python -m tests.faults.recorder FOLDER LOG BYTES`: a disk that records what is written to it, through FUSE.

FOLDER/disk is a file to put a file system into, FOLDER/marks takes remarks. LOG gets every write, flush and
remark. After a flush all writes before it are on the disk; those since may have got there or not.
"""

import errno
import stat
import sys
from pathlib import Path
from typing import Any

import mfusepy

from tests.faults.recording import record


class Disk(mfusepy.Operations):
    use_ns = True

    def __init__(self, log: Path, size: int) -> None:
        self._size = size
        self._content = bytearray(size)
        self._log = log.open("wb")

    def _record(self, kind: bytes, offset: int = 0, data: bytes = b"") -> None:
        self._log.write(record(kind, offset, data))

    def getattr(self, path: str, fh: Any = None) -> dict[str, int]:
        if path == "/":
            return {"st_mode": stat.S_IFDIR | 0o700, "st_nlink": 2}
        sizes = {"/disk": self._size, "/marks": 0}
        if path not in sizes:
            raise mfusepy.FuseOSError(errno.ENOENT)
        return {"st_mode": stat.S_IFREG | 0o600, "st_nlink": 1, "st_size": sizes[path]}

    def readdir(self, path: str, fh: Any) -> list[str]:
        return [".", "..", "disk", "marks"]

    def open(self, path: str, flags: int) -> int:
        return 0

    def read(self, path: str, size: int, offset: int, fh: Any) -> bytes:
        return bytes(self._content[offset : offset + size])

    def write(self, path: str, data: bytes, offset: int, fh: Any) -> int:
        if path == "/marks":
            self._record(b"m", 0, data)
        else:
            self._content[offset : offset + len(data)] = data
            self._record(b"w", offset, data)
        return len(data)

    def fsync(self, path: str, datasync: Any, fh: Any) -> int:
        self._record(b"f")
        return 0

    def flush(self, path: str, fh: Any) -> int:
        self._log.flush()
        return 0

    def truncate(self, path: str, length: int, fh: Any = None) -> int:
        return 0


if __name__ == "__main__":
    folder, log, size = sys.argv[1:]
    mfusepy.FUSE(Disk(Path(log), int(size)), folder, foreground=True, nothreads=True)
