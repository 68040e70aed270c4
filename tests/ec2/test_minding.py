"""What a deploy leaves on the host when its link is cut: processes that were about to take what is shipped."""

import subprocess
import time
import uuid
from pathlib import Path

import minder
import pytest


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch) -> str:
    """A mark of this test's own: other deploys' processes may be seen here."""
    mark = f"SHIPS_{uuid.uuid4().hex}"
    monkeypatch.setattr(minder, "SHIPS", mark.encode())
    return mark


def test_one_that_is_about_to_end_is_waited_for(mark: str, tmp_path: Path) -> None:
    shell = subprocess.Popen(["sh", "-c", f"export {mark}=1; sleep 0.8; touch done"], cwd=tmp_path)
    minder.end_shipping()
    assert (tmp_path / "done").exists()
    assert shell.wait(5) == 0


def test_one_that_waits_for_bytes_is_ended(mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minder, "PATIENCE_SECONDS", 0.5)
    shell = subprocess.Popen(["sh", "-c", f"export {mark}=1; cat"], stdin=subprocess.PIPE)
    start = time.monotonic()
    minder.end_shipping()
    assert shell.wait(5) < 0
    assert time.monotonic() - start >= 0.5
    shell.communicate()


def test_the_minder_is_not_taken_for_one_that_ships() -> None:
    assert minder.SHIPS == b"MARIGRAPH_SHIPS=1"
    assert minder.SHIPS not in Path(minder.__file__).read_bytes()
