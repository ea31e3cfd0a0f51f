"""Infos that no sane environment has: each entry is carried as Gymnasium's vectors have it, or named as left out."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from comparison import assert_same
from gymnasium.vector import VectorEnv

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import infos

NAMES: list[Any] = ["a", "a", "_a", "__a", "b", "_b", "final_obs", "_final_obs", "final_info", "", "\udc80", 3, None, ("t",), True]
VALUES: list[Any] = [
    1,
    2.5,
    True,
    None,
    "text",
    "\udc80",
    np.str_("q"),
    b"bytes",
    np.float32(2),
    np.bool_(True),
    np.longdouble(3),
    2**70,
    1j,
    float("nan"),
    object(),
    [1],
    {},
    np.zeros(2),
    np.zeros((0,)),
    np.array(3),
    np.array("a"),
    np.array([None, "x"], object),
    np.array([{}], object),
    np.zeros(2, [("a", "i4")]),
    np.datetime64("2020-01-01"),
]


def random_info(draw: random.Random, depth: int) -> dict[Any, Any]:
    """An info with entries of any name and kind."""
    info: dict[Any, Any] = {}
    for _ in range(draw.randrange(4)):
        info[draw.choice(NAMES)] = random_info(draw, depth - 1) if depth and draw.random() < 0.1 else draw.choice(VALUES)
    return info


@pytest.mark.parametrize("seed", range(20))
def test_random_infos_are_carried_or_named(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(100):
        count = draw.randrange(1, 4)
        given = [random_info(draw, 2) for _ in range(count)]
        collector = infos.InfoCollector(count)
        for row, info in enumerate(given):
            collector.add(row, info)
        message = pb.Infos.FromString(collector.encode(slice(None)).SerializeToString())
        told = infos.decode(message, np.arange(count), count)
        left_out = {name.split(".")[0] for name in message.left_out}
        names = {name for info in given for name in info}
        # Where one entry has the name of another's mask, Gymnasium mixes them up; nothing may fail is all that holds.
        for name in (n for n in names if f"_{n}" not in names and str(n)[1:] not in names):
            if name in told and name not in left_out:
                alone = [{key: value for key, value in info.items() if key == name} for info in given]
                expected = batched(alone)
                assert_same({key: told.get(key) for key in expected}, expected, f"seed {seed}: {given}")
            elif not name or name not in told:
                readable = str(name).encode("utf-8", "replace").decode()
                assert readable.split(".")[0] in left_out, f"seed {seed}: {name!r} of {given}"


def batched(given: list[dict[Any, Any]]) -> dict[str, Any]:
    """The infos of environments as Gymnasium's vectors have them."""
    vector: VectorEnv[Any, Any, Any] = VectorEnv()
    vector.num_envs = len(given)
    infos_of_all: dict[str, Any] = {}
    for row, info in enumerate(given):
        infos_of_all = vector._add_info(infos_of_all, info, row)
    return infos_of_all
