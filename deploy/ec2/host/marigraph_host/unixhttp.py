"""HTTP over a socket in the file system: the Docker engine and supervisord are asked this way."""

from __future__ import annotations

import http.client
import socket
import xmlrpc.client
from pathlib import Path
from typing import Any

__all__ = ["UnixConnection", "rpc"]


class UnixConnection(http.client.HTTPConnection):
    """A connection to a socket in the file system."""

    def __init__(self, path: str, seconds: float) -> None:
        """Note the path; `seconds` is how long each step may take."""
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        """Connect to the path."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class _Transport(xmlrpc.client.Transport):
    def __init__(self, path: str, seconds: float) -> None:
        super().__init__()
        self._path = path
        self._seconds = seconds

    def make_connection(self, host: Any) -> UnixConnection:  # noqa: ANN401, ARG002 - the base class's signature
        return UnixConnection(self._path, self._seconds)


def rpc(path: Path, seconds: float) -> xmlrpc.client.ServerProxy:
    """Return supervisord's calls, over its socket."""
    return xmlrpc.client.ServerProxy("http://localhost/RPC2", _Transport(str(path), seconds))
