"""What the scripts of `make run-local`, `make status` and `make stop` decide."""

import importlib
import json
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def script(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    monkeypatch.setattr(sys, "path", [str(repository / "deploy" / "local"), *sys.path])
    return importlib.import_module


def test_stop_and_status_find_what_runs_whatever_else_env_says(
    script: Callable[[str], ModuleType],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(script("plan"), "REPOSITORY", tmp_path)
    monkeypatch.delenv("MARIGRAPH_LOCAL_DIR", raising=False)
    (tmp_path / ".env").write_bytes(
        b"oops nonsense\nMARIGRAPH_LOCAL_DIR=" + bytes(tmp_path / "here") + b"\n=\xff\n"
    )
    assert script("plan").running_plan({}).configuration == tmp_path / "here" / "supervisord.conf"
    assert script("control").main("stop") == 0
    assert script("control").main("status") == 4
    assert capsys.readouterr().out.count("nothing runs here") == 2
    assert not (tmp_path / "here").exists()


def test_ones_own_record_may_be_in_a_bucket_and_made_up_figures_never_are(
    script: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script("plan"), "REPOSITORY", tmp_path)
    given = {
        "STORE_URL": "s3://tide/record",
        "AWS_REGION": "eu-central-1",
        "MARIGRAPH_LOCAL_DIR": str(tmp_path),
    }
    own = given | {"SCRAPER_USAGE_URL": "https://claude.example/settings/usage"}
    assert script("plan").make_plan(own).environment["STORE_URL"] == "s3://tide/record"
    assert script("plan").make_plan(own).environment["AWS_REGION"] == "eu-central-1"
    practising = script("plan").make_plan(given).environment["STORE_URL"]
    folder = script("plan").make_plan(own | {"STORE_URL": "file:///elsewhere"}).environment["STORE_URL"]
    assert practising == f"file://{tmp_path}/practice/store"
    assert folder == f"file://{tmp_path}/record/store"


def test_a_program_that_went_down_or_was_started_again_is_told(
    script: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    plan = script("plan").Plan(tmp_path, {}, ("receiver",))
    told, heard, settled = "", [], None
    looks = [
        "STARTING",
        "RUNNING:1",
        "STOPPED",
        "STOPPED",
        "STARTING",
        "RUNNING:2",
        "RUNNING:2",
        "RUNNING:3",
        "EXITED",
    ]
    for state, _, pid in (look.partition(":") for look in looks):
        now = script("news").Program(state, pid)
        news = script("news").program_news(plan, "receiver", now, settled)
        if news and news != told:
            heard.append(news.partition("(")[0].partition(";")[0].strip())
        told = news
        settled = settled if state in script("run_local").PASSING else now
    down, again = "the receiver does not run any more", "the receiver ended and was started again"
    assert heard == [down, "the receiver runs again", again, down]


def test_a_scraper_that_reads_but_cannot_send_says_why(
    script: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    plan = script("plan").Plan(tmp_path, {"SCRAPER_STATE_DIR": str(tmp_path)}, ("scraper",))
    status = {
        "state": "partial",
        "message": "It was read in part.",
        "lastAttemptAt": "2026-11-22T12:00:00Z",
        "sending": {"state": "waiting", "detail": "HTTP 503: It is full."},
    }
    (tmp_path / "status.json").write_text(json.dumps(status))
    (tmp_path / "usage-data.json").write_text('{"extractionErrors": {"currentSession": "no row"}}')
    assert script("news").scraper_news(plan, datetime(2026, 11, 22, tzinfo=UTC)) == (
        "scraper: partial. It was read in part. Not read: currentSession."
        " But nothing can be sent: HTTP 503: It is full."
    )


def test_settings_that_nothing_reads_are_told_with_the_nearest(script: Callable[[str], ModuleType]) -> None:
    given = {
        "RETENTION_DAY": "4",
        "RETENTION_DAYS": "4",
        "CLAUDE_SYNC_API_KEY_FILE": "x",
        "PATH": "y",
        "LOG_DIR": "z",
    }
    assert script("given_settings").misnamed(given) == [
        "RETENTION_DAY is no setting, nothing reads it: did you mean RETENTION_DAYS?"
    ]


def test_sigterm_is_heard_where_a_shell_has_sigint_ignored(
    script: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_local = script("run_local")
    monkeypatch.setattr(run_local.subprocess, "Popen", lambda *_, **__: None)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        run_local.start(script("plan").Plan(tmp_path, {}, ()))
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
