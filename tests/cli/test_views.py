"""What each command shows, in terminals of three widths; kept answers, kept pictures."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from services.cli.commands import accounts, forecast, gaps, history, status
from services.cli.commands.failing import Said
from services.cli.commands.known import Known, aged
from services.cli.shown.lines import Span, fitted, table, width_of, written
from shared.insight.told.answers import GapsTold, KnownTold
from shared.insight.told.forecasts import ForecastsTold, HitAhead
from tests.cli.viewing import HERE, NOW, VIEWS, Here, kept, look, shown

WIDTHS = (60, 80, 120)
ESCAPES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
HOSTILE = "\x1b]0;owned\x07\x1b[31mred\x9b2J\u202etxet\r\n\x00"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_looks_as_it_is_kept(name: str, width: int) -> None:
    assert shown(name, width) == (HERE / "samples" / f"{name}-{width}.txt").read_text()


@pytest.mark.parametrize("name", VIEWS)
def test_no_line_is_wider_than_the_terminal(name: str) -> None:
    for width in (40, *WIDTHS):
        for line in shown(name, width).splitlines():
            assert width_of(line) <= max(width, 52), (width, line)


@pytest.mark.parametrize("name", VIEWS)
def test_colours_change_no_word(name: str) -> None:
    coloured = shown(name, 80, colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9]+m", "", coloured) == shown(name, 80)


@pytest.mark.parametrize("name", VIEWS)
def test_a_terminal_that_knows_ascii_only_gets_no_other_character(name: str) -> None:
    assert shown(name, 80, ascii_only=True).isascii()


def test_every_figure_of_the_status_has_an_age() -> None:
    rows = [row for row in shown("status", 80).splitlines() if row.startswith(("session", "weekly"))]
    assert len(rows) == 2
    assert all(re.search(r"\d+ %  35 min ago", row) for row in rows)


def test_unknown_is_neither_zero_nor_the_old_figure() -> None:
    known = kept("status", Known)
    gone = KnownTold(
        limit="session",
        percentage=None,
        age_minutes=300,
        version="an older one",
        resets_at=None,
        state=None,
        doubtful=False,
        reason="its reset has passed since the last reading",
    )
    lines = status.view(replace(known, limits=[gone]), None, look(120), Here())
    row = written(lines, colour=False).splitlines()[-1]
    assert "unknown  5 h ago  its reset has passed since the last reading" in row
    assert "%" not in row
    assert "█" not in row


def test_words_of_others_are_shown_and_never_obeyed() -> None:
    known = kept("status", Known)
    limit = replace(known.limits[0], limit=HOSTILE, reason=HOSTILE, percentage=None)
    said = Said(at=NOW, state=HOSTILE, advice=HOSTILE)
    hostile = replace(known, plan=HOSTILE, limits=[limit])
    for colour in (False, True):
        lines = fitted(status.view(hostile, said, look(80), Here()), 80)
        text = re.sub(r"\x1b\[[0-9]m|\x1b\[3[123]m", "", written(lines, colour=colour))
        assert not ESCAPES.search(text), text
        assert "owned" in text


def test_a_table_that_does_not_fit_loses_nothing() -> None:
    row = [Span("limit-of-a-long-name"), Span("12 %"), Span("words " * 20)]
    for width in range(30, 160, 7):
        lines = written(table([row], right={1}, width=width), colour=False)
        assert lines.split() == ["limit-of-a-long-name", "12", "%", *["words"] * 20]
        assert max(map(len, lines.split("\n"))) <= width


def test_wide_characters_take_two_columns() -> None:
    rows = [[Span("日本"), Span("x")], [Span("ab"), Span("y")]]
    assert written(table(rows, width=40), colour=False) == "日本  x\nab    y"


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ((None, None, None), "45 %"),
        (("11:35", None, None), "45 %, not before 12:35"),
        (("11:35", "11:48", None), "45 %, about 12:48 (12:35 or later)"),
        (("11:35", "11:48", "11:59"), "45 %, about 12:48 (12:35 to 12:59)"),
    ],
)
def test_a_forecast_without_a_time_says_what_that_means(times: tuple[str | None, ...], words: str) -> None:
    told = kept("forecast", ForecastsTold)
    earliest, likely, latest = (
        None if time is None else datetime.fromisoformat(f"2026-11-22T{time}:00+00:00") for time in times
    )
    hit = HitAhead(chance=0.45, earliest=earliest, likely=likely, latest=latest)
    lines = forecast.view(told, look(120), [replace(told.limits[0], hit=hit)])
    assert any(
        line.rstrip().endswith(words) for line in written(lines, colour=False, ascii_only=False).splitlines()
    )


def told_by(known: Known, said: Said | None = None) -> str:
    return written(status.view(known, said, look(160), Here()), colour=False)


def test_what_the_collector_reported_since_is_told_of_fresh_figures_too() -> None:
    known = replace(kept("status", Known), is_stale=False)
    said = Said(at=NOW, state="challenge", advice="Wait", collector="vm")
    told = "NOT READ since: Claude's site asks for a verification. Wait. Reported just now by vm: challenge."
    assert told in told_by(known, said)
    assert "NOT READ" not in told_by(known)


def test_a_limit_that_the_newest_reading_lacks_says_so_and_why() -> None:
    known = kept("status", Known)
    session, weekly = known.limits
    older = replace(weekly, version="an older one", age_minutes=40)
    errors = {"weeklyLimits.allModels": "no row", "weeklyLimits.scoped.fable": "a bad figure"}
    rows = told_by(replace(known, limits=[session, older], extraction_errors=errors)).splitlines()
    assert re.search(r"weekly \(All models\) .* 10 %  40 min ago .*; not read since: no row$", rows[-2])
    assert re.search(r"weekly:fable \(Fable\) .* unknown  never read  a bad figure$", rows[-1])


def test_an_idle_limit_is_not_at_zero() -> None:
    known = kept("status", Known)
    idle = replace(known.limits[0], percentage=0, state="idle", resets_at=None)
    row = told_by(replace(known, limits=[idle])).splitlines()[-1]
    assert re.search(r"session +idle  35 min ago  no window is open$", row)


def test_a_limit_of_the_newest_reading_is_as_old_as_the_heading_says() -> None:
    known = replace(kept("status", Known), is_stale=False)
    later = aged(replace(known, at=known.time), timedelta(seconds=20))
    assert told_by(later).count("just now") == 3


def test_a_range_that_begins_before_the_record_says_since_when_there_is_one() -> None:
    told = kept("gaps", GapsTold)
    since = datetime(2026, 11, 21, 7, tzinfo=UTC)
    lines = written(gaps.view(replace(told, gaps=[]), look(120), since), colour=False)
    assert "recorded since 2026-11-21 08:00 CET" in lines
    assert "No gap since then." in lines
    assert "known since 08:00" in lines
    series = history.view(
        kept("bars", history.Series), kept("status", Known), look(120), bars=True, since=since
    )
    bars = written(series, colour=False)
    assert "recorded since 2026-11-21 08:00 CET" in bars
    assert "21 % read" not in bars  # of the whole day, much of which was before the record


def test_an_account_of_which_nothing_is_read_says_why() -> None:
    one = accounts.AccountTold(
        account="new",
        versions=0,
        archived=0,
        oldest=None,
        newest=None,
        silent=True,
        reason=Said(at=NOW, state="login_required", advice="Log in."),
    )
    assert "Claude asks for a login. Log in. Reported just now" in written(
        accounts.view([one], look(160)), colour=False
    )
