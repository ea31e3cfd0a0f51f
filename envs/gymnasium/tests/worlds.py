"""Environments with all kinds of spaces and infos; registered for servers by `--import worlds`.

Their rewards are checksums of the actions that they get, types included, so that equal rewards mean equal actions.
"""

from __future__ import annotations

import copy
import zlib
from collections import OrderedDict
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete, OneOf, Sequence, Text, Tuple

INTEGERS = (np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64)
FLOATS = (np.float16, np.float32, np.float64)

SPACES: dict[str, gymnasium.Space[Any]] = {
    **{f"discrete-{t.__name__}": Discrete(5, start=3, dtype=t) for t in INTEGERS},
    "discrete-negative": Discrete(4, start=-7),
    "discrete-one": Discrete(1),
    **{f"box-{t.__name__}": Box(0, 100, (2, 3), t) for t in (*INTEGERS, *FLOATS)},
    "box-bool": Box(0, 1, (4,), np.bool_),
    "box-unbounded": Box(-np.inf, np.inf, (3,), np.float64),
    "box-half-bounded": Box(np.array([-np.inf, 0.0]), np.array([1.0, np.inf]), dtype=np.float64),
    "box-unbounded-integer": Box(-np.inf, np.inf, (2,), np.int32),
    "box-scalar": Box(-1.0, 1.0, (), np.float32),
    "box-empty": Box(-1.0, 1.0, (0, 3), np.float32),
    "multi-discrete": MultiDiscrete([3, 4, 2]),
    "multi-discrete-matrix": MultiDiscrete(np.array([[3, 4], [5, 6]]), start=np.array([[1, -2], [0, 9]])),
    "multi-discrete-int8": MultiDiscrete([100, 100], dtype=np.int8, start=[27, -100]),
    "multi-binary": MultiBinary(5),
    "multi-binary-shape": MultiBinary((5,)),
    "multi-binary-matrix": MultiBinary((2, 3)),
    "tuple": Tuple((Discrete(3), Box(-1, 1, (2,), np.float32), MultiBinary(2))),
    "dict": Dict({"b": Discrete(2), "a": Box(-1, 1, (2,), np.float64)}),
    "dict-ordered": Dict(OrderedDict([("z", Discrete(2)), ("a", MultiDiscrete([2, 3]))])),
    "nested": Dict(
        {
            "arms": Tuple((Dict({"q": Box(-1, 1, (3,), np.float32), "grip": Discrete(2)}), MultiBinary(2))),
            "clock": Box(0, 255, (1,), np.uint8),
        }
    ),
}
UNSUPPORTED: dict[str, gymnasium.Space[Any]] = {
    "text": Text(5),
    "sequence": Sequence(Discrete(2)),
    "one-of": OneOf((Discrete(2), Box(0, 1, (1,)))),
    "graph": gymnasium.spaces.Graph(Discrete(2), None),
    "nested-text": Dict({"says": Tuple((Discrete(2), Text(3)))}),
    "number-keys": Dict({1: Discrete(2), 2: Discrete(3)}),
    "long-double": Box(-1, 1, (2,), np.longdouble),
    "big-endian": Box(-1, 1, (2,), np.dtype(">f4")),
}


def described(value: Any) -> str:
    """A value with the types of all its parts."""
    match value:
        case dict():
            return "{" + ",".join(f"{k}:{described(v)}" for k, v in value.items()) + "}"
        case tuple():
            return "(" + ",".join(map(described, value)) + ")"
        case np.ndarray():
            return f"{value.dtype}{value.shape}{value.flags.writeable}{value.tobytes().hex()}"
        case _:
            return f"{type(value)}{value!r}"


class SpacesWorld(gymnasium.Env[Any, Any]):
    """Observes samples of a space, and acts in a space; an episode has three to six steps."""

    def __init__(self, observation: str, action: str) -> None:
        spaces = {**SPACES, **UNSUPPORTED}
        # Copies: an environment's own space has its own generator.
        self.observation_space = copy.deepcopy(spaces[observation])
        self.action_space = copy.deepcopy(spaces[action])

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        if seed is not None:
            self.observation_space.seed(seed)
        self._left = int(self.np_random.integers(3, 7))
        return self.observation_space.sample(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self._left -= 1
        reward = float(zlib.crc32(described(action).encode()))
        over = self._left == 0
        cut = over and bool(self.np_random.integers(2))
        return self.observation_space.sample(), reward, over and not cut, cut, {}


class InfosWorld(gymnasium.Env[Any, Any]):
    """Tells things of all kinds, which not every row has at every step."""

    observation_space = Box(-1, 1, (1,), np.float32)
    action_space = Discrete(2)

    def __init__(self, odd: bool = False) -> None:
        self._odd = odd

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self._steps = 0
        info: dict[str, Any] = {"options": str(options and sorted(options.items())), "started": True}
        return np.zeros(1, np.float32), info

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self._steps += 1
        draw = int(self.np_random.integers(100))
        info: dict[str, Any] = {
            "integer": draw,
            "number": draw / 7,
            "flag": draw % 2 == 0,
            "numpy_flag": np.bool_(draw % 3 == 0),
            "half": np.float16(draw / 3),
            "unsigned": np.uint8(draw),
            "array": np.arange(3, dtype=np.int16) + draw,
            "matrix": np.full((2, 2), draw / 9, np.float32),
            "flags": np.array([True, draw % 2 == 0]),
            "text": f"said {draw} ü",
            "nested": {"deep": {"number": draw / 11, "text": "x" * (draw % 3)}, "integer": draw},
            "empty": {},
        }
        if draw % 2:
            info["sometimes"] = draw
            info["nested"]["sometimes"] = float(draw)
            info["sometimes_nested"] = {"a": draw} if draw % 3 else {}
        if self._odd:
            info.update(
                {
                    "nothing": None,
                    "list": [1, 2],
                    "complex": 1j * draw,
                    "ragged": np.zeros(draw % 4),
                    "words": np.array(["a", "b"]),
                    "mixed": {"x": 1} if draw % 2 else 5,
                    "object": object(),
                    3: 4,
                }
            )
        return np.full(1, draw / 100, np.float32), 0.0, self._steps >= 4 and draw > 50, False, info


def register() -> None:
    """Adds the environments to Gymnasium's registry, once."""
    if "worlds/Spaces-v0" not in gymnasium.registry:
        gymnasium.register("worlds/Spaces-v0", "worlds:SpacesWorld")
        gymnasium.register("worlds/Infos-v0", "worlds:InfosWorld")


register()
