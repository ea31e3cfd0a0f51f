"""The Python client against a server: what it raises, and that it can be used afterwards where it says so."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
import worlds
from comparison import assert_same
from conftest import RunningServer
from gymnasium.vector import AutoresetMode

from kingfisher_gymnasium.client import (
    ConnectionSettings,
    EnvironmentFailedError,
    RemoteEnv,
    RemoteVectorEnv,
    RequestRefusedError,
    ServerError,
)

ACTIONS = np.array([0, 1, 0])


def faulty(server: RunningServer, fault: str, *, at: int = 1, seconds: float = 60.0, **kwargs: Any) -> RemoteVectorEnv:
    """Three environments of which the middle one fails if it is seeded with 13."""
    settings = ConnectionSettings(token_file=server.connection.token_file, environment_seconds=seconds)
    arguments = {"fault": fault, "at": at}
    return RemoteVectorEnv(server.address, "Faulty-v0", 3, arguments=arguments, connection=settings, **kwargs)


@pytest.mark.parametrize("name", sorted(worlds.SPACES))
def test_single_environment_equals_the_one_of_this_process(server: RunningServer, name: str) -> None:
    arguments = {"observation": name, "action": name}
    ours = RemoteEnv(server.address, "worlds/Spaces-v0", arguments=arguments, connection=server.connection)
    theirs = gymnasium.make("worlds/Spaces-v0", disable_env_checker=True, **arguments)
    try:
        assert ours.observation_space == theirs.observation_space and ours.action_space == theirs.action_space
        theirs.action_space.seed(7)
        for episode in range(2):
            seed = 5 if episode == 0 else None
            observation, _ = shown = ours.reset(seed=seed)
            assert_same(shown, theirs.reset(seed=seed), f"reset {episode}")
            ended = False
            while not ended:
                assert ours.observation_space.contains(observation)
                action = theirs.action_space.sample()
                outcome, expected = ours.step(action), theirs.step(action)
                observation, reward, *others = outcome
                assert_same((observation, *others), (expected[0], *expected[2:]), f"episode {episode}")
                # Vectors hand on a box without dimensions as a scalar, and a dict with its keys sorted.
                assert reward == expected[1] or name in ("box-scalar", "dict-ordered")
                ended = bool(others[0] or others[1])
        over = r"the episodes of rows 0 are over: reset these rows first \(CODE_FAILED_PRECONDITION\)"
        with pytest.raises(RequestRefusedError, match=over):
            ours.step(theirs.action_space.sample())
    finally:
        ours.close()


@pytest.mark.parametrize("mode", AutoresetMode)
def test_failed_environment_is_told_and_a_reset_revives_it(server: RunningServer, mode: AutoresetMode) -> None:
    environments = faulty(server, "raise", at=2, autoreset_mode=mode)
    environments.reset(seed=[1, 13, 2])
    environments.step(ACTIONS)
    with pytest.raises(EnvironmentFailedError, match="environment 1 of Faulty-v0: it failed in step: KeyError: ") as failed:
        environments.step(ACTIONS)
    assert (failed.value.row, failed.value.exception) == (1, "KeyError")
    assert "in _misbehave" in failed.value.trace
    with pytest.raises(RequestRefusedError, match="environment 1 of Faulty-v0 failed: reset all rows first"):
        environments.step(ACTIONS)
    environments.reset(seed=1)
    assert environments.step(ACTIONS)[1].tolist() == [1.0, 1.0, 1.0]
    environments.close()


def test_malformed_outcome_is_told_without_an_exception(server: RunningServer) -> None:
    environments = faulty(server, "shape", at=0)
    with pytest.raises(EnvironmentFailedError, match="its observation has the shape") as failed:
        environments.reset(seed=[1, 13, 2])
    assert (failed.value.row, failed.value.exception, failed.value.trace) == (1, "", "")
    environments.close()


def test_refused_action_changes_nothing(server: RunningServer) -> None:
    environments = faulty(server, "")
    first, _ = environments.reset(seed=1)
    with pytest.raises(RequestRefusedError, match=r"action of row 1 is 2: Discrete\(2\) expected \(CODE_INVALID_ARGUMENT\)"):
        environments.step(np.array([0, 2, 0]))
    observations, *_ = environments.step(ACTIONS)
    assert np.all(observations == first + np.float32(1 / 200))
    environments.close()


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        (np.array([0, 1]), r"actions has the shape \[2\], not \[3\]"),
        (np.zeros((3, 1), np.int64), r"actions has the shape \[3, 1\], not \[3\]"),
        (np.zeros(3), "actions has the type float64, which does not fit int64"),
        (np.array(["a", "b", "c"]), "actions has the type <U1, which does not fit int64"),
        (None, r"actions has the shape \[\], not \[3\]"),
    ],
)
def test_actions_of_another_form_are_not_sent(server: RunningServer, actions: Any, message: str) -> None:
    environments = faulty(server, "")
    environments.reset(seed=1)
    with pytest.raises(ValueError, match=message):
        environments.step(actions)
    environments.step(ACTIONS.astype(np.int8))
    environments.close()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seed": -1}, "seed is -1: 3 numbers from 0 to"),
        ({"seed": [1, 2]}, r"seed is \[1, 2\]: 3 numbers"),
        ({"seed": [1, None, 2]}, "3 numbers"),
        ({"seed": 2**64 - 2}, "3 numbers"),
        ({"options": {"reset_mask": [True, False, True]}}, "reset_mask is .*: an array of 3 bools is expected"),
        ({"options": {"reset_mask": np.array([1, 0, 1])}}, "an array of 3 bools is expected"),
        ({"options": {"place": object()}}, r"options\['place'\] is of type object, which cannot be carried"),
        ({"options": {1: 2}}, "options has the key 1: keys must be texts"),
    ],
)
def test_resets_that_cannot_be_carried_are_not_sent(server: RunningServer, given: dict[str, Any], message: str) -> None:
    environments = faulty(server, "")
    with pytest.raises(ValueError, match=message):
        environments.reset(**given)
    environments.reset(seed=[None, None, None])
    environments.close()


def test_step_that_takes_too_long_is_given_up(server: RunningServer) -> None:
    environments = faulty(server, "sleep", seconds=0.1)
    environments.reset(seed=[1, 13, 2])
    for _ in range(2):
        with pytest.raises(ServerError, match=f"the server at {server.address} did not answer in time while stepping"):
            environments.step(ACTIONS)
    environments.close()
    patient = faulty(server, "sleep")
    patient.reset(seed=[1, 13, 2])
    assert patient.step(ACTIONS)[1].tolist() == [1.0, 1.0, 1.0]
    patient.close()


def test_server_that_dies_is_told(serve: Callable[..., RunningServer]) -> None:
    server = serve("--import", "faulty")
    environments = faulty(server, "exit")
    environments.reset(seed=[1, 13, 2])
    with pytest.raises(ServerError, match=f"the server at {server.address} cannot be reached while stepping: "):
        environments.step(ACTIONS)
    assert server.process.wait(20) == 7
    environments.close()
    with pytest.raises(ServerError, match="cannot be reached while calling GetServerInfo"):
        faulty(server, "")


def test_group_that_is_refused_is_told_with_its_status(server: RunningServer) -> None:
    with pytest.raises(ServerError, match=rf"no environment CartPole; .* \(NOT_FOUND, server at {server.address}\)"):
        RemoteEnv(server.address, "CartPole", connection=server.connection)
    with pytest.raises(ServerError, match=r"argument gravity is not known: .* \(INVALID_ARGUMENT, "):
        RemoteEnv(server.address, "CartPole-v1", arguments={"gravity": 1}, connection=server.connection)
    with pytest.raises(ValueError, match=r"arguments\['gravity'\] is of type complex, which cannot be carried"):
        RemoteEnv(server.address, "CartPole-v1", arguments={"gravity": 1j}, connection=server.connection)


def test_closed_environments_are_not_used(server: RunningServer) -> None:
    environments = faulty(server, "")
    environments.close()
    environments.close()
    with pytest.raises(ServerError, match="the environments are closed"):
        environments.reset(seed=1)


def test_addresses_without_a_server_are_told(folder: Path) -> None:
    settings = ConnectionSettings(token_file=str(folder / "token"), connect_seconds=0.5)
    (folder / "token").write_text("t")
    with pytest.raises(ServerError, match=f"the server at unix:{folder}/s cannot be reached while calling GetServerInfo"):
        RemoteEnv(f"unix:{folder}/s", "CartPole-v1", connection=settings)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(ServerError, match=f"the server at 127.0.0.1:{port} (did not answer in time|cannot be reached)"):
            RemoteEnv(f"127.0.0.1:{port}", "CartPole-v1", connection=settings)
    with pytest.raises(ValueError, match="'nowhere' is no address"):
        RemoteEnv("nowhere", "CartPole-v1", connection=settings)
