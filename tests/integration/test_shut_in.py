"""What the containers may do while they run, started by `make up` with alerts, and that no secret is seen anywhere."""

import json
import os
import re
import subprocess
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.integration.containers import House, eventually
from tests.ports import free_port

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

RUNNING = ("receiver", "janitor", "alerter", "practice", "demo-scraper")
HOOK = "http://127.0.0.1:9/hook-5e41b7c0d9"
SIGNED_BY = "whsec_" + "c2lnbmVk" * 5
"""Made up; nobody listens there."""


class Stack:
    """The containers that one `make up` has started."""

    def __init__(self, project: str, key: str, practice_port: int, engine: Any) -> None:
        self.secrets = {"key": key, "hook": HOOK, "signature": SIGNED_BY}
        self.practice_port = practice_port
        self._ours = {"label": f"com.docker.compose.project={project}"}
        self._engine = engine

    @property
    def containers(self) -> dict[str, Any]:
        """Each service's container."""
        found = self._engine.containers.list(filters=self._ours)
        return {one.labels["com.docker.compose.service"]: one for one in found}

    def run(self, service: str, script: str) -> str:
        """Run a shell script in a service's container; return what it printed."""
        code, said = self.containers[service].exec_run(["sh", "-c", script])
        assert code == 0, said.decode()
        text: str = said.decode(errors="replace")
        return text

    def of_all_processes(self, service: str, file: str) -> str:
        """What that file of /proc says of every process; one may end while this looks."""
        return self.run(service, f"cat /proc/[0-9]*/{file} 2>/dev/null | tr '\\0' '\\n'; true")

    def remove(self) -> None:
        """Remove all that was started and made."""
        for one in self._engine.containers.list(all=True, filters=self._ours):
            one.remove(force=True)
        for kind in (self._engine.networks, self._engine.volumes):
            for one in kind.list(filters=self._ours):
                one.remove()


@pytest.fixture(scope="module")
def stack(images: None, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    project, local = f"marigraph-test-{uuid.uuid4().hex[:8]}", tmp_path_factory.mktemp("local")
    (local / "hooks").write_text(f"here={HOOK}")
    ports = {"RECEIVER_PORT": str(free_port()), "PRACTICE_PORT": str(free_port())}
    given = {
        "COMPOSE_PROJECT_NAME": project,
        "MARIGRAPH_LOCAL_DIR": str(local),
        "ALERTER_WEBHOOKS_FILE": str(local / "hooks"),
        "ALERTER_WEBHOOK_SECRET": SIGNED_BY,
    }
    with closing(docker.from_env()) as engine:
        up = subprocess.run(
            ["make", "--no-print-directory", "up"],
            cwd=repository,
            env=os.environ | given | ports,
            capture_output=True,
            text=True,
            check=False,
        )
        key = local / "key"
        stack = Stack(
            project, key.read_text().strip() if key.exists() else "", int(ports["PRACTICE_PORT"]), engine
        )
        try:
            assert up.returncode == 0, up.stdout + up.stderr
            assert not [name for name, secret in stack.secrets.items() if secret in up.stdout + up.stderr]
            yield stack
        finally:
            stack.remove()


def test_all_that_is_started_is_looked_at(stack: Stack) -> None:
    assert set(stack.containers) == set(RUNNING)


@pytest.mark.parametrize("service", RUNNING)
def test_no_process_has_more_rights_than_it_needs(stack: Stack, service: str) -> None:
    processes = stack.of_all_processes(service, "status")
    told: dict[str, set[str]] = {}
    for name, value in re.findall(r"^(Uid|Cap\w+|NoNewPrivs|Seccomp):\s+(\w+)", processes, re.MULTILINE):
        told.setdefault(name, set()).add(value)
    assert told.pop("Uid") == {"65532"}
    assert told.pop("NoNewPrivs") == {"1"}
    assert told.pop("Seccomp") == {"2"}
    assert set(told) == {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}
    assert set.union(*told.values()) == {"0" * 16}


@pytest.mark.parametrize("service", RUNNING)
def test_its_root_is_read_only_and_its_memory_and_processes_are_bounded(stack: Stack, service: str) -> None:
    assert stack.containers[service].exec_run(["touch", "/opt/marigraph/app/written"])[0] != 0
    mounts = stack.run(service, "cat /proc/1/mountinfo")
    assert re.search(r" / / ro,", mounts), mounts
    limits = stack.run(
        service,
        "cd /sys/fs/cgroup; cat pids.max pids/pids.max memory.max memory/memory.limit_in_bytes 2>&1; true",
    )
    processes, memory = (int(line) for line in limits.splitlines() if line.isdecimal())
    assert processes <= 512
    assert memory <= 1 << 30
    configuration = stack.containers[service].attrs["HostConfig"]
    assert configuration["MemorySwap"] == configuration["Memory"]  # nothing by swap
    assert configuration["RestartPolicy"]["Name"] == "unless-stopped"


def test_only_the_loopback_publishes_ports_and_only_who_writes_the_record_can(stack: Stack) -> None:
    published = [
        bound for one in stack.containers.values() for bounds in one.ports.values() for bound in bounds or []
    ]
    assert {bound["HostIp"] for bound in published} == {"127.0.0.1"}
    writable = {
        name: {mount["Destination"] for mount in one.attrs["Mounts"] if mount["RW"]}
        for name, one in stack.containers.items()
    }
    assert writable == {
        "receiver": {"/data"},
        "janitor": {"/data"},
        "alerter": {"/state"},
        "demo-scraper": {"/state"},
        "practice": set(),
    }
    assert stack.containers["alerter"].exec_run(["touch", "/data/written"])[0] != 0


def test_each_renderer_of_the_browser_is_in_namespaces_and_behind_a_filter_of_its_own(stack: Stack) -> None:
    slow = urllib.request.Request(
        f"http://127.0.0.1:{stack.practice_port}/practice/control",
        json.dumps({"delaySeconds": 30}).encode(),
        {"Content-Type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(slow, timeout=10) as answer:
        assert answer.status == 200
    found: dict[str, dict[str, str]] = {}

    def a_page_is_open() -> bool:
        said = stack.run("demo-scraper", f"touch /state/wake; {LOOK}")
        for part in said.split("=====\n")[1:]:
            command, _, status = part.partition("\n")
            kind = re.search(r"--type=(\w+)", command)
            found[kind[1] if kind else command.split(" ")[0]] = dict(
                re.findall(r"^(\w+):\s+(.*)$", status, re.MULTILINE)
            )
        return "renderer" in found

    eventually(a_page_is_open, "a page is open", stack.containers["demo-scraper"].logs().decode)
    browser, renderer = found["/usr/lib/chromium/chromium"], found["renderer"]
    assert len(browser["NSpid"].split()) == 1
    assert len(renderer["NSpid"].split()) > 1
    assert int(renderer["Seccomp_filters"]) > int(browser["Seccomp_filters"])


LOOK = """
for process in /proc/[0-9]*; do
  command=$(tr '\\0' ' ' <$process/cmdline) && [ -n "$command" ] && printf '=====\\n%s\\n' "$command" && cat $process/status
done 2>/dev/null; true
"""


def test_chromium_itself_says_that_it_is_sandboxed(house: House) -> None:
    script = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as playwright:\n"
        "    browser = playwright.chromium.launch(executable_path='/usr/bin/chromium', chromium_sandbox=True)\n"
        "    page = browser.new_page()\n"
        "    page.goto('chrome://sandbox')\n"
        "    page.wait_for_function('document.body.innerText.includes(\"sandboxed\")')\n"
        "    print(page.inner_text('body'))\n"
    )
    check = house.start("scraper", script, entrypoint=["python", "-c"])
    code, output = check.finish()
    assert code == 0, output
    assert "You are adequately sandboxed." in output


@pytest.mark.parametrize("service", RUNNING)
def test_no_secret_is_seen_from_outside_nor_in_the_image(stack: Stack, service: str) -> None:
    container = stack.containers[service]
    image = container.image
    seen = {
        "docker inspect": json.dumps([container.attrs, image.attrs]),
        "docker history": json.dumps(image.history()),
        "docker top": json.dumps(container.top(ps_args="axww")),
        "log": container.logs().decode(),
        "command lines and environments": "".join(
            stack.of_all_processes(service, file) for file in ("cmdline", "environ")
        ),
    }
    assert seen["log"]
    assert all(stack.secrets.values())
    assert [
        (name, place)
        for name, secret in stack.secrets.items()
        for place, text in seen.items()
        if secret in text
    ] == []
    patterns = "".join(f"{secret}\\n" for secret in stack.secrets.values())
    held = stack.run(
        service,
        f"printf '{patterns}' | grep -rlFf - /opt /etc /usr/local /var /tmp /home /root /srv 2>/dev/null; true",
    )
    assert held.split() == []


def test_the_images_hold_neither_settings_nor_keys_of_the_machine_they_were_made_on(stack: Stack) -> None:
    for service in RUNNING:
        names = stack.run(service, "cd /opt/marigraph/app && find . -name '.*' ! -name . ; ls")
        assert set(names.split()) == {"services", "shared", "healthcheck.py", "watched.py", "__pycache__"}, (
            service
        )
