#!/usr/bin/env python3
"""Train PPO or A2C of Stable-Baselines3, or TRPO of sb3-contrib, on a Gymnasium task and write one JSON file.

    python sb3_baseline.py --env HalfCheetah-v5 --seed 0 --steps 1000000 --json ppo-HalfCheetah-v5-0.json
    python sb3_baseline.py --algorithm trpo --env Hopper-v5 --seed 0 --json trpo-Hopper-v5-0.json
    python sb3_baseline.py --algorithm a2c --env Hopper-v5 --seed 0 --json a2c-Hopper-v5-0.json

PPO: settings of CleanRL's ppo_continuous_action.py (without its value clip): one environment, 2048 steps, minibatch
64, 10 epochs, learning rate 3e-4 falling linearly to 0, clip 0.2, no entropy bonus. TRPO: settings of
rl-baselines3-zoo's trpo.yml for MuJoCo tasks: two environments, 1024 steps, 25 iterations of conjugate gradient,
damping 0.1, bound 0.01, critic 20 epochs of minibatch 128 at 1e-3. A2C: settings of its a2c.yml for simulated robots,
without state-dependent noise (gSDE) and time feature: four environments, 8 steps, λ 0.9, learning rate 9.6e-4 falling
linearly to 0, torch's RMSprop, value coefficient 0.4, log standard deviation -2 and torch's own weights at the start.
All: 64-64 tanh, one torch thread.
Observations and rewards are normalised while training and clipped at ±10; in evaluations the statistics are frozen
and returns are raw. Evaluations run in an environment of their own, seeded 10 000 + seed: at every tenth of the steps
5 episodes with the most likely action and 5 with sampled ones, at the end 20 and 20. The file is not written before
the run is complete. `wallSeconds` includes the evaluations on the way.
"""

from __future__ import annotations

import one_thread  # first: before torch

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from sb3_contrib import TRPO
from stable_baselines3 import A2C, PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import VecNormalize, sync_envs_normalization

EVALUATIONS = 10
EPISODES_ON_THE_WAY = 5
EPISODES_AT_THE_END = 20
EVALUATION_SEED_OFFSET = 10_000
DISCOUNT = 0.99
ALGORITHMS = {
    "ppo": (PPO, 1, {"n_steps": 2048, "gae_lambda": 0.95, "batch_size": 64, "n_epochs": 10, "clip_range": 0.2,
                     "ent_coef": 0.0, "vf_coef": 0.5, "max_grad_norm": 0.5, "learning_rate": lambda left: 3e-4 * left}),
    "trpo": (TRPO, 2, {"n_steps": 1024, "gae_lambda": 0.95, "batch_size": 128, "target_kl": 0.01, "cg_damping": 0.1,
                       "cg_max_steps": 25, "n_critic_updates": 20, "learning_rate": 1e-3, "sub_sampling_factor": 1}),
    "a2c": (A2C, 4, {"n_steps": 8, "gae_lambda": 0.9, "ent_coef": 0.0, "vf_coef": 0.4, "max_grad_norm": 0.5,
                     "learning_rate": lambda left: 9.6e-4 * left, "use_rms_prop": True, "normalize_advantage": False,
                     "policy_kwargs": {"log_std_init": -2, "ortho_init": False}}),
}


def mean_and_deviation(returns: list[float]) -> dict[str, float]:
    return {"mean": float(np.mean(returns)), "std": float(np.std(returns))}


class Evaluations(BaseCallback):
    """Evaluates at every tenth of the run and keeps one row for each."""

    def __init__(self, environment: VecNormalize, steps: int):
        super().__init__()
        self.environment, self.rows = environment, []
        self.interval = max(1, steps // EVALUATIONS)
        self.next = self.interval

    def _on_step(self) -> bool:
        if self.num_timesteps >= self.next:
            self.next += self.interval
            self.evaluate(EPISODES_ON_THE_WAY)
        return True

    def evaluate(self, episodes: int) -> dict[str, Any]:
        sync_envs_normalization(self.training_env, self.environment)
        row: dict[str, Any] = {"environmentSteps": self.num_timesteps}
        for name, deterministic in (("deterministic", True), ("stochastic", False)):
            returns, _ = evaluate_policy(self.model, self.environment, n_eval_episodes=episodes,
                                         deterministic=deterministic, return_episode_rewards=True)
            row[name] = mean_and_deviation(returns)
        self.rows.append(row)
        return row


def train(algorithm: str, task: str, seed: int, steps: int) -> dict[str, Any]:
    make, environments, settings = ALGORITHMS[algorithm]
    training = VecNormalize(make_vec_env(task, n_envs=environments, seed=seed), gamma=DISCOUNT, clip_obs=10.0, clip_reward=10.0)
    held_out = VecNormalize(make_vec_env(task, n_envs=1, seed=EVALUATION_SEED_OFFSET + seed), training=False,
                            norm_reward=False, clip_obs=10.0)
    model = make("MlpPolicy", training, seed=seed, device="cpu", gamma=DISCOUNT, **settings)
    evaluations = Evaluations(held_out, steps)
    begin = time.perf_counter()
    model.learn(steps, callback=evaluations)
    seconds = time.perf_counter() - begin
    final = evaluations.evaluate(EPISODES_AT_THE_END)
    last = [episode["r"] for episode in model.ep_info_buffer]
    peer = "sb3-contrib" if algorithm == "trpo" else "stable-baselines3"
    return {"peer": peer, "algorithm": algorithm, "environment": task, "seed": seed,
            "environmentSteps": model.num_timesteps, "wallSeconds": seconds, "final": final,
            "last100TrainingReturns": float(np.mean(last)) if last else None, "curve": evaluations.rows,
            "versions": one_thread.versions("stable-baselines3", "sb3-contrib", "torch", "numpy", "gymnasium", "mujoco")}


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a peer's agent and write one JSON file.")
    parser.add_argument("--algorithm", choices=ALGORITHMS, default="ppo")
    parser.add_argument("--env", required=True, help="Gymnasium task with continuous or discrete actions")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path, required=True, help="the file to write")
    options = parser.parse_args()
    if options.steps < 1:
        parser.error(f"steps must be at least 1: {options.steps}")
    one_thread.apply()
    result = train(options.algorithm, options.env, options.seed, options.steps)
    partial = options.json.with_name(options.json.name + ".partial")
    partial.write_text(json.dumps(result, indent=1, allow_nan=False) + "\n")
    partial.replace(options.json)


if __name__ == "__main__":
    main()
