"""Every sample page is read as its folder says, from its capture and rendered anew by a real browser."""

import pytest
from rendering import SAMPLES, captured, read_json, render, result, sample_names

from services.scraper.extract.snapshot import PARSER
from tests.chromium import open_browser


def expected(name):
    document = read_json(SAMPLES / name / "expected.json")
    return document if "unreadable" in document else document | {"parser": PARSER}


@pytest.mark.parametrize("name", sample_names())
def test_a_captured_sample_is_read_as_expected(name):
    assert result(captured(name)) == expected(name)


@pytest.mark.browser
async def test_a_sample_rendered_by_a_browser_is_read_as_expected():
    wrong = {}
    async with open_browser() as browser:
        for name in sample_names():
            if (SAMPLES / name / "page.html").exists():
                found = result(captured(name, await render(browser, name)))
                if found != expected(name):
                    wrong[name] = found
    assert not wrong
