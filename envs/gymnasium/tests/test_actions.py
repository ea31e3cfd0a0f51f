"""Actions that are not accepted: told by the leaf, the row and what is expected, before any environment is touched."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
import pytest
import worlds
from conftest import Calls, Stream

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import leaves, tensors

ROWS = 3


def open_group(calls: Calls, action: str, **fields: Any) -> Stream:
    """A group with that action space, ready to be stepped."""
    arguments = {"observation": pb.Value(text="discrete-one"), "action": pb.Value(text=action)}
    stream, _ = calls.open("worlds/Spaces-v0", count=ROWS, arguments=arguments, **fields)
    stream.send(reset=pb.Reset(seeds=range(ROWS)))
    return stream


def samples(space: gymnasium.Space[Any]) -> list[npt.NDArray[Any]]:
    """The arrays of a step with a sample of the space for each row."""
    space.seed(1)
    rows = [[np.asarray(part) for _, part in leaves.take_apart(space, space.sample(), "it")] for _ in range(ROWS)]
    return [np.stack(parts) for parts in zip(*rows, strict=True)]


def encoded(*arrays: npt.NDArray[Any]) -> pb.Step:
    return pb.Step(actions=map(tensors.encode, arrays))


def assert_refused(stream: Stream, step: pb.Step, message: str) -> None:
    error = stream.error(step=step)
    assert error.message == message
    assert error.code == pb.CODE_INVALID_ARGUMENT and error.unchanged and not error.HasField("environment")


@pytest.mark.parametrize("name", sorted(worlds.SPACES))
def test_action_of_another_form_is_refused(calls: Calls, name: str) -> None:
    space = worlds.SPACES[name]
    stream = open_group(calls, name)
    right = encoded(*samples(space))
    count = len(right.actions)
    first = leaves.leaves_of(space)[0]
    called, kind, shape = first.name("action"), first.dtype.name, [ROWS, *first.shape]
    size = ROWS * first.bytes_per_row

    assert_refused(stream, pb.Step(), f"0 tensors of actions, but the action space has {count}")
    twice = pb.Step(actions=[*right.actions, *right.actions])
    assert_refused(stream, twice, f"{2 * count} tensors of actions, but the action space has {count}")
    for changed, message in (
        ({"type": 99}, f"{called} is type 99{shape}, but the action space takes {kind}{shape}"),
        ({"type": 0}, f"{called} is type 0{shape}, but the action space takes {kind}{shape}"),
        ({"shape": [*shape, 1]}, f"{called} is {kind}{[*shape, 1]}, but the action space takes {kind}{shape}"),
        ({"shape": [-1, *shape[1:]]}, f"{called} is {kind}{[-1, *shape[1:]]}, but the action space takes {kind}{shape}"),
        ({"shape": []}, f"{called} is {kind}[], but the action space takes {kind}{shape}"),
        ({"data": bytes(size + 1)}, f"{called}: a tensor of {size + 1} bytes, where {kind}{shape} has {size}"),
        ({"data": bytes(max(size - 1, 1))}, f"{called}: a tensor of {max(size - 1, 1)} bytes, where {kind}{shape} has {size}"),
    ):
        given = {"type": right.actions[0].type, "shape": right.actions[0].shape, "data": right.actions[0].data, **changed}
        assert_refused(stream, pb.Step(actions=[pb.Tensor(**given), *right.actions[1:]]), message)
    other = pb.DATA_TYPE_FLOAT64 if right.actions[0].type != pb.DATA_TYPE_FLOAT64 else pb.DATA_TYPE_INT64
    cast = pb.Step(actions=[pb.Tensor(type=other, shape=shape, data=bytes(8 * int(np.prod(shape)))), *right.actions[1:]])
    assert_refused(
        stream, cast, f"{called} is {tensors.DTYPES[other].name}{shape}, but the action space takes {kind}{shape}"
    )
    assert stream.send(step=right).HasField("batch")


def outside(space: gymnasium.Space[Any]) -> list[Any]:
    """Values of the space's type just beyond it."""
    match space:
        case gymnasium.spaces.Discrete():
            return [v for v in (int(space.start) - 1, int(space.start) + int(space.n)) if v >= 0 or space.dtype.kind == "i"]
        case gymnasium.spaces.MultiBinary():
            return [2, -1]
        case gymnasium.spaces.MultiDiscrete():
            low, high = int(space.start.flat[-1]) - 1, int(space.start.flat[-1]) + int(space.nvec.flat[-1])
            limits = np.iinfo(space.dtype)
            return [v for v in (low, high) if limits.min <= v <= limits.max]
        case gymnasium.spaces.Box() if space.dtype.kind == "f":
            return [np.nan, np.inf, -np.inf] if space.shape != (0, 3) else []
        case _:
            return []


@pytest.mark.parametrize("name", sorted(worlds.SPACES))
def test_value_outside_of_its_space_is_refused(calls: Calls, name: str) -> None:
    space = worlds.SPACES[name]
    stream = open_group(calls, name)
    arrays = samples(space)
    for index, leaf in enumerate(leaves.leaves_of(space)):
        for value in outside(leaf.space):
            changed = arrays[index].copy()
            changed[1, ...].flat[-1] = value
            needed = "finite numbers" if isinstance(leaf.space, gymnasium.spaces.Box) else str(leaf.space)
            shown = np.array2string(changed[1])
            message = f"{leaf.name('action')} of row 1 is {shown}: {needed} expected"
            assert_refused(stream, encoded(*arrays[:index], changed, *arrays[index + 1 :]), " ".join(message.split()))
    assert stream.send(step=encoded(*arrays)).HasField("batch")


@pytest.mark.parametrize("value", [2, 255])
def test_bool_that_is_neither_is_refused(calls: Calls, value: int) -> None:
    stream = open_group(calls, "box-bool")
    step = pb.Step(actions=[pb.Tensor(type=pb.DATA_TYPE_BOOL, shape=[ROWS, 4], data=bytes(11) + bytes([value]))])
    assert_refused(stream, step, "action: a tensor of type bool with a byte that is neither 0 nor 1")


@pytest.mark.parametrize("name", ["box-float32", "box-int8", "box-uint64", "box-half-bounded"])
def test_bounds_of_boxes_are_not_checked(calls: Calls, name: str) -> None:
    space = worlds.SPACES[name]
    stream = open_group(calls, name)
    limits = np.finfo(space.dtype) if space.dtype.kind == "f" else np.iinfo(space.dtype)
    for value in (limits.min, limits.max):
        assert stream.send(step=encoded(np.full((ROWS, *space.shape), value, space.dtype))).HasField("batch")


def test_values_of_rows_that_are_reset_are_not_checked_under_next_step(calls: Calls) -> None:
    stream, _ = calls.open("CartPole-v1", count=ROWS, autoreset=pb.AUTORESET_MODE_NEXT_STEP, seeds=range(ROWS))
    stream.send(reset=pb.Reset())
    ended = b""
    while not any(ended):
        ended = stream.send(step=encoded(np.array([1, 1, 0]))).batch.terminated
    assert 0 in ended
    over, going = ended.index(1), ended.index(0)
    odd = np.array([1, 1, 0])
    odd[going] = 7
    assert_refused(stream, encoded(odd), f"action of row {going} is 7: Discrete(2) expected")
    odd[going], odd[over] = 0, 7
    assert_refused(stream, encoded(odd.astype(np.int32)), "action is int32[3], but the action space takes int64[3]")
    batch = stream.send(step=encoded(odd)).batch
    assert batch.reset_rows == ended
    assert np.frombuffer(batch.rewards)[over] == 0 and np.frombuffer(batch.rewards)[going] == 1
    assert_refused(stream, encoded(odd), f"action of row {over} is 7: Discrete(2) expected")


@pytest.mark.parametrize("mode", [pb.AUTORESET_MODE_SAME_STEP, pb.AUTORESET_MODE_DISABLED])
def test_values_of_all_rows_are_checked_in_other_modes(calls: Calls, mode: pb.AutoresetMode) -> None:
    stream, _ = calls.open("CartPole-v1", count=ROWS, autoreset=mode, time_limit=1)
    stream.send(reset=pb.Reset())
    stream.send(step=encoded(np.array([1, 1, 0])))
    if mode == pb.AUTORESET_MODE_DISABLED:
        stream.send(reset=pb.Reset())
    assert_refused(stream, encoded(np.array([1, 7, 0])), "action of row 1 is 7: Discrete(2) expected")
