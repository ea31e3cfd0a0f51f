"""The order of a stream's requests, and resets and steps that are refused: nothing changes, and the stream goes on."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Calls, RunningServer

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import tensors

MODES = [pb.AUTORESET_MODE_NEXT_STEP, pb.AUTORESET_MODE_SAME_STEP, pb.AUTORESET_MODE_DISABLED]
INVALID, PRECONDITION = pb.CODE_INVALID_ARGUMENT, pb.CODE_FAILED_PRECONDITION


def step(*actions: int) -> pb.Step:
    """A step with actions of a Discrete space."""
    return pb.Step(actions=[tensors.encode(np.array(actions))])


def assert_refused(error: pb.Error, code: pb.Code, message: str) -> None:
    """The request was not carried out, and nothing has changed."""
    assert (error.message, error.code) == (message, code)
    assert error.unchanged
    assert not error.HasField("environment") and not error.exception and not error.trace


def test_requests_come_in_their_order_or_are_refused(calls: Calls) -> None:
    created = calls.create("CartPole-v1", count=2)
    attach = pb.Attach(group=created.group)
    stream = calls.stream()
    for request in ({"reset": pb.Reset()}, {"step": step(0, 1)}):
        assert_refused(stream.error(**request), PRECONDITION, "the first request of a stream must be Attach")
    unknown = "a request of a kind that this server does not know"
    assert_refused(stream.error(), pb.CODE_UNIMPLEMENTED, unknown)
    no_group = "there is no such group: it was closed, or waited too long"
    assert_refused(stream.error(attach=pb.Attach(group="guess")), pb.CODE_NOT_FOUND, no_group)
    for number in (9, 4, 0, 2**64 - 1):
        response = stream.send_message(pb.RunGroupRequest(sequence=number, attach=attach))
        assert_refused(response.error, PRECONDITION, f"request number {number}, but number 5 is the next")
    assert stream.send(attach=attach).HasField("attached")
    assert_refused(stream.error(attach=attach), PRECONDITION, "the stream has a group already")
    assert_refused(stream.error(step=step(0, 1)), PRECONDITION, "a step, but there has been no reset: reset all rows first")
    partial = pb.Reset(mask=b"\1\0")
    assert_refused(stream.error(reset=partial), PRECONDITION, "a reset of 1 of 2 rows, but there has been no reset: reset all rows")
    assert_refused(stream.error(), pb.CODE_UNIMPLEMENTED, unknown)
    batch = stream.send(reset=pb.Reset(mask=b"\1\1")).batch
    assert batch.reset_rows == b"\1\1"
    repeated = stream.send_message(pb.RunGroupRequest(sequence=10, step=step(0, 1)))
    assert_refused(repeated.error, PRECONDITION, "request number 10, but number 11 is the next")
    assert stream.send(step=step(0, 1)).batch.rewards == np.ones(2).tobytes()


def test_group_has_one_stream(calls: Calls) -> None:
    stream, created = calls.open("CartPole-v1")
    second = calls.stream()
    attach = pb.Attach(group=created.group)
    assert_refused(second.error(attach=attach), PRECONDITION, "the group has a stream already")
    second.close()
    assert list(second.call) == []
    assert stream.send(reset=pb.Reset()).HasField("batch")


@pytest.mark.parametrize("how", ["end", "cancel", "disconnect"])
def test_end_of_a_stream_closes_its_group(server: RunningServer, calls: Calls, how: str) -> None:
    channel = server.channel(**{"grpc.use_local_subchannel_pool": 1})
    stream, created = Calls(channel).open("CartPole-v1")
    if how == "end":
        stream.close()
        assert list(stream.call) == []
    elif how == "cancel":
        stream.call.cancel()
    else:
        channel.close()
    second = calls.stream()
    error = second.error(attach=pb.Attach(group=created.group))
    # The server hears of the end on its own time: until then the group has its stream.
    while how != "end" and error.code == PRECONDITION:
        error = second.error(attach=pb.Attach(group=created.group))
    assert error.code == pb.CODE_NOT_FOUND


def test_closed_group_answers_no_more(calls: Calls) -> None:
    waiting = calls.create("CartPole-v1").group
    calls.close(waiting)
    assert calls.stream().error(attach=pb.Attach(group=waiting)).code == pb.CODE_NOT_FOUND
    stream, created = calls.open("CartPole-v1")
    stream.send(reset=pb.Reset())
    calls.close(created.group)
    error = stream.error(step=step(0))
    assert (error.code, error.unchanged, error.message) == (pb.CODE_NOT_FOUND, False, "the group has been closed")


def test_closing_a_group_that_does_not_exist_is_no_error(calls: Calls) -> None:
    created = calls.create("CartPole-v1")
    for name in (created.group, created.group, "guess", ""):
        assert calls.close(name) == pb.CloseGroupResponse()


RESETS: dict[str, tuple[pb.Reset, str]] = {
    "short mask": (pb.Reset(mask=b"\1"), "a reset mask of 1 bytes: 3 are expected, each 0 or 1"),
    "long mask": (pb.Reset(mask=b"\1\0\0\0"), "a reset mask of 4 bytes: 3 are expected, each 0 or 1"),
    "odd mask": (pb.Reset(mask=b"\1\2\0"), "a reset mask of 3 bytes: 3 are expected, each 0 or 1"),
    "empty mask": (pb.Reset(mask=b"\0\0\0"), "a reset mask without any row"),
    "one seed": (pb.Reset(seeds=[1]), "1 seeds for 3 environments: none, or one each"),
    "four seeds": (pb.Reset(seeds=[1, 2, 3, 4]), "4 seeds for 3 environments: none, or one each"),
    "option": (pb.Reset(options={"low": pb.Value()}), "option 'low' has no value that is known here"),
}


@pytest.mark.parametrize("case", RESETS)
def test_reset_that_is_not_accepted_changes_nothing(calls: Calls, case: str) -> None:
    reset, message = RESETS[case]
    stream, untouched = (calls.open("CartPole-v1", count=3)[0] for _ in range(2))
    for each in (stream, untouched):
        each.send(reset=pb.Reset(seeds=[1, 2, 3]))
        each.send(step=step(0, 1, 0))
    assert_refused(stream.error(reset=reset), INVALID, message)
    ours, theirs = stream.send(step=step(1, 1, 0)).batch, untouched.send(step=step(1, 1, 0)).batch
    assert ours.observations == theirs.observations and ours.reset_rows == theirs.reset_rows == bytes(3)


def test_masked_reset_leaves_the_other_rows_as_they_are(calls: Calls) -> None:
    stream, _ = calls.open("CartPole-v1", count=3, time_limit=2, autoreset=pb.AUTORESET_MODE_DISABLED)
    stream.send(reset=pb.Reset(seeds=[1, 2, 3]))
    stream.send(step=step(0, 1, 0))
    last = stream.send(step=step(0, 1, 0)).batch
    assert last.truncated == b"\1\1\1" and not last.HasField("final")
    over = "a step, but the episodes of rows {} are over: reset these rows first"
    assert_refused(stream.error(step=step(0, 1, 0)), PRECONDITION, over.format("0, 1, 2"))
    second = stream.send(reset=pb.Reset(mask=b"\0\1\0")).batch
    assert (second.reset_rows, second.truncated, second.terminated) == (b"\0\1\0", b"\1\0\1", bytes(3))
    assert second.rewards == bytes(24)
    before, after = tensors.decode(last.observations[0]), tensors.decode(second.observations[0])
    assert np.array_equal(before[[0, 2]], after[[0, 2]]) and not np.array_equal(before[1], after[1])
    assert_refused(stream.error(step=step(0, 1, 0)), PRECONDITION, over.format("0, 2"))
    assert stream.send(reset=pb.Reset(mask=b"\1\0\1", seeds=[5, 6, 7])).batch.truncated == bytes(3)
    assert stream.send(step=step(0, 1, 0)).HasField("batch")


@pytest.mark.parametrize("mode", MODES)
def test_first_reset_without_seeds_takes_those_of_the_group(calls: Calls, mode: pb.AutoresetMode) -> None:
    seeded, _ = calls.open("CartPole-v1", count=2, autoreset=mode, seeds=[8, 2**64 - 1])
    told, _ = calls.open("CartPole-v1", count=2, autoreset=mode)
    resets = pb.Reset(), pb.Reset(seeds=[8, 2**64 - 1])
    first = [stream.send(reset=reset).batch.observations for stream, reset in zip((seeded, told), resets, strict=True)]
    second = [stream.send(reset=pb.Reset()).batch.observations for stream in (seeded, told)]
    assert first[0] == first[1] and second[0] == second[1] and first[0] != second[0]
