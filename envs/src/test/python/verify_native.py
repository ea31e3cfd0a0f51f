"""Steps a server's classic-control tasks beside Gymnasium's own, in all three autoreset modes, and counts differences.

    python verify_native.py ADDRESS TOKEN_FILE SEED

Prints a line of JSON for each task and mode.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode

from kingfisher_gymnasium.client import ConnectionSettings, RemoteVectorEnv

TASKS = ("Acrobot-v1", "CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1")
ROWS = 10
EPISODES = 20


def compare(address: str, connection: ConnectionSettings, task: str, mode: AutoresetMode, seed: int) -> dict[str, Any]:
    """Steps both until that many episodes have ended."""
    ours = RemoteVectorEnv(address, task, ROWS, autoreset_mode=mode, connection=connection)
    theirs = gymnasium.make_vec(task, ROWS, "sync", vector_kwargs={"autoreset_mode": mode})
    counts = dict.fromkeys(("steps", "episodes", "observations", "ends", "finals", "rewards"), 0)
    largest = 0.0
    spaces = [v.single_observation_space for v in (ours, theirs)] + [v.single_action_space for v in (ours, theirs)]

    def differ(one: np.ndarray, other: np.ndarray) -> int:
        assert one.shape == other.shape and one.dtype == other.dtype, (one.shape, other.shape, one.dtype, other.dtype)
        return sum(a.tobytes() != b.tobytes() for a, b in zip(one, other, strict=True))

    counts["observations"] += differ(ours.reset(seed=seed)[0], theirs.reset(seed=seed)[0])
    theirs.action_space.seed(seed)
    while counts["episodes"] < EPISODES:
        actions = theirs.action_space.sample()
        (observed, rewards, *ends, infos), (their_observed, their_rewards, *their_ends, their_infos) = (
            ours.step(actions),
            theirs.step(actions),
        )
        counts["steps"] += ROWS
        counts["observations"] += differ(observed, their_observed)
        counts["rewards"] += differ(rewards, their_rewards)
        largest = max(largest, float(np.max(np.abs(rewards - their_rewards))))
        counts["ends"] += differ(ends[0], their_ends[0]) + differ(ends[1], their_ends[1])
        over = their_ends[0] | their_ends[1]
        counts["episodes"] += int(over.sum())
        counts["finals"] += infos.keys() != their_infos.keys()
        for row in np.flatnonzero(over) if "final_obs" in their_infos else ():
            counts["finals"] += infos["final_obs"][row].tobytes() != their_infos["final_obs"][row].tobytes()
        if mode == AutoresetMode.DISABLED and over.any():
            options = [{"reset_mask": over.copy()} for _ in range(2)]
            counts["observations"] += differ(ours.reset(options=options[0])[0], theirs.reset(options=options[1])[0])
    ours.close()
    theirs.close()
    return {
        "task": task,
        "mode": mode.name,
        "sameSpaces": spaces[0] == spaces[1] and spaces[2] == spaces[3],
        "largestRewardDifference": largest,
        **counts,
    }


def main() -> None:
    """Compares all tasks in all modes."""
    address, token_file, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
    connection = ConnectionSettings(token_file=token_file)
    for task in TASKS:
        for mode in AutoresetMode:
            print(json.dumps(compare(address, connection, task, mode, seed)), flush=True)


if __name__ == "__main__":
    main()
