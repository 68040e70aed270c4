"""Images and containers for the integration tests; everything is removed again, whatever happens."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

# Read when testcontainers is first imported. Its helper that removes what tests leave behind is an image to be
# pulled, which not every machine can; the fixtures here remove what they made.
os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
os.environ["TESTCONTAINERS_HOST_OVERRIDE"] = "127.0.0.1"

from tests.integration.containers import House, Service

COLD_BUILD_SECONDS = 900


@pytest.fixture(scope="session")
def images(repository: Path) -> None:
    """The images, built from the checkout as `make images` builds them."""
    built = subprocess.run(
        [repository / "deploy" / "containers" / "images.sh"],
        capture_output=True,
        text=True,
        timeout=COLD_BUILD_SECONDS,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr


@pytest.fixture(scope="module")
def house(images: None) -> Iterator[House]:
    with House() as house:
        yield house


@pytest.fixture(scope="module")
def practice(house: House) -> Service:
    return house.start("practice")


@pytest.fixture(scope="module")
def receiver(house: House) -> Service:
    return house.start("receiver")


@pytest.fixture(scope="session")
def compose() -> None:
    """Compose in one of its forms; without it the test is left out, or fails where Docker is required."""
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    if plugin.returncode != 0 and not shutil.which("docker-compose"):
        missing = "there is neither docker compose nor docker-compose"
        if "docker" in os.environ.get("MARIGRAPH_REQUIRE", "").split(","):
            pytest.fail(missing)
        pytest.skip(missing)
