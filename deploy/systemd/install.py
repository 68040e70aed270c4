# ruff: noqa: S603, S607 - it runs the system's own programs, by their names
"""Installs Marigraph on this machine as systemd services, without Docker; `make install-systemd` calls it.

    install.py install | uninstall      what to install is told by variables: see docs/systemd.md

With DESTDIR everything goes under that folder, and no service is touched.
Exit codes: 0 it is installed and runs, 1 something does not start, 2 it cannot be installed here.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath

import environment
from layout import (
    BUCKET_SECRETS,
    DESTINATIONS,
    DOCUMENTATION,
    SECRETS,
    SETTINGS,
    TEMPLATES,
    UNITS,
    USERS,
    VENV,
    Choice,
    files,
)

REPOSITORY = TEMPLATES.parents[1]
HIDDEN = {"home", "root", "tmp"}
"""Top folders in which a hardened service sees nothing."""
RECEIVER_SOCKET = "marigraph-receiver.socket"
_BUCKET = re.compile(r"^\s*STORE_URL=[\"']?s3://", re.MULTILINE)
OLDEST_SYSTEMD = 250
"""The first that hands credentials' folder to units as %d."""


def main() -> int:
    """Do what the command line says; return the exit code."""
    if sys.argv[1:] not in (["install"], ["uninstall"]):
        print(__doc__, file=sys.stderr)
        return 2
    given = os.environ.get("DESTDIR", "")
    root = Path(given).resolve() if given else Path("/")
    if not given and os.geteuid() != 0:
        return _fail(
            "this changes the system: run it as root (sudo make ...), or set DESTDIR to look at it first"
        )
    return uninstall(root) if sys.argv[1] == "uninstall" else install(root)


def install(root: Path) -> int:
    """Put everything in its place, and start it when this is the running system."""
    try:
        choice = _choice(_under(root, SETTINGS))
    except ValueError as error:
        return _fail(str(error))
    problems = choice.problems() or _unfit(root)
    if problems:
        return _fail("\n         ".join(problems))
    renewed = environment.renew(_under(root, VENV), choice.services, os.environ.get("WHEELS", ""), _say)
    changed = _place(root, choice)
    _write(_under(root, DOCUMENTATION), (REPOSITORY / "docs/systemd.md").read_text(encoding="utf-8"), 0o644)
    _settle(root)
    failed = _start(choice, changed, renewed=renewed) if root == Path("/") else []
    if failed:
        return _fail(f"{', '.join(failed)} did not start; journalctl -u {failed[0]} says why", code=1)
    _conclude(root, choice)
    return 0


def _place(root: Path, choice: Choice) -> set[str]:
    """Put the files of a choice in their places and remove others; return the names of those that changed."""
    wanted = {_under(root, path): text for path, text in files(choice).items()}
    gone = [path for path in _present(root) if path not in wanted]
    _remove(root, gone)
    changed = [
        path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in changed:
        _write(path, wanted[path], 0o644)
    # An addition counts as its unit: NAME.service.d/socket.conf
    return {
        path.parent.name.removesuffix(".d") if path.suffix == ".conf" else path.name
        for path in gone + changed
    }


def _conclude(root: Path, choice: Choice) -> None:
    """Say where things are, and what a person still has to do."""
    _say(f"done; the receiver listens on {choice.address}" if "receiver" in choice.services else "done")
    _say(f"its key: {SECRETS}/api-key; settings: {SETTINGS}; state: systemctl status 'marigraph*'")
    if choice.bucket:
        _say(f"the record is in a bucket; its credentials: {BUCKET_SECRETS}/credentials, or a role")
    if "alerter" in choice.services and not any(_under(root, DESTINATIONS).iterdir()):
        _say(f"alerts go to the journal until {DESTINATIONS} names a destination: docs/systemd.md")
    if "scraper" in choice.services:
        _say(
            "the scraper needs a login first: docs/systemd.md, then systemctl enable --now marigraph-scraper"
        )


def uninstall(root: Path) -> int:
    """Stop and remove everything but settings, keys and what was recorded."""
    _remove(root, _present(root))
    for drop_ins in _under(root, UNITS).glob("marigraph-*.service.d"):
        shutil.rmtree(drop_ins, ignore_errors=True)
    shutil.rmtree(_under(root, VENV), ignore_errors=True)
    _under(root, DOCUMENTATION).unlink(missing_ok=True)
    if root == Path("/"):
        _systemctl("daemon-reload")
        _systemctl("reset-failed", "marigraph*", check=False)
    _say(f"removed; {SETTINGS.parent} (settings, keys) and /var/lib/marigraph (the record) are left")
    return 0


def _choice(settings: Path) -> Choice:
    given, usual = os.environ.get, Choice()
    port = given("RECEIVER_PORT") or str(usual.port)
    if not port.isdecimal():
        raise ValueError(f"RECEIVER_PORT: {port!r} is no port")
    return Choice(
        services=tuple(given("SERVICES", "").split()) or usual.services,
        host=given("RECEIVER_HOST") or usual.host,
        port=int(port),
        activation=given("ACTIVATION") or usual.activation,
        janitor=given("JANITOR") or usual.janitor,
        bucket=bool(_BUCKET.search(settings.read_text(encoding="utf-8"))) if settings.exists() else False,
    )


def _unfit(root: Path) -> list[str]:
    """Say why this machine cannot have it."""
    foreign = sorted(
        path.name
        for path in _under(root, PurePosixPath("/etc/systemd/system")).glob("marigraph*")
        if path.is_file() and not path.is_symlink()
    )
    found = []
    if foreign:
        found.append(
            f"/etc/systemd/system has {', '.join(foreign)}: Marigraph runs here in containers"
            " (make deploy-ec2), and the two do not go together"
        )
    if sys.version_info < (3, 11):  # noqa: UP036 - whatever Python the machine has runs this
        found.append("Python 3.11 or newer is needed: name one, PYTHON=/usr/bin/python3.11")
    if HIDDEN & set(Path(sys.base_prefix).resolve().parts[1:2]):
        found.append(f"{sys.base_prefix} is hidden from services: name another, PYTHON=/usr/bin/python3")
    if root == Path("/"):
        said = subprocess.run(
            ["systemctl", "--version"], capture_output=True, text=True, check=False
        ).stdout.split()
        if len(said) < 2 or not said[1].isdecimal() or int(said[1]) < OLDEST_SYSTEMD:  # noqa: PLR2004 - name, number
            found.append(
                f"systemd {OLDEST_SYSTEMD} or newer is needed (Debian 12, Ubuntu 22.10, Amazon Linux 2023)"
            )
    return found


def _settle(root: Path) -> None:
    """Make the settings and the keys, once; what is there stays."""
    settings, secrets = _under(root, SETTINGS), _under(root, SECRETS)
    settings.parent.mkdir(parents=True, exist_ok=True)
    if not settings.exists():
        _write(settings, (TEMPLATES / "native/marigraph.env").read_text(encoding="utf-8"), 0o640)
    for folder in (secrets, _under(root, DESTINATIONS), _under(root, BUCKET_SECRETS)):
        folder.mkdir(mode=0o700, exist_ok=True)
    if not (secrets / "api-key").exists():
        mint = "from services.receiver.keyfile.minting import mint; print(mint())"
        python = str(_under(root, VENV) / "bin/python")
        made = subprocess.run([python, "-IB", "-c", mint], capture_output=True, text=True, check=False)
        if made.returncode == 0:
            _write(secrets / "api-key", made.stdout, 0o600)
        else:
            _say(f"put the receiver's key into {SECRETS}/api-key (0600): the receiver is not installed here")
    if not (secrets / "keys.json").exists():
        _write(secrets / "keys.json", '{"keys": []}\n', 0o600)


def _start(choice: Choice, changed: set[str], *, renewed: bool) -> list[str]:
    """Start what is enabled, and what runs anew if it has changed; return the units that do not run then."""
    subprocess.run(["systemd-sysusers", str(USERS)], check=True)
    _systemctl("daemon-reload")
    _systemctl("enable", "--quiet", *choice.enabled)
    if RECEIVER_SOCKET in changed:  # another address; a socket does not leave its service while that runs
        _systemctl("stop", "marigraph-receiver.service", RECEIVER_SOCKET, check=False)
    services = [unit for unit in choice.units if unit.endswith(".service")]
    if anew := [unit for unit in services if renewed or unit in changed]:  # the socket stays open meanwhile
        _systemctl("try-restart", *anew, check=False)
    _systemctl("start", "marigraph.target", *choice.enabled, check=False)
    asked = ("systemctl", "is-active", "--quiet")
    return [unit for unit in choice.enabled if subprocess.run([*asked, unit], check=False).returncode]


def _remove(root: Path, found: list[Path]) -> None:
    """Stop units, if this is the running system, and remove their files."""
    units = sorted(path.name for path in found if path.parent.name == "system")
    if root == Path("/") and units:
        _systemctl("disable", "--now", "--quiet", *units, check=False)
    for path in found:
        path.unlink()


def _present(root: Path) -> list[Path]:
    """Return the files of an installation that are there."""
    units = _under(root, UNITS)
    found = [*units.glob("marigraph*.*"), *units.glob("marigraph*.d/*"), _under(root, USERS)]
    return [path for path in found if path.is_file()]


def _systemctl(*arguments: str, check: bool = True) -> None:
    subprocess.run(["systemctl", *arguments], check=check)


def _under(root: Path, path: PurePosixPath) -> Path:
    return root / path.relative_to("/")


def _write(path: Path, text: str, mode: int) -> None:
    """Write a file whole, with its rights from its first moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(file.fileno(), mode)
    new.replace(path)


def _say(text: str) -> None:
    print(f"systemd: {text}", flush=True)


def _fail(text: str, *, code: int = 2) -> int:
    print(f"systemd: {text}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
