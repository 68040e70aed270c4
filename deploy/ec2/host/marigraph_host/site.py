"""The host's name in the world, and the proxy's configuration for it (pure).

EC2_DOMAIN       the name that the certificate is for; without it nothing but the loopback is served
EC2_DOMAIN_MAIL  whom the certificate authority may write to
EC2_DOMAIN_CA    the address of another authority (ACME); `internal`: Caddy's own, for a network of one's own
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from marigraph_host.errors import MisuseError
from marigraph_host.layout import Layout
from marigraph_host.settings import port_of

__all__ = ["Site", "caddyfile", "drop_in", "site_of"]

_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)
_AUTHORITY = re.compile(r"https://[\w.:/-]+", re.ASCII)
_INTERNAL = "internal"
_SOCKET = "unix//run/caddy/admin.sock"
_NAME, _UPSTREAM = "marigraph.example", "127.0.0.1:4000"
"""What the shipped configuration says in the place of the domain and of the receiver."""


class Site(NamedTuple):
    """What is served by HTTPS."""

    domain: str
    mail: str
    authority: str
    """An address, `internal`, or empty: the proxy's own choice."""
    port: int
    """Of the receiver, on the loopback."""


def site_of(settings: Mapping[str, str]) -> Site | None:
    """Return the site that the settings ask for; None without a domain. Raises MisuseError."""
    domain = settings.get("EC2_DOMAIN", "").lower()
    mail, authority = settings.get("EC2_DOMAIN_MAIL", ""), settings.get("EC2_DOMAIN_CA", "")
    if not domain:
        return None
    if not _DOMAIN.fullmatch(domain):
        raise MisuseError(
            f"EC2_DOMAIN is {domain!r}; it must be one full name, like tide.example.org, in ASCII"
        )
    if mail and not _MAIL.fullmatch(mail):
        raise MisuseError(f"EC2_DOMAIN_MAIL is {mail!r}; it must be a mail address")
    if authority not in {"", _INTERNAL} and not _AUTHORITY.fullmatch(authority):
        raise MisuseError(f"EC2_DOMAIN_CA is {authority!r}; it must be {_INTERNAL} or begin with https://")
    _see_behind(settings)
    return Site(domain, mail, authority, port_of(settings))


def _see_behind(settings: Mapping[str, str]) -> None:
    """Raise MisuseError when the receiver would not stand behind the proxy, and behind it alone."""
    host = settings.get("RECEIVER_HOST", "127.0.0.1")
    if host not in {"127.0.0.1", "localhost"}:
        raise MisuseError(
            f"RECEIVER_HOST is {host} beside EC2_DOMAIN: the receiver would be open without encryption, and"
            " believe what anyone says of a client's address. Take one of the two away"
        )
    if settings.get("RECEIVER_TLS_CERT"):
        raise MisuseError("RECEIVER_TLS_CERT beside EC2_DOMAIN: the proxy has the certificate; take one away")
    if port_of(settings) in {80, 443}:
        raise MisuseError("RECEIVER_PORT is the proxy's beside EC2_DOMAIN; take another")
    proxies = settings.get("RECEIVER_PROXIES", "1")
    if not proxies.isdecimal() or int(proxies) < 1:
        raise MisuseError("RECEIVER_PROXIES is not 1 or more beside EC2_DOMAIN; leave it out")


def caddyfile(shipped: str, site: Site) -> str:
    """Return the shipped configuration, made out to a site. Raises MisuseError when it is not as expected."""
    if shipped.count(_NAME) != 1 or shipped.count(_UPSTREAM) != 1:
        raise MisuseError("the release's proxy/Caddyfile is not one that can be made out to a domain")
    options = [
        f"admin {_SOCKET}",  # not on the loopback, which the containers share
        "skip_install_trust",
        *([f"email {site.mail}"] if site.mail else []),
        *(["local_certs"] if site.authority == _INTERNAL else []),
        *([f"acme_ca {site.authority}"] if site.authority not in {"", _INTERNAL} else []),
        "servers {\n\t\tprotocols h1 h2\n\t}",  # nothing on UDP
    ]
    served = shipped.replace(_NAME, site.domain).replace(_UPSTREAM, f"127.0.0.1:{site.port}")
    return "{\n" + "".join(f"\t{option}\n" for option in options) + "}\n\n" + served


_DROP_IN = """\
# Marigraph's: has the distribution's Caddy serve the current release's site. Written at each deployment.
[Unit]
ConditionPathExists={file}
# What is current is settled first, when a deployment was cut by a power cut.
After=marigraph-supervisor.service marigraph-mend.service

[Service]
ExecStart=
ExecStart={caddy} run --config {file} --adapter caddyfile
ExecReload=
ExecReload={caddy} reload --config {file} --adapter caddyfile --address {socket}
# The socket by which it is told of a new configuration: for its own user alone.
RuntimeDirectory=caddy
RuntimeDirectoryMode=0700
Restart=always
RestartSec=2
NoNewPrivileges=yes
ProtectHome=yes
"""


def drop_in(layout: Layout, caddy: str) -> str:
    """Return what is added to the distribution's unit of Caddy."""
    return _DROP_IN.format(file=layout.current / "caddy/Caddyfile", caddy=caddy, socket=_SOCKET)
