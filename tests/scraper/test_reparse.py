"""Captures are read again: what differs is told, and sent with its true time and its parser's mark."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from rendering import captured, sample_names

from services.scraper.__main__ import main
from services.scraper.capturing.capture import Capture
from services.scraper.capturing.captures import Captures
from services.scraper.capturing.reparse import compare
from services.scraper.capturing.scrub import around_usage
from services.scraper.extract.captured import Text
from services.scraper.extract.snapshot import PARSER
from services.scraper.house import furnish
from services.scraper.judging.judging import reread
from services.scraper.outgoing.outbox import take_stock
from services.scraper.reparsing import reparse
from services.scraper.settings import ScraperSettings
from shared.schemas.codec import decode_document, decode_snapshot, to_document
from shared.settings import load
from shared.store.memory import MemoryStore

PAGE = captured("2026-10-products")
NAME = "20261014T153000Z.json"


def recorded(**changes):
    """What an older parser had made of the page: the same, but for some fields."""
    document = to_document(reread(PAGE, collector="desk").snapshot) | {"parser": "2026.1.1"}
    return document | changes


def wrong():
    session = recorded()["currentSession"] | {"percentageUsed": 31}
    return recorded(currentSession=session)


@pytest.fixture
def house(tmp_path):
    settings = load(ScraperSettings, {"SCRAPER_STATE_DIR": str(tmp_path), "SCRAPER_COLLECTOR": "here"})
    return furnish(settings)


def keep(house, document, state="ok", page=PAGE):
    house.captures.write(NAME, Capture(page=page, state=state, recorded=document))


def test_the_same_reading_by_another_parser_does_not_differ():
    found = compare(NAME, Capture(page=PAGE, state="ok", recorded=recorded()), collector="x")
    assert (found.result, found.changes, found.document) == ("same", [], None)


def test_what_differs_is_told_field_by_field():
    found = compare(NAME, Capture(page=PAGE, state="ok", recorded=wrong()), collector="x")
    assert found.result == "differs"
    assert [(one.field, one.recorded, one.present) for one in found.changes] == [
        ("currentSession.percentageUsed", 31, 47)
    ]


def test_the_correction_keeps_its_time_and_says_who_read_it_and_whom_it_corrects():
    found = compare(NAME, Capture(page=PAGE, state="ok", recorded=wrong()), collector="x")
    sent = decode_snapshot(found.document)
    assert sent.last_updated == decode_snapshot(wrong()).last_updated
    assert (sent.parser, sent.reparsed_from, sent.collector) == (PARSER, "2026.1.1", "desk")
    assert sent.current_session.percentage_used == 47


def test_a_page_that_could_not_be_read_then_is_a_new_reading_that_corrects_nothing():
    found = compare(NAME, Capture(page=PAGE, state="layout_changed"), collector="here")
    assert found.result == "now_readable"
    assert "reparsedFrom" not in found.document
    assert found.document["collector"] == "here"


def test_a_page_that_is_no_longer_readable_is_told_and_never_sent():
    empty = msgspec.structs.replace(PAGE, pieces=[], answers=[])
    found = compare(NAME, Capture(page=empty, state="ok", recorded=recorded()), collector="x")
    assert (found.result, found.document) == ("no_longer_readable", None)


def test_old_figures_that_were_refused_stay_refused():
    old = msgspec.structs.replace(PAGE, pieces=[*PAGE.pieces, Text(0, "Last updated: 3 hours ago")])
    assert reread(old, collector="x").state == "stale_page"
    found = compare(NAME, Capture(page=old, state="stale_page"), collector="x")
    assert (found.result, found.document) == ("still_unreadable", None)


def test_sending_happens_once_and_corrects_the_last_reading(house, tmp_path):
    keep(house, wrong())
    (tmp_path / "captures" / "20261014T160000Z.json").write_bytes(b"{")
    first = reparse(house, send=True)
    assert (first.captures, first.same, first.sent, len(first.damaged)) == (2, 0, 1, 1)
    assert take_stock(tmp_path).waiting == 1
    last = decode_document((tmp_path / "usage-data.json").read_bytes())
    assert last["currentSession"]["percentageUsed"] == 47
    again = reparse(house, send=True)
    assert (again.same, again.sent) == (1, 0)
    assert take_stock(tmp_path).waiting == 1


def test_looking_changes_nothing(house, tmp_path):
    keep(house, wrong())
    before = (tmp_path / "captures" / NAME).read_bytes()
    assert len(reparse(house, send=False).differing) == 1
    assert (tmp_path / "captures" / NAME).read_bytes() == before
    assert take_stock(tmp_path).waiting == 0


def test_an_older_reading_does_not_take_the_place_of_the_last(house, tmp_path):
    newer = recorded(lastUpdated="2030-01-01T00:00:00Z")
    (tmp_path / "usage-data.json").write_bytes(msgspec.json.encode(newer))
    keep(house, wrong())
    reparse(house, send=True)
    assert decode_document((tmp_path / "usage-data.json").read_bytes()) == newer


def json_in(printed: str) -> dict[str, Any]:
    """The command's one line of JSON; in the tests' own process the log goes to the same stream."""
    return msgspec.json.decode(next(line for line in printed.splitlines() if line.startswith("{")))


def test_the_command_says_what_differs_and_tells_by_its_code(house, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SCRAPER_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("CLAUDE_SYNC_URL", "http://127.0.0.1:1/")
    assert main(["reparse"]) == 0
    keep(house, wrong())
    capsys.readouterr()
    assert main(["reparse"]) == 1
    said = capsys.readouterr().out
    assert "currentSession.percentageUsed: 31 -> 47" in said
    assert main(["reparse", "--json"]) == 1
    told = json_in(capsys.readouterr().out)
    assert told["differing"][0]["capture"] == NAME
    assert told["parser"] == PARSER
    assert main(["reparse", "--send", "--json"]) == 0
    assert json_in(capsys.readouterr().out)["sent"] == 1


async def test_the_store_keeps_both_the_reading_and_its_correction():
    store, now = MemoryStore(), datetime(2026, 11, 22, tzinfo=UTC)
    first = await store.append("default", wrong(), now)
    correction = compare(NAME, Capture(page=PAGE, state="ok", recorded=wrong()), collector="x").document
    second = await store.append("default", correction, now)
    again = await store.append("default", correction, now + timedelta(days=1))
    assert not second.duplicate
    assert again.duplicate
    assert first.version.time == second.version.time
    assert await store.count("default") == 2


@pytest.mark.parametrize("name", sample_names())
def test_what_a_capture_leaves_out_changes_nothing_that_is_read(name, tmp_path):
    page = captured(name)
    captures = Captures(tmp_path, 5)
    whole = reread(page, collector="x")
    document = to_document(whole.snapshot) if whole.snapshot else None
    captures.keep(page, whole.state, document)
    (kept,) = captures.names()
    found = compare(kept, captures.read(kept), collector="x")
    assert found.result in {"same", "still_unreadable"}
    assert found.present_state == whole.state


def test_names_and_conversations_around_the_usage_are_left_out(tmp_path):
    element = len(PAGE.elements)
    aside = [*PAGE.elements, msgspec.structs.replace(PAGE.elements[0], parent=0, tag="nav", role="")]
    strangers = [Text(element, "Jane Doe"), Text(element, "50% off for Jane Doe"), Text(0, "Hello Jane Doe")]
    page = msgspec.structs.replace(PAGE, elements=aside, pieces=[*strangers, *PAGE.pieces])
    captures = Captures(tmp_path, 5)
    captures.keep(page, "ok", None)
    assert "Jane" not in (tmp_path / "captures" / captures.names()[0]).read_text()
    assert all("Jane" not in str(less.pieces) for less in list(around_usage(page))[:1])
