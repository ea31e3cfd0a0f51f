#!/usr/bin/env python3
"""A peer's side of `bench bridge-halfcheetah`: Gymnasium's own vectors in one process, stepped with random actions.

    python gymnasium_vectors.py --vector sync --steps 32000
    python gymnasium_vectors.py --repeat-on-stdin

Actions are drawn before the clock starts. stdout carries one JSON line a measurement:

    {"stepsPerSecond", "environmentSteps", "seconds", "vector", "versions"}

With `--repeat-on-stdin` one measurement for each line of stdin, as in `timed_requests.py`.
"""

from __future__ import annotations

import one_thread  # first: before NumPy

import argparse
import sys
import time
from typing import Any

import gymnasium
import numpy as np
import timed_requests

WARM_UP_BATCHES = 50


def measure(options: argparse.Namespace) -> dict[str, Any]:
    vector = gymnasium.make_vec(options.task, num_envs=options.environments, vectorization_mode=options.vector)
    batches = max(1, options.steps // options.environments)
    space = vector.single_action_space
    generator = np.random.default_rng(options.seed)
    actions = generator.uniform(space.low, space.high, (256, options.environments, *space.shape)).astype(space.dtype)
    vector.reset(seed=options.seed)
    for batch in range(WARM_UP_BATCHES):
        vector.step(actions[batch % len(actions)])
    begin = time.perf_counter()
    for batch in range(batches):
        vector.step(actions[batch % len(actions)])
    seconds = time.perf_counter() - begin
    vector.close()
    steps = batches * options.environments
    return {"stepsPerSecond": steps / seconds, "environmentSteps": steps, "seconds": seconds, "vector": options.vector,
            "versions": one_thread.versions("gymnasium", "numpy", "mujoco")}


def main() -> int:
    parser = argparse.ArgumentParser(description="Time a vector of Gymnasium environments.")
    parser.add_argument("--task", default="HalfCheetah-v5")
    parser.add_argument("--vector", choices=("sync", "async"), default="sync")
    parser.add_argument("--environments", type=int, default=16)
    parser.add_argument("--steps", type=int, default=32_000, help="environment steps a measurement")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat-on-stdin", action="store_true", help="one measurement for each line of stdin")
    options = parser.parse_args()
    if options.repeat_on_stdin:
        return timed_requests.serve(measure, options)
    timed_requests.answer(measure, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
