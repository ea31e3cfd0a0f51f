"""The Python client against servers that do not keep to the protocol: each lie is told, and nothing of it is used."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import leaves, spaces, tensors
from kingfisher_gymnasium.client import ConnectionSettings, EnvironmentFailedError, RemoteVectorEnv, RequestRefusedError, ServerError
from kingfisher_gymnasium.protocol import PROTOCOL, SERVICE

ROWS = 2
OBSERVATIONS, ACTIONS = Box(-1, 1, (3,), np.float32), Discrete(2)


def honest_group() -> pb.CreateGroupResponse:
    """What a server says of a group."""
    specification = pb.EnvironmentSpecification(
        id="Fake-v0",
        observation_space=spaces.encode(OBSERVATIONS, "it"),
        action_space=spaces.encode(ACTIONS, "it"),
    )
    return pb.CreateGroupResponse(
        group="g",
        specification=specification,
        observation_leaves=[leaf.encode() for leaf in leaves.leaves_of(OBSERVATIONS)],
        action_leaves=[leaf.encode() for leaf in leaves.leaves_of(ACTIONS)],
    )


def honest_batch() -> pb.StepBatch:
    """What a server answers to a reset or a step."""
    observations = [tensors.encode(np.zeros((ROWS, 3), np.float32))]
    return pb.StepBatch(observations=observations, rewards=bytes(16), terminated=bytes(2), truncated=bytes(2), reset_rows=bytes(2))


@dataclass
class Server:
    """A server that says what it is told to."""

    info: pb.GetServerInfoResponse = field(default_factory=lambda: pb.GetServerInfoResponse(protocol=PROTOCOL))
    group: pb.CreateGroupResponse = field(default_factory=honest_group)
    attached: pb.RunGroupResponse = field(default_factory=lambda: pb.RunGroupResponse(sequence=1, attached=pb.Attached()))
    answer: Callable[[int], bytes] = lambda sequence: pb.RunGroupResponse(sequence=sequence, batch=honest_batch()).SerializeToString()

    def run_group(self, requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        for sequence, _ in zip(itertools.count(1), requests, strict=False):
            answer = self.attached.SerializeToString() if sequence == 1 else self.answer(sequence)
            if not answer:
                return
            yield answer

    def handler(self) -> grpc.GenericRpcHandler:
        calls = {
            "GetServerInfo": grpc.unary_unary_rpc_method_handler(lambda _, __: self.info.SerializeToString()),
            "CreateGroup": grpc.unary_unary_rpc_method_handler(lambda _, __: self.group.SerializeToString()),
            "RunGroup": grpc.stream_stream_rpc_method_handler(self.run_group),
        }
        return grpc.method_handlers_generic_handler(SERVICE, calls)


@pytest.fixture
def against(folder: Path) -> Iterator[Callable[[Server], RemoteVectorEnv]]:
    """Makes the client's environments on such a server."""
    (folder / "token").write_text("t")
    started: list[grpc.Server] = []

    def make(server: Server) -> RemoteVectorEnv:
        address = f"unix:{folder}/{len(started)}"
        running = grpc.server(ThreadPoolExecutor(4), handlers=[server.handler()])
        running.add_insecure_port(address)
        running.start()
        started.append(running)
        settings = ConnectionSettings(token_file=str(folder / "token"), environment_seconds=20)
        return RemoteVectorEnv(address, "Fake-v0", ROWS, connection=settings)

    yield make
    for running in started:
        running.stop(None).wait()


Against = Callable[[Server], RemoteVectorEnv]


def test_honest_server_is_believed(against: Against) -> None:
    environments = against(Server())
    environments.reset(seed=1)
    assert environments.step(np.array([0, 1]))[1].tolist() == [0.0, 0.0]
    environments.close()


def test_server_of_another_major_is_refused(against: Against) -> None:
    info = pb.GetServerInfoResponse(protocol=pb.ProtocolVersion(major=3, minor=1))
    with pytest.raises(ServerError, match="speaks protocol 3.1, and this client 1.0: use versions of one major"):
        against(Server(info=info))


def test_server_of_another_minor_is_taken(against: Against) -> None:
    against(Server(info=pb.GetServerInfoResponse(protocol=pb.ProtocolVersion(major=1, minor=9)))).close()


def test_group_whose_leaves_are_not_those_of_its_space_is_refused(against: Against) -> None:
    group = honest_group()
    group.observation_leaves[0].shape[0] = 4
    with pytest.raises(ServerError, match="the server's leaves are not those of its space"):
        against(Server(group=group))


def test_group_of_an_unknown_space_is_refused(against: Against) -> None:
    group = honest_group()
    group.specification.action_space.Clear()
    with pytest.raises(ServerError, match="the server sent what is no space: a space of a kind that this version does not know"):
        against(Server(group=group))


def test_refused_attach_is_told(against: Against) -> None:
    error = pb.Error(code=pb.CODE_NOT_FOUND, message="there is no such group", unchanged=True)
    with pytest.raises(RequestRefusedError, match=r"there is no such group \(CODE_NOT_FOUND\)"):
        against(Server(attached=pb.RunGroupResponse(sequence=1, error=error)))


def batch(**fields: Any) -> Callable[[int], bytes]:
    """An answer that is honest but for some fields."""

    def answer(sequence: int) -> bytes:
        message = honest_batch()
        for name in fields:
            message.ClearField(name)
        message.MergeFrom(pb.StepBatch(**fields))
        return pb.RunGroupResponse(sequence=sequence, batch=message).SerializeToString()

    return answer


def observations(array: np.ndarray[Any, Any]) -> list[pb.Tensor]:
    return [tensors.encode(array)]


LIES: dict[str, tuple[Callable[[int], bytes], str]] = {
    "another number": (
        lambda n: pb.RunGroupResponse(sequence=n + 1, batch=honest_batch()).SerializeToString(),
        "the server answered request 3, not 2",
    ),
    "another answer": (
        lambda n: pb.RunGroupResponse(sequence=n, attached=pb.Attached()).SerializeToString(),
        "the server answered with attached, not with batch",
    ),
    "no message": (lambda n: b"\xff\xff", "the server sent what is no RunGroupResponse"),
    "the end": (lambda n: b"", "ended the stream while resetting"),
    "no observations": (batch(observations=[]), "the server sent observations of other types or shapes"),
    "more rows": (batch(observations=observations(np.zeros((3, 3), np.float32))), "other types or shapes"),
    "another type": (batch(observations=observations(np.zeros((2, 3)))), "other types or shapes"),
    "no tensor": (batch(observations=[pb.Tensor(type=pb.DATA_TYPE_FLOAT32, shape=[2, 3])]), "the server sent what is no observation"),
    "infos of other rows": (
        batch(infos=pb.Infos(columns=[pb.InfoColumn(path=["a"], present=b"\1")])),
        "the server sent infos that fit no rows",
    ),
    "infos in each other's place": (
        batch(
            infos=pb.Infos(
                columns=[
                    pb.InfoColumn(path=["_a"], present=b"\1\1", texts=pb.Texts(values=["x", "y"])),
                    pb.InfoColumn(path=["a", "b"], present=b"\1\1"),
                ]
            )
        ),
        "the server sent infos that fit no rows",
    ),
    "a final row beyond": (
        batch(final=pb.FinalRows(rows=[7], observations=observations(np.zeros((1, 3), np.float32)))),
        "the server sent infos that fit no rows",
    ),
    "final rows without observations": (batch(final=pb.FinalRows(rows=[0])), "other types or shapes"),
    "a failure": (
        lambda n: pb.RunGroupResponse(sequence=n, error=pb.Error(code=pb.CODE_INTERNAL, message="broken")).SerializeToString(),
        "broken",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_lie_is_told(against: Against, lie: str) -> None:
    answer, message = LIES[lie]
    environments = against(Server(answer=answer))
    with pytest.raises(ServerError, match=message) as told:
        environments.reset(seed=1)
    assert not isinstance(told.value, EnvironmentFailedError) or (told.value.row, told.value.exception) == (None, "")
    environments.close()


@pytest.mark.parametrize("fields", [{"rewards": bytes(8)}, {"terminated": b"\2\0"}, {"truncated": b""}])
def test_step_whose_outcome_fits_no_rows_is_told(against: Against, fields: dict[str, bytes]) -> None:
    environments = against(Server(answer=batch(**fields)))
    environments.reset(seed=1)
    with pytest.raises(ServerError, match="the server sent a tensor of"):
        environments.step(np.array([0, 1]))
    environments.close()
