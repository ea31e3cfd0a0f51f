"""What a connection's channel receives, whether it still asks when bytes come or has fallen asleep."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from kingfisher_gymnasium.transport.sockets import Channel

LATER = [0.0, 2e-5, 0.05]


def over_tcp() -> tuple[socket.socket, socket.socket]:
    """Two ends of a connection on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        return client, listener.accept()[0]


@pytest.fixture(params=[socket.socketpair, over_tcp], ids=["unix", "tcp"])
def ends(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, Channel]]:
    """A client's socket and the server's channel."""
    make: Callable[[], tuple[socket.socket, socket.socket]] = request.param
    client, server = make()
    channel = Channel(server)
    yield client, channel
    client.close()
    channel.release()


def later(seconds: float, action: Callable[[], object]) -> threading.Thread:
    """Does something in a while, on another thread."""

    def run() -> None:
        time.sleep(seconds)
        action()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize("seconds", LATER)
def test_bytes_are_received_whenever_they_come(ends: tuple[socket.socket, Channel], seconds: float) -> None:
    client, channel = ends
    for message in (b"first", b"second"):
        sending = later(seconds, lambda message=message: client.sendall(message))
        assert channel.receive() == message
        sending.join()


@pytest.mark.parametrize("seconds", LATER)
def test_the_end_is_no_bytes(ends: tuple[socket.socket, Channel], seconds: float) -> None:
    client, channel = ends
    ending = later(seconds, lambda: client.shutdown(socket.SHUT_WR))
    assert channel.receive() == b""
    ending.join()


@pytest.mark.parametrize("seconds", LATER)
def test_closing_ends_the_wait(ends: tuple[socket.socket, Channel], seconds: float) -> None:
    _, channel = ends
    closing = later(seconds, channel.close)
    assert channel.receive() == b""
    closing.join()
