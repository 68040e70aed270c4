"""Sockets that are handed over by systemd: one that can be served is taken, any other is named with the cure."""

import os
import socket
import tempfile
from collections.abc import Iterator

import pytest

from shared import inherited
from shared.errors import PermanentError
from shared.inherited import inherited_socket


class Handed:
    """What systemd hands over: sockets as descriptors from 3 on; here from wherever the first one lies."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self.environ = {
            "LISTEN_PID": str(os.getpid()),
            "LISTEN_FDS": "1",
            "LISTEN_FDNAMES": "web",
            "PATH": "/",
        }

    def over(self, descriptor: int) -> None:
        self._patch.setattr(inherited, "_FIRST", descriptor)

    def taken(self) -> socket.socket | None:
        return inherited_socket(self.environ)

    def refused(self) -> str:
        with pytest.raises(PermanentError) as refusal:
            self.taken()
        return str(refusal.value)


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Handed:
    return Handed(monkeypatch)


@pytest.fixture(params=["tcp", "tcp6", "unix", "abstract"])
def listening(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    with tempfile.TemporaryDirectory() as folder:
        family, address = {
            "tcp": (socket.AF_INET, ("127.0.0.1", 0)),
            "tcp6": (socket.AF_INET6, ("::1", 0)),
            "unix": (socket.AF_UNIX, f"{folder}/web"),
            "abstract": (socket.AF_UNIX, f"\0marigraph-test-{os.getpid()}"),
        }[request.param]
        with socket.socket(family) as made:
            made.bind(address)
            made.listen()
            yield made


def test_without_the_variables_there_is_none() -> None:
    assert inherited_socket({"PATH": "/"}) is None


def test_a_stream_socket_is_taken_kept_from_children_and_the_variables_are_gone(
    handed: Handed, listening: socket.socket
) -> None:
    descriptor = os.dup(listening.fileno())
    os.set_inheritable(descriptor, True)
    handed.over(descriptor)
    taken = handed.taken()
    assert taken is not None
    with taken:
        assert taken.getsockname() == listening.getsockname()
        assert not taken.get_inheritable()
    assert handed.environ == {"PATH": "/"}


def test_what_was_meant_for_another_process_is_left_alone_and_not_passed_on(handed: Handed) -> None:
    handed.environ["LISTEN_PID"] = "1"
    assert handed.taken() is None
    assert handed.environ == {"PATH": "/"}


def test_no_socket_announced_is_none(handed: Handed) -> None:
    handed.environ["LISTEN_FDS"] = "0"
    assert handed.taken() is None


@pytest.mark.parametrize(
    "change", [{"LISTEN_FDS": "one"}, {"LISTEN_FDS": ""}, {"LISTEN_PID": ""}, {"LISTEN_FDS": "-1"}]
)
def test_variables_that_are_no_numbers_are_named(handed: Handed, change: dict[str, str]) -> None:
    handed.environ.update(change)
    assert "LISTEN_FDS=" in handed.refused()


def test_more_than_one_socket_is_refused_by_their_names(handed: Handed) -> None:
    handed.environ |= {"LISTEN_FDS": "2", "LISTEN_FDNAMES": "web:extra"}
    refused = handed.refused()
    assert "web:extra" in refused
    assert "one ListenStream=" in refused


def test_a_descriptor_that_is_not_open_is_named(handed: Handed) -> None:
    read, write = os.pipe()
    os.close(read)
    os.close(write)
    handed.over(write)
    assert "is not open" in handed.refused()


def test_a_file_is_no_socket(handed: Handed) -> None:
    with tempfile.TemporaryFile() as file:
        handed.over(file.fileno())
        assert "is no socket" in handed.refused()


@pytest.mark.parametrize(
    ("kind", "listens", "said"),
    [
        (socket.SOCK_DGRAM, False, "is no stream"),
        (socket.SOCK_SEQPACKET, True, "is no stream"),
        (socket.SOCK_STREAM, False, "Accept=no"),
    ],
)
def test_a_socket_of_another_kind_is_refused_with_the_cure(handed: Handed, kind, listens, said) -> None:
    made = socket.socket(socket.AF_UNIX, kind)
    if listens:
        made.bind(f"\0marigraph-test-kind-{os.getpid()}")
        made.listen()
    handed.over(made.detach())
    assert said in handed.refused()


def test_a_socket_of_another_family_is_refused(handed: Handed) -> None:
    handed.over(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).detach())
    assert "neither TCP nor unix" in handed.refused()
