"""One served environment as Gymnasium's."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode

from kingfisher_gymnasium.client.connection import ConnectionSettings
from kingfisher_gymnasium.client.vector_env import RemoteVectorEnv


class RemoteEnv(gymnasium.Env[Any, Any]):
    """An environment on a server, with the observations, rewards, ends and infos that it has there."""

    metadata = {"render_modes": []}

    def __init__(
        self,
        address: str,
        environment: str,
        *,
        arguments: Mapping[str, Any] = MappingProxyType({}),
        max_episode_steps: int | None = None,
        connection: ConnectionSettings = ConnectionSettings(),
    ) -> None:
        """Makes the environment; the arguments are those of `RemoteVectorEnv`, as is what is raised."""
        self._vector = RemoteVectorEnv(
            address,
            environment,
            1,
            autoreset_mode=AutoresetMode.DISABLED,
            arguments=arguments,
            max_episode_steps=max_episode_steps,
            connection=connection,
        )
        self.observation_space = self._vector.single_observation_space
        self.action_space = self._vector.single_action_space

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Starts a new episode."""
        super().reset(seed=seed)
        observations, infos = self._vector.reset(seed=seed, options=options)
        return _first(self.observation_space, observations), _first_info(infos)

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Acts once. An episode that is over has to be reset first: the server refuses otherwise."""
        observations, rewards, terminated, truncated, infos = self._vector.step(_batched(action))
        observation = _first(self.observation_space, observations)
        return observation, float(rewards[0]), bool(terminated[0]), bool(truncated[0]), _first_info(infos)

    def close(self) -> None:
        """Closes the environment and the connection."""
        self._vector.close()


def _first(space: gymnasium.Space[Any], value: Any) -> Any:
    match space:
        case gymnasium.spaces.Tuple():
            return tuple(_first(part, value[index]) for index, part in enumerate(space.spaces))
        case gymnasium.spaces.Dict():
            return {key: _first(part, value[key]) for key, part in space.spaces.items()}
        case gymnasium.spaces.Discrete():
            return value[0]
        case _:
            return value[0, ...]  # An array also where it has no dimensions.


def _batched(action: Any) -> Any:
    match action:
        case tuple():
            return tuple(map(_batched, action))
        case dict():
            return {key: _batched(part) for key, part in action.items()}
        case _:
            return np.asarray(action)[np.newaxis]


def _first_info(infos: dict[str, Any]) -> dict[str, Any]:
    info: dict[str, Any] = {}
    for key, value in infos.items():
        mask = infos.get(f"_{key}")
        if isinstance(mask, np.ndarray) and mask[0]:
            info[key] = _first_info(value) if isinstance(value, dict) else value[0]
    return info
