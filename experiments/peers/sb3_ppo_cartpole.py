#!/usr/bin/env python3
"""The peer's side of `bench ppo-cartpole`: PPO of Stable-Baselines3 on CartPole-v1, one torch thread, timed.

    python sb3_ppo_cartpole.py --steps 102400
    python sb3_ppo_cartpole.py --steps 102400 --repeat-on-stdin

Settings are those of CleanRL's ppo.py (learning rate 2.5e-4 falling linearly to 0, entropy 0.01, clip 0.2, separate
64-64 tanh networks) without its value clip; environments run in a DummyVecEnv, each in a Monitor, as `make_vec_env`
makes them. A short learn warms the process up; then the time of one `learn()` of a fresh model is taken, without
making the model and the environments. stdout carries nothing but one JSON line a measurement:

    {"stepsPerSecond", "updateMillisecondsPerMinibatch", "environmentSteps", "seconds", "meanReturn", "seed",
     "versions"}

`environmentSteps` is what was really done: `--steps` rounded up to whole rollouts. `meanReturn` is the mean of the
last 100 training episodes (null when none has ended).

With `--repeat-on-stdin` the process stays: it writes "ready" to stderr when warm, makes one measurement for each line
of stdin, and ends with stdin. A line is empty (the next seed) or a JSON object that replaces `steps`, `seed` or both:
{"steps": 1024} is a cheap first request to wait for. So a benchmark can take its own and the peer's samples in turn.
"""

from __future__ import annotations

import one_thread  # first: before torch

import argparse
import contextlib
import json
import sys
import time
from typing import Any

import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env

WARM_UP_ROLLOUTS = 2


class TimedPPO(PPO):
    """PPO that adds up the seconds spent in its updates."""

    update_seconds = 0.0
    minibatches = 0

    def train(self) -> None:
        begin = time.perf_counter()
        super().train()
        self.update_seconds += time.perf_counter() - begin
        self.minibatches += self.n_epochs * (self.n_steps * self.n_envs // self.batch_size)


def make(options: argparse.Namespace, seed: int) -> TimedPPO:
    environments = make_vec_env("CartPole-v1", n_envs=options.environments, seed=seed)
    return TimedPPO("MlpPolicy", environments, seed=seed, device="cpu", n_steps=options.rollout_steps,
                    batch_size=options.minibatch_size, n_epochs=options.epochs, gamma=0.99, gae_lambda=0.95,
                    clip_range=0.2, clip_range_vf=None, ent_coef=0.01, vf_coef=0.5, max_grad_norm=0.5,
                    learning_rate=lambda left: 2.5e-4 * left,
                    policy_kwargs={"net_arch": {"pi": [64, 64], "vf": [64, 64]}, "activation_fn": torch.nn.Tanh})


def measure(options: argparse.Namespace, steps: int, seed: int) -> dict[str, Any]:
    model = make(options, seed)
    begin = time.perf_counter()
    model.learn(steps)
    seconds = time.perf_counter() - begin
    returns = [episode["r"] for episode in model.ep_info_buffer]
    model.env.close()
    return {"stepsPerSecond": model.num_timesteps / seconds,
            "updateMillisecondsPerMinibatch": 1000 * model.update_seconds / model.minibatches,
            "environmentSteps": model.num_timesteps, "seconds": seconds,
            "meanReturn": float(np.mean(returns)) if returns else None, "seed": seed,
            "versions": one_thread.versions("stable-baselines3", "torch", "numpy", "gymnasium")}


def answer(options: argparse.Namespace, steps: int, seed: int) -> None:
    """One measurement, one line; whatever libraries print goes to stderr."""
    with contextlib.redirect_stdout(sys.stderr):
        result = measure(options, steps, seed)
    print(json.dumps(result, allow_nan=False), flush=True)


def request(line: str, options: argparse.Namespace, next_seed: int) -> tuple[int, int]:
    asked = json.loads(line) if line.strip() else {}
    if not isinstance(asked, dict) or not asked.keys() <= {"steps", "seed"}:
        raise ValueError("accepted are an empty line and an object with steps, seed")
    steps, seed = asked.get("steps", options.steps), asked.get("seed", next_seed)
    if type(steps) is not int or steps < 1 or type(seed) is not int or seed < 0:
        raise ValueError("steps must be a positive integer, seed an integer ≥ 0")
    return steps, seed


def serve(options: argparse.Namespace) -> int:
    print("ready", file=sys.stderr, flush=True)
    seed = options.seed
    for line in sys.stdin:
        try:
            steps, seed = request(line, options, seed)
        except ValueError as problem:
            print(f"bad request {line.strip()!r}: {problem}", file=sys.stderr)
            return 2
        answer(options, steps, seed)
        seed += 1
    return 0


def arguments() -> argparse.Namespace:
    def positive(text: str) -> int:
        value = int(text)
        if value < 1:
            raise ValueError
        return value

    parser = argparse.ArgumentParser(description="Time PPO of Stable-Baselines3 on CartPole-v1.")
    parser.add_argument("--steps", type=positive, default=102_400, help="environment steps a measurement")
    parser.add_argument("--environments", type=positive, default=8)
    parser.add_argument("--rollout-steps", type=positive, default=128)
    parser.add_argument("--minibatch-size", type=positive, default=256)
    parser.add_argument("--epochs", type=positive, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat-on-stdin", action="store_true", help="one measurement for each line of stdin")
    options = parser.parse_args()
    if options.seed < 0:
        parser.error(f"seed must be at least 0: {options.seed}")
    batch = options.environments * options.rollout_steps
    if batch % options.minibatch_size:
        parser.error(f"minibatch-size must divide {batch} (environments × rollout-steps): {options.minibatch_size}")
    return options


def main() -> int:
    options = arguments()
    one_thread.apply()
    with contextlib.redirect_stdout(sys.stderr):
        measure(options, WARM_UP_ROLLOUTS * options.environments * options.rollout_steps, options.seed)
    if options.repeat_on_stdin:
        return serve(options)
    answer(options, options.steps, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
