"""Answers that are laid out by hand: byte for byte what protobuf serializes of the same messages."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
import worlds
from gymnasium.spaces import Box, Dict, Discrete, Tuple

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import infos, leaves, tensors
from kingfisher_gymnasium.batch import Batch

SPACES: dict[str, gymnasium.Space] = {
    **worlds.SPACES,
    "empty-first": Tuple((Box(0, 1, (0,), np.float64), Discrete(3), Box(0, 1, (2, 0), np.int8))),
    "no-leaf": Dict({}),
    # Lengths with varints of one to three bytes.
    **{f"bytes-{n}": Box(0, 255, (n,), np.uint8) for n in (126, 127, 128, 16_383, 16_384)},
}
COUNTS = (1, 2, 3)


def filled(batch: Batch, random: np.random.Generator) -> None:
    """Writes something everywhere."""
    for array in (*batch.observations, batch.rewards, batch.terminated, batch.truncated, batch.reset_rows):
        raw = random.integers(0, 256, array.nbytes, np.uint8) if array.dtype != np.bool_ else random.integers(0, 2, array.size)
        array[...] = raw.astype(np.uint8).view(array.dtype).reshape(array.shape)


def message_of(batch: Batch, sequence: int, nanoseconds: int, final: pb.FinalRows | None, told: pb.Infos | None) -> bytes:
    """What protobuf makes of the same answer."""
    step = pb.StepBatch(
        observations=[pb.Tensor(type=tensors.data_type(a.dtype), shape=a.shape, data=a.tobytes()) for a in batch.observations],
        rewards=batch.rewards.tobytes(),
        terminated=batch.terminated.tobytes(),
        truncated=batch.truncated.tobytes(),
        reset_rows=batch.reset_rows.tobytes(),
        final=final,
        infos=told,
        environment_nanoseconds=nanoseconds,
    )
    return pb.RunGroupResponse(sequence=sequence, batch=step).SerializeToString(deterministic=True)


def infos_of(count: int) -> pb.Infos:
    """Infos with columns of all kinds."""
    collector = infos.InfoCollector(count)
    for row in range(count):
        collector.add(row, {"number": row / 3, "text": "ü", "nested": {"flag": np.bool_(True)}, "odd": object()})
    return collector.encode(slice(None))


def final_of(batch: Batch, rows: list[int]) -> pb.FinalRows:
    """The last observations of some rows."""
    return pb.FinalRows(rows=rows, observations=[tensors.encode(a[: len(rows)]) for a in batch.observations])


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", SPACES)
def test_answer_is_what_protobuf_serializes(name: str, count: int) -> None:
    batch = Batch(leaves.leaves_of(SPACES[name]), count)
    random = np.random.default_rng(count)
    assert batch.encode(1, 1, None, None) == message_of(batch, 1, 1, None, None)
    for sequence in (2, 128, 2**64 - 1):
        filled(batch, random)
        for final in (None, pb.FinalRows(), final_of(batch, list(range(count)))):
            for told in (None, pb.Infos(), infos_of(count)):
                nanoseconds = int(random.integers(1, 2**63))
                data = batch.encode(sequence, nanoseconds, final, told)
                assert data == message_of(batch, sequence, nanoseconds, final, told)


def test_answer_of_megabytes_is_what_protobuf_serializes() -> None:
    batch = Batch(leaves.leaves_of(Box(0, 255, (2**21,), np.uint8)), 1)
    filled(batch, np.random.default_rng(1))
    final = final_of(batch, [0])
    assert batch.encode(2, 3, final, None) == message_of(batch, 2, 3, final, None)
    assert len(batch.encode(2, 3, final, None)) <= batch.largest_message


def test_answer_of_no_time_means_the_same() -> None:
    batch = Batch(leaves.leaves_of(Discrete(2)), 1)
    ours = pb.RunGroupResponse.FromString(batch.encode(3, 0, None, None))
    assert ours == pb.RunGroupResponse.FromString(message_of(batch, 3, 0, None, None))


@pytest.mark.parametrize("count", [*COUNTS, 300])
@pytest.mark.parametrize("name", SPACES)
def test_no_message_is_longer_than_foretold(name: str, count: int) -> None:
    batch = Batch(leaves.leaves_of(SPACES[name]), count)
    final = final_of(batch, list(range(count)))
    data = batch.encode(2**64 - 1, 2**64 - 1, final, None)
    assert len(data) <= batch.largest_message
    # It is no more than a few bytes a row, a leaf and a message off.
    assert batch.largest_message - len(data) <= 64 + 16 * count + 8 * len(batch.observations)


def test_arrays_are_written_into_the_message_itself() -> None:
    batch = Batch(leaves.leaves_of(worlds.SPACES["nested"]), 2)
    before = batch.encode(1, 1, None, None)
    batch.observations[-1][1] = 200
    batch.rewards[1] = 2.5
    after = pb.RunGroupResponse.FromString(batch.encode(1, 1, None, None))
    assert after.batch.observations[-1].data == bytes([0, 200])
    assert after.batch.rewards == np.array([0, 2.5]).tobytes()
    assert pb.RunGroupResponse.FromString(before).batch.rewards == bytes(16)
