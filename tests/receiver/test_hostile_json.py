"""Hostile JSON to every call that takes a body: no fault of ours, and what is taken can be read by everybody."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.receiver.refusing.refusals import Refusal
from services.receiver.taking.ingest import read_snapshot
from shared.store import Store, open_store
from tests.receiver.conftest import Receiver
from tests.receiver.hostile import BODIES, REPORT, SNAPSHOT, VALUES, places, replaced

V1 = "/api/v1/accounts/default"
POSTS = (
    "/api/claude/console-usage",
    f"{V1}/snapshots",
    f"{V1}/reports",
    f"{V1}/scrape",
    "/api/claude/console-usage/trigger",
)
READS = (
    "/api/claude/console-usage",
    "/api/claude/console-usage?version=1",
    "/api/claude/console-usage?timestamp=2026-11-22",
    "/api/claude-usage",
    "/api/health",
    "/api/v1/accounts",
    f"{V1}/asof?at=2026-11-22",
    f"{V1}/series?format=json",
    f"{V1}/series?format=csv&step=1h",
    f"{V1}/series?format=ndjson",
    "/metrics",
    "/readyz",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "disk" / "store"


@pytest.fixture
async def store(folder: Path) -> Store:
    return open_store(f"file://{folder}")


async def post(receiver: Receiver, path: str, body: bytes) -> int:
    status, answer, _ = await receiver.call("POST", path, data=body)
    assert status < 500, (path, body[:200], answer)
    if status == 200 and isinstance(answer, dict) and "results" in answer:
        assert all(one["status"] < 500 for one in answer["results"]), (body[:200], answer)
        return min((one["status"] for one in answer["results"]), default=400)
    return status


async def can_be_read(receiver: Receiver) -> None:
    """Ask for everything in every way."""
    for path in READS:
        status, answer, _ = await receiver.get(path)
        assert status < 500 or path == "/api/health", (path, answer)
    for what in ("snapshots", "reports"):
        cursor = ""
        while cursor is not None:
            status, page, _ = await receiver.get(f"{V1}/{what}?limit=100{cursor and f'&cursor={cursor}'}")
            assert status == 200, page
            for one in page[what]:
                status, answer, _ = await receiver.get(f"{V1}/{what}/{one['id']}")
                assert status == 200, (one, answer)
            cursor = page["next"]


def nothing_else_is_there(folder: Path) -> None:
    """No file outside the store, and none in it that the store does not know."""
    assert [path.name for path in folder.parent.iterdir()] == ["store"]
    assert [path.name for path in folder.parent.parent.iterdir()] == ["disk"]
    assert not list(folder.glob("**/*passwd*"))


def can_be_looked_after(folder: Path, repository: Path) -> None:
    """Have the janitor and the operator's check look at every file."""
    environment = {
        **os.environ,
        "STORE_URL": f"file://{folder}",
        "RETENTION_MAX_VERSIONS": "5",
        "RETENTION_DAYS": "1",
    }
    for command in (
        ["shared.store", "check", "--json"],
        ["services.janitor", "once", "--json", "--force"],  # the receiver's clock is set
        ["shared.store", "check", "--json"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=repository, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr
        assert "Traceback" not in done.stderr
    assert not (folder / "quarantine").exists()


async def test_hostile_bodies_are_refused_or_can_be_read_again(
    receiver: Receiver, folder: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = 0
    for body in BODIES.values():
        for path in POSTS:
            taken += await post(receiver, path, body) in {200, 201}
            if path.startswith(V1):
                await post(receiver, path, b"[" + body + b"," + body + b"]")
    many = b"{" + b",".join(b'"%x":0' % number for number in range(100_000)) + b"}"
    assert [
        await post(receiver, f"{V1}/{what}", b"[" + many + b"]") for what in ("snapshots", "reports")
    ] == [413, 413]
    assert taken > 20
    await can_be_read(receiver)
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    nothing_else_is_there(folder)
    can_be_looked_after(folder, repository)


@pytest.mark.parametrize(("path", "document"), [(f"{V1}/snapshots", SNAPSHOT), (f"{V1}/reports", REPORT)])
async def test_a_value_of_any_kind_in_any_place_is_refused_or_can_be_read_again(
    receiver: Receiver, folder: Path, repository: Path, path: str, document: Any
) -> None:
    items = [
        json.dumps(replaced(document, place, value)).encode()
        for place in places(document)
        for value in VALUES
    ]
    taken = 0
    for first in range(0, len(items), 100):
        taken += await post(receiver, path, b"[" + b",".join(items[first : first + 100]) + b"]") < 300
    assert await post(receiver, path, json.dumps(document).encode()) in {200, 201}
    await can_be_read(receiver)
    nothing_else_is_there(folder)
    can_be_looked_after(folder, repository)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.sampled_from(places(SNAPSHOT)),
    value=JSON,
    more=st.dictionaries(st.text(max_size=10), JSON, max_size=3),
)
def test_made_up_values_are_refused_or_decode_to_what_was_sent(
    place: tuple[Any, ...], value: Any, more: dict[str, Any]
) -> None:
    document = replaced({**SNAPSHOT, **more}, place, value)
    try:
        body = json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        body = json.dumps(document).encode()
    with contextlib.suppress(Refusal):
        read = read_snapshot(body, "default")
        assert msgspec.json.decode(msgspec.json.encode(read)) == json.loads(body)
