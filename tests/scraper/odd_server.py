"""A server whose pages misbehave, one way for each name in the address."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

NAGGING = """<script>alert("hello"); confirm("really?"); for (let i = 0; i < 3; i++) open("/empty");
addEventListener("beforeunload", (event) => event.preventDefault()); prompt("name?");</script>"""
SPINNER = """<p>Loading...</p><script>fetch("/api/organizations/x/usage");
setInterval(() => document.querySelector("p").textContent += ".", 300)</script>"""
ROWS = "".join(
    f"<section><h3>{label}</h3><p>Resets in 1 hr</p><p>{share}% used</p></section>"
    for label, share in (("Current session", 47), ("All models", 31), ("Sonnet only", 10))
)


def html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=f"<!doctype html><body>{text}", content_type="text/html", status=status)


async def start(request: web.Request, *, length: int | None = None) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "text/html"})
    if length:
        answer.content_length = length
    await answer.prepare(request)
    await answer.write(b"<!doctype html><body>")
    return answer


async def drip(request: web.Request) -> web.StreamResponse:
    """Send the page a row at a time."""
    answer = await start(request)
    for row in ROWS.replace("</section>", "</section>\n").splitlines():
        await asyncio.sleep(1)
        await answer.write(row.encode())
    return answer


async def cut(request: web.Request) -> web.StreamResponse:
    """Promise more than comes."""
    answer = await start(request, length=100_000)
    request.transport.close()
    return answer


async def never_ends(request: web.Request) -> web.StreamResponse:
    answer = await start(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await asyncio.sleep(0.5)
            await answer.write(b"<!-- -->")
    return answer


async def silence(request: web.Request) -> web.Response:
    await asyncio.sleep(120)
    return html("")


async def answer(request: web.Request) -> web.StreamResponse:
    name = request.path.strip("/")
    special = {"drip": drip, "cut": cut, "never-ends": never_ends, "api/organizations/x/usage": silence}
    if name in special:
        return await special[name](request)
    if name == "loop":
        raise web.HTTPFound("/loop")
    if name == "sent-on":
        raise web.HTTPFound("/chat")
    if name in {"ping", "pong"}:
        return html(f"<script>location.href = '/{'pong' if name == 'ping' else 'ping'}'</script>")
    if name == "download":
        return web.Response(body=b"x", headers={"Content-Disposition": "attachment; filename=usage.html"})
    if name == "reset":
        request.transport.abort()
    pages = {
        "nagging": ROWS + NAGGING,
        "spinner": SPINNER,
        "garbled": f"{ROWS}<script>JSON.stringify = () => 'null'</script>",
        "chat": ROWS,
        "login": f"<h1>Log in</h1>{ROWS}",
    }
    return html(pages.get(name, ""), status=502 if name == "bad-gateway" else 200)


@contextlib.asynccontextmanager
async def odd_server() -> AsyncIterator[str]:
    """Serve, and yield the address."""
    app = web.Application()
    app.router.add_route("*", "/{name:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
