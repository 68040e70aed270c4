"""The make targets of the deploy, run as a person runs them, against one stand-in host."""

import http.client
import itertools
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.standin.host import StandIn

KEY = "end-to-end-key-of-the-stand-in-0123456789"
TAG = os.environ.get("MARIGRAPH_TAG", "latest")
PATH = "/api/claude/console-usage"

Done = subprocess.CompletedProcess[str]


class Deployer:
    """Deploys a checkout to a host."""

    def __init__(self, host: StandIn, repository: Path, key: Path, user: str = "root") -> None:
        self.host = host
        self.supervision = "supervisor"
        self._repository = repository
        self._environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("RECEIVER_", "EC2_"))
            },
            **host.variables(user),
            "EC2_BUILD": "0",
            "EC2_KEY_FILE": str(key),
            "RECEIVER_HOST": "0.0.0.0",
            "MARIGRAPH_TAG": TAG,
        }

    def start(self, target: str = "deploy-ec2", **changes: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            ["make", "--no-print-directory", target],
            cwd=self._repository,
            env=self._environment | changes,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, target: str = "deploy-ec2", **changes: str) -> Done:
        process = self.start(target, **changes)
        said, _ = process.communicate(timeout=600)
        return subprocess.CompletedProcess(process.args, process.returncode, said, "")

    def under(self, supervision: str) -> "Deployer":
        """The same, of a host that was deployed to with this supervision."""
        self.supervision = supervision
        return self

    def serves(self) -> str:
        """The release that serves."""
        return self.host.ssh("basename $(readlink /opt/marigraph/current)", check=False).stdout.strip()

    def left_over(self) -> str:
        """What should not be there after a deploy, however it ended; empty when the host is clean."""
        return self.host.ssh(LEFT_OVER, check=False).stdout.strip()

    def runs(self, service: str) -> bool:
        """A service runs, whoever supervises it."""
        asked = f"systemctl is-active --quiet marigraph-{service} || supervisorctl status marigraph:{service}"
        return self.host.ssh(asked, check=False).returncode == 0

    def services(self) -> dict[str, str]:
        """Each program's state, as `supervisorctl status` on the host tells it."""
        said = self.host.ssh("supervisorctl status", check=False).stdout
        return dict(re.findall(r"^(\S+)\s+([A-Z]+)\b", said, re.MULTILINE))

    def units(self) -> list[str]:
        """The states of the services' units, where systemd supervises."""
        asked = "systemctl is-active marigraph-receiver marigraph-janitor"
        return self.host.ssh(asked, check=False).stdout.split()

    def well(self) -> bool:
        """All services run, and the receiver is ready."""
        with suppress(OSError):
            runs = self.services() == RUNNING or self.units() == ["active", "active"]
            return runs and self.host.ask("/readyz")[0] == 200
        return False

    def settle(self) -> None:
        """Wait until no deploy is at work on the host any more, and what was cut is mended."""
        idle = "flock -n /run/marigraph/deploy.lock flock -n /run/marigraph/switch.lock test ! -e /opt/marigraph/switch.json"
        wait_until(lambda: self.host.ssh(idle, check=False).returncode == 0, 300, self._story)
        wait_until(self.well, 60, self._story)

    def _story(self) -> str:
        asked = "ps axfo pid,etime,stat,args; tail -n 40 /var/log/marigraph/switch.log; supervisorctl status; systemctl list-units 'marigraph*'"
        return self.host.ssh(asked, check=False).stdout

    def cut_link(self) -> None:
        """Cut the deploy's ssh connection, as a laptop does that falls asleep: at this end, without a word."""
        found = subprocess.run(
            ["pgrep", "-f", f"^ssh -p {self.host.ports['ssh']} .*-N -T"],
            capture_output=True,
            text=True,
            check=True,
        )
        for process in found.stdout.split():
            os.kill(int(process), signal.SIGKILL)

    def interrupted(self, words: str, harm: Callable[[], None], **changes: str) -> Done:
        """Deploy, and do harm as soon as the deploy has said these words."""
        process = self.start(**changes)
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if words in line:
                break
        harm()
        rest, _ = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, said + rest, "")


RUNNING = {"marigraph:receiver": "RUNNING", "marigraph:janitor": "RUNNING", "watch": "RUNNING"}

LEFT_OVER = r"""
cd /opt/marigraph
services=$(python3 -c 'import json; print("|".join(json.load(open("current/release.json"))["images"]))' 2>/dev/null)
for release in $(ls -A releases); do [ -e releases/$release/served ] || echo "folder $release"; done
docker image ls --format '{{.Repository}} {{.Tag}}' | while read name tag; do [ -e releases/$tag ] || echo "image $name:$tag"; done
docker ps --all --format '{{.Names}}' | grep -vxE "marigraph-($services)"
ls -A | grep -vxE 'current|releases|venv|store'
ls -A /var/lib/marigraph | grep -vxE 'data|metrics|alerter'
[ ! -e /etc/systemd/system/marigraph-supervisor.service ] || ls /etc/systemd/system | grep -E '^marigraph-(cut|mend|receiver|janitor|alerter)'
for unit in $(ls /etc/systemd/system | grep -oP '^marigraph-\K(receiver|janitor|alerter|scraper)(?=\.service)'); do
  echo "$unit" | grep -qxE "$services" || echo "unit of $unit"
done
grep -l MARIGRAPH_SHIPS=1 /proc/[0-9]*/environ 2>/dev/null
"""


def snapshot(moment: datetime, percentage: float = 12) -> dict[str, Any]:
    return {
        "lastUpdated": moment.isoformat(),
        "currentSession": {"percentageUsed": percentage, "resetsIn": "2 hr 3 min"},
        "weeklyLimits": {},
    }


class Client:
    """Posts ten times a second, as a scraper would that is in a hurry: what is not acknowledged is sent again."""

    _days = itertools.count(1)
    """Each begins on a day of its own in the past, so that what one stored is not taken for another's."""

    def __init__(self, host: StandIn) -> None:
        self._began = datetime.now(UTC).replace(microsecond=0) - timedelta(days=next(self._days))
        self.acknowledged: list[str] = []
        self.longest_silence = 0.0
        self._host = host
        self._over = threading.Event()

    def _post(self) -> None:
        moment, last = self._began, time.monotonic()
        due = last
        while not self._over.wait(max(0, due - time.monotonic())):
            moment += timedelta(seconds=1)
            due = max(due + 0.1, time.monotonic())
            while not self._over.is_set():
                try:
                    status, _ = self._host.ask(
                        PATH, key=KEY, body=snapshot(moment, len(self.acknowledged) % 100)
                    )
                except (OSError, http.client.HTTPException):
                    time.sleep(0.02)
                    continue
                if status in {200, 201}:
                    self.acknowledged.append(moment.isoformat())
                    now = time.monotonic()
                    self.longest_silence, last = max(self.longest_silence, now - last), now
                    break
                time.sleep(0.02)

    def wait_for(self, count: int) -> None:
        """Wait until so many were acknowledged."""
        wait_until(lambda: len(self.acknowledged) >= count, 30)

    @contextmanager
    def at_work(self) -> Iterator["Client"]:
        thread = threading.Thread(target=self._post)
        thread.start()
        try:
            yield self
        finally:
            time.sleep(1)
            self._over.set()
            thread.join(30)

    def missing(self) -> set[str]:
        """What was acknowledged and is not in the store's files on the host."""
        script = "cd /var/lib/marigraph/data && find . -name '*.json' -path '*history/2*' -exec cat {} + ; zcat archive/*.gz 2>/dev/null"
        stored = self._host.ssh(script, check=False).stdout
        times = {datetime.fromisoformat(found) for found in re.findall(r'"lastUpdated": ?"([^"]+)"', stored)}
        return {one for one in self.acknowledged if datetime.fromisoformat(one) not in times}


def derived(tag: str, receiver: str, janitor: str = "") -> None:
    """Make the images of a tag: those on trial, with a few more instructions."""
    for service, recipe in (("receiver", receiver), ("janitor", janitor)):
        name = f"marigraph-{service}"
        done = subprocess.run(
            ["docker", "build", "--quiet", "--force-rm", "--tag", f"{name}:{tag}", "-"],
            input=f"FROM {name}:{TAG}\n{recipe}\n",
            text=True,
            check=False,
            capture_output=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def patched(path: str, old: str, new: str) -> str:
    """The instructions that change a line of the code in an image; the image is not made if it is not there."""
    compiled = Path(path).parent / "__pycache__" / f"{Path(path).stem}.*"
    return (
        f"USER 0\nRUN grep -qF '{old}' {path} && sed -i 's|{old}|{new}|' {path} && rm {compiled}\nUSER 65532"
    )


def wait_until(condition: Callable[[], bool], seconds: float, story: Callable[[], str] = str) -> float:
    """Wait for something to become so; return after how many seconds it was."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not within {seconds:.0f} s. {story()}"
        time.sleep(0.1)
    return time.monotonic() - began


def forget(tag: str) -> None:
    names = [f"marigraph-{service}:{tag}" for service in ("receiver", "janitor")]
    subprocess.run(["docker", "image", "rm", *names], capture_output=True, check=False)


def shipped(said: str) -> int:
    """How many bytes a deploy says that it shipped."""
    found = re.search(r"shipped .* \((\d+) bytes\)", said)
    assert found, said
    return int(found.group(1))
