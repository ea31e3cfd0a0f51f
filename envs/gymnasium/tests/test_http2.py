"""The state of an HTTP/2 connection against the library h2 as a client, and against damaged bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator

import h2.config
import h2.connection
import h2.events
import pytest

from kingfisher_gymnasium.transport.http2 import Cancelled, ConnectionLostError, Ended, Event, Http2, Opened, Received, RoomMade

MESSAGE_BYTES = 1 << 20
REQUEST = [
    (":method", "POST"),
    (":scheme", "http"),
    (":path", "/a/b"),
    (":authority", "localhost"),
    ("content-type", "application/grpc"),
    ("te", "trailers"),
]
HEADERS = ((":status", "200"), ("content-type", "application/grpc"))


class Pair:
    """A client of h2 and a server's state, with the bytes between them."""

    def __init__(self) -> None:
        self.client = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self.client.initiate_connection()
        self.server = Http2(MESSAGE_BYTES)
        self.server.start()
        self.to_client()
        self.to_server()

    def to_server(self) -> list[Event]:
        """Moves what the client has said; returns what the server makes of it."""
        return list(self.server.receive(self.client.data_to_send()))

    def to_client(self) -> list[h2.events.Event]:
        """Moves what the server has said; returns what the client makes of it."""
        data = bytes(self.server.output)
        self.server.output.clear()
        return self.client.receive_data(data) if data else []

    def open(self, stream: int) -> None:
        """Opens a stream."""
        self.client.send_headers(stream, REQUEST)
        events = self.to_server()
        assert [type(event) for event in events] == [Opened]
        assert isinstance(events[0], Opened) and events[0].stream == stream and events[0].headers == dict(REQUEST)


@pytest.fixture
def pair() -> Pair:
    """A connection that has been set up."""
    return Pair()


def test_bytes_of_a_stream_arrive_and_its_end(pair: Pair) -> None:
    pair.open(1)
    pair.client.send_data(1, b"hello")
    pair.client.send_data(1, b"", end_stream=True)

    assert pair.to_server() == [Received(1, b"hello"), Ended(1)]


@pytest.mark.parametrize("padding", [0, 1, 255])
def test_padding_is_taken_off(pair: Pair, padding: int) -> None:
    pair.open(1)
    pair.client.send_data(1, b"hello", pad_length=padding)

    assert pair.to_server() == [Received(1, b"hello")]


def test_bytes_that_come_one_by_one_are_put_together(pair: Pair) -> None:
    pair.open(1)
    pair.client.send_data(1, b"hello", end_stream=True)
    data = pair.client.data_to_send()

    events = [event for byte in data for event in pair.server.receive(bytes([byte]))]

    assert events == [Received(1, b"hello"), Ended(1)]


def test_a_stream_that_is_given_up_is_told(pair: Pair) -> None:
    pair.open(1)
    pair.client.reset_stream(1)

    assert pair.to_server() == [Cancelled(1)]


def test_pings_are_answered(pair: Pair) -> None:
    pair.client.ping(b"12345678")
    pair.to_server()

    assert any(isinstance(event, h2.events.PingAckReceived) for event in pair.to_client())


def test_the_client_has_room_for_message_after_message(pair: Pair) -> None:
    pair.open(1)
    frame = bytes(16_384)
    for _ in range(5 * MESSAGE_BYTES // len(frame)):
        pair.client.send_data(1, frame)  # raises if there is no room
        assert pair.to_server() == [Received(1, frame)]
        pair.to_client()


def test_no_more_is_sent_than_the_client_has_room_for(pair: Pair) -> None:
    pair.open(1)
    pair.server.answer(1, HEADERS)
    data = memoryview(bytes(range(256)) * 1024)
    sent, received = 0, b""
    while sent < len(data):
        sent += pair.server.send(1, data[sent:])
        for event in pair.to_client():  # h2 raises if the windows are overrun
            if isinstance(event, h2.events.DataReceived):
                received += event.data
                pair.client.acknowledge_received_data(event.flow_controlled_length, 1)
        assert all(isinstance(event, RoomMade) for event in pair.to_server())
    assert received == data.tobytes()
    pair.server.answer(1, (("grpc-status", "0"),), last=True)
    assert any(isinstance(event, h2.events.TrailersReceived) for event in pair.to_client())


def test_a_window_that_shrinks_below_zero_stops_what_is_sent(pair: Pair) -> None:
    pair.open(1)
    pair.server.answer(1, HEADERS)
    assert pair.server.send(1, memoryview(bytes(60_000))) == 60_000
    pair.client.update_settings({4: 1_000})  # INITIAL_WINDOW_SIZE
    pair.to_server()

    assert pair.server.send(1, memoryview(bytes(10))) == 0


def test_what_is_sent_on_a_lost_stream_vanishes(pair: Pair) -> None:
    pair.open(1)
    pair.client.reset_stream(1)
    pair.to_server()
    pair.to_client()

    assert pair.server.send(1, memoryview(b"hello")) == 5
    assert pair.to_client() == []


@pytest.mark.parametrize(
    "frame",
    [
        b"\0\0\4\x08\0\0\0\0\0" + b"\0\0\0\0",  # WINDOW_UPDATE of nothing
        b"\0\0\3\x08\0\0\0\0\0" + b"\0\0\1",  # WINDOW_UPDATE of three bytes
        b"\0\0\4\x08\0\0\0\0\0" + b"\x7f\xff\xff\xff",  # more than a window can be
        b"\xff\xff\xff\0\0\0\0\0\1",  # a frame of 16 MiB
        b"\0\0\1\0\x08\0\0\0\1" + b"\5",  # more padding than there is
        b"\0\0\1\0\0\0\0\0\x09" + b"a",  # DATA on a stream that was never opened
        b"\0\0\1\0\0\0\0\0\0" + b"a",  # DATA on the connection itself
    ],
)
def test_what_breaks_the_protocol_ends_the_connection(pair: Pair, frame: bytes) -> None:
    pair.open(1)
    with pytest.raises(ConnectionLostError):
        list(pair.server.receive(frame))
    assert any(isinstance(event, h2.events.ConnectionTerminated) for event in pair.to_client())


def conversation(generator: random.Random) -> Iterator[bytes]:
    """What a client says on a connection, piece by piece."""
    client = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    client.initiate_connection()
    yield client.data_to_send()
    for stream in range(1, 2 * generator.randint(1, 4), 2):
        client.send_headers(stream, REQUEST)
        yield client.data_to_send()
        for _ in range(generator.randint(0, 3)):
            client.send_data(stream, generator.randbytes(generator.randint(0, 300)), pad_length=generator.choice([None, 0, 9]))
            yield client.data_to_send()
        if generator.random() < 0.3:
            client.increment_flow_control_window(generator.randint(1, 10_000), generator.choice([None, stream]))
        if generator.random() < 0.3:
            client.ping(b"abcdefgh")
        if generator.random() < 0.5:
            client.end_stream(stream)
        elif generator.random() < 0.5:
            client.reset_stream(stream)
        yield client.data_to_send()


def damaged(data: bytes, generator: random.Random) -> bytes:
    """The bytes with some changed, left out, repeated or put in between."""
    changed = bytearray(data)
    for _ in range(generator.randint(1, 4)):
        at = generator.randrange(len(changed) + 1)
        match generator.randrange(4):
            case 0 if at < len(changed):
                changed[at] ^= 1 << generator.randrange(8)
            case 1:
                del changed[at : at + generator.randint(1, 9)]
            case 2:
                changed[at:at] = generator.randbytes(generator.randint(1, 9))
            case _:
                changed[at:at] = changed[max(0, at - 20) : at]
    return bytes(changed)


def test_damaged_bytes_end_the_connection_or_nothing() -> None:
    seed = 20_261_125
    generator = random.Random(seed)
    lost = 0
    for number in range(3_000):
        server = Http2(MESSAGE_BYTES)
        server.start()
        try:
            for piece in conversation(generator):
                if piece and generator.random() < 0.3:
                    piece = damaged(piece, generator)
                for event in server.receive(piece):
                    if isinstance(event, Opened):
                        server.answer(event.stream, HEADERS)
                        server.send(event.stream, memoryview(b"some bytes"))
        except ConnectionLostError:
            lost += 1
        except Exception as failure:
            raise AssertionError(f"seed {seed}, conversation {number}") from failure
    assert 100 < lost < 3_000
