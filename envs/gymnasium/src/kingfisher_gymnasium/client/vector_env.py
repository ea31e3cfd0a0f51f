"""N served environments as a Gymnasium vector."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import infos, leaves, tensors
from kingfisher_gymnasium.client.connection import Connection, ConnectionSettings, ServerError
from kingfisher_gymnasium.client.group import RemoteGroup

_MODES: Final = MappingProxyType(
    {
        AutoresetMode.NEXT_STEP: pb.AUTORESET_MODE_NEXT_STEP,
        AutoresetMode.SAME_STEP: pb.AUTORESET_MODE_SAME_STEP,
        AutoresetMode.DISABLED: pb.AUTORESET_MODE_DISABLED,
    }
)


class RemoteVectorEnv(VectorEnv[Any, Any, npt.NDArray[Any]]):
    """N environments on a server, with the observations, rewards, ends and infos of `SyncVectorEnv`."""

    def __init__(
        self,
        address: str,
        environment: str,
        num_envs: int,
        *,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        arguments: Mapping[str, Any] = MappingProxyType({}),
        max_episode_steps: int | None = None,
        with_infos: bool = True,
        connection: ConnectionSettings = ConnectionSettings(),
    ) -> None:
        """Makes the environments.

        Args:
            address: `HOST:PORT` or `unix:PATH`.
            environment: What the server calls the environment: `HalfCheetah-v5`.
            num_envs: N.
            autoreset_mode: What happens to an environment whose episode ended.
            arguments: Of the environment's constructor.
            max_episode_steps: Overrides the step at which episodes are truncated; -1: without limit.
            with_infos: Whether infos are sent; without, they are empty but for `final_obs`.
            connection: How the server is reached.

        Raises:
            ServerError: If there is no such server, or it refuses.
            ValueError: If an argument cannot be carried.
        """
        self.num_envs = num_envs
        self.closed = False
        mode = AutoresetMode(autoreset_mode)
        self._group = RemoteGroup(
            Connection(address, connection),
            environment,
            num_envs,
            _MODES[mode],
            arguments=arguments,
            time_limit=None if max_episode_steps is None else max(max_episode_steps, 0),
            infos=with_infos,
        )
        self.metadata = {"render_modes": [], "autoreset_mode": mode}
        self.single_observation_space = self._group.observation_space
        self.single_action_space = self._group.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Starts new episodes: all, or those in `options["reset_mask"]`.

        A number seeds row i with `seed + i`, a list each row. Raises `ServerError`, and `ValueError` for seeds and options
        that cannot be carried.
        """
        given = dict(options or {})
        mask = given.pop("reset_mask", None)
        if mask is not None and (not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.shape != (self.num_envs,)):
            raise ValueError(f"reset_mask is {mask!r}: an array of {self.num_envs} bools is expected")
        batch = self._group.reset(self._seeds(seed), b"" if mask is None else mask.tobytes(), given)
        return self._observed(batch), self._infos(batch)

    def step(
        self, actions: Any
    ) -> tuple[Any, npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], dict[str, Any]]:
        """Acts in each environment; raises `ServerError`, and `ValueError` for actions that have not the space's form."""
        batch = self._group.step(actions)
        return (
            self._observed(batch),
            self._array(batch.rewards, np.float64),
            self._array(batch.terminated, np.bool_),
            self._array(batch.truncated, np.bool_),
            self._infos(batch),
        )

    def close_extras(self, **kwargs: Any) -> None:
        """Closes the environments and the connection."""
        self._group.close()

    def _seeds(self, seed: int | list[int | None] | None) -> list[int]:
        if seed is None or (isinstance(seed, list) and seed == [None] * self.num_envs):
            return []
        seeds = [seed + row for row in range(self.num_envs)] if isinstance(seed, int) else list(seed)
        if len(seeds) != self.num_envs or not all(isinstance(s, (int, np.integer)) and 0 <= s < 2**64 for s in seeds):
            raise ValueError(f"seed is {seed!r}: {self.num_envs} numbers from 0 to 2^64 - 1 are expected, or none at all")
        return [int(s) for s in seeds if s is not None]

    def _observed(self, batch: pb.StepBatch) -> Any:
        arrays = self._group.observations(batch.observations, self.num_envs)
        return leaves.assemble(self.single_observation_space, arrays)

    def _array(self, data: bytes, dtype: type[np.generic]) -> npt.NDArray[Any]:
        try:
            return tensors.from_bytes(data, np.dtype(dtype), (self.num_envs,))
        except ValueError as error:
            raise ServerError(f"the server sent {error}") from error

    def _infos(self, batch: pb.StepBatch) -> dict[str, Any]:
        try:
            told = infos.decode(batch.infos, np.arange(self.num_envs), self.num_envs)
            if batch.HasField("final"):
                self._add_final(batch, told)
        except (ValueError, IndexError, TypeError) as error:
            raise ServerError(f"the server sent infos that fit no rows: {error}") from error
        return told

    def _add_final(self, batch: pb.StepBatch, told: dict[str, Any]) -> None:
        rows = np.array(batch.final.rows, np.intp)
        arrays = self._group.observations(batch.final.observations, len(rows))
        present = np.zeros(self.num_envs, np.bool_)
        present[rows] = True
        observations = np.full(self.num_envs, None, object)
        for k, row in enumerate(rows):
            observations[row] = leaves.assemble(self.single_observation_space, [array[k] for array in arrays])
        told["final_obs"], told["_final_obs"] = observations, present
        if batch.final.HasField("infos"):
            told["final_info"] = infos.decode(batch.final.infos, rows, self.num_envs)
            told["_final_info"] = present.copy()
