"""What the listener `watch` does about a switch that was cut."""

import pytest

from marigraph_host import journal
from marigraph_host.journal import Journal
from marigraph_host.layout import Layout
from marigraph_host.listener import Watch
from marigraph_host.lock import held


@pytest.fixture
def layout(tmp_path):
    layout = Layout(tmp_path, "marigraph-watch")
    for folder in (layout.home, layout.logs, layout.run):
        folder.mkdir(parents=True)
    return layout


@pytest.fixture
def mended(layout, tmp_path):
    """A watch, and a function that tells what it has called so far."""
    program, calls = tmp_path / "program.py", tmp_path / "calls"
    program.write_text(
        f"import sys; open({str(calls)!r}, 'a').write(sys.argv[-2] + ' ' + sys.argv[-1] + '\\n')"
    )
    watch = Watch(layout, program)

    def look(now, wanted):
        watch._mend(now)
        if watch._mender:
            watch._mender.wait(10)
        assert (calls.read_text().splitlines() if calls.exists() else []) == wanted

    return look


def test_a_switch_that_was_cut_is_mended_at_the_first_look_and_again_after_a_while(layout, mended):
    mended(0.0, [])
    journal.write(layout.journal, Journal("r1", "r2", "restart"))
    mended(5.0, ["clean --here"])
    mended(10.0, ["clean --here"])
    mended(25.0, ["clean --here", "clean --here"])


def test_a_switch_that_is_under_way_is_left_alone(layout, mended):
    journal.write(layout.journal, Journal("r1", "r2", "restart"))
    with held(layout.lock, "switch"):
        mended(5.0, [])
    mended(10.0, ["clean --here"])
