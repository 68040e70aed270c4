"""`marigraph watch`: the status, live; says so when it is not, and goes on by itself when it can."""

import contextlib
import json
import queue
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from services.cli.commands.failing import Said
from services.cli.commands.known import Known, aged, answer, newest_report
from services.cli.commands.status import Place, view
from services.cli.exits import OK
from services.cli.feed import Answered, Asker, Down, Ended, Happened, News, Resized, Stream, Unanswered, Up
from services.cli.session import Look, Session
from services.cli.shown.lines import Line, Span
from services.cli.shown.times import exact
from services.cli.terminal import MARGIN, LivePage

__all__ = ["Answer", "Watched", "run", "screen", "taken", "told_as_json"]

_REDRAW = 1.0
_ASKED_ANEW = Up | Happened | Down
"""News upon which the status may be another, or nobody be there to tell it."""


class Answer(Struct, frozen=True):
    """What was known, what was reported since, and when that was heard, by this machine's clock."""

    known: Known
    said: Said | None
    heard: datetime
    body: bytes = b"null"
    """What the receiver wrote, as JSON."""


class Watched(Struct, frozen=True):
    """How things stand: the last answer, why the stream is not there, why the last question has no answer."""

    answer: Answer | None = None
    down: str = "connecting."
    unanswered: str = ""

    @property
    def why_not_live(self) -> str:
        """Say why it is not live, "" when it is."""
        return self.unanswered or self.down


def taken(watched: Watched, news: News) -> Watched:
    """Return how things stand after a piece of news (pure). Raises what the view has to end with."""
    match news:
        case Ended(error):
            raise error
        case Up():
            return replace(watched, down="")
        case Down(why):
            return replace(watched, down=why)
        case Answered(answer):
            return replace(watched, answer=answer, unanswered="")
        case Unanswered(why):
            return replace(watched, unanswered=why)
    return watched


def run(session: Session) -> int:
    """Show the status until Ctrl-C: at every event, and every half minute without one."""
    news: queue.SimpleQueue[News] = queue.SimpleQueue()
    asker = Asker(lambda: _asked(session), news)
    asker.start()
    Stream(session.receiver, news).start()
    watched = _begun(news)
    with _shown(session, lambda: news.put(Resized())) as show:
        while show(watched):
            with contextlib.suppress(queue.Empty):
                item = news.get(timeout=_REDRAW)
                watched = taken(watched, item)
                if isinstance(item, _ASKED_ANEW):
                    asker.ask()
    return OK


def _asked(session: Session) -> Answer:
    body, known = answer(session)
    return Answer(known, newest_report(session, known), datetime.now(UTC), body)


def _begun(news: "queue.SimpleQueue[News]") -> Watched:
    """Wait for the first answer, or why there is none: what ends at once leaves the terminal alone."""
    watched = Watched()
    while watched.answer is None and not watched.unanswered:
        watched = taken(watched, news.get())
    return watched


@contextlib.contextmanager
def _shown(session: Session, resized: Callable[[], None]) -> Iterator[Callable[[Watched], bool]]:
    """Give what shows how things stand: drawn on a terminal, elsewhere printed when it has changed."""
    if session.arguments.json or not session.live:
        yield _Printed(session)
        return
    with LivePage(session, resized) as page:
        yield lambda watched: page.draw(screen(watched, session.look(MARGIN), session.receiver))


class _Printed:
    """Prints what is new, for a file or another program; with --json as one object a line."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told: object = None

    def __call__(self, watched: Watched) -> bool:
        answer = watched.answer
        known = (answer.known.id, answer.said) if answer else None
        mark = (known, watched.why_not_live)
        if mark == self._told:
            return True
        self._told = mark
        if self._session.arguments.json:
            return self._session.say(told_as_json(watched))
        return self._session.show([*screen(watched, self._session.look(), self._session.receiver), []])


def told_as_json(watched: Watched) -> str:
    """Write how things stand as one line in ASCII: `status` is as old as its `at`, null before the first.

    `report` is the newest of a failed scrape, null unless it is newer than the reading.
    """
    why, answer = watched.why_not_live, watched.answer
    status = json.loads(answer.body) if answer else None
    report = msgspec.to_builtins(answer.said) if answer else None
    return json.dumps({"live": not why, "whyNotLive": why or None, "status": status, "report": report})


def screen(watched: Watched, look: Look, receiver: Place) -> list[Line]:
    """Show the status, as old as it is by now, under a line that says whether it is live."""
    at = exact(look.now, look.zone.info)
    live: Line = [Span("live", "good"), Span(f"  {at}; Ctrl-C ends it", "dim")]
    if why := watched.why_not_live:
        live = [Span("NOT LIVE", "bad"), Span(f"  {at}; {why} It is tried again.")]
    if watched.answer is None:
        return [live]
    known = aged(watched.answer.known, look.now - watched.answer.heard)
    return [live, [], *view(known, watched.answer.said, look, receiver)]
