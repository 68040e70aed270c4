"""SeaweedFS, a real S3 server, for the tests of the store in a bucket."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from tests.ports import free_port

__all__ = ["BUCKET", "WEED", "Bucket", "SeaweedFS", "environment_set", "identities", "why_no_seaweedfs"]

BUCKET = "marigraph-tests"
_INSTALLED = Path(sys.executable).with_name("weed")
WEED = str(_INSTALLED) if _INSTALLED.exists() else "weed"
_KEY, _SECRET = "AKTESTS", "of-the-tests-only"
_MAY = {
    _KEY: ["Admin", "Read", "Write", "List", "Tagging"],
    "AKREADER": ["Read", "List"],
    "AKWRITER": ["Write"],
}
"""Who is known, by the same secret, and what each may do."""


def why_no_seaweedfs() -> str:
    return "" if shutil.which(WEED) else "there is no weed (make setup installs it)"


def identities() -> str:
    """Who may do what: the file that a gateway takes."""
    known = [
        {"name": key, "credentials": [{"accessKey": key, "secretKey": _SECRET}], "actions": actions}
        for key, actions in _MAY.items()
    ]
    return json.dumps({"identities": known})


class Bucket:
    """A bucket that is served on a port of this machine; a test takes a prefix of its own."""

    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self, endpoint: str | None = None, who: str = _KEY) -> dict[str, str]:
        """The settings with which anybody reaches it, who may do everything or is named."""
        return {
            "AWS_ENDPOINT_URL": endpoint or self.endpoint,
            "AWS_ACCESS_KEY_ID": who,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
            "AWS_REGION": "us-east-1",
        }

    def url(self) -> str:
        """A store that nobody has used."""
        return f"s3://{BUCKET}/{secrets.token_hex(6)}"

    def answers(self) -> bool:
        """Tell whether anybody answers on the port."""
        try:
            urllib.request.urlopen(f"{self.endpoint}/status", timeout=2).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def make(self) -> None:
        """Put something into it: the server then makes the bucket."""
        client = S3Store(
            BUCKET,
            endpoint=self.endpoint,
            access_key_id=_KEY,
            secret_access_key=_SECRET,
            region="us-east-1",
            client_options={"allow_http": True},
        )
        obstore.put(client, "made", b"")


class SeaweedFS(Bucket):
    """One server with everything in it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="seaweedfs-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process_id(self) -> int:
        assert self._process
        return self._process.pid

    def start(self) -> None:
        config = self.folder / "s3.json"
        config.write_text(identities())
        ports = [
            f"-{name}={free_port()}"
            for name in (
                "master.port",
                "master.port.grpc",
                "volume.port",
                "volume.port.grpc",
                "filer.port",
                "filer.port.grpc",
                "s3.port.grpc",
            )
        ]
        log = (self.folder / "log").open("wb")
        command = [WEED, "server", f"-dir={self.folder}", "-ip=127.0.0.1"]
        options = ["-ip.bind=127.0.0.1", *ports, "-s3", f"-s3.port={self.port}", f"-s3.config={config}"]
        quiet = ["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
        small = ["-master.volumeSizeLimitMB=64", "-volume.max=100"]
        with log:
            self._process = subprocess.Popen(
                [*command, *options, *quiet, *small], stdout=log, stderr=log, cwd=self.folder
            )
        try:
            self._wait()
            self.make()
        except BaseException:
            self.stop()
            raise

    def _wait(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self._process
            if self._process.poll() is not None:
                break
            if self.answers():
                return
            time.sleep(0.1)
        raise AssertionError(f"SeaweedFS did not start:\n{(self.folder / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
        with contextlib.suppress(OSError):
            shutil.rmtree(self.folder)


def environment_set(patch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """Let this process have these AWS settings and no others."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        patch.delenv(name)
    for name, value in environment.items():
        patch.setenv(name, value)
