"""Environments that go wrong after some good episodes; a server imports this module with --import faulty_environments."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import gymnasium
import numpy as np

EPISODE = 10


class Faulty(gymnasium.Env[np.ndarray, np.int64]):
    """Good for `good_steps` steps, then what its subclass does; the clock of all episodes goes on."""

    observation_space = gymnasium.spaces.Box(-1, 1, (3,), np.float32)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self, good_steps: int = 1_000) -> None:
        self.left = good_steps
        self.time = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[np.ndarray, dict[str, Any]]:
        super().reset(seed=seed)
        self.time = 0
        return self.observe(), {}

    def step(self, action: np.int64) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.left -= 1
        self.time += 1
        if self.left < 0:
            return self.fail()
        return self.observe(), float(action), self.time == EPISODE, False, {}

    def observe(self) -> np.ndarray:
        return self.np_random.uniform(-1, 1, 3).astype(np.float32)

    def fail(self) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        raise NotImplementedError


class Raises(Faulty):
    def fail(self) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        raise RuntimeError("the simulator lost its licence")


class NotANumber(Faulty):
    def fail(self) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return np.full(3, np.nan, np.float32), 0.0, False, False, {}


class WrongShape(Faulty):
    def fail(self) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return np.zeros(4, np.float32), 0.0, False, False, {}


class Exits(Faulty):
    def fail(self) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        os._exit(3)


class Freezes(Faulty):
    def fail(self) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        os.kill(os.getpid(), signal.SIGSTOP)
        return self.observe(), 0.0, False, False, {}


class Sleeps(Faulty):
    def fail(self) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        time.sleep(3_600)
        return self.observe(), 0.0, False, False, {}


for kind in (Faulty, Raises, NotANumber, WrongShape, Exits, Freezes, Sleeps):
    gymnasium.register(f"{kind.__name__}-v0", entry_point=kind)
