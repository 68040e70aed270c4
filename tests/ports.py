"""Ports for the servers of tests."""

import os
import random
import socket

FIRST = 10_000
PART = 2_000
"""Ports a process of the tests has for itself, below those that the kernel hands out by itself."""
_given: set[int] = set()


def free_port() -> int:
    """A port of 127.0.0.1 where nobody listens, and which this process of the tests gives out once only.

    The kernel's own choice (port 0) could go to another process's server before ours listens on it: a test
    would then talk to a stranger's.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw9").removeprefix("gw"))
    first = FIRST + worker % 10 * PART
    for port in random.sample(range(first, first + PART), PART):
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise AssertionError(f"no port from {first} to {first + PART} is free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
