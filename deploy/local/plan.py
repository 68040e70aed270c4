"""Where the local set-up keeps things, with which settings its programs run, and supervisord's configuration.

Two folders keep made-up figures and real ones apart: `practice` while the scraper reads the practice
console, `record` when it reads another page.
"""

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from own_key import key_file, keys_file

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATES = REPOSITORY / "deploy" / "supervisor"
_SOCKET_LIMIT = 90
"""Bytes of a socket's path: the system allows 108, supervisord adds its process id while it starts."""


class Plan(NamedTuple):
    """Everything that is decided before anything is started."""

    folder: Path
    environment: dict[str, str]
    programs: tuple[str, ...]

    @property
    def configuration(self) -> Path:
        """Where supervisord and supervisorctl find their configuration."""
        return self.folder / "supervisord.conf"

    @property
    def logs(self) -> Path:
        """One log a program."""
        return self.folder / "logs"

    @property
    def key(self) -> str:
        """The key that opens the receiver."""
        direct = self.environment.get("CLAUDE_SYNC_API_KEY")
        return (
            direct or Path(self.environment["CLAUDE_SYNC_API_KEY_FILE"]).read_text(encoding="utf-8").strip()
        )

    def address(self, service: str) -> str:
        """Where the receiver or the practice console is reached."""
        return f"http://127.0.0.1:{self.environment[f'{service.upper()}_PORT']}"

    @property
    def files(self) -> str:
        """The store's folder, or the bucket's address."""
        url = self.environment["STORE_URL"]
        return unquote(urlsplit(url).path) if url.startswith("file:") else url

    @property
    def socket(self) -> Path:
        """Supervisord's control socket; in a short place when the checkout's path is too long for one."""
        usual = self.folder / "run" / "supervisor.sock"
        if len(os.fsencode(usual)) <= _SOCKET_LIMIT:
            return usual
        short = hashlib.sha256(os.fsencode(usual)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"marigraph-{os.getuid()}-{short}" / "supervisor.sock"


def make_plan(environ: Mapping[str, str]) -> Plan:
    """Decide from the environment and the file `.env`; make the folders and, the first time, a key."""
    given = {**read_env_file(REPOSITORY / ".env"), **environ}
    folder = _folder(given)
    ports = {
        "RECEIVER_PORT": given.get("RECEIVER_PORT") or "4000",
        "PRACTICE_PORT": given.get("PRACTICE_PORT") or "4900",
    }
    practising = not given.get("SCRAPER_USAGE_URL")
    place = folder / ("practice" if practising else "record")
    for private in (folder, folder / "run", folder / "logs", place):
        private.mkdir(mode=0o700, parents=True, exist_ok=True)
    wished = given.get("STORE_URL", "")
    environment = {
        **given,
        **ports,
        # Made-up figures never go where real ones are.
        "STORE_URL": wished if wished.startswith("s3://") and not practising else (place / "store").as_uri(),
        "SCRAPER_STATE_DIR": str(place / "scraper"),
        "ALERTER_STATE_DIR": str(place / "alerter"),
        "CLAUDE_SYNC_URL": f"http://127.0.0.1:{ports['RECEIVER_PORT']}/api/claude/console-usage",
    }
    environment.setdefault("SCRAPER_LOGIN_COMMAND", "make login")
    if practising:
        environment["SCRAPER_USAGE_URL"] = f"http://127.0.0.1:{ports['PRACTICE_PORT']}/settings/usage"
        environment.setdefault("SCRAPER_INTERVAL_SECONDS", "60")
    if not (given.get("CLAUDE_SYNC_API_KEY") or given.get("CLAUDE_SYNC_API_KEY_FILE")):
        own = key_file(folder / "key")
        environment["CLAUDE_SYNC_API_KEY_FILE"] = str(own)
        if not given.get("RECEIVER_KEYS_FILE"):
            key = own.read_text(encoding="utf-8").strip()
            environment["RECEIVER_KEYS_FILE"] = str(keys_file(folder / "keys.json", key))
    programs = (*(("practice",) if practising else ()), "receiver", "janitor", "alerter", "scraper")
    return Plan(folder, environment, programs)


def running_plan(environ: Mapping[str, str]) -> Plan:
    """Say where a set-up that runs has its socket and logs: no setting has to be right for that."""
    given = {**read_env_file(REPOSITORY / ".env", strict=False), **environ}
    return Plan(_folder(given), dict(environ), ())


def _folder(given: Mapping[str, str]) -> Path:
    return Path(given.get("MARIGRAPH_LOCAL_DIR") or REPOSITORY / ".local").resolve()


def read_env_file(path: Path, *, strict: bool = True) -> dict[str, str]:
    """Read `NAME=value` lines; blank lines and those that begin with # are passed over.

    Any other line ends the program with its number, unless `strict` is false: a setting that is silently
    ignored is worse.
    """
    if not path.exists():
        return {}
    found: dict[str, str] = {}
    text = path.read_text(encoding="utf-8", errors="strict" if strict else "replace")
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if not (name or equals) or name.startswith("#"):
            continue
        if not equals or not name.strip().isidentifier():
            if not strict:
                continue
            raise SystemExit(f"{path}, line {number} is no setting: write NAME=value, or # before a remark")
        found[name.strip()] = value.strip().strip("'\"")
    return found


def write_configuration(plan: Plan) -> None:
    """Write supervisord's configuration for a plan."""
    plan.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    words = {
        "repository": REPOSITORY,
        "logs": plan.logs,
        "run": plan.folder / "run",
        "socket": plan.socket,
        "user": "user = root" if os.getuid() == 0 else "",
    }
    text = _template("local.conf").substitute(_escaped(words))
    for place, name in enumerate(plan.programs):
        subcommand = "" if name in {"practice", "receiver"} else " run"
        program = {
            "name": name,
            "command": f"{sys.executable} -m services.{name}{subcommand}",
            "priority": 100 * (place + 1),
            # Supervisor expands this one path twice.
            "logs": str(plan.logs).replace("%", "%%"),
        }
        text += _template("local-program.conf").substitute(_escaped(program))
    plan.configuration.write_text(text, encoding="utf-8")


def write_command_settings(plan: Plan) -> None:
    """Write where `marigraph` finds this set-up; it looks here when it was told of no other."""
    lines = [
        "# Written by `make run-local`; yours go into ~/.config/marigraph/config.toml.",
        f"url = {json.dumps(plan.address('receiver'))}",
    ]
    if not plan.environment.get("CLAUDE_SYNC_API_KEY"):
        lines.append(f"key_file = {json.dumps(plan.environment['CLAUDE_SYNC_API_KEY_FILE'])}")
    (plan.folder / "command.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _template(name: str) -> Template:
    return Template((TEMPLATES / name).read_text(encoding="utf-8"))


def _escaped(words: Mapping[str, object]) -> dict[str, str]:
    """Supervisor expands % in its configuration: a path that holds one must say it twice."""
    return {name: str(value).replace("%", "%%") for name, value in words.items()}
