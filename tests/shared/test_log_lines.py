"""Log lines that nobody can forge, in both forms."""

import json
import re
import subprocess
import sys
from pathlib import Path

HOSTILE = (
    "one\r\ntwo\x1b[31m\x1b]0;title\x07 [error ] snapshot\u2028three\u202efour\x85five\0 \ud800 {}".format(
        "x" * 9000
    )
)

SCRIPT = """
import logging, sys, structlog
from shared import logs
logs.configure(service="test", log_format=sys.argv[1], level="info")
hostile = eval(sys.argv[2])
structlog.get_logger().warning("told", path=hostile)
logging.getLogger("library").warning("said %s", hostile)
try:
    raise ValueError(hostile)
except ValueError:
    structlog.get_logger().exception("failed")
"""

INTO_JOURNAL = """
import os, sys, structlog
from shared import logs
stream = os.fstat(2)
if sys.argv[2]:
    os.environ["JOURNAL_STREAM"] = f"{stream.st_dev}:{stream.st_ino}"
logs.configure(service="test", log_format=sys.argv[1], level="info")
structlog.get_logger().info("told")
"""


def lines(repository: Path, log_format: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, log_format, ascii(HOSTILE)],
        cwd=repository,
        capture_output=True,
        check=True,
    )
    said = done.stderr.decode()
    assert "Logging error" not in said
    return said.removesuffix("\n").split("\n")


def test_in_json_every_line_is_one_record(repository: Path) -> None:
    records = [json.loads(line) for line in lines(repository, "json")]
    assert [record["event"][:4] for record in records] == ["told", "said", "fail"]
    for text in (records[0]["path"], records[1]["event"]):
        assert text.isprintable()
        assert len(text) < 2200
    assert "ValueError" in records[2]["exception"]


def test_in_text_nothing_but_our_own_lines_begins_a_line(repository: Path) -> None:
    said = lines(repository, "text")
    assert all(line.isprintable() for line in said)
    begin = [line for line in said if not line.startswith("    ")]
    assert len(begin) == 3
    assert [word for line in begin for word in ("told", "said", "failed") if f"] {word}" in line] == [
        "told",
        "said",
        "failed",
    ]


def test_in_the_journal_which_has_a_time_text_has_none_and_json_keeps_it(repository: Path) -> None:
    said = {}
    for journal in ("", "yes"):
        for log_format in ("text", "json"):
            done = subprocess.run(
                [sys.executable, "-c", INTO_JOURNAL, log_format, journal],
                cwd=repository,
                capture_output=True,
                text=True,
                check=True,
            )
            said[log_format, journal] = done.stderr
    assert said["text", "yes"].startswith("[info     ] told")
    assert re.match(r"\d{4}-\d\d-\d\dT\S+Z \[info     \] told", said["text", ""])
    assert json.loads(said["json", "yes"])["time"]
