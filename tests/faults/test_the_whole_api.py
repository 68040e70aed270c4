"""Every call of the receiver's document with whatever a generator makes up, over HTTP.

No answer is a server's fault, each is what the document says, nothing is left unhandled in the log, each
request has one line there, and nothing is written beside the store.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from services.receiver.openapi.document import OPERATIONS
from tests.faults.conftest import KEY, Receiver
from tests.faults.lengths import LONG, note, times

LEFT = "/events$|^/login$"
"""A stream does not end, and wrong keys at the login hold up all that comes from their address: both have
tests of their own."""

OWN = {"/livez", "/openapi.json", "/", "/login"}
PROBE = "/schemathesis"
"""What the start of the receiver and of Schemathesis ask for by themselves."""

SETTINGS = """
[checks]
ignored_auth.enabled = false
missing_required_header.enabled = false
object_level_authorization.enabled = false
positive_data_acceptance.enabled = false

[[operations]]
include-operation-id = "readScrapeRequest"
parameters = { "query.wait" = 0 }

[[operations]]
include-operation-id = "readHealth"
checks.not_a_server_error.enabled = false

[[operations]]
include-operation-id = "storeSnapshots"
checks.negative_data_rejection.enabled = false

[[operations]]
include-operation-id = "storeReports"
checks.negative_data_rejection.enabled = false
"""
"""Wrong keys are left to other tests: an address from which they come is held up, by design. What fits the
types may mean nothing, such as a range that ends before it begins. A collector would wait for 25 s. Health is 503 when what was made up is old. An array is
taken item by item, each with a status of its own."""


@pytest.mark.timeout(times(300, 7200))
def test_nothing_that_can_be_asked_breaks_the_receiver(
    tmp_path: Path, receiver_on: Callable[..., Receiver]
) -> None:
    receiver = receiver_on(tmp_path / "store", LOG_LEVEL="debug", LOG_FORMAT="json")
    receiver.start()
    sent = run_against(receiver.address, tmp_path)
    receiver.stop()
    log = receiver.log.read_text()
    assert "Traceback" not in log
    requests = [line for line in map(json.loads, log.splitlines()) if line["event"] == "request"]
    assert [line for line in requests if line["status"] >= 500 and line["path"] != "/api/health"] == []
    assert len({line["request_id"] for line in requests}) == len(requests)
    own = [line for line in requests if line["path"] in OWN or line["path"].startswith(PROBE)]
    assert 0 <= len(requests) - sent <= len(own), "each request has one line"
    assert {path.name for path in tmp_path.iterdir()} == {"store", "fuzzing", receiver.log.name}, (
        "it works there"
    )
    note(f"{len(OPERATIONS)} calls, {len(requests)} requests")


def run_against(address: str, folder: Path) -> int:
    """Let Schemathesis ask; return how many test cases it sent, each a request."""
    work = folder / "fuzzing"
    work.mkdir()
    (work / "schemathesis.toml").write_text(SETTINGS)
    command = [
        *(str(Path(sys.executable).with_name("st")), "--config-file", "schemathesis.toml", "--no-color"),
        *("run", f"{address}/openapi.json", "--header", f"X-API-Key: {KEY}"),
        *("--exclude-path-regex", LEFT),
        *("--phases", "examples,coverage,fuzzing"),
        *("--max-examples", str(times(5, 2000)), "--request-timeout", "30", "--continue-on-failure"),
        *(("--generation-database", "none") if LONG else ("--generation-deterministic",)),
        *("--report", "json", "--report-json-path", "report.json"),
    ]
    run = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    assert run.returncode == 0, shortened(run.stdout + run.stderr)
    report = json.loads((work / "report.json").read_text())
    assert report["operations"]["tested"] == len(OPERATIONS) - 4, (
        "all but events, logins and the document itself"
    )
    return int(report["test_cases"]["generated"])


def shortened(text: str) -> str:
    """What failed, without the long bodies that made it fail; these are in the report."""
    return "\n".join(line[:160] for line in text.splitlines()[:400])
