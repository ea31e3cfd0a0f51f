"""Limits of a server, and what it carries below them: large messages, and many streams at one time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import pytest
from conftest import Calls, RunningServer, refused

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import tensors

SECONDS = 60


def step(*actions: int) -> pb.Step:
    """A step with actions of a Discrete space."""
    return pb.Step(actions=[tensors.encode(np.array(actions))])


def test_limits_on_groups_and_streams_hold(serve: Callable[..., RunningServer]) -> None:
    server = serve("--max-groups", "2", "--max-environments", "3", "--max-message-bytes", "2000")
    calls = Calls(server.channel())
    limits = calls.info().limits
    assert (limits.groups, limits.environments_per_group, limits.message_bytes) == (2, 3, 2000)
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "4 environments in a group, and the server's limit is 3 (--max-environments)"):
        calls.create("CartPole-v1", count=4)
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "Humanoid-v5: messages of 1 environments can have … (--max-message-bytes): …"):
        calls.create("Humanoid-v5")
    first, second = calls.open("CartPole-v1", count=3), calls.open("CartPole-v1")
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "there are 2 groups already, and the server's limit is 2 (--max-groups)"):
        calls.create("CartPole-v1")
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "the server has its limit of 2 streams (--max-groups) already"):
        calls.stream().send(attach=pb.Attach(group="none"))
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "…2000…"):
        calls.create("x" * 2000)
    first[0].close()
    assert list(first[0].call) == []
    assert second[0].send(reset=pb.Reset()).HasField("batch")
    third, _ = calls.open("CartPole-v1")
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "…2000…"):
        third.send(reset=pb.Reset(options={"x": pb.Value(text="x" * 2000)}))
    assert calls.open("CartPole-v1")[0].send(reset=pb.Reset()).HasField("batch")


def test_answer_that_its_infos_make_too_large_is_a_failure(serve: Callable[..., RunningServer]) -> None:
    server = serve("--max-message-bytes", "1500", "--import", "worlds")
    calls = Calls(server.channel())
    stream, _ = calls.open("worlds/Infos-v0", count=16, infos=pb.INFO_SELECTION_ALL)
    stream.send(reset=pb.Reset())
    error = stream.error(step=step(*[0] * 16))
    assert (error.code, error.unchanged) == (pb.CODE_ENVIRONMENT_FAILED, False)
    assert "bytes with its infos, and the server's limit is 1500 (--max-message-bytes)" in error.message
    error = stream.error(step=step(*[0] * 16))
    assert error.code == pb.CODE_FAILED_PRECONDITION and error.unchanged
    assert error.message == "a step, but an answer was too large: reset all rows first"
    assert stream.send(reset=pb.Reset()).batch.reset_rows == b"\1" * 16


def test_calls_beside_the_streams_are_limited(server: RunningServer) -> None:
    calls = Calls(server.channel())
    slow = {"fault": pb.Value(text="sleep-in-constructor")}
    with ThreadPoolExecutor(20) as threads:
        made = [threads.submit(calls.create, "Faulty-v0", arguments=slow) for _ in range(20)]
        refusals = [call.exception() for call in made if call.exception(SECONDS) is not None]
    assert refusals
    for refusal in refusals:
        with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "the server has its limit of 16 calls beside the streams already"):
            raise refusal
    for call in made:
        if call.exception() is None:
            calls.close(call.result().group)
    assert calls.info().health == pb.HEALTH_SERVING


@pytest.mark.parametrize("streams", [1, 3])
def test_large_observations_travel(calls: Calls, streams: int) -> None:
    elements = 700_001
    opened = [calls.open("Faulty-v0", count=2, arguments={"elements": pb.Value(integer=elements)})[0] for _ in range(streams)]
    for stream in opened:
        stream.post(reset=pb.Reset())
    for number in range(1, 6):
        for stream in opened:
            response = stream.receive()
            assert response.sequence == number + 1
            assert response.batch.observations[0].data == bytes([number - 1]) * 2 * elements
            stream.post(step=step(0, 0))


def test_streams_of_one_connection_do_not_mix(calls: Calls) -> None:
    def run(stream_number: int) -> None:
        stream, _ = calls.open("CartPole-v1", count=2, seeds=[stream_number, 7])
        other, _ = calls.open("CartPole-v1", count=2)
        first = stream.send(reset=pb.Reset()).batch
        second = other.send(reset=pb.Reset(seeds=[stream_number, 7])).batch
        for number in range(40):
            assert first.observations == second.observations and first.reset_rows == second.reset_rows
            actions = step(number % 2, stream_number % 2)
            first, second = stream.send(step=actions).batch, other.send(step=actions).batch
        stream.close(), other.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(run, range(8)))
