"""What a domain needs of a host: a reverse proxy from the distribution's packages (pure)."""

from collections.abc import Mapping

from looking import Host
from preparing import APT, Step
from refusals import DeployError

__all__ = ["refuse_domain", "steps_of_domain", "way_there"]

# Its package would start it, with a page of its own on port 80; so would a boot before the switch.
_INSTALL = (
    "systemctl mask --runtime --quiet caddy.service; ( {install} ); code=$?;"
    " systemctl unmask --runtime --quiet caddy.service; systemctl disable --quiet caddy.service 2>/dev/null;"
    " exit $code"
)
_LOOPBACK = ("127.0.0.1", "localhost")


def refuse_domain(host: Host, settings: Mapping[str, str]) -> None:
    """Raise DeployError when EC2_DOMAIN cannot be served there; nothing was changed yet."""
    if "EC2_DOMAIN" not in settings or host.fronted:
        return
    if not host.systemd:
        raise DeployError("EC2_DOMAIN is set, but systemd does not run this host, which the proxy needs")
    if host.web:
        raise DeployError(
            f"EC2_DOMAIN needs the ports 80 and 443, and one is taken: {host.web}. Stop what listens"
            " there, or leave EC2_DOMAIN out and add the site to your own proxy (docs/tls.md)"
        )
    if not host.caddy and host.packages != "apt-get":
        raise DeployError(
            f"EC2_DOMAIN is set, and {host.system} has no Caddy among its packages. Take Debian 12, or"
            " install Caddy with its caddy.service yourself, or leave EC2_DOMAIN out and put nginx in front"
            " by hand (docs/tls.md)"
        )


def steps_of_domain(host: Host, settings: Mapping[str, str]) -> list[Step]:
    """Return what is to be done on the host before it can serve a domain."""
    if "EC2_DOMAIN" not in settings or host.caddy:
        return []
    install = APT.format(names="caddy")
    return [Step("installing Caddy from the distribution", _INSTALL.format(install=install))]


def way_there(settings: Mapping[str, str], ec2_host: str, ssh_options: str) -> str:
    """Say how the receiver is reached from outside."""
    port = settings.get("RECEIVER_PORT", "4000")
    if domain := settings.get("EC2_DOMAIN"):
        return f"to reach it: https://{domain.lower()} (its security group has to let TCP 80 and 443 in)"
    if (listens := settings.get("RECEIVER_HOST", _LOOPBACK[0])) not in _LOOPBACK:
        return f"to reach it: port {port} of the host; it listens on {listens}, without encryption of a proxy"
    words = " ".join(word for word in (ssh_options, ec2_host) if word)
    return f"to reach it: ssh -N -L {port}:127.0.0.1:{port} {words}   then http://127.0.0.1:{port}"
