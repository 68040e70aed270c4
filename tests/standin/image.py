"""The stand-in's images: Debian 12 with systemd and sshd, as a cloud gives it out, made once and kept by the engine.

bare      what Debian's cloud image has: Python, sudo, ssh; neither Docker nor supervisor
prepared  the same with Docker, supervisor, curl and rsync from Debian, for tests that are about something else
native    the bare one with make and venv, for services without containers
"""

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

SUITE = "bookworm"
BARE = "systemd,systemd-sysv,dbus,openssh-server,sudo,python3,ca-certificates,curl,iproute2,iptables,procps,netbase"
PREPARED = "docker.io supervisor rsync"
NATIVE = "make python3-venv"
LEFT_OUT = ("doc", "man", "info", "locale")
"""Folders of /usr/share that nobody reads here."""

SETTLE = """\
# Users as in the clouds' images: `admin` may become root without a password, `guest` may not.
RUN useradd --create-home --shell /bin/bash admin && useradd --create-home --shell /bin/bash guest \\
 && echo 'admin ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/admin && chmod 0440 /etc/sudoers.d/admin \\
 && printf 'AuthorizedKeysFile /etc/ssh/authorized_keys\\nUseDNS no\\nPasswordAuthentication no\\nPermitRootLogin prohibit-password\\nMaxStartups 100\\n' \\
      >/etc/ssh/sshd_config.d/standin.conf \\
 && systemctl mask --quiet systemd-udevd.service systemd-logind.service getty.target console-getty.service \\
 && rm -f /etc/machine-id && touch /etc/machine-id
"""
MORE = """\
RUN apt-get update -qq \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends {} >/dev/null \\
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
"""


def image(*, prepared: bool, native: bool = False) -> str:
    """Return the name of the image; makes it first when the engine has none of this recipe (a minute or two)."""
    packages = f"marigraph-standin-packages:{_digest(BARE)}"
    bare = f"marigraph-standin-bare:{_digest(BARE + SETTLE)}"
    if not _here(bare):
        _import(packages)
        _build(bare, f"FROM {packages}\n{SETTLE}")
    if not (prepared or native):
        return bare
    name, more = ("prepared", MORE.format(PREPARED)) if prepared else ("native", MORE.format(NATIVE))
    full = f"marigraph-standin-{name}:{_digest(BARE + SETTLE + more)}"
    if not _here(full):
        _build(full, f"FROM {bare}\n{more}")
    return full


def _digest(recipe: str) -> str:
    return hashlib.sha256(recipe.encode()).hexdigest()[:12]


def _here(name: str) -> bool:
    return (
        subprocess.run(["docker", "image", "inspect", name], capture_output=True, check=False).returncode == 0
    )


def _import(name: str) -> None:
    """Make an image of Debian's packages; needs root, as mmdebstrap does."""
    if _here(name):
        return
    options = [f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in LEFT_OUT]
    options.append("--dpkgopt=force-unsafe-io")  # a build that is cut short is thrown away
    with tempfile.TemporaryDirectory() as folder:
        rootfs = Path(folder, "rootfs.tar")
        subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={BARE}", *options, SUITE, str(rootfs)],
            check=True,
        )
        subprocess.run(["docker", "import", str(rootfs), name], check=True, stdout=subprocess.DEVNULL)


def _build(name: str, recipe: str) -> None:
    environment = {**os.environ, "DOCKER_BUILDKIT": "0"}
    done = subprocess.run(
        ["docker", "build", "--quiet", "--force-rm", "--tag", name, "-"],
        input=recipe,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
