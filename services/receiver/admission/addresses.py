"""Whose request it is (pure): the client's address, also behind proxies, and the network it stands for."""

import functools
import ipaddress
from collections.abc import Sequence

__all__ = ["client_of", "network_of"]

_NETWORK_BITS = 64
"""Of an IPv6 address: one customer has at least that much room to choose addresses from."""


def client_of(peer: str, forwarded: Sequence[str], proxies: int) -> str:
    """Return the client's address: of `peer`, or as the outermost of `proxies` trusted proxies saw it.

    `forwarded` are the values of X-Forwarded-For in their order. Each proxy adds on the right whom it saw;
    what stands further left was sent by the client and may be made up. A header that is too short, or holds
    no address there, leaves the peer.
    """
    if not proxies:
        return peer
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    if len(hops) < proxies:
        return peer
    found = _address(_without_port(hops[-proxies]))
    return str(found) if found else peer


def _without_port(hop: str) -> str:
    """Strip what some proxies add: `192.0.2.1:4711`, `[2001:db8::1]:4711`."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


@functools.lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Return what failures are counted by: an IPv4 address, an IPv6 network, or "local" for neither."""
    found = _address(address)
    if found is None:
        return "local"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), _NETWORK_BITS), strict=False))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
