"""What a switch is refused for at its first step: a record that is away, a disk that is full, a port that is taken."""

import os
import socket

import pytest

from marigraph_host.errors import HostError
from marigraph_host.folders import note_store, see_room, see_store
from marigraph_host.layout import Layout
from marigraph_host.ports import see_port, strangers
from tests.ports import free_port


@pytest.fixture
def layout(tmp_path):
    layout = Layout(tmp_path)
    layout.home.mkdir(parents=True)
    return layout


def test_a_folder_that_held_the_record_and_is_empty_is_refused(layout, tmp_path):
    data = tmp_path / "disk"
    data.mkdir()
    see_store(layout, data, own=False)  # a new one may be empty
    (data / ".lock").touch()
    note_store(layout, data)
    see_store(layout, data, own=False)
    (data / ".lock").rename(data / "lost+found")
    with pytest.raises(HostError, match=r"which is empty now\. Is its disk mounted"):
        see_store(layout, data, own=False)
    layout.store_note.unlink()
    see_store(layout, data, own=False)


def test_also_the_usual_folder_is_missed_when_it_is_gone(layout):
    data = layout.state / "data"
    data.mkdir(parents=True)
    (data / ".lock").touch()
    note_store(layout, data)
    (data / ".lock").unlink()
    data.rmdir()
    with pytest.raises(HostError, match="which is not there now"):
        see_store(layout, data, own=True)
    assert not data.exists()


def test_an_empty_folder_is_not_noted_and_none_is_noted_twice(layout, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for path in (one, other):
        path.mkdir()
        note_store(layout, path)
    assert not layout.store_note.exists()
    for path in (one, other, one):
        (path / ".lock").touch()
        note_store(layout, path)
    assert layout.store_note.read_text().splitlines() == [str(one), str(other)]


def test_a_full_disk_is_named_with_what_is_left_of_it(monkeypatch, tmp_path):
    see_room([tmp_path])
    found = os.statvfs(tmp_path)
    fields = list(found)
    fields[4] = 100  # f_bavail
    monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result(fields))
    with pytest.raises(HostError, match=r"the disk of .* is full: 0\.4 MB are free, 16 MB are needed"):
        see_room([tmp_path])


def table(*rows):
    head = (
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    )
    return head + "".join(
        f"   0: {address}:0FA0 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 {user} 0 111 1 0\n"
        for address, state, user in rows
    )


@pytest.mark.parametrize(
    ("row", "host", "taken"),
    [
        (("0100007F", "0A", "0"), "127.0.0.1", True),
        (("00000000", "0A", "0"), "127.0.0.1", True),
        (("0" * 32, "0A", "0"), "127.0.0.1", True),
        (("0100000A", "0A", "0"), "127.0.0.1", False),  # another address of this host
        (("0100000A", "0A", "0"), "0.0.0.0", True),
        (("0100007F", "0A", "65532"), "127.0.0.1", False),  # a receiver of ours
        (("0100007F", "01", "0"), "127.0.0.1", False),  # a client's end
    ],
)
def test_who_listens_where_the_receiver_is_to_has_its_port(row, host, taken):
    assert strangers(table(row), 4000, host) is taken
    assert not strangers(table(row), 4001, host)


def test_a_port_that_is_taken_is_told_before_anything_is_tried():
    port = free_port()
    see_port({"RECEIVER_PORT": str(port)})
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(HostError, match=f"port {port} is taken"),
    ):
        see_port({"RECEIVER_PORT": str(port)})
