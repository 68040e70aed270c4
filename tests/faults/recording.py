"""A disk that records what is written to it: one file in a FUSE file system, under a loop-mounted ext4.

`python -m tests.faults.recording FOLDER LOG BYTES` serves FOLDER/disk, a file to put a file system into, and
FOLDER/marks, which takes remarks. LOG gets every write, flush and remark, in the order of their coming. After
a flush all writes before it are on the disk; those since may have got there or not.
"""

import errno
import stat
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

HEADER = struct.Struct("<cQI")


class Event(NamedTuple):
    """What happened to the disk: `w` a write, `f` a flush, `m` a remark."""

    kind: str
    offset: int
    data: bytes


def read_log(path: Path) -> Iterator[Event]:
    with path.open("rb") as file:
        while head := file.read(HEADER.size):
            kind, offset, length = HEADER.unpack(head)
            yield Event(kind.decode(), offset, file.read(length))


def serve(folder: str, log: str, size: int) -> None:
    import mfusepy  # noqa: PLC0415 - needs libfuse, which only root's tests have

    class Disk(mfusepy.Operations):
        use_ns = True

        def __init__(self) -> None:
            self._content = bytearray(size)
            self._log = Path(log).open("wb")  # noqa: SIM115 - open as long as the process lives

        def _record(self, kind: bytes, offset: int = 0, data: bytes = b"") -> None:
            self._log.write(HEADER.pack(kind, offset, len(data)) + data)

        def getattr(self, path: str, fh: Any = None) -> dict[str, int]:
            if path == "/":
                return {"st_mode": stat.S_IFDIR | 0o700, "st_nlink": 2}
            sizes = {"/disk": size, "/marks": 0}
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

    mfusepy.FUSE(Disk(), folder, foreground=True, nothreads=True)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], int(sys.argv[3]))
