"""Pages and files that stay the same: kept by browsers, smaller for those who take it."""

import pytest

from tests.receiver.conftest import Receiver


@pytest.mark.parametrize(
    "path",
    ["/login", "/login/login.js", "/login/theme.css", "/docs/problems", "/docs", "/openapi.json"],
)
async def test_what_a_browser_holds_is_not_sent_again(receiver: Receiver, path: str) -> None:
    status, whole, headers = await receiver.get(path, key=None, headers={"Accept-Encoding": "identity"})
    assert (status, headers["Cache-Control"]) == (200, "no-cache")
    assert "Content-Encoding" not in headers
    _, same, smaller = await receiver.get(path, key=None, headers={"Accept-Encoding": "gzip"})
    assert same == whole
    if int(headers["Content-Length"]) >= 1400:
        assert smaller["Content-Encoding"] == "gzip"
        assert int(smaller["Content-Length"]) < int(headers["Content-Length"])
        assert smaller["ETag"] != headers["ETag"]
    for held in (headers["ETag"], smaller["ETag"]):
        status, nothing, again = await receiver.get(path, key=None, headers={"If-None-Match": held})
        assert (status, nothing, again["Vary"]) == (304, None, "Accept-Encoding")
    status, nothing, head = await receiver.call("HEAD", path, headers={"Accept-Encoding": "identity"})
    assert (status, nothing, head["Content-Length"]) == (200, None, headers["Content-Length"])


async def test_a_slash_too_much_at_the_end_does_no_harm(receiver: Receiver) -> None:
    for path in ("/login/", "/login/login.js", "/docs/problems", "/docs", "/openapi.json"):
        assert (await receiver.get(f"{path}/", key=None))[0] == 200, path
