"""What is answered with an `Error` inside a stream: refusals, and failures of environments."""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium.transport.status import one_line

_LONGEST_TRACE = 16_000


def described(exception: BaseException) -> str:
    """An exception in one line: its kind and what it says."""
    try:
        text = one_line(str(exception))
    except BaseException:  # It is an environment's own, and can fail here too.
        text = ""
    return f"{type(exception).__name__}: {text}" if text else type(exception).__name__


def report(text: str) -> None:
    """Prints for whoever runs the server, on standard error; nothing is wrong if nobody reads it any more."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        pass


@dataclass(frozen=True, slots=True)
class Cause:
    """The exception with which an environment failed."""

    exception: str
    trace: str

    @staticmethod
    def of(failure: BaseException) -> Cause:
        """The cause as it is told to the client; the trace's end is what is kept of a long one."""
        trace = "".join(traceback.format_exception(failure)).encode("utf-8", "replace").decode()
        return Cause(type(failure).__name__, trace[-_LONGEST_TRACE:])


class RequestFailedError(Exception):
    """A request of a stream is answered with an `Error`."""

    def __init__(
        self,
        code: pb.Code,
        message: str,
        *,
        unchanged: bool = True,
        row: int | None = None,
        cause: Cause | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = one_line(message)
        self.unchanged = unchanged
        self.row = row
        self.cause = cause

    def encode(self) -> pb.Error:
        """The message that tells it."""
        error = pb.Error(code=self.code, message=self.message, unchanged=self.unchanged)
        if self.row is not None:
            error.environment = self.row
        if self.cause is not None:
            error.exception = self.cause.exception
            error.trace = self.cause.trace
        return error


def invalid(message: str) -> RequestFailedError:
    """A request that is not accepted; the group is as it was."""
    return RequestFailedError(pb.CODE_INVALID_ARGUMENT, message)


def out_of_place(message: str) -> RequestFailedError:
    """A request that does not fit the state; the group is as it was."""
    return RequestFailedError(pb.CODE_FAILED_PRECONDITION, message)
