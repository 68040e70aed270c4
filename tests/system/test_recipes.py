"""The recipes for other programs, as docs/neighbours.md prints them: taken out of the page and tried."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
import pytest
import yaml

from shared.store import open_store
from tests.alerter.processes import Command
from tests.alerter.sink import Sink
from tests.system.keyed import Keyed
from tests.system.recipes import Home, Page
from tests.terminal import Terminal


@pytest.fixture
def page(repository: Path) -> Page:
    return Page(repository)


@pytest.fixture
def home(keyed: Keyed) -> Home:
    return Home(keyed)


@pytest.fixture
def script(page: Page, home: Home) -> Path:
    """The status script, where the page has it."""
    path = home.folder / "bin" / "claude-limits"
    path.parent.mkdir()
    path.write_text(page.snippet("sh", "#!/bin/sh"))
    path.chmod(0o755)
    return path


def test_the_flat_document_has_the_keys_that_the_page_shows(page: Page, home: Home) -> None:
    shown, told = json.loads(page.snippet("json", "session_percentage")), home.flat()
    assert list(shown) == list(told)
    assert (told["session_percentage"], told["weekly_percentage"], told["weekly_state"]) == (
        47,
        None,
        "unknown",
    )


def test_home_assistant_gets_figures_and_never_an_unknown_as_a_number(page: Page, home: Home) -> None:
    class Loader(yaml.SafeLoader):
        """YAML with Home Assistant's secrets."""

    Loader.add_constructor("!secret", lambda _loader, node: {"marigraph_key": home.key}[node.value])
    (rest,) = yaml.load(page.snippet("yaml", "rest:"), Loader)["rest"]
    assert rest["headers"] == {"X-API-Key": home.key}
    sensors = {one["unique_id"]: one for one in rest["sensor"]}
    templates = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)

    def state(name: str, told: dict[str, Any]) -> str:
        sensor = sensors[name]
        there = templates.from_string(sensor.get("availability", "True")).render(value_json=told)
        assert there in {"True", "False"}
        return (
            templates.from_string(sensor["value_template"]).render(value_json=told)
            if there == "True"
            else "unavailable"
        )

    told = home.flat(urlsplit(rest["resource"]).path)
    assert float(state("marigraph_session", told)) == 47
    assert datetime.fromisoformat(state("marigraph_session_resets", told)).tzinfo is not None
    assert 100 < int(state("marigraph_age", told)) < 180
    unknown = {**told, "session_percentage": None, "session_resets_at": None}
    assert state("marigraph_session", unknown) == state("marigraph_session_resets", unknown) == "unavailable"
    assert state("marigraph_session", {**told, "stale": True}) == "unavailable"


async def test_home_assistants_automation_says_what_the_alerter_posts(
    page: Page, tmp_path: Path, repository: Path
) -> None:
    sink = Sink()
    command = Command(tmp_path / "alerter", repository, sink)
    await command.read(80)
    assert command("once").returncode == 0
    sink.close()
    (automation,) = yaml.safe_load(page.snippet("yaml", "automation:"))["automation"]
    (trigger,), (action,) = automation["triggers"], automation["actions"]
    assert (trigger["trigger"], trigger["allowed_methods"]) == ("webhook", ["POST"])
    assert f"/api/webhook/{trigger['webhook_id']}" in page.text
    says = {
        name: jinja2.Template(text, undefined=jinja2.StrictUndefined).render(trigger={"json": sink.got[0]})
        for name, text in action["data"].items()
    }
    assert says["title"] == "default: weekly limit at 80 % (told at 75 %)"
    assert "80 % read at" in says["message"]


def test_the_status_script_shows_figures_and_question_marks(home: Home, script: Path) -> None:
    assert home.sh(str(script)).stdout == "session 47 %  week ?\n"
    home.receiver.stop()
    assert home.sh(str(script)).stdout == "limits ?\n"


def test_the_status_script_shows_no_figure_that_is_stale(keyed: Keyed, page: Page) -> None:
    keyed.file.parent.mkdir(exist_ok=True)
    home = Home.__new__(Home)
    home.receiver, home.folder, home.writer = keyed, keyed.folder, keyed.add("scraper")
    keyed.start()
    home.read(47, minutes_ago=30)
    (home.folder / ".marigraph-header").write_text(f"X-API-Key: {home.writer}\n")
    assert home.sh(page.snippet("sh", "#!/bin/sh")).stdout == "session ?  week ?\n"


@pytest.mark.usefixtures("script")
def test_waybar_is_given_json_and_a_script_that_runs(page: Page, home: Home) -> None:
    (snippet,) = re.findall(r"\*\*Waybar\*\*: `(.+?)`", page.text)
    module = json.loads("{" + snippet + "}")["custom/claude"]
    assert home.sh(module["exec"].replace("~", "$HOME")).stdout.startswith("session 47 %")


@pytest.mark.usefixtures("script")
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_tmux_shows_it_in_its_status_line(page: Page, home: Home) -> None:
    lines = re.findall(r"`(set -g .+?)`", page.text)
    assert len(lines) == 2
    (home.folder / "tmux.conf").write_text("\n".join(lines) + "\n")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home.folder),
        "MARIGRAPH": home.receiver.address,
        "LANG": "C.UTF-8",
    }
    tmux = ("tmux", "-S", f"{home.folder}/tmux", "-f", f"{home.folder}/tmux.conf")
    terminal = Terminal(*tmux, "new-session", "sleep 60", environ=environ, folder=home.folder, size=(100, 10))
    try:
        terminal.until(lambda _: "session 47 %  week ?" in terminal.lines[-1])
    finally:
        subprocess.run([*tmux, "kill-server"], check=True)
        terminal.ended()
        terminal.close()


def test_the_publishing_command_replaces_a_badge_and_leaves_the_old_one_when_it_fails(
    page: Page, home: Home
) -> None:
    command = page.snippet("sh", "badges/session.svg").partition("*  ")[2]
    command = command.replace("https://marigraph.example", home.receiver.address)
    command = command.replace("/var/www/badges", str(home.folder))
    assert home.sh(command).returncode == 0
    badge = home.folder / "session.svg"
    assert ET.fromstring(badge.read_text()).attrib["aria-label"] == "session: 47 %"
    before = badge.read_text()
    home.receiver.stop()
    assert home.sh(command).returncode != 0
    assert badge.read_text() == before


class Ntfy(BaseHTTPRequestHandler):
    """What stands in for ntfy's server."""

    got: list[dict[str, Any]] = []  # noqa: RUF012 - a list for all requests

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def ntfy() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Ntfy)
    Ntfy.got.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"ntfy://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def as_here(command: str, folder: Path, repository: Path) -> str:
    """Change a snippet's folders to those of a test."""
    return (
        command.replace("/var/lib/marigraph-alerter", f"{folder}/state")
        .replace("/var/lib/marigraph", f"{folder}/store")
        .replace("/etc/marigraph/secrets", str(folder))
        .replace("cd /opt/marigraph", f"cd {repository}")
        .replace(".venv/bin/python", sys.executable)
    )


def test_ntfy_gets_the_test_message(page: Page, ntfy: str, tmp_path: Path, repository: Path) -> None:
    command = as_here(page.snippet("sh", "ntfys://"), tmp_path, repository).replace("ntfys://ntfy.sh", ntfy)
    environ = {"PATH": os.environ["PATH"]}
    ended = subprocess.run(
        ["sh", "-c", command],
        env=environ,
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (0, "phone: delivered: Apprise says it is delivered\n"), (
        ended.stderr
    )
    (got,) = Ntfy.got
    assert (got["topic"], got["title"]) == ("a-long-secret-topic", "Marigraph: a test")


async def test_cron_tells_each_thing_once(page: Page, ntfy: str, tmp_path: Path, repository: Path) -> None:
    command = as_here(page.snippet("sh", "services.alerter once").partition("*  ")[2], tmp_path, repository)
    (tmp_path / "apprise").write_text(f"phone={ntfy}/topic")
    now = datetime.now(UTC)
    weekly = {"percentageUsed": 80, "resetsIn": "x", "resetsAt": (now + timedelta(days=3)).isoformat()}
    document = {"lastUpdated": now.isoformat(), "source": "json", "weeklyLimits": {"allModels": weekly}}
    await open_store(f"file://{tmp_path}/store").append("default", document, now)
    for _ in range(2):
        ended = subprocess.run(
            ["sh", "-c", command],
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert ended.returncode == 0, ended.stderr
    assert [one["title"] for one in Ntfy.got] == ["default: weekly limit at 80 % (told at 75 %)"]
