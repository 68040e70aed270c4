"""Hosts to deploy to: containers that stand in for EC2 instances, reached over ssh only."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ec2.deploying import KEY, TAG, Deployer, forget
from tests.standin.fixtures import bare_host, prepared_host
from tests.standin.host import StandIn

__all__ = ["bare_host", "prepared_host"]

_DEPLOY = Path(__file__).parents[2] / "deploy"
sys.path += [str(_DEPLOY / folder) for folder in ("ec2", "local", "ec2/host")]  # scripts, not packages


@pytest.fixture(scope="session")
def images(repository: Path) -> None:
    """The images of receiver and janitor, as `make deploy-ec2` builds them; EC2_BUILD=0 takes those that are here."""
    _built(repository, "receiver", "janitor")


def _built(repository: Path, *services: str) -> None:
    if os.environ.get("EC2_BUILD") == "0":
        return
    script = repository / "deploy" / "containers" / "images.sh"
    environment = os.environ | {"MARIGRAPH_TAG": TAG}
    built = subprocess.run([script, *services], capture_output=True, text=True, check=False, env=environment)
    assert built.returncode == 0, built.stdout + built.stderr


@pytest.fixture(scope="session")
def alerter_image(images: None, repository: Path) -> None:
    """The alerter's image, of which the other tests have no need."""
    _built(repository, "alerter")


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "key"
    path.write_text(KEY + "\n")
    path.chmod(0o600)
    return path


@pytest.fixture(scope="session")
def deployer(images: None, bare_host: StandIn, repository: Path, key: Path) -> Deployer:
    """Deploys to the bare host as the cloud image's own user, who must become root for everything."""
    return Deployer(bare_host, repository, key, user="admin")


@pytest.fixture(scope="module")
def serving(deployer: Deployer) -> Deployer:
    """A host that serves."""
    if not deployer.serves():
        done = deployer.run()
        assert done.returncode == 0, done.stdout
    return deployer


@pytest.fixture
def tag(request: pytest.FixtureRequest) -> Iterator[str]:
    """A tag for images that this test makes."""
    name = f"{TAG}-{request.node.name.replace('_', '-')[:40]}"
    yield name
    forget(name)
