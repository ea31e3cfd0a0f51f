"""Spaces, tensors and values over the wire and back."""

from __future__ import annotations

import copy
from typing import Any

import gymnasium
import numpy as np
import pytest
import worlds
from comparison import assert_same
from conftest import RunningServer
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import leaves, spaces, tensors, values
from kingfisher_gymnasium.client import RemoteVectorEnv, ServerError

SPACES = sorted(worlds.SPACES)


@pytest.mark.parametrize("name", SPACES)
def test_space_comes_back_equal(name: str) -> None:
    space = worlds.SPACES[name]
    message = pb.Space.FromString(spaces.encode(space, "it").SerializeToString())
    back = spaces.decode(message)
    assert back == space and space == back
    assert type(back) is type(space)
    if isinstance(space, gymnasium.spaces.Box):
        assert_same(back.low, space.low)
        assert_same(back.high, space.high)
        assert_same(back.bounded_below, space.bounded_below)
        assert_same(back.bounded_above, space.bounded_above)
    if isinstance(space, gymnasium.spaces.Dict):
        assert list(back.spaces) == list(space.spaces)


def random_space(random: np.random.Generator, depth: int) -> gymnasium.Space[Any]:
    """A space of any kind, type, shape and bounds."""
    shape = tuple(int(n) for n in random.integers(0, 4, random.integers(0, 4)))
    dtype = worlds.INTEGERS[random.integers(len(worlds.INTEGERS))]
    match random.integers(7 if depth else 5):
        case 0:
            start = int(random.integers(0, 20)) * (-1 if np.issubdtype(dtype, np.signedinteger) else 1)
            return gymnasium.spaces.Discrete(int(random.integers(1, 100)), start=start, dtype=dtype)
        case 1:
            return gymnasium.spaces.MultiDiscrete(random.integers(1, 50, shape), start=random.integers(0, 50, shape), dtype=dtype)
        case 2:
            return gymnasium.spaces.MultiBinary(tuple(n + 1 for n in shape) or int(random.integers(1, 9)))
        case 3:
            low = random.integers(0, 50, shape).astype(dtype)
            return gymnasium.spaces.Box(low, low + dtype(random.integers(0, 50)), shape, dtype)
        case 4:
            kind = worlds.FLOATS[random.integers(len(worlds.FLOATS))]
            low = np.asarray(random.normal(0, 100, shape), kind)
            high = np.asarray(low + random.exponential(5, shape), kind)
            low[random.random(shape) < 0.2] = -np.inf
            high[random.random(shape) < 0.2] = np.inf
            return gymnasium.spaces.Box(low, high, shape, kind)
        case 5:
            return gymnasium.spaces.Tuple([random_space(random, depth - 1) for _ in range(random.integers(1, 4))])
        case _:
            names = random.permutation(["z", "a", "k ü", ""])[: random.integers(1, 5)]
            return gymnasium.spaces.Dict([(str(n), random_space(random, depth - 1)) for n in names])


@pytest.mark.parametrize("seed", range(300))
def test_random_space_comes_back_equal(seed: int) -> None:
    space = random_space(np.random.default_rng(seed), 3)
    back = spaces.decode(pb.Space.FromString(spaces.encode(space, "it").SerializeToString()))
    assert back == space
    # A sample is told apart and put together the same, and as many bytes as the leaves say.
    found = leaves.leaves_of(back)
    space.seed(seed)
    sample = space.sample()
    parts = [np.asarray(value) for _, value in leaves.take_apart(back, sample, "sample")]
    assert [(p.dtype, p.shape) for p in parts] == [(leaf.dtype, leaf.shape) for leaf in found]
    assert [p.nbytes for p in parts] == [leaf.bytes_per_row for leaf in found]
    assert_same(leaves.assemble(back, parts), sample)


@pytest.mark.parametrize("name", sorted(worlds.UNSUPPORTED))
def test_other_spaces_are_refused_by_name(name: str) -> None:
    with pytest.raises(spaces.UnsupportedSpaceError, match="the action space") as refused:
        spaces.encode(worlds.UNSUPPORTED[name], "the action space")
    words = {"text": "Text", "sequence": "Sequence", "one-of": "OneOf", "graph": "Graph", "nested-text": "'says'][1] is of kind Text"}
    words |= {"number-keys": "key 1", "long-double": "longdouble|float128", "big-endian": ">f4"}
    assert any(word in str(refused.value) for word in words[name].split("|")), refused.value


@pytest.mark.parametrize("mode", AutoresetMode)
@pytest.mark.parametrize("name", SPACES)
def test_observations_and_actions_equal_sync_vectors(server: RunningServer, name: str, mode: AutoresetMode) -> None:
    arguments = {"observation": name, "action": name}
    theirs = SyncVectorEnv([lambda: gymnasium.make("worlds/Spaces-v0", **arguments, disable_env_checker=True)] * 3, autoreset_mode=mode)
    ours = RemoteVectorEnv(server.address, "worlds/Spaces-v0", 3, autoreset_mode=mode, arguments=arguments, connection=server.connection)
    try:
        assert ours.action_space == theirs.action_space and ours.observation_space == theirs.observation_space
        assert_same(ours.reset(seed=4), theirs.reset(seed=4), "reset")
        theirs.action_space.seed(5)
        for step in range(20):
            actions = theirs.action_space.sample()
            outcome, expected = ours.step(copy.deepcopy(actions)), theirs.step(actions)
            assert_same(outcome, expected, f"step {step}")
            over = expected[2] | expected[3]
            if mode == AutoresetMode.DISABLED and over.any():
                options = {"reset_mask": over}
                assert_same(ours.reset(options=options), theirs.reset(options=dict(options)), f"reset {step}")
    finally:
        ours.close()


@pytest.mark.parametrize("role", ["observation", "action"])
@pytest.mark.parametrize("name", sorted(worlds.UNSUPPORTED))
def test_group_with_other_space_is_refused(server: RunningServer, name: str, role: str) -> None:
    arguments = {"observation": "tuple", "action": "tuple", role: name}
    with pytest.raises(ServerError, match=f"the {role} space.*UNIMPLEMENTED"):
        RemoteVectorEnv(server.address, "worlds/Spaces-v0", 1, arguments=arguments, connection=server.connection)


@pytest.mark.parametrize("dtype", [np.bool_, *worlds.INTEGERS, *worlds.FLOATS])
def test_tensor_is_little_endian_in_c_order(dtype: type) -> None:
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    for given in (array, np.asfortranarray(array), array[:, ::-1, 1:]):
        message = tensors.encode(given)
        little = np.dtype(dtype).newbyteorder("<")
        assert message.data == b"".join(v.astype(little).tobytes() for v in given.flatten("C"))
        back = tensors.decode(message)
        assert_same(back, np.ascontiguousarray(given))
        assert back.flags.writeable


@pytest.mark.parametrize(
    "message",
    [
        pb.Tensor(type=pb.DATA_TYPE_UNSPECIFIED),
        pb.Tensor(type=99, shape=[1], data=b"\0"),
        pb.Tensor(type=pb.DATA_TYPE_INT32, shape=[2], data=bytes(7)),
        pb.Tensor(type=pb.DATA_TYPE_INT32, shape=[-1], data=b""),
        pb.Tensor(type=pb.DATA_TYPE_INT8, shape=[2**62, 2**62], data=b""),
        pb.Tensor(type=pb.DATA_TYPE_INT8, shape=[1] * 65, data=b"\0"),
        pb.Tensor(type=pb.DATA_TYPE_INT8, shape=[0, -3], data=b""),
        pb.Tensor(type=pb.DATA_TYPE_BOOL, shape=[2], data=b"\0\2"),
    ],
)
def test_what_is_no_tensor_is_refused(message: pb.Tensor) -> None:
    with pytest.raises(ValueError):
        tensors.decode(message)


def test_values_come_back_equal() -> None:
    given = {"a": True, "b": -(2**63), "c": 0.1, "d": "ü", "e": None, "f": [1, [2.5, "x"], {}], "g": {"h": {"i": False}}}
    back = {key: values.decode(value, key) for key, value in values.encode_entries(given, "given").items()}
    assert back == given
    assert [type(v) for v in back.values()] == [type(v) for v in given.values()]
    assert values.decode(values.encode((np.int8(3), np.float32(0.5), np.bool_(True)), "it"), "it") == [3, 0.5, True]


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, object(), {1: 2}, [b"bytes"], 1j])
def test_what_is_no_value_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="it"):
        values.encode(value, "it")
