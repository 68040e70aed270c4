"""A process that used a bucket ends with its own exit code, whatever the library's threads still do."""

import subprocess
import sys

import pytest

SAYING = """\
import atexit
import os
{used}
from shared.leaving import leave

class Kept:
    def __del__(self, write=os.write):
        write(1, b"torn down, ")

kept = Kept()
atexit.register(print, "cleaned up", end=", ")
print("done", end=", ")
leave(3)
"""


@pytest.mark.parametrize(
    ("used", "said"),
    [("", "done, cleaned up, torn down, "), ("import obstore", "done, cleaned up, ")],
    ids=["without a bucket", "with a bucket"],
)
def test_python_is_taken_down_only_where_no_librarys_threads_could_meet_it(used: str, said: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SAYING.format(used=used)], capture_output=True, text=True, check=False
    )
    assert (ended.stdout, ended.stderr, ended.returncode) == (said, "", 3)
