"""A host on which the services are installed without containers."""

import subprocess
from pathlib import Path

import pytest

from tests.standin.fixtures import native_host
from tests.standin.host import StandIn
from tests.systemd.native import Native

__all__ = ["native_host"]


@pytest.fixture(scope="module")
def native(native_host: StandIn, repository: Path) -> Native:
    """The services, installed; what they need is fetched here, for the host asks no package index."""
    containers = repository / "deploy" / "containers"
    fetched = subprocess.run(
        [containers / "wheels.sh", *(containers / "services").read_text().split()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert fetched.returncode == 0, fetched.stdout + fetched.stderr
    native = Native(native_host, repository)
    native.install()
    return native
