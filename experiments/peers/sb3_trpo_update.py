#!/usr/bin/env python3
"""The peer's side of `bench trpo-update`: updates of sb3-contrib's TRPO over rollouts of noise, timed.

    python sb3_trpo_update.py --threads 2 --environments 8 --updates 3
    python sb3_trpo_update.py --threads 2 --repeat-on-stdin

Settings are the library's defaults: 2048 steps of each environment, 15 iterations of conjugate gradient, 10 epochs of
minibatch 128 for the critic, separate 64-64 tanh networks. Observations have HalfCheetah's 17 numbers, actions its 6.
A measurement is the median time of `train()` over some updates of a fresh model; collecting is not in it. stdout carries
one JSON line a measurement:

    {"milliseconds", "samples": [...], "versions"}

With `--repeat-on-stdin` one measurement for each line of stdin, as in `timed_requests.py`.
"""

from __future__ import annotations

import argparse
import os
import sys


def options_of_the_command_line() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time updates of sb3-contrib's TRPO.")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--environments", type=int, default=1)
    parser.add_argument("--updates", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat-on-stdin", action="store_true", help="one measurement for each line of stdin")
    return parser.parse_args()


OPTIONS = options_of_the_command_line()
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # before torch
    os.environ[variable] = str(OPTIONS.threads)

import platform
import statistics
import time
from importlib.metadata import version
from typing import Any

import gymnasium
import numpy as np
import timed_requests
import torch
from sb3_contrib import TRPO
from stable_baselines3.common.env_util import make_vec_env

STEPS = 2048


class Noise(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (17,), np.float32)
    action_space = gymnasium.spaces.Box(-1, 1, (6,), np.float32)

    def observation(self) -> np.ndarray:
        return self.np_random.standard_normal(17).astype(np.float32)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self.observation(), {}

    def step(self, action):
        reward, ended = float(self.np_random.standard_normal()), self.np_random.random() < 0.001
        return self.observation(), reward, False, ended, {}


class TimedTRPO(TRPO):
    def train(self) -> None:
        begin = time.perf_counter()
        super().train()
        self.samples.append(1000 * (time.perf_counter() - begin))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    environments = make_vec_env(Noise, n_envs=options.environments, seed=options.seed)
    model = TimedTRPO("MlpPolicy", environments, seed=options.seed, device="cpu", n_steps=STEPS)
    model.samples = []
    model.learn(STEPS * options.environments * options.updates)
    packages = ("sb3-contrib", "stable-baselines3", "torch", "numpy")
    return {"milliseconds": statistics.median(model.samples), "samples": model.samples,
            "versions": {"python": platform.python_version()} | {package: version(package) for package in packages}}


def main() -> int:
    torch.set_num_threads(OPTIONS.threads)
    if OPTIONS.repeat_on_stdin:
        return timed_requests.serve(measure, OPTIONS)
    timed_requests.answer(measure, OPTIONS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
