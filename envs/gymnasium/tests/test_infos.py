"""Infos over the wire: the very ones of Gymnasium's vectors."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
import worlds
from comparison import assert_same
from conftest import Calls, RunningServer
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import infos, tensors
from kingfisher_gymnasium.client import RemoteEnv, RemoteVectorEnv

ROWS = 4


@pytest.mark.parametrize("mode", AutoresetMode)
def test_infos_of_all_kinds_equal_sync_vectors(server: RunningServer, mode: AutoresetMode) -> None:
    worlds.register()
    theirs = SyncVectorEnv([lambda: gymnasium.make("worlds/Infos-v0", disable_env_checker=True)] * ROWS, autoreset_mode=mode)
    ours = RemoteVectorEnv(server.address, "worlds/Infos-v0", ROWS, autoreset_mode=mode, connection=server.connection)
    try:
        options = {"place": "home", "list": [1, 2.5, None]}
        assert_same(ours.reset(seed=1, options=dict(options)), theirs.reset(seed=1, options=dict(options)), "reset")
        seen = set()
        for step in range(60):
            actions = np.zeros(ROWS, np.int64)
            outcome, expected = ours.step(actions), theirs.step(actions)
            assert_same(outcome, expected, f"step {step}")
            seen |= set(expected[4])
            over = expected[2] | expected[3]
            if mode == AutoresetMode.DISABLED and over.any():
                assert_same(
                    ours.reset(options={"reset_mask": over, **options}),
                    theirs.reset(options={"reset_mask": over.copy(), **options}),
                    f"reset {step}",
                )
        assert {"sometimes", "sometimes_nested", "numpy_flag", "text", "empty"} <= seen
        assert ("final_info" in seen) == (mode == AutoresetMode.SAME_STEP)
    finally:
        ours.close()


def test_what_no_column_holds_is_named(calls: Calls) -> None:
    odd = {"odd": pb.Value(flag=True)}
    stream, _ = calls.open("worlds/Infos-v0", count=ROWS, arguments=odd, infos=pb.INFO_SELECTION_ALL, seeds=range(ROWS))
    stream.send(reset=pb.Reset())
    action = tensors.encode(np.zeros(ROWS, np.int64))
    left_out: set[str] = set()
    for _ in range(30):
        batch = stream.send(step=pb.Step(actions=[action])).batch
        left_out |= set(batch.infos.left_out)
        present = {".".join(column.path) for column in batch.infos.columns}
        assert not present & set(batch.infos.left_out)
        assert {"integer", "nested.deep.number", "text"} <= present
    assert left_out == {"nothing", "list", "complex", "ragged", "words", "mixed", "object", "3"}


def test_infos_of_one_environment(server: RunningServer) -> None:
    served = RemoteEnv(server.address, "worlds/Infos-v0", connection=server.connection)
    own = gymnasium.make("worlds/Infos-v0")
    try:
        served.reset(seed=3), own.reset(seed=3)
        for _ in range(4):
            assert_same(served.step(0), own.step(0))
    finally:
        served.close()


@pytest.mark.parametrize(
    "column",
    [
        pb.InfoColumn(present=b"\1\0"),
        pb.InfoColumn(path=["a"], present=b"\1"),
        pb.InfoColumn(path=["a"], present=b"\1\2"),
        pb.InfoColumn(path=["a"], present=b"\1\0", tensor=pb.Tensor(type=pb.DATA_TYPE_INT8, shape=[3], data=bytes(3))),
        pb.InfoColumn(path=["a"], present=b"\1\0", tensor=pb.Tensor(type=pb.DATA_TYPE_INT8, data=bytes(1))),
        pb.InfoColumn(path=["a"], present=b"\1\0", texts=pb.Texts(values=["x"])),
        pb.InfoColumn(path=["taken", "a"], present=b"\1\0", texts=pb.Texts(values=["x", ""])),
    ],
)
def test_columns_that_fit_no_rows_are_refused(column: pb.InfoColumn) -> None:
    taken = pb.InfoColumn(path=["taken"], present=b"\1\1", texts=pb.Texts(values=["x", "y"]))
    with pytest.raises(ValueError):
        infos.decode(pb.Infos(columns=[taken, column]), np.arange(2), 2)
