"""A server that webhooks lead to: it answers as it is told, and checks each signature as a receiver would."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Sink:
    """Takes webhooks on a port of its own; `answers` are the statuses to give, 200 at the end."""

    def __init__(self, answers: Sequence[int] = (), *, slow: float = 0, location: str = "") -> None:
        self.answers = list(answers)
        self.slow = slow
        self.location = location
        self.got: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.refused_signatures = 0
        self.on_request: Callable[[], None] = lambda: None
        self.on_answered: Callable[[], None] = lambda: None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook/top-secret-path"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.on_request()
                time.sleep(sink.slow)
                if not signed(dict(self.headers), body):
                    sink.refused_signatures += 1
                status = sink.answers.pop(0) if sink.answers else 200
                if status == 200:
                    sink.got.append(json.loads(body))
                    sink.ids.append(self.headers["webhook-id"])
                self.send_response(status)
                if sink.location:
                    self.send_header("Location", sink.location)
                self.send_header("Content-Length", "0")
                self.end_headers()
                self.wfile.flush()
                sink.on_answered()

            def log_message(self, *_: Any) -> None:
                return

        return Handler


def signed(headers: dict[str, str], body: bytes) -> bool:
    """Check a signature by the specification, without any code of ours."""
    if "webhook-id" not in headers:
        return False
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(KEY, content, hashlib.sha256).digest()).decode()
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return fresh and any(hmac.compare_digest(wanted, one) for one in headers["webhook-signature"].split())
