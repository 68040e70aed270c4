"""The containers as one thing: which Compose runs them, with which settings, and what they do at the moment.

Made-up figures and real ones are kept apart: the project, and with it every volume, has another name while
the scraper reads the practice console.
"""

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from own_key import key_file
from plan import REPOSITORY, read_env_file

DEPLOY = REPOSITORY / "deploy"
ENGINE_CURE = (
    "  On Debian: apt-get install docker.io docker-compose, then systemctl start docker; `docker info` says"
    " whether you may use it.\n  Without Docker: make run-local"
)
CLUSTER = ("proxy", "s3", "filer", *(f"{kind}-{number}" for kind in ("master", "volume") for number in "123"))
"""The services that cluster.yaml adds; the receiver of compose.yaml runs RECEIVERS times in it."""
RECEIVERS = 3
PRACTICE_PROJECT = "marigraph-practice"
RECORD_PROJECT = "marigraph"
DESTINATIONS = ("ALERTER_WEBHOOKS", "ALERTER_APPRISE_URLS")
"""With one of these, or its file, the alerter runs."""


class CannotRunError(Exception):
    """The containers cannot be started; the text says why and what to do."""


class Container(NamedTuple):
    """One container of the stack, as the engine sees it."""

    name: str
    service: str
    state: str
    health: str
    ports: frozenset[int]
    restarts: int

    @property
    def well(self) -> bool:
        """It runs, and its health check, when it has one, is content."""
        return self.state == "running" and self.health in {"", "healthy"}

    @property
    def failed(self) -> bool:
        """It will not become well by waiting."""
        return self.state in {"exited", "dead", "restarting"} or self.health == "unhealthy"


class Stack(NamedTuple):
    """What `make up` and `make down` work on."""

    project: str
    environment: dict[str, str]
    compose: tuple[str, ...]
    practising: bool
    """The scraper reads the practice console."""
    alerting: bool = False
    """Alerts have a destination."""
    cluster: bool = False
    """Three receivers behind a proxy, and a bucket of their own."""

    @property
    def ports(self) -> dict[str, int]:
        """The variable by which a person sets each published port, and the port."""
        receiver = "PROXY_PORT" if self.cluster else "RECEIVER_PORT"
        ports = {"RECEIVER_PORT": int(self.environment[receiver])}
        return ports | ({"PRACTICE_PORT": int(self.environment["PRACTICE_PORT"])} if self.practising else {})

    @property
    def profile(self) -> str:
        """The profile of compose.yaml that this is."""
        return "demo" if self.practising else "scraper"

    @property
    def scraper(self) -> str:
        """The name of the scraper's service."""
        return "demo-scraper" if self.practising else "scraper"

    @property
    def services(self) -> Counter[str]:
        """The services that go on running, and how often each."""
        wanted = {"practice": self.practising, "alerter": self.alerting}
        names = ["receiver", "janitor", self.scraper, *(name for name, runs in wanted.items() if runs)]
        return Counter([*names, *CLUSTER, *["receiver"] * (RECEIVERS - 1)] if self.cluster else names)

    @property
    def images(self) -> tuple[str, ...]:
        """The images to build; none: those of every set-up."""
        always = (DEPLOY / "containers" / "services").read_text(encoding="utf-8").split()
        return (*always, "proxy", "seaweedfs") if self.cluster else ()

    @property
    def receiver(self) -> str:
        """Where the receiver is reached from this machine."""
        return f"{self.environment['RECEIVER_SCHEME']}://127.0.0.1:{self.ports['RECEIVER_PORT']}"

    def key(self) -> tuple[str, str]:
        """Return the key and where it is kept; makes the file .local/key the first time."""
        if direct := self.environment.get("CLAUDE_SYNC_API_KEY"):
            return direct, "CLAUDE_SYNC_API_KEY"
        named = self.environment.get("CLAUDE_SYNC_API_KEY_FILE")
        path = Path(named).expanduser() if named else key_file(self.local() / "key")
        try:
            return path.read_text(encoding="utf-8").strip(), os.path.relpath(path)
        except OSError as error:
            raise CannotRunError(f"the key's file {path} cannot be read: {error.strerror}") from error

    def local(self) -> Path:
        """Return the folder of what this machine keeps to itself; made the first time."""
        local = Path(self.environment.get("MARIGRAPH_LOCAL_DIR") or REPOSITORY / ".local")
        local.mkdir(mode=0o700, parents=True, exist_ok=True)
        return local

    def command(self, *arguments: str) -> list[str]:
        """Return a Compose command on the stack, to be run in the folder `deploy`."""
        alerts = ("--profile", "alerts") if self.alerting else ()
        places = ("--project-name", self.project, *self._files, "--profile", self.profile)
        return [*self.compose, *places, *alerts, *arguments]

    @property
    def _files(self) -> tuple[str, ...]:
        laid_over = ("--file", "cluster.yaml") if self.cluster else ()
        return ("--file", "compose.yaml", *laid_over)

    def shown(self, arguments: str) -> str:
        """Return a Compose command on the stack as a person types it."""
        files = f"{' '.join(self._files)} " if self.cluster else ""
        return f"(cd deploy && {' '.join(self.compose)} -p {self.project} {files}{arguments})"

    def run(self, *arguments: str, give: str | None = None) -> None:
        """Run Compose on the stack, its words shown; `give` goes to its standard input.

        Raises CannotRunError when it fails.
        """
        command = self.command(*arguments)
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=DEPLOY, env=self.environment, input=give, text=True, check=False
        )
        if done.returncode:
            raise CannotRunError(f"{' '.join(command)} failed (see above)")

    def ask_inside(self, service: str, program: str, *arguments: str) -> str | None:
        """Run a program in a container of its own, as a service is run; return its words if it fails."""
        command = self.command("run", "--rm", "-T", "--no-deps", "--entrypoint", program, service, *arguments)
        done = subprocess.run(  # noqa: S603 - our own command
            command,
            cwd=DEPLOY,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return (done.stdout.strip() or done.stderr.strip()) if done.returncode else None

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start Compose on the stack and return at once."""
        return subprocess.Popen(  # noqa: S603 - our own command
            self.command(*arguments), cwd=DEPLOY, env=self.environment, stdin=subprocess.DEVNULL
        )

    def containers(self) -> list[Container]:
        """Return the stack's containers, running or not."""
        ids = ask("ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={self.project}")
        return [_container(found) for found in _inspected(ids.split())]


def find_stack(environ: Mapping[str, str], *, cluster: bool = False) -> Stack:
    """Decide from the environment and `.env`.

    Raises CannotRunError when there is no engine or no Compose, or a port is none.
    """
    given = {**read_env_file(REPOSITORY / ".env"), **environ}
    environment = {name: value for name, value in given.items() if value}
    for name, usual in (("RECEIVER_PORT", "4000"), ("PRACTICE_PORT", "4900")):
        port = environment.setdefault(name, usual)
        if not port.isdecimal() or not 0 < int(port) < 65536:  # noqa: PLR2004 - the ports there are
            raise CannotRunError(f"{name} is {port!r}; it must be a port from 1 to 65535")
    practising = "SCRAPER_USAGE_URL" not in environment
    environment["RECEIVER_SCHEME"] = "https" if "RECEIVER_TLS_CERT" in environment else "http"
    usual = (PRACTICE_PROJECT if practising else RECORD_PROJECT) + ("-s3" if cluster else "")
    project = environment.get("COMPOSE_PROJECT_NAME") or usual
    if cluster:  # the proxy has the port that is asked for, each receiver a free one
        environment["PROXY_PORT"] = environment["RECEIVER_PORT"]
        environment["PROXY_PUBLISH"] = environment.pop("RECEIVER_PUBLISH", "127.0.0.1")
        environment["RECEIVER_PORT"] = ""
    ask("version", "--format", "{{.Server.Version}}")
    alerting = any(name in environment for where in DESTINATIONS for name in (where, f"{where}_FILE"))
    return Stack(project, environment, _compose(), practising, alerting, cluster)


def ask(*arguments: str) -> str:
    """Ask the engine through the docker command; raises CannotRunError with its words when it refuses."""
    answer = _answer(*arguments)
    if answer.returncode != 0:
        raise _refused(answer)
    return answer.stdout.strip()


def _inspected(ids: list[str]) -> list[dict[str, Any]]:
    """Return what the engine knows of these containers; one that has gone since is left out."""
    if not ids:
        return []
    answer = _answer("inspect", "--type", "container", *ids)
    if answer.returncode != 0 and "no such" not in answer.stderr.lower():
        raise _refused(answer)
    found: list[dict[str, Any]] = json.loads(answer.stdout)
    return found


def _answer(*arguments: str) -> "subprocess.CompletedProcess[str]":
    docker = shutil.which("docker")
    if docker is None:
        raise CannotRunError(f"there is no docker command.\n{ENGINE_CURE}")
    return subprocess.run([docker, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - our own command


def _refused(answer: "subprocess.CompletedProcess[str]") -> CannotRunError:
    words = answer.stderr.strip() or answer.stdout.strip()
    return CannotRunError(f"no Docker engine answers: {words}\n{ENGINE_CURE}")


def _compose() -> tuple[str, ...]:
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)  # noqa: S607 - found above
    if plugin.returncode == 0:
        return ("docker", "compose")
    if shutil.which("docker-compose"):
        return ("docker-compose",)
    raise CannotRunError(
        "there is neither `docker compose` nor docker-compose. On Debian 12: apt-get install docker-compose"
    )


def _container(found: dict[str, Any]) -> Container:
    published = found["NetworkSettings"]["Ports"] or {}
    return Container(
        name=found["Name"],
        service=found["Config"]["Labels"]["com.docker.compose.service"],
        state=found["State"]["Status"],
        health=found["State"].get("Health", {}).get("Status", ""),
        ports=frozenset(int(bound["HostPort"]) for bounds in published.values() for bound in bounds or []),
        restarts=found["RestartCount"],
    )
