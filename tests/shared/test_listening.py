"""Which sockets take connections before they are served."""

import socket

import pytest

from shared.errors import PermanentError
from shared.serving import listen


def connect(port):
    with socket.create_connection(("127.0.0.1", port), timeout=2):
        return True


@pytest.fixture
def open_sockets():
    sockets: list[socket.socket] = []
    yield sockets
    for one in sockets:
        one.close()


def test_connections_wait_for_the_only_process_of_a_port(open_sockets):
    open_sockets.append(listen("127.0.0.1", 0, settings="X"))
    assert connect(open_sockets[0].getsockname()[1])


def test_a_process_that_shares_its_port_takes_nothing_before_it_serves(open_sockets):
    serving = listen("127.0.0.1", 0, settings="X", reuse_port=True)
    open_sockets.append(serving)
    serving.listen()
    port = serving.getsockname()[1]
    open_sockets.append(listen("127.0.0.1", port, settings="X", reuse_port=True))
    for _ in range(20):
        connect(port)
        serving.settimeout(2)
        serving.accept()[0].close()  # all twenty are the serving one's
    serving.close()
    with pytest.raises(ConnectionRefusedError):
        connect(port)


def test_a_port_of_another_is_named_also_where_it_would_be_shared(open_sockets):
    open_sockets.append(listen("127.0.0.1", 0, settings="X"))
    port = open_sockets[0].getsockname()[1]
    with pytest.raises(PermanentError, match=f"port {port} on 127.0.0.1 is taken"):
        listen("127.0.0.1", port, settings="X", reuse_port=True)
