"""Makes a sample folder of a capture: `.venv/bin/python tests/scraper/sample_from.py CAPTURE NAME "what it shows"`.

Look through captured.json before it is committed: the words in the rows are the page's own.
"""

import sys
from pathlib import Path

import msgspec
from rendering import SAMPLES, expect_all

from services.scraper.capturing.capture import decode_capture
from services.scraper.extract.captured import View
from shared.timestamps import to_iso


def make_sample(capture: Path, name: str, about: str) -> None:
    """Write what a capture holds as a sample, with what is read of it now as what is expected."""
    page = decode_capture(capture.read_bytes()).page
    folder = SAMPLES / name
    folder.mkdir()
    view = View(page.url, page.title, page.zone, page.language, page.elements, page.pieces)
    _write(folder / "captured.json", view)
    _write(folder / "moment.json", {"about": about, "takenAt": to_iso(page.taken_at), "zone": page.zone})
    if bodies := [answer.data for answer in page.answers if answer.data is not None]:
        _write(folder / "usage.json", bodies[-1])
    expect_all([name])


def _write(path: Path, value: object) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


if __name__ == "__main__":
    make_sample(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
