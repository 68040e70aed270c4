"""`try`: what keeps a store from being used is named before anything is; `discard`: scratch stores go, no others."""

import asyncio
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store as Client

from shared.store import open_store
from shared.store.operator.trying import problems_of_use
from tests.ports import free_port
from tests.seaweedfs import BUCKET, SeaweedFS, environment_set
from tests.store.operators import Command
from tests.store.samples import NOON, snapshot

pytestmark = pytest.mark.seaweedfs


@pytest.fixture
def command(repository: Path) -> Command:
    return Command(repository)


def keys(url: str) -> list[str]:
    """What is in the bucket below a store's URL."""
    prefix = url.removeprefix(f"s3://{BUCKET}/")
    client = Client(BUCKET, prefix=prefix, client_options={"allow_http": True})
    return [meta["path"] for chunk in obstore.list(client) for meta in chunk]


async def fill(url: str) -> None:
    store = open_store(url)
    await store.append("default", snapshot(), NOON)
    await store.close()


def test_a_bucket_with_all_rights_can_be_used_and_nothing_is_left_in_it(
    seaweedfs: SeaweedFS, command: Command
) -> None:
    url = seaweedfs.url()
    done = command("try", "--url", url, env=seaweedfs.environment())
    assert (done.returncode, done.stdout) == (0, b"the store can be used\n"), done.stderr
    assert keys(url) == []


@pytest.mark.parametrize(
    ("who", "missing"),
    [("AKREADER", ["PutObject", "DeleteObject"]), ("AKWRITER", ["ListBucket", "GetObject"])],
)
def test_each_right_that_is_missing_is_named(
    seaweedfs: SeaweedFS, command: Command, who: str, missing: list[str]
) -> None:
    url = seaweedfs.url()
    done = command("try", "--url", url, env=seaweedfs.environment(who=who))
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert [line.partition("s3:")[2].partition(" ")[0] for line in lines] == missing
    assert all("is not allowed to these credentials (AccessDenied)" in line for line in lines)


@pytest.mark.parametrize(
    ("url", "change", "why"),
    [
        ("s3://no-such-bucket/record", {}, "there is no bucket no-such-bucket"),
        (f"s3://{BUCKET}/a", {"AWS_ACCESS_KEY_ID": "AKNOBODY"}, "InvalidAccessKeyId"),
        (f"s3://{BUCKET}/a", {"AWS_SECRET_ACCESS_KEY": "wrong"}, "SignatureDoesNotMatch"),
        (f"s3://{BUCKET}/a", {"AWS_ACCESS_KEY_ID": ""}, "no credentials: none are given"),
        (f"s3://{BUCKET}/a", {"AWS_ENDPOINT_URL": ""}, "the connection failed"),
    ],
)
def test_what_every_right_would_be_told_alike_is_said_once(
    seaweedfs: SeaweedFS, command: Command, url: str, change: dict[str, str], why: str
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    environment = seaweedfs.environment() | {"AWS_METADATA_ENDPOINT": nobody} | change
    environment = {name: value or nobody for name, value in environment.items()}
    if "AWS_ACCESS_KEY_ID" in change and not change["AWS_ACCESS_KEY_ID"]:
        del environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
    done = command("try", "--url", url, env=environment)
    (line,) = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert why in line


async def test_a_scratch_store_goes_wholly_and_what_is_around_it_stays(
    seaweedfs: SeaweedFS, command: Command
) -> None:
    url = seaweedfs.url()
    for one in (url, f"{url}/trial/first", f"{url}/trial/second"):
        await fill(one)
    done = command("discard", "--url", f"{url}/trial/first", env=seaweedfs.environment())
    assert done.returncode == 0, done.stderr
    left = keys(url)
    assert not [key for key in left if key.startswith("trial/first")]
    assert any(key.startswith("accounts/") for key in left)
    assert any(key.startswith("trial/second/accounts/") for key in left)


@pytest.mark.parametrize("below", ["", "/trial", "/history", "/trial/a/b", "/mistrial/a"])
async def test_what_is_no_scratch_store_is_never_discarded(
    seaweedfs: SeaweedFS, command: Command, below: str
) -> None:
    url = seaweedfs.url() + below
    await fill(url)
    before = keys(url)
    done = command("discard", "--url", url, env=seaweedfs.environment())
    assert done.returncode == 2
    assert b"is no scratch store" in done.stderr
    assert keys(url) == before != []


def test_a_volume_is_tried_too(tmp_path: Path, command: Command) -> None:
    done = command("try", "--url", f"file://{tmp_path}")
    assert (done.returncode, done.stdout) == (0, b"the store can be used\n"), done.stderr
    assert command("try", "--url", f"file://{tmp_path}/none").returncode == 2
    assert command("discard", "--url", f"file://{tmp_path}").returncode == 2


async def test_a_bucket_of_another_region_is_told_as_such(seaweedfs: SeaweedFS) -> None:
    async def says_where(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 301 Moved Permanently\r\nx-amz-bucket-region: eu-west-1\r\nContent-Length: 0\r\n\r\n"
        )
        await writer.drain()
        writer.close()

    port = free_port()
    async with await asyncio.start_server(says_where, "127.0.0.1", port):
        with pytest.MonkeyPatch.context() as patch:
            environment_set(patch, seaweedfs.environment(f"http://127.0.0.1:{port}"))
            (told,) = await problems_of_use(f"s3://{BUCKET}/a")
    assert told.endswith("it is in another region than AWS_REGION says")
