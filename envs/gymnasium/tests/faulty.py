"""Environments that fail, each in one way; registered for servers by `--import faulty`."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from typing import Any

import gymnasium
import numpy as np

SHAPE = (3,)


class Unprintable(Exception):  # noqa: N818
    """An exception that fails when it is asked what it says."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


class Faulty(gymnasium.Env[Any, Any]):
    """Does wrong what `fault` says, in the step number `at` (0: in reset) of those that were seeded with 13."""

    observation_space = gymnasium.spaces.Box(-1, 1, SHAPE, np.float32)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self, fault: str = "", at: int = 1, elements: int = 0) -> None:
        if fault == "raise-in-constructor":
            raise RuntimeError("the simulator is not there")
        if fault == "value-in-constructor":
            raise ValueError("fault must be something else")
        if fault == "sleep-in-constructor":
            time.sleep(0.5)
        if elements:
            self.observation_space = gymnasium.spaces.Box(0, 255, (elements,), np.uint8)
        self._fault, self._at = fault, at
        self._here = False
        self._shown = np.zeros(self.observation_space.shape, self.observation_space.dtype)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        if seed is not None:
            self._here = seed == 13
        self._steps = 0
        if self._fault == "raise-in-second-reset":
            if self._here and seed is None:
                self._misbehave(())
            return self._shown.copy(), {}
        if self._fault == "reuse":
            self._shown[:] = -1
            return self._shown, {}
        if self._here and self._at == 0:
            return self._misbehave((self._shown.copy(), {}))
        return self._shown.copy(), {}

    def step(self, action: Any) -> Any:
        self._steps += 1
        good = (np.full_like(self._shown, self._steps % 200 / 200 if self._shown.dtype == np.float32 else self._steps % 200), 1.0, False, False, {})
        if self._fault == "reuse":
            self._shown[:] = self._steps / 10
            return self._shown, 1.0, self._steps >= 3, False, {}
        if self._fault == "raise-in-second-reset":
            return (*good[:2], self._here and self._steps >= 3, False, {})
        if not self._here or self._steps != self._at:
            return good
        return self._misbehave(good)

    def close(self) -> None:
        if self._fault == "raise-in-close":
            raise RuntimeError("cannot close")

    def _misbehave(self, good: tuple[Any, ...]) -> Any:
        observation = good[0] if good else None
        match self._fault:
            case "raise":
                raise KeyError("the\ngripper is lost")
            case "system-exit":
                sys.exit(3)
            case "exit":
                os._exit(7)
            case "busy":
                while True:
                    pass
            case "sleep":
                time.sleep(0.5)
            case "hang":
                time.sleep(600)
            case "nan":
                return (observation * np.nan, np.nan, *good[2:])
            case "infinite":
                return (observation + np.inf, -np.inf, *good[2:])
            case "shape":
                return (np.zeros(4, np.float32), *good[1:])
            case "scalar":
                return (np.float32(0), *good[1:])
            case "dtype":
                return (np.zeros(3, np.complex64), *good[1:])
            case "text":
                return (["a", "b", "c"], *good[1:])
            case "nothing":
                return (None, *good[1:])
            case "double":
                return (np.full(3, 0.1, np.float64), *good[1:])
            case "integers":
                return ([0, 1, 0], *good[1:])
            case "flag":
                return (observation, 1.0, 1, False, {})
            case "truncated":
                return (observation, 1.0, False, None, {})
            case "reward":
                return (observation, "1.5", False, False, {})
            case "reward-array":
                return (observation, np.array([1.0]), False, False, {})
            case "no-reward":
                return (observation, None, False, False, {})
            case "numpy-kinds":
                return (observation, np.float32(0.1), np.bool_(False), np.array(False), {})
            case "integer-reward":
                return (observation, 3, False, False, {})
            case "four-values":
                return good[:4]
            case "info":
                return (*good[:-1], None)
            case "one-value":
                return observation
            case "print":
                print("from python")
                subprocess.run(["echo", "from a program"], check=True)
                ctypes.CDLL(None).puts(b"from native code")
                ctypes.CDLL(None).fflush(None)
                sys.stdout.flush()
            case "mumble":
                print("no end of line yet", end="")
            case "read":
                assert sys.stdin.read() == ""
            case "interrupt":
                raise KeyboardInterrupt
            case "generator-exit":
                raise GeneratorExit("over\n and out")
            case "unprintable":
                raise Unprintable
            case "surrogate":
                raise FileNotFoundError("no file a\udcffb")
            case "raise-in-second-reset":
                raise RuntimeError("stuck")
        return good


class Differing(Faulty):
    """Has another space each time."""

    made = 0

    def __init__(self) -> None:
        super().__init__()
        Differing.made += 1
        self.observation_space = gymnasium.spaces.Box(-1, Differing.made, SHAPE, np.float32)


class NeedsPackage(Faulty):
    """Needs what is not there."""

    def __init__(self) -> None:
        raise gymnasium.error.DependencyNotInstalled("no simulator: `pip install simulator`")


class NeedsModule(Faulty):
    """Imports what is not there."""

    def __init__(self) -> None:
        import a_module_that_is_not_there  # noqa: F401


class NoSpaces(Faulty):
    """Fails when it is asked for its action space."""

    action_space = property(lambda self: 1 / 0)


def takes_anything(**anything: Any) -> Faulty:
    """A constructor that hands its arguments on."""
    return Faulty(**anything)


def register() -> None:
    """Adds the environments to Gymnasium's registry, once."""
    if "Faulty-v0" not in gymnasium.registry:
        gymnasium.register("Faulty-v0", "faulty:Faulty")
        gymnasium.register("Differing-v0", "faulty:Differing")
        gymnasium.register("NeedsPackage-v0", "faulty:NeedsPackage")
        gymnasium.register("NeedsModule-v0", "faulty:NeedsModule")
        gymnasium.register("TakesAnything-v0", "faulty:takes_anything")
        gymnasium.register("NoSpaces-v0", "faulty:NoSpaces")
        gymnasium.register("NoModule-v0", "a_module_that_is_not_there:Thing")


register()
