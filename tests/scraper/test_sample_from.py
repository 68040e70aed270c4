"""A capture becomes a sample."""

import rendering
import sample_from
from rendering import captured, result

from services.scraper.capturing.capture import Capture, encode_capture


def test_a_capture_becomes_a_sample_that_is_read_as_the_capture_was(tmp_path, monkeypatch):
    page = captured("2026-07-meters")
    capture = tmp_path / "20260714T090000Z.json"
    capture.write_bytes(encode_capture(Capture(page=page, state="ok")))
    for module in (rendering, sample_from):
        monkeypatch.setattr(module, "SAMPLES", tmp_path)
    sample_from.make_sample(capture, "made", "made of a capture")
    assert result(captured("made")) == result(page)
    assert (tmp_path / "made" / "expected.json").exists()
