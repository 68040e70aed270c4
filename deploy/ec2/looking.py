"""What a host is and has: asked in one go, told as a record."""

from typing import NamedTuple

from link import Link
from refusals import DeployError

from marigraph_host.settings import parse as parse_settings

__all__ = ["PROBE", "Host", "parse", "present_settings"]

PROBE = r"""
say() { printf '%s=%s\n' "$1" "$2"; }
[ -r /etc/os-release ] && . /etc/os-release
say system "${ID:-unknown} ${VERSION_ID:-}"
say machine "$(uname -m)"
say uid "$(id -u)"
root=; [ "$(id -u)" = 0 ] || root='sudo -n'
if [ -z "$root" ] || $root true 2>/dev/null; then say root yes; else say root no; exit 0; fi
for tool in apt-get dnf; do command -v $tool >/dev/null && say packages $tool && break; done
say python "$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)"
[ -d /run/systemd/system ] && say systemd yes
command -v docker >/dev/null && say docker installed
say engine "$($root docker version --format '{{.Server.Version}}' 2>/dev/null)"
say supervisor "$(cat /opt/marigraph/venv/supervisor-version 2>/dev/null)"
place=/var/lib/docker; $root test -d $place || place=/var/lib
say free_kb "$($root df -Pk $place | awk 'NR==2 {print $4}')"
say home_free_kb "$(df -Pk /opt | awk 'NR==2 {print $4}')"
say release "$(readlink /opt/marigraph/current 2>/dev/null)"
$root test -s /etc/marigraph/secrets/api-key && say key yes
say key_sum "$($root sha256sum /etc/marigraph/secrets/api-key 2>/dev/null | cut -d' ' -f1)"
PATH=$PATH:/usr/sbin:/usr/local/sbin
command -v caddy >/dev/null && systemctl cat caddy.service >/dev/null 2>&1 && say caddy yes
[ -e /etc/systemd/system/caddy.service.d/marigraph.conf ] && say fronted yes
say web "$($root ss -Hltnp '( sport = :80 or sport = :443 )' 2>/dev/null | awk '{print $4, $6}' | head -n 1)"
command -v supervisord >/dev/null && say others "$(supervisord --version 2>/dev/null)"
exit 0
"""
"""A shell script for the host; it changes nothing."""


class Host(NamedTuple):
    """What the probe found; empty texts where there is nothing."""

    system: str
    """`debian 12`, `amzn 2023`, ..."""
    machine: str
    uid: str
    root: bool
    """Whether commands can be run as root."""
    packages: str = ""
    """`apt-get` or `dnf`."""
    python: str = ""
    systemd: bool = False
    docker: bool = False
    """Whether the docker command is there."""
    engine: str = ""
    """The version of the Docker engine that answers."""
    supervisor: str = ""
    """The version that an earlier deploy put there."""
    free_kb: int = 0
    """Room where Docker keeps images."""
    home_free_kb: int = 0
    release: str = ""
    """The release that serves."""
    key: bool = False
    """Whether it has an API key."""
    key_sum: str = ""
    """The SHA-256 of the key's file."""
    others: str = ""
    """The version of a supervisord on the host's PATH, as the distribution or its owner put it there."""
    caddy: bool = False
    """Whether Caddy is there, with its systemd unit."""
    fronted: bool = False
    """Whether it serves for us already."""
    web: str = ""
    """Who listens on port 80 or 443."""

    @property
    def architecture(self) -> str:
        """The processor, as Docker calls it."""
        return {"x86_64": "amd64", "aarch64": "arm64"}.get(self.machine, self.machine)


def parse(answer: str) -> Host:
    """Return what the probe's answer says (pure). Raises DeployError when it is not one."""
    said = dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)
    try:
        return Host(
            system=said["system"].strip(),
            machine=said["machine"],
            uid=said["uid"],
            root=said["root"] == "yes",
            packages=said.get("packages", ""),
            python=said.get("python", ""),
            systemd=said.get("systemd") == "yes",
            docker=said.get("docker") == "installed",
            engine=said.get("engine", ""),
            supervisor=said.get("supervisor", ""),
            free_kb=int(said.get("free_kb") or 0),
            home_free_kb=int(said.get("home_free_kb") or 0),
            release=said.get("release", "").rpartition("/")[2],
            key=said.get("key") == "yes",
            key_sum=said.get("key_sum", ""),
            others=said.get("others", ""),
            caddy=said.get("caddy") == "yes",
            fronted=said.get("fronted") == "yes",
            web=said.get("web", "").strip(),
        )
    except (KeyError, ValueError) as error:
        raise DeployError(
            f"the host's shell did not answer as one does: {answer.strip()[-300:]!r}"
        ) from error


def present_settings(link: Link, host: Host) -> dict[str, str]:
    """Return the settings of the release that serves there."""
    if not (host.root and host.release):
        return {}
    return parse_settings(
        link.run("cat /etc/marigraph/marigraph.env", root=True, check=False), "the host's settings"
    )
