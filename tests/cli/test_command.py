"""The command from outside: every answer, every way to end, with a real receiver."""

import asyncio
import json
import os
import pty
import re
import signal
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.receiver.conftest import READ_ONLY, Receiver
from tests.receiver.record_calls import put

COMMANDS = ("status", "history", "hits", "resets", "windows", "gaps", "unused")
LABEL = "\x1b[2J\x9b31m\u202e<script>"


def recent(minutes_ago: float, percentage: float, **more: Any) -> tuple[str, dict[str, Any]]:
    now = datetime.now(UTC).replace(microsecond=0)
    reading = {
        "percentageUsed": percentage,
        "resetsIn": "1 hr",
        "resetsAt": (now + timedelta(hours=2)).isoformat(),
    }
    at = (now - timedelta(minutes=minutes_ago)).isoformat()
    return "", {"lastUpdated": at, "source": "json", "currentSession": reading, **more}


async def filled(receiver: Receiver, *, newest: float = 1, **more: Any) -> None:
    receiver.clock.moment = datetime.now(UTC)
    await put(receiver.store, [recent(newest + 5 * n, 50 - n, **more) for n in range(12, -1, -1)])


@pytest.mark.parametrize("name", COMMANDS)
async def test_every_command_answers_with_the_age_and_the_zone(
    receiver: Receiver, command: Command, name: str
) -> None:
    await filled(receiver)
    ended = await command(name)
    assert (ended.code, ended.err) == (0, "")
    assert re.search(r"newest reading \d min ago", ended.out)
    assert "Europe/Berlin" in ended.out
    assert "\x1b" not in ended.out


@pytest.mark.parametrize("name", [*COMMANDS, "accounts"])
async def test_every_command_answers_in_json(receiver: Receiver, command: Command, name: str) -> None:
    await filled(receiver, plan=LABEL)
    ended = await command(name, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)
    assert ended.out.isascii()
    assert "\x1b" not in ended.out


async def test_status_shows_what_is_stored_and_stale_is_an_exit_code(
    receiver: Receiver, command: Command
) -> None:
    await filled(receiver, newest=180, plan="Pro")
    report = {"at": datetime.now(UTC).isoformat(), "state": "login_required", "advice": "Log in again."}
    await receiver.call("POST", "/api/v1/accounts/default/reports", json=report)
    ended = await command("status")
    assert ended.code == 3
    assert "STALE" in ended.out
    assert "Claude asks for a login. Log in again. Reported just now: login_required." in ended.out
    receiver.clock.moment = datetime.now(UTC) + timedelta(hours=3)
    unknown = await command("status")
    assert "unknown" in unknown.out
    assert "its reset has passed" in unknown.out
    assert "%" not in unknown.out


async def test_nothing_recorded_and_unknown_accounts(receiver: Receiver, command: Command) -> None:
    for name in ("status", "hits", "export"):
        ended = await command(name)
        assert (ended.code, ended.out) == (4, ""), name
        assert "nothing is recorded of default" in ended.err
    assert (await command("accounts")).code == 4


async def test_nothing_recorded_yet_says_why(receiver: Receiver, command: Command) -> None:
    receiver.clock.moment = datetime.now(UTC)
    report = {"at": datetime.now(UTC).isoformat(), "state": "login_required", "advice": "Log in."}
    await receiver.call("POST", "/api/v1/accounts/default/reports", json=report)
    for name in ("status", "watch", "hits"):
        ended = await command(name)
        assert (ended.code, ended.out) == (4, "")
        assert "Claude asks for a login. Log in. Reported just now: login_required." in ended.err
    assert "Claude asks for a login." in (await command("accounts")).out


async def test_a_file_whose_name_says_another_format_is_not_written(
    receiver: Receiver, command: Command
) -> None:
    await filled(receiver)
    for name, more, words in (
        ("a.docx", (), ".docx is no format"),
        ("a.xlsx", ("--format", "csv"), "is called xlsx"),
        ("", (), "--output is empty"),
    ):
        ended = await command("export", "-o", str(command.folder / name) if name else "", *more)
        assert ended.code == 2
        assert words in ended.err
    assert [path.name for path in command.folder.iterdir()] == ["key"]
    assert (await command("export", "-o", str(command.folder / "a.docx"), "--format", "csv")).code == 0


async def test_what_is_no_file_is_written_to_and_stays(receiver: Receiver, command: Command) -> None:
    await filled(receiver)
    pipe = command.folder / "pipe.csv"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert (await command("export", "-o", str(pipe))).code == 0
    assert os.read(reading, 65536).startswith(b"limit,time")
    os.close(reading)
    assert pipe.is_fifo()


async def test_refused_keys(receiver: Receiver, command: Command) -> None:
    await filled(receiver)
    assert (await command("status", "--account", "work")).code == 5
    command.write_key("wrong")
    wrong = await command("status")
    assert (wrong.code, wrong.out) == (5, "")
    assert "make run-local's is .local/key" in wrong.err
    del command.environ["MARIGRAPH_KEY_FILE"]
    none = await command("status")
    assert none.code == 5
    assert "there is no key" in none.err
    assert (await command("status", MARIGRAPH_KEY=READ_ONLY)).code == 0


async def test_nobody_there_and_somebody_else(command: Command) -> None:
    gone = await command("status")
    assert gone.code == 6
    assert "nothing listens there" in gone.err
    assert (await command("status", "--url", "http://no-such-host.invalid")).code == 6

    async def strange(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<!html>\x1b]")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(strange, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    other = await command("status", "--url", f"http://127.0.0.1:{port}")
    tls = await command("status", "--url", f"https://127.0.0.1:{port}")
    server.close()
    assert (other.code, tls.code) == (1, 6)
    assert "\x1b" not in other.err
    assert "is it http:// and not https://?" in tls.err


async def test_a_slow_receiver_is_given_up(command: Command) -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
        for _ in range(20):
            writer.write(b" ")
            await asyncio.sleep(0.1)
        writer.close()
        gone.append(await asyncio.gather(writer.wait_closed(), return_exceptions=True))

    gone: list[Any] = []
    silent = socket.create_server(("127.0.0.1", 0))
    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    for port in (silent.getsockname()[1], server.sockets[0].getsockname()[1]):
        url = f"http://127.0.0.1:{port}"
        ended = await command("status", "--timeout-seconds", "0.5", "--url", url)
        assert ended.code == 6
        assert "did not answer within 0.5 seconds" in ended.err
    while not gone:
        await asyncio.sleep(0.1)
    server.close()
    silent.close()


async def test_labels_with_escapes_do_nothing_anywhere(receiver: Receiver, command: Command) -> None:
    scoped = {LABEL: {"percentageUsed": 7, "resetsIn": LABEL, "state": LABEL[:8]}}
    await filled(receiver, plan=LABEL, weeklyLimits={"scoped": scoped})
    for arguments in (*((name,) for name in COMMANDS), ("resets", "--report")):
        ended = await command(*arguments, "--color", "never")
        assert not set(ended.out) & set("\x1b\x9b\u202e"), arguments
    assert "<script>" in (await command("status")).out


async def test_the_report_comes_as_text_and_as_a_page(receiver: Receiver, command: Command) -> None:
    await filled(receiver)
    text = await command("resets", "--report")
    assert text.out.startswith("Resets of Claude usage limits: default")
    page = await command("resets", "--report", "html")
    assert page.out.startswith("<!doctype html>")
    assert page.out.rstrip().endswith("</html>")


async def test_exports_are_whole_files_or_none(receiver: Receiver, command: Command) -> None:
    await filled(receiver)
    out = await command("export")
    assert out.out.splitlines()[0].startswith("limit,time,percentage")
    assert len(out.out.splitlines()) == 14
    lines = await command("export", "--format", "ndjson", "--limit", "session")
    assert [json.loads(line)["percentage"] for line in lines.out.splitlines()] == list(range(38, 51))
    file = command.folder / "a.csv"
    assert (await command("export", "-o", str(file))).code == 0
    assert file.read_bytes().decode() == out.out
    sheet = command.folder / "a.xlsx"
    assert (await command("export", "-o", str(sheet))).code == 0
    assert sheet.read_bytes().startswith(b"PK")
    assert (await command("export", "--format", "xlsx")).code == 2
    assert (await command("export", "-o", str(command.folder / "no" / "a.csv"))).code == 1
    document = await command("export", "--json")
    assert json.loads(document.out)["series"][0]["limit"] == "session"
    for what in ("windows", "hits", "resets", "gaps", "unused"):
        assert (await command("export", "--what", what)).code == 0
    assert sorted(path.name for path in command.folder.iterdir()) == ["a.csv", "a.xlsx", "key"]


async def test_a_reader_that_goes_away_is_no_error(receiver: Receiver, command: Command) -> None:
    await filled(receiver)
    for arguments in (["export"], ["history"], ["status", "--json"]):
        reading, writing = os.pipe()
        os.close(reading)
        process = await command.start(*arguments, stdout=writing)
        os.close(writing)
        _, err = await asyncio.wait_for(process.communicate(), 60)
        assert (process.returncode, err) == (0, b""), arguments


async def test_wrong_arguments_are_named(command: Command) -> None:
    for arguments in (["nonsense"], ["hits", "--days", "0"], ["hits", "--from", "yesterday"], []):
        ended = await command(*arguments)
        assert (ended.code, ended.out) == (2, "")
        assert "marigraph" in ended.err


async def test_colours_are_for_terminals(receiver: Receiver, command: Command) -> None:
    await filled(receiver)
    assert "\x1b[" in (await command("status", "--color", "always")).out
    for environ, colours in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        master, slave = pty.openpty()
        process = await command.start("status", environ={"TERM": "xterm", **environ}, stdout=slave)
        os.close(slave)
        _, err = await asyncio.wait_for(process.communicate(), 60)
        shown = os.read(master, 65536)
        os.close(master)
        assert err == b""
        assert (b"\x1b[" in shown) == colours


async def test_watch_tells_a_pipe_what_comes(receiver: Receiver, command: Command) -> None:
    await filled(receiver)
    process = await command.start("watch")
    seen = ""

    async def until(*words: str) -> None:
        nonlocal seen
        while not all(word in seen for word in words):
            seen += (await asyncio.wait_for(process.stdout.readline(), 30)).decode()

    await until("50 %", "live  ")
    await receiver.call("POST", "/api/v1/accounts/default/snapshots", json=recent(0, 77)[1])
    await until("77 %")
    process.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 130, err
    assert err == b""
    assert "\x1b" not in seen


async def test_watch_writes_a_line_of_json_at_each_change(receiver: Receiver, command: Command) -> None:
    await filled(receiver, plan=LABEL)
    process = await command.start("watch", "--json")

    async def until(percentage: float) -> dict[str, Any]:
        while True:
            line = await asyncio.wait_for(process.stdout.readline(), 30)
            assert line.isascii()
            told = json.loads(line)
            assert told["live"] == (told["whyNotLive"] is None)
            if told["live"] and told["status"]["limits"][0]["percentage"] == percentage:
                return told

    await until(50)
    await receiver.call("POST", "/api/v1/accounts/default/snapshots", json=recent(0, 77)[1])
    assert (await until(77))["status"]["isStale"] is False
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 130
