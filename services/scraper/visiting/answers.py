"""Watches what passes between the page and its server: the document's status and the usage answers."""

import asyncio
import re
from urllib.parse import urlsplit

import msgspec
from playwright.async_api import Error, Page, Request, Response

from services.scraper.extract.captured import Answer

__all__ = ["Watch"]

USAGE_PATH = re.compile(r"/api/organizations/(?P<organization>[^/]+)/usage/?")
LARGEST_ANSWER = 256 * 1024


class Watch:
    """Listens to one page. Nothing is fetched: only what the page asks for itself is taken."""

    def __init__(self, page: Page) -> None:
        """Start listening. `documents` counts the pages that were loaded."""
        self._page = page
        self._organizations: list[str] = []
        self._pending: set[Request] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.answers: list[Answer] = []
        self.documents = 0
        self._loading = self._cut = False
        self.status = 0
        self.mitigated = ""
        page.on("domcontentloaded", self._on_loaded)
        page.on("request", self._on_request)
        page.on("response", self._on_response)
        page.on("requestfinished", self._on_finished)
        page.on("requestfailed", self._on_failed)

    @property
    def pending(self) -> bool:
        """Whether something is still on its way."""
        return self._loading or bool(self._pending)

    @property
    def unfinished(self) -> str:
        """What has not arrived: the `document`, a usage `answer`, or "" for nothing."""
        return "document" if self._loading or self._cut else "answer" if self._pending else ""

    async def close(self) -> None:
        """Stop reading answers."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _is_document(self, request: Request) -> bool:
        return request.is_navigation_request() and request.frame == self._page.main_frame

    def _on_loaded(self, _page: Page) -> None:
        self._loading = False

    def _on_request(self, request: Request) -> None:
        if self._organization(request):
            self._pending.add(request)

    def _on_response(self, response: Response) -> None:
        request = response.request
        if self._is_document(request):
            self.documents += 1
            self._loading, self._cut = True, False
            self.status = response.status
            self.mitigated = response.headers.get("cf-mitigated", "")
        if request in self._pending and not response.ok:
            # The page reads no body of an error, so the request would never be called finished.
            self._pending.discard(request)
            self._add(request, response, None)

    def _on_failed(self, request: Request) -> None:
        self._pending.discard(request)
        if self._is_document(request):
            self._loading, self._cut = False, True

    def _on_finished(self, request: Request) -> None:
        if request in self._pending:
            task = asyncio.create_task(self._take(request))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _take(self, request: Request) -> None:
        try:
            response = await request.response()
            body = await response.body() if response else b""
        except Error:  # the page has moved on, and took the body with it
            return
        finally:
            self._pending.discard(request)
        if response:
            self._add(request, response, _decode(body))

    def _add(self, request: Request, response: Response, data: object) -> None:
        self.answers.append(
            Answer(
                organization=self._number(self._organization(request)),
                status=response.status,
                data=data,
                mitigated=response.headers.get("cf-mitigated", ""),
            )
        )

    def _organization(self, request: Request) -> str:
        """Return whose usage is asked for, "" when it is something else or another site's."""
        address, own = urlsplit(request.url), urlsplit(self._page.url)
        match = USAGE_PATH.fullmatch(address.path)
        return match["organization"] if match and address.netloc == own.netloc else ""

    def _number(self, organization: str) -> int:
        if organization not in self._organizations:
            self._organizations.append(organization)
        return self._organizations.index(organization)


def _decode(body: bytes) -> object:
    if len(body) > LARGEST_ANSWER:
        return None
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
