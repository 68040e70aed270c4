"""The alerter on a host: where alerts go gets there unseen, an alert comes from the host, and the alerter goes with its setting.

Alerts go to a webhook here, which the host reaches through a tunnel at its loopback.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.alerter.sink import SECRET, Sink
from tests.ec2.deploying import KEY, PATH, Deployer, snapshot, wait_until
from tests.ec2.test_deploying import KEPT, TOLD

pytestmark = [pytest.mark.docker, pytest.mark.host, pytest.mark.lengthy, pytest.mark.timeout(600)]

NOWHERE = {"ALERTER_WEBHOOKS_FILE": "", "ALERTER_WEBHOOK_SECRET_FILE": ""}
PROCESSES = (
    "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'; systemctl show 'marigraph*'"
)


@pytest.fixture
def without_it_after(deployer: Deployer) -> Iterator[None]:
    """The alerter goes with its setting, and the tests that follow on this host find none."""
    yield
    done = deployer.run(**NOWHERE)
    assert done.returncode == 0, done.stdout
    assert not deployer.runs("alerter")
    assert deployer.left_over() == ""


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.close()


@pytest.mark.usefixtures("alerter_image", "without_it_after")
@pytest.mark.parametrize(("supervision", "percentage"), [("supervisor", 82), ("systemd", 96)])
def test_an_alert_comes_from_the_host_and_where_it_goes_is_seen_nowhere(
    deployer: Deployer, sink: Sink, tmp_path: Path, supervision: str, percentage: float
) -> None:
    """Each at another threshold: the host's alerter tells one once in a window, whoever supervises it."""
    host, hooks, secret = deployer.host, tmp_path / "hooks", tmp_path / "secret"
    hooks.write_text(f"here={sink.url}\n")
    secret.write_text(f"{SECRET}\n")
    given = {"ALERTER_WEBHOOKS_FILE": str(hooks), "ALERTER_WEBHOOK_SECRET_FILE": str(secret)}
    with host.reaching(int(sink.url.split(":")[2].partition("/")[0])):
        done = deployer.run(SUPERVISION=supervision, **given)
        assert done.returncode == 0, done.stdout
        assert deployer.runs("alerter")
        assert deployer.left_over() == ""
        moment = datetime.now(UTC).replace(microsecond=0)
        assert host.ask(PATH, key=KEY, body=snapshot(moment, percentage))[0] in {200, 201}
        wait_until(lambda: bool(sink.got), 60, lambda: deployer.run("ec2-logs", SERVICE="alerter").stdout)
    assert sink.got[0]["data"]["alerts"][0]["percentage"] == percentage
    assert sink.refused_signatures == 0

    said = done.stdout + host.ssh(f"{TOLD}; {PROCESSES}", check=False).stdout
    assert "marigraph-alerter" in said
    for hidden in ("top-secret-path", SECRET, KEY):
        assert hidden not in said
        found = host.ssh(f"{KEPT} --exclude-dir=secrets", check=False, give=hidden).stdout
        assert found == "", hidden
    there = host.ssh("stat -c '%a %u' /etc/marigraph/secrets/alerter-*").stdout
    assert set(there.splitlines()) == {"400 65532"}
