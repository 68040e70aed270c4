"""The ceiling: a Sanic server that does nothing, set up as the receiver is."""

import os

from sanic import Request, Sanic
from sanic.response import HTTPResponse

app = Sanic("bare", configure_logging=False)


@app.route("/", methods=["GET", "POST"])
async def nothing(_request: Request) -> HTTPResponse:
    return HTTPResponse(b"{}", content_type="application/json")


if __name__ == "__main__":
    app.run("127.0.0.1", int(os.environ["PORT"]), single_process=True, motd=False, access_log=False)
