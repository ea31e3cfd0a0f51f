"""How calls end: gRPC's statuses."""

from __future__ import annotations

import enum
from typing import Final

_PLAIN: Final = frozenset(range(0x20, 0x7F)) - {ord("%")}
_LONGEST_MESSAGE: Final = 2_000


class Status(enum.IntEnum):
    """gRPC's codes, as far as this server answers with them."""

    OK = 0
    INVALID_ARGUMENT = 3
    NOT_FOUND = 5
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16


def one_line(text: str) -> str:
    """The text in one line of bounded length, which UTF-8 can carry: file names may have lone surrogates."""
    line = " ".join(text.split()).encode("utf-8", "replace").decode()
    return line if len(line) <= _LONGEST_MESSAGE else line[: _LONGEST_MESSAGE - 1] + "…"


class CallRefusedError(Exception):
    """A call ends with a status other than OK."""

    def __init__(self, status: Status, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = one_line(message)

    @property
    def encoded_message(self) -> str:
        """The message as it travels in headers: percent-encoded UTF-8."""
        return "".join(chr(b) if b in _PLAIN else f"%{b:02X}" for b in self.message.encode("utf-8", "replace"))
