"""Replays what the Java client has recorded of served environments on Gymnasium's own vectors, and compares every bit.

    python verify_bridge.py FOLDER

FOLDER has a pair of files for each case: NAME.json says what was stepped, and NAME.numbers has a record of doubles for each
request: its kind (0: reset with the seed, 1: step, 2: reset of the rows in the mask), the mask [N], the actions [N, A], and
what came back: observations [N, O], rewards [N], terminated [N], truncated [N], reset rows [N], final observations [N, O].
Prints a line a case, and ends with 1 if there is any difference.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Dict, Tuple
from gymnasium.vector import AutoresetMode

RESET, STEP, RESET_OF_ROWS = range(3)


def flat(space: gymnasium.Space[Any], value: Any) -> np.ndarray:
    """An observation of one environment as doubles, its parts one after the other."""
    if isinstance(space, Tuple):
        return np.concatenate([flat(part, value[i]) for i, part in enumerate(space.spaces)])
    if isinstance(space, Dict):
        return np.concatenate([flat(part, value[key]) for key, part in space.spaces.items()])
    return np.asarray(value, np.float64).ravel()


def row_of(value: Any, row: int) -> Any:
    """One environment's part of a batched observation."""
    if isinstance(value, tuple):
        return tuple(row_of(part, row) for part in value)
    if isinstance(value, dict):
        return {key: row_of(part, row) for key, part in value.items()}
    return value[row]


class Replay:
    """One case, stepped again in this process."""

    def __init__(self, case: dict[str, Any], numbers: np.ndarray) -> None:
        self.case = case
        self.rows = case["rows"]
        self.mode = AutoresetMode[case["mode"]]
        self.vector = gymnasium.make_vec(
            case["environment"],
            num_envs=self.rows,
            vectorization_mode="sync",
            vector_kwargs={"autoreset_mode": self.mode},
            disable_env_checker=True,
            **case["arguments"],
        )
        self.space = self.vector.single_observation_space
        widths = [1, self.rows, self.rows * case["actionSize"], self.rows * case["observationSize"]]
        widths += [self.rows] * 4 + [self.rows * case["observationSize"]]
        self.records = np.split(numbers.reshape(-1, sum(widths)), np.cumsum(widths)[:-1], axis=1)
        self.differences: list[str] = []
        self.episodes = 0

    def run(self) -> None:
        """Compares all records."""
        ended = np.zeros(self.rows, bool)
        for index, (kind, mask, actions, seen, rewards, terminated, truncated, reset_rows, finals) in enumerate(
            zip(*self.records, strict=True)
        ):
            infos: dict[str, Any] = {}
            expected_rewards, expected_resets = np.zeros(self.rows), mask.astype(bool)
            if kind[0] == STEP:
                observations, expected_rewards, over, cut, infos = self.vector.step(self.actions(actions))
                self.same(index, "terminated", terminated, over)
                self.same(index, "truncated", truncated, cut)
                expected_resets = {
                    AutoresetMode.NEXT_STEP: ended,
                    AutoresetMode.SAME_STEP: over | cut,
                    AutoresetMode.DISABLED: np.zeros(self.rows, bool),
                }[self.mode]
                ended = over | cut
                self.episodes += int(ended.sum())
            elif kind[0] == RESET_OF_ROWS:
                observations, _ = self.vector.reset(options={"reset_mask": mask.astype(bool)})
            else:
                observations, _ = self.vector.reset(seed=self.case["seed"])
            self.same(index, "rewards", rewards, expected_rewards)
            self.same(index, "reset rows", reset_rows, expected_resets)
            for row in range(self.rows):
                self.same(index, f"observation {row}", self.part(seen, row), flat(self.space, row_of(observations, row)))
                if self.mode == AutoresetMode.SAME_STEP and kind[0] == STEP and ended[row]:
                    self.same(index, f"final {row}", self.part(finals, row), flat(self.space, infos["final_obs"][row]))
        self.vector.close()

    def actions(self, numbers: np.ndarray) -> np.ndarray:
        """The actions in the form of the batched action space."""
        space = self.vector.action_space
        return numbers.astype(space.dtype).reshape(space.shape)

    def part(self, numbers: np.ndarray, row: int) -> np.ndarray:
        """One environment's numbers."""
        return numbers.reshape(self.rows, -1)[row]

    def same(self, index: int, what: str, ours: np.ndarray, theirs: Any) -> None:
        """Notes a difference."""
        if ours.tobytes() != np.asarray(theirs, np.float64).tobytes():
            self.differences.append(f"record {index}: {what}: {ours} instead of {theirs}")


def main() -> int:
    """Replays all cases of the folder."""
    episodes = differing = 0
    cases = sorted(Path(sys.argv[1]).glob("*.json"))
    for file in cases:
        replay = Replay(json.loads(file.read_text()), np.fromfile(file.with_suffix(".numbers"), "<f8"))
        replay.run()
        episodes += replay.episodes
        differing += bool(replay.differences)
        for difference in replay.differences[:3]:
            print(f"{file.stem}: {difference}")
        print(f"{file.stem}: {len(replay.records[0])} records, {len(replay.differences)} differences")
    print(f"{len(cases)} cases, {episodes} episodes, {differing} cases differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
