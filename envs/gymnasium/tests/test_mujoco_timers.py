"""MuJoCo's timers are stopped, which nobody can tell from a trajectory; who wants them has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gymnasium
import mujoco
import numpy as np
import pytest

from kingfisher_gymnasium.catalog import Catalog
from kingfisher_gymnasium.mujoco_timers import MujocoTimers

TASK = "HalfCheetah-v5"


@pytest.fixture(autouse=True)
def own_clock() -> Iterator[None]:
    """MuJoCo's clock as its package sets it, before and after a test: it is one for the whole process."""
    mujoco.set_mjcb_time(None)
    yield
    mujoco.set_mjcb_time(None)


def trajectory(environment: gymnasium.Env[Any, Any]) -> list[bytes]:
    """All that an environment shows in 200 steps, and that it was stepped at all."""
    generator = np.random.default_rng(7)
    observation, _ = environment.reset(seed=3)
    shown = [observation.tobytes()]
    for _ in range(200):
        observation, reward, terminated, truncated, info = environment.step(generator.uniform(-1, 1, 6).astype(np.float32))
        shown.append(observation.tobytes() + repr((float(reward), terminated, truncated, sorted(info.items()))).encode())
    return shown


def seconds_noted(environment: gymnasium.Env[Any, Any]) -> float:
    """How long MuJoCo says that the steps of `trajectory` took."""
    timer = environment.unwrapped.data.timer[mujoco.mjtTimer.mjTIMER_STEP]  # type: ignore[attr-defined]
    assert timer.number > 0
    return float(timer.duration)


def test_timers_are_stopped_and_trajectories_stay_the_same() -> None:
    timed = gymnasium.make(TASK)
    expected = trajectory(timed)
    assert seconds_noted(timed) > 0

    served = Catalog([TASK], file_arguments=False).make(TASK, {}, None)
    assert trajectory(served) == expected
    assert seconds_noted(served) == 0


def test_a_clock_of_the_users_own_is_left_alone() -> None:
    ticks = iter(range(1_000_000))
    mujoco.set_mjcb_time(lambda: float(next(ticks)))
    environment = gymnasium.make(TASK)
    MujocoTimers().stop()
    trajectory(environment)
    assert seconds_noted(environment) > 0


def test_whoever_wants_timers_back_has_them() -> None:
    catalog = Catalog([TASK], file_arguments=False)
    catalog.make(TASK, {}, None).close()
    mujoco.set_mjcb_time(None)

    environment = catalog.make(TASK, {}, None)
    trajectory(environment)
    assert seconds_noted(environment) > 0
