"""The metadata service of an EC2 instance (IMDSv2), as far as it gives out the credentials of a role."""

import json
import secrets
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.ports import free_port

__all__ = ["Metadata", "metadata_service"]

_ROLES = "/latest/meta-data/iam/security-credentials/"


class Metadata:
    """What it knows, and how often it gave credentials."""

    def __init__(self, address: str, credentials: Mapping[str, str], hops: int) -> None:
        self.endpoint = address
        self.role: str | None = "marigraph-role"
        self.hops = hops
        """How many machines an answer passes at most; an answer within one host passes none."""
        self.given = 0
        self.tokens: set[str] = set()
        self._credentials = credentials

    def answer(self, path: str) -> str | None:
        """What is at a path, None for nothing."""
        if self.role is None:
            return None
        if path == _ROLES:
            return self.role
        if path != _ROLES + self.role:
            return None
        self.given += 1
        return json.dumps(
            {
                "AccessKeyId": self._credentials["AWS_ACCESS_KEY_ID"],
                "SecretAccessKey": self._credentials["AWS_SECRET_ACCESS_KEY"],
                "Token": self._credentials.get("AWS_SESSION_TOKEN", ""),
                "Expiration": (datetime.now(UTC) + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        )


@contextmanager
def metadata_service(
    credentials: Mapping[str, str], *, host: str = "127.0.0.1", hops: int = 1
) -> Iterator[Metadata]:
    """Serve on a port of this address while the block runs."""
    port = free_port()
    metadata = Metadata(f"http://{host}:{port}", credentials, hops)

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            super().setup()
            self.connection.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, metadata.hops)

        def do_PUT(self) -> None:
            wanted = (
                self.path == "/latest/api/token" and "X-aws-ec2-metadata-token-ttl-seconds" in self.headers
            )
            token = secrets.token_hex(8)
            metadata.tokens.add(token)
            self._say(200 if wanted else 400, token if wanted else "")

        def do_GET(self) -> None:
            if self.headers.get("X-aws-ec2-metadata-token") not in metadata.tokens:
                return self._say(401, "")
            text = metadata.answer(self.path)
            return self._say(404 if text is None else 200, text or "")

        def _say(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer((host, port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield metadata
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
