"""N environments of one kind, reset and stepped one after the other."""

from __future__ import annotations

import copy
import threading
import time

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import values
from kingfisher_gymnasium.actions import ActionReader
from kingfisher_gymnasium.batch import Batch
from kingfisher_gymnasium.failures import Cause, RequestFailedError, described, invalid, out_of_place, report
from kingfisher_gymnasium.infos import InfoCollector
from kingfisher_gymnasium.leaves import leaves_of
from kingfisher_gymnasium.observations import FormError, ObservationStore
from kingfisher_gymnasium import tensors


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """How a group behaves."""

    name: str
    """What messages call its environments: `CartPole-v1`."""
    autoreset: pb.AutoresetMode
    infos: bool
    """Whether infos are sent."""
    seeds: tuple[int, ...]
    """Of the first reset, if that gives none: none, or N."""


class Group:
    """N environments and what they show, equal to Gymnasium's `SyncVectorEnv` in all three autoreset modes.

    One thread at a time may reset and step; `close` may come from any.
    """

    def __init__(self, environments: Sequence[gymnasium.Env[Any, Any]], settings: GroupSettings) -> None:
        """Takes the environments over: `close` closes them."""
        self._settings = settings
        self._environments = tuple(environments)
        self._steps = [environment.step for environment in environments]
        self._count = len(environments)
        space, action_space = environments[0].observation_space, environments[0].action_space
        self.observation_leaves = leaves_of(space)
        self.action_leaves = leaves_of(action_space)
        self._batch = Batch(self.observation_leaves, self._count)
        self._store = ObservationStore(space, self.observation_leaves, self._batch.observations)
        self._final = [np.zeros_like(array) for array in self._batch.observations]
        self._final_store = ObservationStore(space, self.observation_leaves, self._final)
        self._actions = ActionReader(action_space, self.action_leaves, self._count)
        self._finished = [False] * self._count
        self._nothing_ignored = (False,) * self._count
        self._seeds = settings.seeds
        # Why only a reset of all rows is possible.
        self._unready: str | None = "there has been no reset"
        self._lock = threading.Lock()
        self._closing = False
        self._closed = False

    @property
    def largest_message(self) -> int:
        """Bytes of the longest message to or from this group, without infos and options."""
        action = sum(leaf.bytes_per_row for leaf in self.action_leaves) * self._count + 64 * (len(self.action_leaves) + 1)
        return max(action, self._batch.largest_message)

    def reset(self, sequence: int, message: pb.Reset) -> bytes:
        """Starts new episodes; returns the serialized response, and raises `RequestFailedError`."""
        with self._used():
            return self._reset(sequence, message)

    def step(self, sequence: int, message: pb.Step) -> bytes:
        """Acts once in each environment; returns the serialized response, and raises `RequestFailedError`."""
        with self._used():
            return self._step(sequence, message)

    def require_reset(self, reason: str) -> None:
        """Takes nothing but a reset of all rows from now on: the client has not seen what came of the last request."""
        self._unready = reason

    def close(self) -> None:
        """Closes the environments, now or, if one is acting, right after. What fails on the way is printed."""
        self._closing = True
        if self._lock.acquire(blocking=False):
            try:
                self._close()
            finally:
                self._lock.release()

    def _used(self) -> _Use:
        return _Use(self)

    def _close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for row, environment in enumerate(self._environments):
            try:
                environment.close()
            except BaseException as failure:
                report(f"{self._called(row)} failed in close: {described(failure)}")

    def _reset(self, sequence: int, message: pb.Reset) -> bytes:
        rows = self._rows_of(message.mask)
        if self._unready is not None and len(rows) < self._count:
            raise out_of_place(f"a reset of {len(rows)} of {self._count} rows, but {self._unready}: reset all rows")
        if len(message.seeds) not in (0, self._count):
            raise invalid(f"{len(message.seeds)} seeds for {self._count} environments: none, or one each")
        seeds: Sequence[int | None] = message.seeds or self._seeds or (None,) * self._count
        try:
            options = {key: values.decode(value, f"option {key!r}") for key, value in message.options.items()}
        except ValueError as error:
            raise invalid(str(error)) from error

        batch = self._batch
        infos = InfoCollector(self._count) if self._settings.infos else None
        started = time.perf_counter_ns()
        batch.rewards[:] = 0
        batch.reset_rows[:] = False
        for row in rows:
            # As SyncVectorEnv: a mask comes among options, so that there are some then.
            given = copy.deepcopy(options) if options or message.mask else None
            try:
                self._begin(row, infos, seeds[row], given)
            except BaseException as failure:
                raise self._failed(row, "reset", failure) from failure
            batch.terminated[row] = False
            batch.truncated[row] = False
            self._finished[row] = False
        self._unready = None
        self._seeds = ()
        return self._answer(sequence, started, infos, None)

    def _rows_of(self, mask: bytes) -> Sequence[int]:
        if not mask:
            return range(self._count)
        if len(mask) != self._count or mask.strip(b"\0\1"):
            raise invalid(f"a reset mask of {len(mask)} bytes: {self._count} are expected, each 0 or 1")
        rows = [row for row, chosen in enumerate(mask) if chosen]
        if not rows:
            raise invalid("a reset mask without any row")
        return rows

    def _begin(self, row: int, infos: InfoCollector | None, seed: int | None, options: dict[str, Any] | None) -> None:
        """Resets the environment of a row, and shows its first observation."""
        outcome = self._environments[row].reset(seed=seed, options=options)
        if not isinstance(outcome, (tuple, list)) or len(outcome) != 2:
            raise FormError(f"its reset gave {_counted(outcome)}, not (observation, info)")
        observation, info = outcome
        if not isinstance(info, dict):
            raise FormError(f"its info is of type {type(info).__name__}, not a dict")
        self._store.store(row, observation)
        self._batch.reset_rows[row] = True
        if infos is not None:
            infos.add(row, info)

    def _step(self, sequence: int, message: pb.Step) -> bytes:
        if self._unready is not None:
            raise out_of_place(f"a step, but {self._unready}: reset all rows first")
        mode, finished, batch = self._settings.autoreset, self._finished, self._batch
        if mode == pb.AUTORESET_MODE_DISABLED and True in finished:
            ended = ", ".join(str(row) for row, over in enumerate(finished) if over)
            raise out_of_place(f"a step, but the episodes of rows {ended} are over: reset these rows first")
        # Under SAME_STEP no row stays finished.
        actions = self._actions.read(message, finished if mode == pb.AUTORESET_MODE_NEXT_STEP else self._nothing_ignored)
        same_step, next_step = mode == pb.AUTORESET_MODE_SAME_STEP, mode == pb.AUTORESET_MODE_NEXT_STEP

        infos = final_infos = None
        if self._settings.infos:
            infos, final_infos = InfoCollector(self._count), InfoCollector(self._count)
        ended_rows: list[int] = []
        rewards: list[float] = []
        steps, store = self._steps, self._store.store
        started = time.perf_counter_ns()
        batch.reset_rows[:] = False
        batch.terminated[:] = False
        batch.truncated[:] = False
        row, doing = -1, "step"
        try:
            for row, action in enumerate(actions):
                if next_step and finished[row]:
                    doing = "reset"
                    self._begin(row, infos, None, None)
                    doing = "step"
                    rewards.append(0.0)
                    finished[row] = False
                    continue
                outcome = steps[row](action)
                if not isinstance(outcome, (tuple, list)) or len(outcome) != 5:
                    raise FormError(f"its step gave {_counted(outcome)}, not (observation, reward, terminated, truncated, info)")
                observation, reward, terminated, truncated, info = outcome
                rewards.append(reward if isinstance(reward, float) else _number(reward))
                if not isinstance(info, dict):
                    raise FormError(f"its info is of type {type(info).__name__}, not a dict")
                if (terminated is not False or truncated is not False) and self._ends(row, terminated, truncated):
                    if same_step:
                        self._final_store.store(len(ended_rows), observation)
                        ended_rows.append(row)
                        if final_infos is not None:
                            final_infos.add(row, info)
                        doing = "reset"
                        self._begin(row, infos, None, None)
                        doing = "step"
                        continue
                    finished[row] = True
                store(row, observation)
                if infos is not None:
                    infos.add(row, info)
        except BaseException as failure:
            raise self._failed(row, doing, failure) from failure
        batch.rewards[:] = rewards
        return self._answer(sequence, started, infos, self._final_rows(ended_rows, final_infos))

    def _ends(self, row: int, terminated: Any, truncated: Any) -> bool:
        """Shows the flags of a step, and says whether it ended the episode."""
        over, cut = _flag(terminated, "terminated"), _flag(truncated, "truncated")
        self._batch.terminated[row] = over
        self._batch.truncated[row] = cut
        return over or cut

    def _final_rows(self, rows: list[int], infos: InfoCollector | None) -> pb.FinalRows | None:
        if not rows:
            return None
        tensors_of_rows = [tensors.encode(array[: len(rows)]) for array in self._final]
        final = pb.FinalRows(rows=rows, observations=tensors_of_rows)
        if infos is not None:
            final.infos.CopyFrom(infos.encode(np.array(rows)))
        return final

    def _answer(self, sequence: int, started: int, infos: InfoCollector | None, final: pb.FinalRows | None) -> bytes:
        took = time.perf_counter_ns() - started
        columns = None if infos is None else infos.encode(slice(None))
        return self._batch.encode(sequence, took, final, columns)

    def _failed(self, row: int, doing: str, failure: BaseException) -> RequestFailedError:
        self._unready = f"{self._called(row)} failed"
        if isinstance(failure, FormError):
            message, cause = str(failure), None
        else:
            message, cause = f"it failed in {doing}: {described(failure)}", Cause.of(failure)
            report(f"{self._called(row)} failed in {doing}\n{cause.trace}")
        message = f"{self._called(row)}: {message}"
        return RequestFailedError(pb.CODE_ENVIRONMENT_FAILED, message, unchanged=False, row=row, cause=cause)

    def _called(self, row: int) -> str:
        return f"environment {row} of {self._settings.name}"


class _Use:
    """Holds a group's lock while a request is carried out, and closes it then if somebody wished it meanwhile."""

    __slots__ = ("_group",)

    def __init__(self, group: Group) -> None:
        self._group = group

    def __enter__(self) -> None:
        self._group._lock.acquire()
        if self._group._closing:
            self._group._lock.release()
            raise RequestFailedError(pb.CODE_NOT_FOUND, "the group has been closed", unchanged=False)

    def __exit__(self, *failure: object) -> None:
        self._group._lock.release()
        if self._group._closing:
            self._group.close()


def _counted(outcome: object) -> str:
    name = type(outcome).__name__
    return f"a {name} of {len(outcome)}" if isinstance(outcome, (tuple, list)) else f"a value of type {name}"


def _flag(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return value
    array = np.asarray(value)
    if array.dtype != np.bool_ or array.shape:
        raise FormError(f"its {name} is {described_value(value)}, not a bool")
    return bool(array)


def _number(value: Any) -> float:
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or array.shape:
        raise FormError(f"its reward is {described_value(value)}, not a number")
    return float(array)


def described_value(value: object) -> str:
    """A value in a few words: how it is written, cut short, and its type."""
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:59] + '…'} of type {type(value).__name__}"
