"""`marigraph watch` on a terminal, against a receiver that is killed, comes back, and takes keys away."""

import queue
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from services.cli.commands.known import Known, aged
from services.cli.commands.watch import Answer, Watched, screen, taken
from services.cli.exits import FAILED, NOTHING, REFUSED, UNREACHABLE, CommandError
from services.cli.feed import Answered, Asker, Down, Ended, Happened, Stream, Unanswered, Up, pauses
from services.cli.shown.frame import frame
from services.cli.shown.lines import written
from tests.cli.viewing import NOW, Here, kept, look
from tests.system.conftest import fetch, keyed, wait_until
from tests.system.keyed import SNAPSHOTS, Keyed
from tests.terminal import Terminal

__all__ = ["keyed"]

SIZE = (100, 24)


@pytest.fixture
def opened(keyed: Keyed, repository: Path) -> Iterator[Callable[..., Terminal]]:
    """Start a receiver, and `watch` with a key called `screen`."""
    key = keyed.add("screen")
    keyed.start()
    read(keyed, key, 41)
    file = keyed.folder / "key"
    file.write_text(key)
    file.chmod(0o600)
    terminals: list[Terminal] = []

    def begin(*arguments: str, size: tuple[int, int] = SIZE) -> Terminal:
        environ = keyed.environment(
            MARIGRAPH_URL=keyed.address,
            MARIGRAPH_KEY_FILE=str(file),
            MARIGRAPH_LOCAL_DIR=str(keyed.folder / "no-such"),
            MARIGRAPH_TIMEOUT_SECONDS="5",
            PYTHONUTF8="1",
            TZ="Europe/Berlin",
        )
        command = (sys.executable, "-m", "services.cli", "watch", *arguments)
        terminals.append(Terminal(*command, environ=environ, folder=repository, size=size))
        return terminals[-1]

    yield begin
    for one in terminals:
        one.close()


def read(keyed: Keyed, key: str, percentage: float) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    session = {
        "percentageUsed": percentage,
        "resetsIn": "1 hr",
        "resetsAt": (now + timedelta(hours=2)).isoformat(),
    }
    body = {"lastUpdated": now.isoformat(), "source": "json", "currentSession": session}
    assert fetch(keyed.address + SNAPSHOTS.format("default"), method="POST", body=body, key=key)[0] == 201


def live(text: str) -> bool:
    return text.startswith("live")


def test_a_receiver_that_is_killed_and_comes_back_is_live_again_by_itself(
    keyed: Keyed, opened: Callable[..., Terminal]
) -> None:
    terminal = opened()
    terminal.until(live)
    for figure in (57, 63):
        keyed.kill()
        dead = terminal.until("NOT LIVE")
        assert "%  " in dead  # the last figure stays
        assert "ago" in dead or "just now" in dead
        keyed.start()
        terminal.until(live)
        read(keyed, (keyed.folder / "key").read_text(), figure)
        terminal.until(f"{figure} %", 10)
    assert terminal.written.count(b"\x1b[?1049h") == 1
    assert b"\x1b[2J" not in terminal.written
    terminal.type("\x03")
    assert terminal.ended() == (130, "")


def test_a_revoked_key_is_told_in_words_and_ends_it(keyed: Keyed, opened: Callable[..., Terminal]) -> None:
    terminal = opened()
    terminal.until(live)
    keyed.keys("revoke", "screen")
    code, said = terminal.ended()
    assert code == REFUSED
    assert said.startswith("marigraph: the key was revoked, has expired, or may not read this account")
    assert terminal.has_cursor
    assert terminal.written.endswith(b"\x1b[?1049l")


def test_a_key_that_was_revoked_while_nobody_answered_ends_it_too(
    keyed: Keyed, opened: Callable[..., Terminal]
) -> None:
    terminal = opened()
    terminal.until(live)
    keyed.kill()
    terminal.until("NOT LIVE")
    keyed.keys("revoke", "screen")
    keyed.keys("add", "--name", "other")
    keyed.start()
    assert terminal.ended()[0] == REFUSED


@pytest.mark.parametrize(("typed", "code"), [("\x03", 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_the_terminal_is_given_back_as_it_was(
    opened: Callable[..., Terminal], typed: str | signal.Signals, code: int
) -> None:
    terminal = opened()
    terminal.until(live)
    assert not terminal.has_cursor
    assert terminal.modes != terminal.before
    terminal.type("what is typed does not show\n")
    wait_until(lambda: terminal.typed, 10, "typing")  # the kernel takes it when it comes to it
    if isinstance(typed, str):
        terminal.type(typed)
    else:
        terminal.process.send_signal(typed)
    assert terminal.ended() == (code, "")
    assert "typed" not in terminal.text
    assert terminal.has_cursor
    assert terminal.modes == terminal.before
    assert terminal.written.endswith(b"\x1b[?7h\x1b[?25h\x1b[?1049l")


def test_ctrl_z_gives_the_terminal_back_until_it_goes_on(opened: Callable[..., Terminal]) -> None:
    terminal = opened()
    terminal.until(live)
    terminal.type("\x1a")
    terminal.until(lambda _: terminal.has_cursor)
    state = Path(f"/proc/{terminal.process.pid}/stat")
    wait_until(lambda: state.read_text().rpartition(") ")[2][0] == "T", 10, "stopping")
    assert terminal.modes == terminal.before
    terminal.process.send_signal(signal.SIGCONT)
    terminal.until(lambda text: live(text) and not terminal.has_cursor)
    terminal.type("\x03")
    assert terminal.ended() == (130, "")


def test_a_window_that_is_made_smaller_and_larger_is_drawn_anew(opened: Callable[..., Terminal]) -> None:
    terminal = opened()
    whole = terminal.until(lambda text: live(text) and "41 %" in text)
    terminal.resize(50, 24)
    terminal.until(lambda text: live(text) and "41 %" in text and text.count("\n") > whole.count("\n"))
    terminal.resize(50, 4)
    terminal.until(lambda text: "more lines" in text and len(terminal.lines) == 4)
    assert live(terminal.text)
    terminal.resize(*SIZE)
    assert "more lines" not in terminal.until(lambda text: text.count("\n") == whole.count("\n"))


def test_nothing_recorded_leaves_the_terminal_alone(opened: Callable[..., Terminal]) -> None:
    terminal = opened("--account", "nobody")
    code, said = terminal.ended()
    assert code in {NOTHING, REFUSED}
    assert said
    assert terminal.written == b""


class Falling:
    """A receiver whose stream ends, then is refused for now, then is there."""

    def __init__(self, *streams: list[bytes] | CommandError) -> None:
        self.streams = deque(streams)

    def of_account(self, call: str) -> str:
        return f"/accounts/default/{call}"

    def lines(self, *_: Any) -> Iterator[bytes]:
        stream = self.streams.popleft()
        if isinstance(stream, CommandError):
            raise stream
        yield from stream


def test_a_stream_that_ends_or_is_refused_is_begun_again_until_the_key_ends() -> None:
    begins, event, ends = b"id: 1\n", b"event: snapshot\n", b"event: key-ended\n"
    refused = CommandError(FAILED, "503")
    receiver: Any = Falling([begins, event], refused, refused, [begins], [begins, ends])
    news: queue.SimpleQueue[Any] = queue.SimpleQueue()
    Stream(receiver, news).start()
    over, told = Down("the stream of events ended."), drained(news, 9)
    assert told[:8] == [Up(), Happened(), over, Down("503."), Down("503."), Up(), over, Up()]
    assert told[8].error.code == REFUSED


def drained(news: "queue.SimpleQueue[Any]", count: int) -> list[Any]:
    return [news.get(timeout=10) for _ in range(count)]


def test_a_question_that_failed_is_asked_again_soon() -> None:
    answers: list[Any] = [CommandError(FAILED, "503"), CommandError(UNREACHABLE, "gone"), "fine"]

    def question() -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    news: queue.SimpleQueue[Any] = queue.SimpleQueue()
    Asker(question, news).start()
    assert drained(news, 3) == [Unanswered("503."), Unanswered("gone."), Answered("fine")]


@pytest.mark.parametrize("error", [CommandError(REFUSED, "revoked"), ZeroDivisionError("ours")])
def test_what_does_not_pass_ends_the_view(error: Exception) -> None:
    def question() -> None:
        raise error

    news: queue.SimpleQueue[Any] = queue.SimpleQueue()
    Asker(question, news).start()
    with pytest.raises(type(error)):
        taken(Watched(), news.get(timeout=10))


def test_one_failed_question_is_over_with_the_next_answer() -> None:
    answer = Answer(kept("status", Known), None, NOW)
    watched = taken(taken(Watched(), Up()), Answered(answer))
    assert watched.why_not_live == ""
    refused = taken(watched, Unanswered("503"))
    assert (refused.why_not_live, refused.answer) == ("503", answer)
    assert taken(refused, Answered(answer)).why_not_live == ""
    assert taken(taken(watched, Down("gone")), Answered(answer)).why_not_live == "gone"


def test_pauses_grow_to_ten_seconds_and_no_two_watchers_keep_step() -> None:
    one, other = list(islice(pauses(), 30)), list(islice(pauses(), 30))
    assert one != other
    assert 0.5 <= one[0] <= 1
    assert all(5 <= pause <= 10 for pause in one[5:])


def test_what_nobody_answers_for_grows_older_and_ends_with_its_window() -> None:
    known = kept("status", Known)  # its session resets at 12:00, half an hour later
    later = aged(known, timedelta(minutes=29))
    assert [(one.percentage, one.age_minutes) for one in later.limits] == [(55, 64), (10, 64)]
    over = aged(known, timedelta(minutes=31))
    assert [(one.percentage, one.age_minutes) for one in over.limits] == [(None, 66), (10, 66)]
    assert over.limits[0].reason == "its reset has passed since the last reading"
    fresh = replace(known, time=known.at, is_stale=False)
    assert not aged(fresh, timedelta(minutes=10)).is_stale
    assert aged(fresh, timedelta(minutes=11)).is_stale
    watched = Watched(Answer(known, None, NOW - timedelta(minutes=31)), down="gone.")
    text = written(screen(watched, look(100), Here()), colour=False)
    assert text.startswith("NOT LIVE")
    assert "55 %" not in text
    assert "newest reading 1 h 6 min ago" in text


def test_a_page_is_drawn_over_the_one_before_and_never_scrolls() -> None:
    assert frame("a\nb", 5) == "\x1b[Ha\x1b[K\r\nb\x1b[K\x1b[J"
    assert frame("\n".join("abcdef"), 4).count("\r\n") == 3
    assert "(3 more lines" in frame("\n".join("abcdef"), 4)


def test_an_error_of_the_view_is_raised_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        taken(Watched(), Ended(ZeroDivisionError()))
