"""Where a bucket's credentials come from: a file, a credential of systemd's, the role of the instance."""

import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.store import open_store
from shared.store.errors import StoreReadOnlyError, StoreUnavailableError
from shared.store.s3.credentials import credentials_in
from shared.store.urls import check_url
from tests.metadata import metadata_service
from tests.ports import free_port
from tests.seaweedfs import SeaweedFS, environment_set
from tests.store.samples import NOON, snapshot

pytestmark = pytest.mark.seaweedfs


def written(path: Path, settings: Mapping[str, str], profile: str = "default") -> Path:
    path.write_text(
        f"[{profile}]\naws_access_key_id = {settings['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key={settings['AWS_SECRET_ACCESS_KEY']}\n"
    )
    return path


@pytest.fixture
def without_keys(seaweedfs: SeaweedFS, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """This process knows where the bucket is, and has no credentials."""
    environment = {"AWS_ENDPOINT_URL": seaweedfs.endpoint, "AWS_REGION": "us-east-1"}
    environment_set(monkeypatch, environment)
    return monkeypatch


async def stores(url: str) -> None:
    store = open_store(url)
    try:
        await store.append("default", snapshot(), NOON)
        assert await store.count("default") == 1
    finally:
        await store.close()


@pytest.mark.parametrize("profile", ["default", "record"])
async def test_a_file_in_aws_own_form_opens_the_bucket(
    seaweedfs: SeaweedFS, without_keys: pytest.MonkeyPatch, tmp_path: Path, profile: str
) -> None:
    file = written(tmp_path / "credentials", seaweedfs.environment(), profile)
    without_keys.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    if profile != "default":
        without_keys.setenv("AWS_PROFILE", profile)
    await stores(seaweedfs.url())


async def test_systemds_credential_is_found_by_its_name(
    seaweedfs: SeaweedFS, without_keys: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written(tmp_path / "aws_credentials", seaweedfs.environment())
    without_keys.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    await stores(seaweedfs.url())


async def test_what_the_file_holds_is_read_again_and_told_when_it_is_gone(
    seaweedfs: SeaweedFS, without_keys: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = seaweedfs.environment()
    file = written(tmp_path / "credentials", settings)
    without_keys.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    found = credentials_in()
    assert found is not None
    assert found()["access_key_id"] == settings["AWS_ACCESS_KEY_ID"]
    written(file, {"AWS_ACCESS_KEY_ID": "AKNEXT", "AWS_SECRET_ACCESS_KEY": "next"})
    assert found()["access_key_id"] == "AKNEXT"
    store = open_store(seaweedfs.url())
    file.unlink()
    with pytest.raises(StoreReadOnlyError, match="the file of credentials cannot be read") as told:
        await store.latest("default")
    assert str(tmp_path) not in str(told.value)
    await store.close()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "cannot be read: No such file"),
        ("aws_access_key_id = AKIA-SEEN\n", "is not in AWS's form"),
        ("[other]\naws_access_key_id = AKIA-SEEN\n", "has no section [default]"),
        ("[default]\naws_access_key_id = AKIA-SEEN\n", "has no aws_secret_access_key in [default]"),
    ],
)
def test_a_file_that_holds_none_is_named_before_anything_is_opened(
    without_keys: pytest.MonkeyPatch, tmp_path: Path, text: str | None, why: str
) -> None:
    file = tmp_path / "credentials"
    if text is not None:
        file.write_text(text)
    without_keys.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    told = check_url("s3://bucket/record")
    assert told is not None
    assert why in told
    assert str(file) in told
    assert "AKIA-SEEN" not in told


def test_the_environment_goes_before_the_file(without_keys: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_keys.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    without_keys.setenv("AWS_ACCESS_KEY_ID", "AKOTHER")
    assert credentials_in() is None
    assert check_url("s3://bucket/record") is None


async def test_the_role_of_the_instance_opens_the_bucket(
    seaweedfs: SeaweedFS, without_keys: pytest.MonkeyPatch
) -> None:
    with metadata_service(seaweedfs.environment()) as metadata:
        without_keys.setenv("AWS_METADATA_ENDPOINT", metadata.endpoint)
        await stores(seaweedfs.url())
    assert metadata.given == 1


async def test_an_instance_without_a_role_is_told_as_such(
    seaweedfs: SeaweedFS, without_keys: pytest.MonkeyPatch
) -> None:
    with metadata_service(seaweedfs.environment()) as metadata:
        metadata.role = None
        without_keys.setenv("AWS_METADATA_ENDPOINT", metadata.endpoint)
        store = open_store(seaweedfs.url())
        with pytest.raises(StoreUnavailableError, match=r"no credentials: none are given.*status 404"):
            await store.latest("default")
        await store.close()


async def test_a_metadata_service_that_says_nothing_is_named(
    seaweedfs: SeaweedFS, without_keys: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as silent:
        without_keys.setenv("AWS_METADATA_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        store = open_store(seaweedfs.url())
        with pytest.raises(StoreUnavailableError, match="metadata service"):
            await store.latest("default")
        await store.close()
