"""Served environments against the same ones in this process, in all three autoreset modes, to the bit."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from comparison import assert_same
from conftest import RunningServer
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, VectorEnv

from kingfisher_gymnasium.client import RemoteEnv, RemoteVectorEnv

MUJOCO = (
    "Ant-v5",
    "HalfCheetah-v5",
    "Hopper-v5",
    "Humanoid-v5",
    "HumanoidStandup-v5",
    "InvertedDoublePendulum-v5",
    "InvertedPendulum-v5",
    "Pusher-v5",
    "Reacher-v5",
    "Swimmer-v5",
    "Walker2d-v5",
)
CLASSIC = ("Acrobot-v1", "CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1")
TOY = tuple(i for i in sorted(gymnasium.registry) if "toy_text" in str(gymnasium.registry[i].entry_point))

# Environments whose episodes are long are cut: (steps of an episode, arguments).
CUT: dict[str, tuple[int | None, dict[str, Any]]] = {
    **{name: (40, {}) for name in (*MUJOCO, *CLASSIC, *TOY)},
    "CartPole-v1": (None, {}),
    "Hopper-v5": (None, {"healthy_z_range": [0.6, 3.0]}),
    "FrozenLake-v1": (None, {"map_name": "8x8", "is_slippery": False}),
    "Blackjack-v1": (None, {"natural": True}),
}
EPISODES = 9
ROWS = 3


def in_process(name: str, rows: int, mode: AutoresetMode, kind: str = "sync", **kwargs: Any) -> VectorEnv[Any, Any, Any]:
    steps, arguments = CUT[name]
    return gymnasium.make_vec(
        name,
        num_envs=rows,
        vectorization_mode=kind,
        vector_kwargs={"autoreset_mode": mode, **kwargs},
        max_episode_steps=steps,
        disable_env_checker=True,
        **arguments,
    )


def served(server: RunningServer, name: str, rows: int, mode: AutoresetMode, **kwargs: Any) -> RemoteVectorEnv:
    steps, arguments = CUT[name]
    return RemoteVectorEnv(
        server.address,
        name,
        rows,
        autoreset_mode=mode,
        arguments=arguments,
        max_episode_steps=steps,
        connection=server.connection,
        **kwargs,
    )


def compare(ours: VectorEnv[Any, Any, Any], theirs: VectorEnv[Any, Any, Any], mode: AutoresetMode, episodes: int) -> None:
    """Steps both until that many episodes have ended, and fails at the first difference."""
    assert ours.single_observation_space == theirs.single_observation_space
    assert ours.single_action_space == theirs.single_action_space
    assert ours.observation_space == theirs.observation_space
    assert ours.action_space == theirs.action_space
    assert_same(ours.reset(seed=7), theirs.reset(seed=7), "reset")
    theirs.action_space.seed(11)
    ended = 0
    while ended < episodes:
        actions = theirs.action_space.sample()
        outcome, expected = ours.step(actions), theirs.step(actions)
        assert_same(outcome, expected, "step")
        over = expected[2] | expected[3]
        ended += int(over.sum())
        if mode == AutoresetMode.DISABLED and over.any():
            assert_same(
                ours.reset(options={"reset_mask": over.copy()}),
                theirs.reset(options={"reset_mask": over.copy()}),
                "masked reset",
            )
    assert_same(ours.reset(seed=[3, 5, 8]), theirs.reset(seed=[3, 5, 8]), "second reset")
    actions = theirs.action_space.sample()
    assert_same(ours.step(actions), theirs.step(actions), "step after the second reset")


@pytest.mark.parametrize("mode", AutoresetMode)
@pytest.mark.parametrize("name", [*CLASSIC, *TOY, *MUJOCO])
def test_equals_sync_vector(server: RunningServer, name: str, mode: AutoresetMode) -> None:
    ours, theirs = served(server, name, ROWS, mode), in_process(name, ROWS, mode)
    try:
        compare(ours, theirs, mode, EPISODES)
    finally:
        ours.close()
        theirs.close()


@pytest.mark.parametrize("name", ["CartPole-v1", "Blackjack-v1", "HalfCheetah-v5"])
def test_equals_async_vector(server: RunningServer, name: str) -> None:
    mode = AutoresetMode.SAME_STEP
    # Forked workers would share this process's gRPC connections.
    ours, theirs = served(server, name, ROWS, mode), in_process(name, ROWS, mode, "async", context="spawn")
    try:
        compare(ours, theirs, mode, EPISODES)
    finally:
        ours.close()
        theirs.close()


def test_is_as_without_infos_if_none_are_asked_for(server: RunningServer) -> None:
    mode = AutoresetMode.SAME_STEP
    ours, theirs = served(server, "Hopper-v5", ROWS, mode, with_infos=False), in_process("Hopper-v5", ROWS, mode)
    try:
        assert_same(ours.reset(seed=1)[0], theirs.reset(seed=1)[0])
        theirs.action_space.seed(2)
        ended = 0
        while ended < EPISODES:
            actions = theirs.action_space.sample()
            *outcome, infos = ours.step(actions)
            *expected, their_infos = theirs.step(actions)
            assert_same(tuple(outcome), tuple(expected))
            assert_same(infos, {key: their_infos[key] for key in ("final_obs", "_final_obs") if key in their_infos})
            ended += int((expected[2] | expected[3]).sum())
    finally:
        ours.close()
        theirs.close()


def test_steps_of_an_episode_without_limit(server: RunningServer) -> None:
    environment = RemoteVectorEnv(
        server.address, "Pendulum-v1", 1, max_episode_steps=-1, autoreset_mode="Disabled", connection=server.connection
    )
    environment.reset(seed=1)
    truncated = [environment.step(np.zeros((1, 1), np.float32))[3][0] for _ in range(250)]
    environment.close()
    assert not any(truncated)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*CLASSIC, *TOY, *MUJOCO])
def test_passes_gymnasiums_checker(server: RunningServer, name: str) -> None:
    environment = RemoteEnv(server.address, name, connection=server.connection)
    check_env(environment)
    environment.close()
