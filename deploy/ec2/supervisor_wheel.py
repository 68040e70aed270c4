"""Supervisor for hosts whose distribution has none: the lock file's, in an environment of its own there."""

import re
import subprocess
import sys
from pathlib import Path

from link import Link
from plan import REPOSITORY
from refusals import DeployError

__all__ = ["bring", "wanted_version"]

_LOCK = REPOSITORY / "deploy" / "locks" / "dev.txt"
_WHEELS = REPOSITORY / "build" / "ec2" / "wheels"
# The wheel is pure Python and needs nothing else, so it is unpacked where Python looks: no pip there.
_UNPACK = """\
set -e
cd /opt/marigraph && rm -rf .venv .wheel.whl && cat >.wheel.whl && python3 -m venv --without-pip .venv
python3 -m zipfile -e .wheel.whl .venv/lib/python3.*/site-packages && rm .wheel.whl
for tool in supervisord supervisorctl; do
  {{ echo '#!/opt/marigraph/venv/bin/python3 -I'; echo 'import sys'; echo "from supervisor.$tool import main"
     echo 'sys.exit(main())'; }} >.venv/bin/$tool
  chmod 0755 .venv/bin/$tool
done
echo {version} >.venv/supervisor-version
rm -rf .venv.old && {{ [ ! -e venv ] || mv venv .venv.old; }} && mv .venv venv && rm -rf .venv.old
cd /usr/local/bin && {{ [ -e supervisorctl ] || ln -s /opt/marigraph/venv/bin/supervisorctl supervisorctl; }}
"""


def wanted_version() -> str:
    """Return the version that the lock file names."""
    return _locked()[0]


def bring(link: Link) -> None:
    """Fetch the wheel here, by its hash, and unpack it there."""
    version, requirement = _locked()
    link.run(_UNPACK.format(version=version), root=True, give=_wheel(version, requirement).read_bytes())


def _locked() -> tuple[str, str]:
    """Return version and requirement, hashes and all."""
    found = re.search(
        r"^supervisor==(\S+) .*(?:\n    --hash=.*)+", _LOCK.read_text(encoding="utf-8"), re.MULTILINE
    )
    if not found:
        raise DeployError(f"{_LOCK} names no supervisor")
    return found.group(1), found.group(0)


def _wheel(version: str, requirement: str) -> Path:
    name = f"supervisor-{version}-*.whl"
    if not (made := sorted(_WHEELS.glob(name))):
        _WHEELS.mkdir(parents=True, exist_ok=True)
        wanted = _WHEELS / "supervisor.txt"
        wanted.write_text(requirement, encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        how = [
            "--require-hashes",
            "--only-binary",
            ":all:",
            "--dest",
            str(_WHEELS),
            "--requirement",
            str(wanted),
        ]
        if subprocess.run([*pip, *how], check=False).returncode:  # noqa: S603 - our own command
            raise DeployError("supervisor could not be fetched from the package index (see above)")
        made = sorted(_WHEELS.glob(name))
    return made[0]
