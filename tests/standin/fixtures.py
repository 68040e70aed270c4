"""Hosts for tests: import these fixtures in a conftest.py. Whoever uses one marks its test with `docker`."""

import uuid
from collections.abc import Iterator

import pytest

from tests.standin.host import StandIn


@pytest.fixture(scope="session")
def bare_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A host with neither Docker nor supervisor; shared by a session's tests, removed at its end."""
    yield from _host(tmp_path_factory, prepared=False)


@pytest.fixture(scope="session")
def prepared_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A host that has Docker and supervisor from Debian's packages."""
    yield from _host(tmp_path_factory, prepared=True)


@pytest.fixture(scope="session")
def native_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A host without Docker, on which services are installed as they are."""
    yield from _host(tmp_path_factory, prepared=False, native=True)


def _host(folders: pytest.TempPathFactory, *, prepared: bool, native: bool = False) -> Iterator[StandIn]:
    name = f"test-{uuid.uuid4().hex[:8]}"
    host = StandIn(name, folders.mktemp("standin"))
    try:
        yield StandIn.start(name, host.folder, prepared=prepared, native=native)
    finally:
        host.remove()
