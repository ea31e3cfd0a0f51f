"""Calls as the server's own code sees them, and gRPC's framing of their messages."""

from __future__ import annotations

import queue
import struct
from collections.abc import Iterator
from typing import Final, Protocol

from kingfisher_gymnasium.transport.status import CallRefusedError, Status

_PREFIX: Final = struct.Struct(">BI")
# The protocol has one request under way; who sends more ahead is refused before they fill the memory.
_MOST_WAITING: Final = 8


class Handler(Protocol):
    """Answers the messages of one call, on one thread."""

    def answer(self, message: bytes) -> bytes:
        """The serialized response to a serialized request; raises `CallRefusedError` to end the call."""

    def close(self) -> None:
        """The call has ended, for whatever reason."""


class Service(Protocol):
    """What is called."""

    def open(self, path: str, metadata: dict[str, str]) -> tuple[Handler, bool]:
        """The handler of a new call, and whether it answers a stream of messages; raises `CallRefusedError`."""


class Call:
    """One call and what has come of it, put there by the thread that reads the connection."""

    def __init__(self, stream: int, handler: Handler, *, streaming: bool, message_bytes: int) -> None:
        self.stream: Final = stream
        self.handler: Final = handler
        self.streaming: Final = streaming
        # Messages to be answered in turn; nothing at their end; an error where the call has to end with it.
        self.inbox: Final[queue.SimpleQueue[bytes | CallRefusedError | None]] = queue.SimpleQueue()
        self.answered = False
        self.cancelled = False
        self._message_bytes = message_bytes
        self._received = bytearray()
        self._refused = False

    def receive(self, data: bytes) -> None:
        """Takes bytes of the call's messages."""
        if self._refused:
            return
        if not self._received and len(data) >= _PREFIX.size and self.inbox.empty():
            compressed, length = _PREFIX.unpack_from(data)
            if not compressed and len(data) == _PREFIX.size + length <= self._message_bytes:
                self.inbox.put(data[_PREFIX.size :])  # Most often a piece is a message.
                return
        self._received += data
        try:
            for message in self._messages():
                if self.inbox.qsize() >= _MOST_WAITING:
                    raise CallRefusedError(Status.RESOURCE_EXHAUSTED, "too many requests are under way: send one at a time")
                self.inbox.put(message)
        except CallRefusedError as error:
            self._refused = True
            self._received.clear()
            self.inbox.put(error)

    def finish(self) -> None:
        """No more messages come."""
        if self._received and not self._refused:
            self.inbox.put(CallRefusedError(Status.INTERNAL, "the call ends within a message"))
        self.inbox.put(None)

    def _messages(self) -> Iterator[bytes]:
        received = self._received
        while len(received) >= _PREFIX.size:
            compressed, length = _PREFIX.unpack_from(received)
            if compressed:
                raise CallRefusedError(Status.UNIMPLEMENTED, "compressed messages are not taken")
            if length > self._message_bytes:
                raise CallRefusedError(
                    Status.RESOURCE_EXHAUSTED, f"a message of {length} bytes: the server's limit is {self._message_bytes}"
                )
            end = _PREFIX.size + length
            if len(received) < end:
                return
            message = bytes(memoryview(received)[_PREFIX.size : end])
            del received[:end]
            yield message


def framed(message: bytes) -> bytes:
    """A message as it travels."""
    return _PREFIX.pack(0, len(message)) + message
