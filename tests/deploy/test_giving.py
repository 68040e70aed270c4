"""How `make up` takes secrets, and where the record is kept, out of what it was told; no engine is asked."""

from pathlib import Path
from typing import Any

import pytest

from tests.deploy.scripts import load


@pytest.fixture
def containers(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the scripts, which find what they import."""
    for folder in ("deploy/local", "deploy/containers"):
        monkeypatch.syspath_prepend(str(repository / folder))
    return repository / "deploy" / "containers"


@pytest.fixture
def giving(containers: Path) -> Any:
    return load(containers / "giving.py")


@pytest.fixture
def bucket(containers: Path) -> Any:
    return load(containers / "bucket.py")


def test_a_secret_is_taken_out_of_the_environment_directly_or_from_its_file(
    giving: Any, tmp_path: Path
) -> None:
    file = tmp_path / "webhooks"
    file.write_text("home=https://ha.example/hook\n")
    environment = {"ONE": "direct", "TWO_FILE": str(file)}
    assert giving.take_secret(environment, "ONE") == "direct"
    assert giving.take_secret(environment, "TWO") == "home=https://ha.example/hook\n"
    assert giving.take_secret(environment, "THREE") == ""
    assert environment == {}


@pytest.mark.parametrize(
    ("environment", "words"),
    [({"ONE": "1", "ONE_FILE": "/2"}, "both set"), ({"ONE_FILE": "/nowhere"}, "cannot be read")],
)
def test_a_secret_that_cannot_be_had_is_named(giving: Any, environment: dict[str, str], words: str) -> None:
    with pytest.raises(giving.CannotRunError, match=words):
        giving.take_secret(environment, "ONE")


class Told:
    """A stack that takes down what would be given to its containers."""

    def __init__(self, bucket: Any, environment: dict[str, str], local: Path, **kind: bool) -> None:
        self.given: dict[str, str] = {}
        self.environment = environment
        self.kind = {"practising": False, "cluster": False} | kind
        self.record = ""
        self._bucket, self._local = bucket, local

    project = "marigraph"

    def __getattr__(self, name: str) -> bool:
        return self.kind[name]

    def local(self) -> Path:
        return self._local

    def run(self, *arguments: str, give: str) -> None:
        *_, service, name, volume = arguments
        assert (service, volume) == ("keys", "bucket")
        self.given[name] = give

    def settle(self) -> "Told":
        self.record = self._bucket.settle_store(self)
        self._bucket.give_credentials(self)
        return self


def test_without_a_bucket_the_record_is_in_the_volume_and_no_credential_is_passed_on(
    bucket: Any, tmp_path: Path
) -> None:
    settings = {"STORE_URL": "file:///var/lib/marigraph", "AWS_ACCESS_KEY_ID": "AK", "TZ": "UTC"}
    told = Told(bucket, settings, tmp_path).settle()
    assert told.record == "the volume marigraph_data"
    assert told.environment == {"TZ": "UTC"}
    assert told.given == {}


def test_credentials_of_a_bucket_go_into_a_file_and_out_of_the_environment(
    bucket: Any, tmp_path: Path
) -> None:
    direct = {"STORE_URL": "s3://mine/record", "AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "SK"}
    told = Told(bucket, dict(direct), tmp_path).settle()
    assert told.given == {
        "aws-credentials": "[default]\naws_access_key_id = AK\naws_secret_access_key = SK\n"
    }
    kept = {
        "STORE_URL": "s3://mine/record",
        "JANITOR_NETWORK": "marigraph_default",
        "AWS_SHARED_CREDENTIALS_FILE": "/run/bucket/aws-credentials",
    }
    assert told.environment == kept
    file = tmp_path / "credentials"
    file.write_text("[record]\n...")
    named = {
        "STORE_URL": "s3://mine/record",
        "AWS_SHARED_CREDENTIALS_FILE": str(file),
        "AWS_PROFILE": "record",
    }
    told = Told(bucket, named, tmp_path).settle()
    assert told.given == {"aws-credentials": "[record]\n..."}
    assert told.environment == kept | {"AWS_PROFILE": "record"}


def test_the_role_of_the_machine_needs_no_credentials(bucket: Any, tmp_path: Path) -> None:
    told = Told(bucket, {"STORE_URL": "s3://mine/record", "AWS_REGION": "eu-central-1"}, tmp_path).settle()
    assert told.given == {}
    assert "AWS_SHARED_CREDENTIALS_FILE" not in told.environment


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("s3://mine", "s3://mine/practice"),
        ("s3://mine/record/", "s3://mine/record/practice"),
        ("s3://mine/record?stale=10", "s3://mine/record/practice?stale=10"),
    ],
)
def test_made_up_figures_have_a_place_of_their_own_in_a_bucket(
    bucket: Any, tmp_path: Path, given: str, place: str
) -> None:
    assert Told(bucket, {"STORE_URL": given}, tmp_path, practising=True).settle().record == place
    assert Told(bucket, {"STORE_URL": given}, tmp_path).settle().record == given


@pytest.mark.parametrize(
    ("settings", "cluster", "words"),
    [
        ({"STORE_URL": "s3://Mine"}, False, "STORE_URL: .* names no bucket"),
        (
            {"STORE_URL": "s3://mine", "AWS_ENDPOINT_URL": "http://localhost:9000"},
            False,
            "the container itself",
        ),
        ({"STORE_URL": "s3://mine", "AWS_ACCESS_KEY_ID": "AK"}, False, "AWS_SECRET_ACCESS_KEY is missing"),
        (
            {"STORE_URL": "s3://mine", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere"},
            False,
            "AWS_SHARED_CREDENTIALS_FILE names /nowhere, which cannot be read: No such file",
        ),
        ({"STORE_URL": "s3://mine"}, True, "runs a bucket of its own"),
        ({"RECEIVER_TLS_CERT": "/cert"}, True, "TLS goes in front of the proxy"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    bucket: Any, tmp_path: Path, settings: dict[str, str], cluster: bool, words: str
) -> None:
    with pytest.raises(bucket.CannotRunError, match=words):
        Told(bucket, settings, tmp_path, cluster=cluster).settle()


def test_the_clusters_key_is_made_once_and_other_buckets_settings_do_not_reach_it(
    bucket: Any, tmp_path: Path
) -> None:
    told = Told(bucket, {"AWS_PROFILE": "mine", "AWS_ACCESS_KEY_ID": "AK"}, tmp_path, cluster=True).settle()
    assert told.environment == {"JANITOR_NETWORK": "marigraph_bucket"}
    secret = (tmp_path / "bucket-key").read_text().strip()
    assert (tmp_path / "bucket-key").stat().st_mode & 0o777 == 0o600
    assert f"aws_secret_access_key = {secret}\n" in told.given["aws-credentials"]
    assert f'"secretKey": "{secret}"' in told.given["s3.json"]
    assert Told(bucket, {}, tmp_path, cluster=True).settle().given == told.given
