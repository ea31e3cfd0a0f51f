#!/usr/bin/env python3
"""A peer's side of `bench bridge-halfcheetah`: PPO of Stable-Baselines3 on HalfCheetah-v5, one torch thread, timed.

    python sb3_ppo_halfcheetah.py --steps 16384
    python sb3_ppo_halfcheetah.py --repeat-on-stdin

Eight environments in a DummyVecEnv, observations and rewards normalised, 256 steps of each a rollout, minibatch 64, 10
epochs, separate 64-64 tanh networks. A short learn warms the process up; then the time of one `learn()` of a fresh
model is taken, without making the model and the environments. stdout carries one JSON line a measurement:

    {"stepsPerSecond", "environmentSteps", "seconds", "versions"}

With `--repeat-on-stdin` one measurement for each line of stdin, as in `timed_requests.py`.
"""

from __future__ import annotations

import one_thread  # first: before torch

import argparse
import sys
import time
from typing import Any

import timed_requests
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

ENVIRONMENTS = 8
STEPS_OF_AN_ENVIRONMENT = 256


def measure(options: argparse.Namespace) -> dict[str, Any]:
    environments = VecNormalize(
        make_vec_env("HalfCheetah-v5", n_envs=ENVIRONMENTS, seed=options.seed, vec_env_cls=DummyVecEnv))
    model = PPO("MlpPolicy", environments, seed=options.seed, device="cpu", n_steps=STEPS_OF_AN_ENVIRONMENT,
                batch_size=64, n_epochs=10)
    begin = time.perf_counter()
    model.learn(options.steps)
    seconds = time.perf_counter() - begin
    environments.close()
    return {"stepsPerSecond": model.num_timesteps / seconds, "environmentSteps": model.num_timesteps,
            "seconds": seconds, "versions": one_thread.versions("stable-baselines3", "torch", "gymnasium", "mujoco")}


def main() -> int:
    parser = argparse.ArgumentParser(description="Time PPO of Stable-Baselines3 on HalfCheetah-v5.")
    parser.add_argument("--steps", type=int, default=8 * ENVIRONMENTS * STEPS_OF_AN_ENVIRONMENT)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat-on-stdin", action="store_true", help="one measurement for each line of stdin")
    options = parser.parse_args()
    one_thread.apply()
    measure(argparse.Namespace(steps=ENVIRONMENTS * STEPS_OF_AN_ENVIRONMENT, seed=options.seed))
    if options.repeat_on_stdin:
        return timed_requests.serve(measure, options)
    timed_requests.answer(measure, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
