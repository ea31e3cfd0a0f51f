"""One stream of `RunGroup`: attaches to a group and answers each request with one response."""

from __future__ import annotations

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium.failures import Cause, RequestFailedError, described, out_of_place
from kingfisher_gymnasium.group import Group
from kingfisher_gymnasium.groups import Groups


class Session:
    """The server's side of one stream, used by one thread."""

    def __init__(self, groups: Groups, message_bytes: int) -> None:
        self._groups = groups
        self._message_bytes = message_bytes
        self._name: str | None = None
        self._group: Group | None = None
        self._next = 1

    def answer(self, data: bytes) -> bytes:
        """The serialized response to a serialized request; raises `DecodeError` for bytes that are no request."""
        request = pb.RunGroupRequest.FromString(data)
        try:
            response = self._answer(request)
            if len(response) > self._message_bytes:
                self._attached().require_reset("an answer was too large")
                raise RequestFailedError(
                    pb.CODE_ENVIRONMENT_FAILED,
                    f"the answer has {len(response)} bytes with its infos, and the server's limit is {self._message_bytes}"
                    " (--max-message-bytes)",
                    unchanged=False,
                )
            return response
        except RequestFailedError as error:
            return _serialized(request.sequence, error)
        except Exception as error:  # A fault of this server: what the group's state is cannot be known.
            self.close()
            failure = RequestFailedError(
                pb.CODE_INTERNAL, f"the server failed: {described(error)}", unchanged=False, cause=Cause.of(error)
            )
            return _serialized(request.sequence, failure)

    def close(self) -> None:
        """Closes the group if there is one."""
        if self._name is not None:
            self._groups.remove(self._name)

    def _answer(self, request: pb.RunGroupRequest) -> bytes:
        sequence = request.sequence
        if sequence != self._next:
            raise out_of_place(f"request number {sequence}, but number {self._next} is the next")
        self._next += 1
        kind = request.WhichOneof("request")
        if kind == "step":
            return self._attached().step(sequence, request.step)
        if kind == "reset":
            return self._attached().reset(sequence, request.reset)
        if kind == "attach":
            return self._attach(sequence, request.attach.group)
        raise RequestFailedError(pb.CODE_UNIMPLEMENTED, "a request of a kind that this server does not know")

    def _attached(self) -> Group:
        if self._group is None:
            raise out_of_place("the first request of a stream must be Attach")
        return self._group

    def _attach(self, sequence: int, name: str) -> bytes:
        if self._group is not None:
            raise out_of_place("the stream has a group already")
        group = self._groups.attach(name)
        if group is None:
            raise RequestFailedError(pb.CODE_NOT_FOUND, "there is no such group: it was closed, or waited too long")
        self._name, self._group = name, group
        return pb.RunGroupResponse(sequence=sequence, attached=pb.Attached()).SerializeToString()


def _serialized(sequence: int, error: RequestFailedError) -> bytes:
    return pb.RunGroupResponse(sequence=sequence, error=error.encode()).SerializeToString()
