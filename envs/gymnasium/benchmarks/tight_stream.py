"""One gRPC stream over a socket with next to no cost at the client: what a server's own part of a round trip takes.

A client written in C would look like this to the server: frames are written and read on the calling thread, nothing is
parsed but what HTTP/2 asks for.
"""

from __future__ import annotations

import socket
import struct

_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
_END_HEADERS, _ACK = 4, 1
_STREAM = 1
_FRAME_BYTES = 16_384


class TightStream:
    """A stream of serialized requests and responses, one under way at a time."""

    def __init__(self, unix_path: str, method: str, token: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(unix_path)
        self._received = bytearray()
        self._window = {0: 65_535, _STREAM: 65_535}
        headers = {
            ":method": "POST",
            ":scheme": "http",
            ":path": method,
            ":authority": "localhost",
            "te": "trailers",
            "content-type": "application/grpc",
            "authorization": f"Bearer {token}",
        }
        # Literals that are not indexed, with lengths below 127.
        block = b"".join(
            b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
            for name, value in headers.items()
        )
        self._socket.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            + _frame(_SETTINGS, 0, 0, struct.pack(">HI", 4, 2**31 - 1))
            + _frame(_WINDOW_UPDATE, 0, 0, struct.pack(">I", 2**31 - 1 - 65_535))
            + _frame(_HEADERS, _END_HEADERS, _STREAM, block)
        )

    def exchange(self, request: bytes) -> bytes:
        """Sends a request and waits for its response."""
        data = b"\0" + struct.pack(">I", len(request)) + request
        for start in range(0, len(data), _FRAME_BYTES):
            piece = data[start : start + _FRAME_BYTES]
            while min(self._window.values()) < len(piece):
                self._take_frame()
            for key in self._window:
                self._window[key] -= len(piece)
            self._socket.sendall(_frame(_DATA, 0, _STREAM, piece))
        message = bytearray()
        while len(message) < 5 or len(message) < 5 + struct.unpack_from(">I", message, 1)[0]:
            message += self._take_frame()
        return bytes(message[5:])

    def close(self) -> None:
        """Closes the connection, and with it the stream."""
        self._socket.close()

    def _take_frame(self) -> bytes:
        head = self._take(9)
        length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
        stream = int.from_bytes(head[5:], "big")
        payload = self._take(length)
        if kind == _DATA:
            return payload
        if kind == _SETTINGS and not flags & _ACK:
            for key, value in struct.iter_unpack(">HI", payload):
                if key == 4:
                    self._window[_STREAM] += value - 65_535
            self._socket.sendall(_frame(_SETTINGS, _ACK, 0, b""))
        elif kind == _PING and not flags & _ACK:
            self._socket.sendall(_frame(_PING, _ACK, 0, payload))
        elif kind == _WINDOW_UPDATE:
            self._window[stream] += struct.unpack(">I", payload)[0]
        elif kind in (_RESET, _GOAWAY):
            raise ConnectionError(f"the server ended the stream: {payload!r}")
        return b""

    def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            more = self._socket.recv(1 << 20)
            if not more:
                raise ConnectionError("the server closed the connection")
            self._received += more
        taken = bytes(self._received[:count])
        del self._received[:count]
        return taken


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload
