"""What the containers may do while they run, started by `make up` with alerts, and that no secret is seen anywhere."""

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.containers import House, eventually
from tests.integration.stacks import Stack, see_bounds, see_no_secret, see_rights, started

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

RUNNING = ("receiver", "janitor", "alerter", "practice", "demo-scraper")
HOOK = "http://127.0.0.1:9/hook-5e41b7c0d9"
SIGNED_BY = "whsec_" + "c2lnbmVk" * 5
"""Made up; nobody listens there."""


@pytest.fixture(scope="module")
def stack(images: None, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    local = tmp_path_factory.mktemp("local")
    (local / "hooks").write_text(f"here={HOOK}")
    alerts = {"ALERTER_WEBHOOKS_FILE": str(local / "hooks"), "ALERTER_WEBHOOK_SECRET": SIGNED_BY}
    secrets = {"hook": HOOK, "signature": SIGNED_BY}
    with started(repository, local, "up", secrets, **alerts) as stack:
        yield stack


def test_all_that_is_started_is_looked_at(stack: Stack) -> None:
    assert set(stack.containers) == set(RUNNING)


@pytest.mark.parametrize("service", RUNNING)
def test_no_process_has_more_rights_than_it_needs(stack: Stack, service: str) -> None:
    see_rights(stack, service)


@pytest.mark.parametrize("service", RUNNING)
def test_its_root_is_read_only_and_its_memory_and_processes_are_bounded(stack: Stack, service: str) -> None:
    see_bounds(stack, service)


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
        f"http://127.0.0.1:{stack.ports['PRACTICE_PORT']}/practice/control",
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
    assert stack.containers[service].logs()
    see_no_secret(stack, service)


def test_the_images_hold_neither_settings_nor_keys_of_the_machine_they_were_made_on(stack: Stack) -> None:
    for service in RUNNING:
        names = stack.run(service, "cd /opt/marigraph/app && find . -name '.*' ! -name . ; ls")
        assert set(names.split()) == {"services", "shared", "healthcheck.py", "watched.py", "__pycache__"}, (
            service
        )
