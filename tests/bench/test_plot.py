"""The picture of the figures, and the history they are measured with."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from shared.store import open_store
from tests.bench.history import END, fill, moment
from tests.bench.plot import draw

GET_ROWS = ("GET latest", "GET by number", "GET by time")


def record(*sizes: int) -> dict[str, object]:
    def row(rate: float) -> dict[str, float]:
        return {"rate": rate}

    return {
        "connections": 64,
        "processors": 2,
        "slices": {"rounds": 3, "seconds": 1},
        "sizes": [
            {
                "versions": size,
                "startSeconds": 1.5,
                "startMegabytes": 46.0,
                "bare": {"GET": row(20_000), "POST": row(16_000)},
                "ours": {name: row(9_000) for name in ("POST", *GET_ROWS)},
                "origin": {} if size > 1_000 else {name: row(1e5 / size) for name in ("POST", *GET_ROWS)},
            }
            for size in sizes
        ],
    }


def test_every_figure_has_its_dot() -> None:
    picture = ET.fromstring(draw(record(100, 1_000, 100_000)))
    dots = [node.get("class") for node in picture.iter("{http://www.w3.org/2000/svg}circle")]
    assert dots.count("dot-bare") == 4 * 3
    assert dots.count("dot-ours") == 6 * 3
    assert dots.count("dot-origin") == 4 * 2


@pytest.mark.parametrize("number", [1, 3])
async def test_the_history_to_measure_with_is_one_that_the_store_believes(
    tmp_path: Path, number: int
) -> None:
    fill(tmp_path / "console-usage-history", 3)
    store = open_store(f"file://{tmp_path}")
    found = await store.by_number("default", number)
    assert found is not None
    assert (found.version.time, found.total) == (moment(number, 3), 3)
    assert moment(3, 3) == END
    await store.close()
