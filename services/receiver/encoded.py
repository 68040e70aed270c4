"""An answer whose headers are bytes already.

Sanic cleans and encodes every header of every answer; with ours that took as long as making the answer.
"""

from collections.abc import Iterator

from sanic.response import HTTPResponse

__all__ = ["Encoded", "Lines"]

Lines = tuple[tuple[bytes, bytes], ...]
"""Headers: names and values, which must hold no line ends."""


class Encoded(HTTPResponse):
    """A JSON answer with headers that are encoded already, beside those that Sanic adds."""

    __slots__ = ("lines",)

    def __init__(self, body: bytes, status: int = 200, lines: Lines = ()) -> None:
        """Take a body, a status, and the headers that come first."""
        super().__init__(body, status, content_type="application/json")
        self.lines = lines

    @property
    def processed_headers(self) -> Iterator[tuple[bytes, bytes]]:
        """All headers, as Sanic sends them."""
        yield from self.lines
        yield from super().processed_headers
