"""A replicated cluster of SeaweedFS, whose parts can be lost one by one or all at once."""

import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.ports import free_port
from tests.seaweedfs import WEED, Bucket, identities

__all__ = ["Cluster"]

_HOST = "127.0.0.1"
_REPLICATION = "010"
"""One more copy, in another rack; each volume server stands in a rack of its own."""

_SYNCED_NAMES = (
    '[sqlite]\nenabled = true\ndbFile = "filer.db?_pragma=journal_mode(WAL)&_pragma=synchronous(2)"\n'
)
"""A store for the filer that syncs each change, as its usual one (leveldb) does not."""


class Cluster(Bucket):
    """Three masters, three volume servers with every object on two of them, a filer, and a gateway that speaks S3.

    The filer alone knows which object lies where: its disk is not replicated. Parts have names: `master 0`,
    `volume 2`, `filer`, `gateway`.
    """

    def __init__(self, folder: Path | None = None, *, synced: bool = False) -> None:
        """Put everything below one folder, a temporary one if none is named.

        With `synced` what is acknowledged is on the disks of both volume servers and of the filer.
        """
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="seaweedfs-cluster-"))
        self._synced = synced
        parts = [f"{kind} {number}" for kind in ("master", "volume") for number in range(3)]
        self._ports = {part: (free_port(), free_port()) for part in [*parts, "filer", "gateway"]}
        self.port = self._ports["gateway"][0]
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def process_ids(self) -> Sequence[int]:
        return [process.pid for process in self._processes.values()]

    def start(self) -> None:
        """Start what does not run, and wait until objects can be stored, each twice."""
        try:
            for part in self._ports:
                if part == "volume 0":  # who asks before there is one waits for seconds
                    self._wait(self._has_leader)
                if part == "filer":
                    self._wait(self._has_all_racks)
                self.start_part(part)
            self._wait(self.answers)
            if self._synced:
                self.command("fs.configure -locationPrefix=/buckets/ -fsync -apply")
            self.make()
        except BaseException:
            self.stop()
            raise

    def start_part(self, part: str) -> None:
        """Start a part that does not run, with what its disk holds."""
        if part in self._processes:
            return
        place = self._place(part)
        place.mkdir(parents=True, exist_ok=True)
        if part == "filer" and self._synced:
            (place / "filer.toml").write_text(_SYNCED_NAMES)
        if part == "gateway":
            (place / "s3.json").write_text(identities())
        command = [
            WEED,
            part.split(maxsplit=1)[0].replace("gateway", "s3"),
            f"-ip={_HOST}",
            f"-ip.bind={_HOST}",
        ]
        http, grpc = self._ports[part]
        with (place / "log").open("ab") as log:
            self._processes[part] = subprocess.Popen(
                [*command, f"-port={http}", f"-port.grpc={grpc}", *self._options(part)],
                stdout=log,
                stderr=log,
                cwd=place,
            )

    def _options(self, part: str) -> list[str]:
        kind, _, number = part.partition(" ")
        masters, place = self._masters(), self._place(part)
        options = {
            "master": [
                f"-mdir={place}",
                f"-peers={masters}",
                f"-defaultReplication={_REPLICATION}",
                "-volumeSizeLimitMB=64",
                "-electionTimeout=1s",
                "-telemetry=false",
            ],
            "volume": [
                f"-dir={place}",
                f"-master={masters}",
                f"-rack=rack{number}",
                "-dataCenter=here",
                "-max=40",
                "-volume.allowUntrustedRemoteEndpoints",  # or it copies nothing from 127.0.0.1
            ],
            "filer": [
                f"-master={masters}",
                f"-defaultStoreDir={place}",
                f"-defaultReplicaPlacement={_REPLICATION}",
                f"-localSocket={place}/socket",
            ],
            "gateway": [
                f"-filer={self._address('filer')}",
                f"-config={place}/s3.json",
                f"-localSocket={place}/socket",
                "-port.iceberg=0",
                "-port.lance=0",
            ],
        }
        return options[kind]

    def _place(self, part: str) -> Path:
        return self.folder / part.replace(" ", "-")

    def _address(self, part: str) -> str:
        """Return a part's address as SeaweedFS has it: with the ports of both its protocols."""
        http, grpc = self._ports[part]
        return f"{_HOST}:{http}.{grpc}"

    def _masters(self) -> str:
        return ",".join(self._address(f"master {number}") for number in range(3))

    def _has_leader(self) -> bool:
        return bool(self._told("cluster/status").get("Leader"))

    def _has_all_racks(self) -> bool:
        """Tell whether a master knows all volume servers: before that copies would not be spread."""
        centers = self._told("dir/status").get("Topology", {}).get("DataCenters") or ()
        return sum(len(center["Racks"] or ()) for center in centers) == 3

    def _told(self, path: str) -> dict[str, Any]:
        """Return what a master says; nothing when it does not answer, or not yet."""
        url = f"http://{_HOST}:{self._ports['master 0'][0]}/{path}"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                told: dict[str, Any] = json.load(answer)
        except (OSError, ValueError):
            return {}
        return told

    def _wait(self, there: Callable[[], bool]) -> None:
        end = time.monotonic() + 90
        while not there():
            ended = [part for part, process in self._processes.items() if process.poll() is not None]
            assert not ended, f"{ended[0]} ended:\n{(self._place(ended[0]) / 'log').read_text()[-2000:]}"
            assert time.monotonic() < end, f"SeaweedFS did not start: see {self.folder}"
            time.sleep(0.1)

    def command(self, *commands: str) -> str:
        """Give commands of SeaweedFS's own shell; return what it said."""
        options = [f"-master={self._masters()}", f"-filer={self._address('filer')}"]
        done = subprocess.run(
            [WEED, "shell", *options],
            input="\n".join(["lock", *commands, "unlock", ""]),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout + done.stderr

    def kill(self, *parts: str) -> None:
        """End parts as a lost power does, all when none is named."""
        ending = [(part, self._processes.pop(part)) for part in parts or list(self._processes)]
        for _, process in ending:
            process.kill()
        for _, process in ending:
            process.wait()

    def lose(self, part: str) -> None:
        """End a part, and take its disk away."""
        self.kill(part)
        shutil.rmtree(self._place(part))

    def replace(self, part: str) -> None:
        """Put an empty volume server in the place of a lost one, and have copies made of what lies once only."""
        self.start_part(part)
        self._wait(self._has_all_racks)
        said = self.command("volume.fix.replication -apply")
        assert "error" not in said, said

    def make_indexes(self) -> None:
        """Make the volumes' indexes again, which are never synced; no part may run. An empty volume has none."""
        for number in range(3):
            command = [WEED, "fix", "-ignoreError", str(self._place(f"volume {number}"))]
            subprocess.run(command, check=False, capture_output=True)

    def stop(self) -> None:
        self.kill()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)
