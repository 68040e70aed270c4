"""The printable report of resets: what is proven, by which readings, and what a gap hides."""

import base64
import hashlib
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.insight.report import STYLE_SOURCE, as_page, as_text
from tests.insight.reporting import report_of
from tests.insight.stories import Stored, at, iso, minutes, told

THURSDAY, LATER = at("07:00", 26), at("07:00", 26) + minutes(7 * 24 * 60)
BERLIN = ZoneInfo("Europe/Berlin")
SAMPLES = Path(__file__).parent / "reports"


def weekly(clock: str, percentage: float, resets=THURSDAY, **more) -> Stored:
    return told(clock, percentage, resets, limit="weekly", **more)


FELL = [
    *(weekly(f"00:{m:02}", 60) for m in range(0, 60, 5)),
    weekly("08:00", 2, name="c"),
    weekly("08:05", 2),
    weekly("08:10", 3),
]
REPORTS = [
    {"at": iso(at(f"0{hour}:30")), "state": "network", "reason": "the receiver did not answer"}
    for hour in range(1, 6)
]
MANY = [
    told("08:00", 98, "09:00"),
    told("08:55", 98, "09:00", name="b"),
    told("09:05", 0, name="c"),
    told("09:10", 4, "14:10"),
    told("09:15", 5, "14:10"),
    told("14:05", 50, "14:10"),
    told("18:00", 0),
    told("18:05", 1, "23:00"),
    told("18:10", 9, "23:00"),
    told("18:15", 0),
    told("18:20", 0),
    told("18:25", 20, "23:25"),
    told("18:30", 20, "23:45"),
    told("18:35", 20, "23:45"),
    told("18:40", 9, "23:45"),
]


def test_the_case_that_nobody_believed_is_bracketed_and_its_gap_is_named() -> None:
    report = as_text(report_of(FELL, at("00:00"), at("12:00"), zone=BERLIN, reports=REPORTS))
    assert report == (SAMPLES / "fell.txt").read_text()


def test_every_kind_of_turn_has_its_two_readings() -> None:
    report = as_text(report_of(MANY, at("00:00"), at("20:00")))
    assert report == (SAMPLES / "many.txt").read_text()
    for turn in report_of(MANY, at("00:00"), at("20:00")).turns:
        assert turn.before.version in report
        assert turn.after.version in report


def test_a_late_reset_behind_a_page_that_stood_still_is_not_said_to_be_later_than_is_known() -> None:
    story = [told("10:55", 100, "11:00"), *(told(f"11:{m:02}", 100, "11:00") for m in range(0, 60, 5))]
    report = as_text(report_of([*story, told("12:00", 0)], at("10:00"), at("13:00")))
    assert "anything to 1 h 1 s after the announced reset; how late cannot be told" in " ".join(
        report.split()
    )


def test_what_rests_on_the_newest_reading_alone_is_said_to_be_in_doubt() -> None:
    report = as_text(report_of(FELL[:13], at("00:00"), at("12:00")))
    assert "(in doubt)" in report
    assert "1 case below rests on one reading alone" in report
    assert "1 counter fell" not in report


def test_what_lies_outside_the_range_is_left_out_and_what_reaches_into_it_is_told() -> None:
    def count(start: str, end: str) -> int:
        return len(report_of(FELL, at(start), at(end), made=at("12:00")).turns)

    assert [count("00:00", "00:30"), count("03:00", "04:00"), count("09:00", "12:00")] == [0, 1, 0]


def test_an_hour_of_two_is_half() -> None:
    story = [told(f"10:{m:02}", 10, "13:00") for m in range(0, 60, 5)] + [told("11:55", 10, "13:00")]
    material = report_of(story, at("10:00"), at("11:50"), made=at("12:00"))
    assert material.observed == minutes(55)
    assert material.observed_share == 0.5
    assert "Observed: 50.0 % of the range" in as_text(material)


def test_almost_all_is_not_all() -> None:
    story = [told(at("00:00") + minutes(5 * n), 0) for n in range(200)]
    end = at("00:00") + minutes(5 * 199) + timedelta(seconds=1)
    assert "Observed: 99.9 %" in as_text(report_of(story, at("00:00"), end))


@pytest.mark.parametrize("render", [as_text, as_page])
def test_nothing_recorded_and_a_range_to_come_are_told_plainly(render) -> None:
    assert "Nothing of this range was observed." in render(report_of([], at("00:00"), at("12:00")))
    to_come = report_of(FELL, at("12:00"), at("14:00"), made=at("09:00"))
    assert "Nothing of this range was observed." in render(to_come)


def test_the_hour_that_there_is_twice_is_told_apart_by_its_zone() -> None:
    night = at("00:30").replace(month=10, day=25)
    story = [told(night + minutes(n), 60 if n < 40 else 0, night + minutes(40)) for n in range(0, 90, 10)]
    report = as_text(report_of(story, night, night + minutes(90), zone=BERLIN))
    assert "02:30:00 CEST (00:30:00 UTC)" in report
    assert "02:00:00 CET (01:00:00 UTC)" in report


HOSTILE = '<script>alert("1")</script>\x1b[31m\u202egnp'


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data


def parsed(page: str) -> Elements:
    found = Elements()
    found.feed(page)
    found.close()
    return found


def hostile_story() -> list[Stored]:
    story = []
    for minute, percentage in ((0, 60), (5, 60), (50, 2), (55, 2)):
        version_id, document = weekly(f"10:{minute:02}", percentage, collector=HOSTILE)
        reading = document["weeklyLimits"].pop("allModels")
        document["weeklyLimits"]["scoped"] = {HOSTILE: reading}
        document["extractionErrors"] = {"currentSession": HOSTILE}
        story.append((version_id, document))
    return story


def test_words_of_a_page_are_shown_and_do_nothing() -> None:
    material = report_of(hostile_story(), at("10:00"), at("11:00"))
    page = parsed(as_page(material))
    assert not page.names & {"script", "img", "a", "iframe", "link"}
    assert page.attributes == {"lang", "charset", "name", "content", "http-equiv", "scope"}
    assert "<script>alert" in page.words
    for shown in (page.words, as_text(material)):
        assert not set("\x1b\u202e") & set(shown)


def test_the_page_allows_its_own_style_and_nothing_else() -> None:
    page = as_page(report_of(FELL, at("00:00"), at("12:00")))
    style = re.search("<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" == STYLE_SOURCE
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    assert "url(" not in page
    assert "http" not in page.replace("http-equiv", "")


@settings(max_examples=25)
@given(st.text(max_size=64), st.text(max_size=64))
def test_no_line_of_text_is_longer_than_eighty_and_none_is_forged(name: str, collector: str) -> None:
    story = []
    for minute, percentage in ((0, 60), (5, 60), (50, 2), (55, 2)):
        version_id, document = weekly(f"10:{minute:02}", percentage, collector=collector)
        document["weeklyLimits"] = {"scoped": {name or "a": document["weeklyLimits"]["allModels"]}}
        story.append((version_id, document))
    material = report_of(story, at("10:00"), at("11:00"))
    lines = as_text(material).split("\n")
    assert max(map(len, lines)) <= 80
    assert all(line.isprintable() for line in lines)


def test_text_and_page_say_the_same() -> None:
    material = report_of(MANY, at("00:00"), at("20:00"))
    said = " ".join(as_text(material).replace("---", "").replace("===", "").split())
    for words in re.findall(r"version \S+|\d+ % ?, read .{20}", parsed(as_page(material)).words):
        assert " ".join(words.split()) in said
