"""Sends mutated messages to a server: `python tests/fuzz.py MESSAGES SEED`, which prints how many outcomes of each kind came.

Some bytes of a valid message are changed, or some of its fields. The server has to answer each within 20 seconds, with a
response or a status that is no fault of its own, and to serve a fresh group at the end.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import worlds
from conftest import TOKEN, Calls, RunningServer, start_server
from google.protobuf.message import Message
from mutator import Mutator

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import leaves, tensors
from kingfisher_gymnasium.protocol import SERVICE

SECONDS = 20
MESSAGES_OF_A_STREAM = 40
METADATA = [("authorization", f"Bearer {TOKEN}")]
ACCEPTED = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.ABORTED,
}
STAGES = ("attach", "reset", "step")
FAULTS = ("", "raise", "system-exit", "nan", "shape", "text", "nothing", "flag", "reward", "four-values", "info", "reuse", "surrogate")
SPACES = ("nested", "dict", "tuple", "multi-discrete-int8", "box-empty", "box-bool", "discrete-negative")


class Fuzz:
    """A run against one server."""

    def __init__(self, seed: int, server: RunningServer) -> None:
        self._draw = random.Random(seed)
        self._mutator = Mutator(self._draw)
        self._channel = server.channel()
        self._calls = Calls(self._channel)
        self.outcomes: Counter[str] = Counter()

    def run(self, messages: int) -> None:
        """Sends so many messages; raises `AssertionError` if the server fails or does not answer."""
        sent = 0
        while sent < messages:
            sent += self._call() if self._draw.random() < 0.6 else self._stream(messages - sent)
        stream, _ = self._calls.open("CartPole-v1", count=2)
        stream.send(reset=pb.Reset())
        assert stream.send(step=pb.Step(actions=[tensors.encode(np.array([0, 1]))])).HasField("batch")

    def _call(self) -> int:
        match self._draw.randrange(4):
            case 0:
                version = pb.ProtocolVersion(major=1)
                self._unary("GetServerInfo", pb.GetServerInfoRequest(protocol=version, client="fuzz"), pb.GetServerInfoResponse)
            case 1:
                self._unary("CloseGroup", pb.CloseGroupRequest(group="group"), pb.CloseGroupResponse)
            case _:
                created = self._unary("CreateGroup", self._group(), pb.CreateGroupResponse)
                if created is not None:
                    self._calls.close(created.group)
        return 1

    def _group(self) -> pb.CreateGroupRequest:
        """A valid request."""
        count = self._draw.randint(1, 3)
        environment, arguments = self._draw.choice(
            [
                ("CartPole-v1", {}),
                ("Pendulum-v1", {"g": pb.Value(number=9.0)}),
                ("worlds/Spaces-v0", {name: pb.Value(text=self._draw.choice(SPACES)) for name in ("observation", "action")}),
                ("worlds/Infos-v0", {"odd": pb.Value(flag=True)}),
                ("Faulty-v0", {"fault": pb.Value(text=self._draw.choice(FAULTS)), "at": pb.Value(integer=self._draw.randint(0, 3))}),
            ]
        )
        request = pb.CreateGroupRequest(
            protocol=pb.ProtocolVersion(major=1),
            environment=environment,
            arguments=arguments,
            count=count,
            autoreset=self._draw.randint(1, 3),
            infos=self._draw.randint(0, 1),
            seeds=self._draw.choice([[], [13] * count]),
        )
        if self._draw.random() < 0.3:
            request.time_limit = self._draw.randint(0, 3)
        return request

    def _unary(self, name: str, request: Message, kind: Any) -> Any:
        """Sends a mutated request; the response, or nothing if there was a status."""
        call = self._channel.unary_unary(f"/{SERVICE}/{name}")
        data = self._mutator.mutate(request)
        try:
            response = kind.FromString(call(data, metadata=METADATA, timeout=SECONDS))
        except grpc.RpcError as error:
            self._refused(name, data, error)
            return None
        self.outcomes[f"{name} answered"] += 1
        return response

    def _stream(self, most: int) -> int:
        """Sends the messages of one stream with a group of its own; returns how many."""
        group = self._group()
        created = self._calls._unary("CreateGroup", group, pb.CreateGroupResponse)
        stream = self._calls.stream(SECONDS)
        sequence, sent, stage, data = 1, 0, "attach", b""
        try:
            while sent < min(most, MESSAGES_OF_A_STREAM):
                wanted = stage if self._draw.random() < 0.9 else self._draw.choice(STAGES)
                valid = self._valid(group, created, sequence, wanted)
                # Most streams shall get as far as to steps.
                mutated = self._draw.random() < (0.6 if stage == "step" else 0.25)
                data = self._mutator.mutate(valid) if mutated else valid.SerializeToString()
                sent += 1
                response = stream.send_bytes(data)
                stage = self._count(response, data, stage)
                # A number out of sequence is not taken, all others are.
                sequence += 0 if "is the next" in response.error.message else 1
            if self._draw.random() < 0.5:
                stream.close()
                assert list(stream.call) == []
            else:
                stream.call.cancel()
        except grpc.RpcError as error:
            self._refused("RunGroup", data, error)
        stream.close()
        self._calls.close(created.group)
        return sent

    def _valid(self, group: pb.CreateGroupRequest, created: pb.CreateGroupResponse, sequence: int, wanted: str) -> pb.RunGroupRequest:
        if wanted == "attach":
            return pb.RunGroupRequest(sequence=sequence, attach=pb.Attach(group=created.group))
        if wanted == "reset":
            seeds, mask = self._draw.choice([[], range(group.count)]), self._draw.choice([b"", b"\1" * group.count])
            return pb.RunGroupRequest(sequence=sequence, reset=pb.Reset(seeds=seeds, mask=mask, options={"a": pb.Value(integer=1)}))
        return pb.RunGroupRequest(sequence=sequence, step=pb.Step(actions=map(tensors.encode, self._actions(group, created))))

    def _actions(self, group: pb.CreateGroupRequest, created: pb.CreateGroupResponse) -> list[np.ndarray[Any, Any]]:
        if group.environment == "worlds/Spaces-v0":
            space = worlds.SPACES[group.arguments["action"].text]
            parts = [np.asarray(part) for _, part in leaves.take_apart(space, space.sample(), "it")]
            return [np.stack([part] * group.count) for part in parts]
        leaf = created.action_leaves[0]
        return [np.zeros((group.count, *leaf.shape), tensors.DTYPES[leaf.type])]

    def _count(self, response: pb.RunGroupResponse, data: bytes, stage: str) -> str:
        """Counts a response; returns what the stream needs next."""
        kind = response.WhichOneof("response")
        if kind == "error":
            kind = pb.Code.Name(response.error.code)
            fine = kind not in ("CODE_INTERNAL", "CODE_UNSPECIFIED") and "\n" not in response.error.message
            assert fine, f"{response.error} answered {data!r}"
        self.outcomes[f"RunGroup {kind}"] += 1
        match kind:
            case "attached" | "CODE_ENVIRONMENT_FAILED":
                return "reset"
            case "batch":
                return "step"
            case "CODE_FAILED_PRECONDITION" if "reset" in response.error.message:
                return "reset"
            case _:
                return stage

    def _refused(self, name: str, data: bytes, error: grpc.RpcError) -> None:
        code, details = error.code(), error.details()
        assert code in ACCEPTED and "\n" not in details, f"{code.name} {details!r} answered {name} {data!r}"
        self.outcomes[f"{name} {code.name}"] += 1


def run(messages: int, seed: int) -> Counter[str]:
    """Sends messages to a server of its own; how often each outcome was."""
    with tempfile.TemporaryDirectory(prefix="kf-") as name:
        server = start_server(Path(name), "--import", "faulty", "--import", "worlds")
        try:
            for number, space in enumerate(worlds.SPACES.values()):
                space.seed(seed + number)
            fuzz = Fuzz(seed, server)
            fuzz.run(messages)
            assert server.process.poll() is None
            return fuzz.outcomes
        finally:
            server.stop()


def main() -> None:
    """The command."""
    messages, seed = map(int, sys.argv[1:])
    for outcome, count in sorted(run(messages, seed).items()):
        print(f"{count:8} {outcome}")


if __name__ == "__main__":
    main()
