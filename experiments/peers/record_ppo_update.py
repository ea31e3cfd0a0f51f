#!/usr/bin/env python3
"""Record single PPO updates of Stable-Baselines3, with all that is needed to repeat them elsewhere.

    python record_ppo_update.py --out ../../agents/src/test/resources/kingfisher/agents/ppo

`update_recording.py` tells how. `check_ppo_update.py` recomputes each recording, and this script fails if that does
not reach 1e-5. The schema is the one of that module, with these additions:

    settings                    `target-kl`, `value-clip`: null is off; `adam`
    permutations                one list a started epoch, B indices each; index = environment·T + step
    gradientNorms               global norm before clipping, one for each optimizer step that was taken
    parametersAfterFirstStep    to find where a difference begins
    log                         means over all minibatches, also one that stopped the update; approx_kl: the mean over the
                                last epoch; loss: of the last minibatch
"""

from __future__ import annotations

import one_thread  # first: before torch

from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np
import torch
from stable_baselines3 import PPO

import check_ppo_update
import update_recording
from update_recording import log_of, rollout_of, sampling_settings_of, snapshot

CONVENTIONS = [
    "the advantages of a minibatch are normalised by its mean and its unbiased (n - 1) standard deviation + 1e-8",
    "loss = -mean(min(ratio * A, clip(ratio) * A)) + value-coefficient * value loss - entropy-coefficient * entropy",
    "value loss = mean((prediction - return)^2), without a factor 1/2",
    "value clip: the prediction is old + clamp(new - old, -c, c); no maximum with the unclipped loss is taken",
    "the gradient norm is over policy and value parameters together; factor min(1, limit / (norm + 1e-6))",
    "Adam's denominator is sqrt(second moment / (1 - beta2^t)) + epsilon",
    "early stop: before its step, a minibatch with mean(ratio - 1 - log ratio) > 1.5 * target-kl ends the update",
]


@dataclass(frozen=True)
class Case(update_recording.Case):
    """One recording, and what it must contain to be worth keeping."""

    must_clip: bool = False
    must_clip_values: bool = False
    must_stop: bool = False
    must_truncate: bool = False


COMMON = {"gamma": 0.99, "gae_lambda": 0.95, "clip_range": 0.2, "vf_coef": 0.5, "max_grad_norm": 0.5,
          "normalize_advantage": True}

CASES = [
    Case("sb3-2.9.2-ppo-discrete", "discrete actions, value clip, entropy bonus; small steps", "CartPole-v1", None, 4,
         4, 32, 256,
         COMMON | {"batch_size": 32, "n_epochs": 3, "clip_range_vf": 0.2, "ent_coef": 0.01, "learning_rate": 2.5e-4}),
    Case("sb3-2.9.2-ppo-continuous", "Gaussian policy, truncated episodes, ratio clip at work", "Pendulum-v1", 20, 7,
         2, 64, 1024,
         COMMON | {"batch_size": 32, "n_epochs": 2, "clip_range_vf": None, "ent_coef": 0.0, "learning_rate": 1e-2},
         must_clip=True, must_truncate=True),
    Case("sb3-2.9.2-ppo-early-stop", "discrete actions, both clips at work, terminated and truncated episodes, an "
         "update that target-kl ends", "CartPole-v1", 16, 8, 4, 32, 256,
         COMMON | {"batch_size": 32, "n_epochs": 10, "clip_range": 0.1, "clip_range_vf": 0.2, "ent_coef": 0.01,
                   "learning_rate": 5e-3, "target_kl": 0.003},
         must_clip=True, must_clip_values=True, must_stop=True, must_truncate=True),
]


class RecordedPPO(PPO):
    """PPO whose (only) `train()` is recorded."""

    def train(self) -> None:
        before, rollout = snapshot(self.policy), rollout_of(self)
        norms, after_each = [], []
        clip_gradients, permute, permutations = torch.nn.utils.clip_grad_norm_, np.random.permutation, []

        def clip_and_keep(*arguments):
            norms.append(clip_gradients(*arguments))
            return norms[-1]

        def permute_and_keep(count):
            permutations.append(permute(count))
            return permutations[-1]

        self.policy.optimizer.register_step_post_hook(lambda *_: after_each.append(snapshot(self.policy)))
        with (mock.patch.object(torch.nn.utils, "clip_grad_norm_", clip_and_keep),
              mock.patch.object(np.random, "permutation", permute_and_keep)):
            super().train()
        self.recorded = {
            "parametersBefore": before, "rollout": rollout,
            "permutations": [permutation.tolist() for permutation in permutations],
            "gradientNorms": [float(norm) for norm in norms],
            "parametersAfterFirstStep": after_each[0], "parametersAfter": snapshot(self.policy), "log": log_of(self)}


def settings_of(case: Case, dimensions: int) -> dict[str, Any]:
    own = case.settings
    return sampling_settings_of(case) | {
            "shared-network": False,
            "optimizer": "adam", "learning-rate": own["learning_rate"], "learning-rate-schedule": "constant",
            "adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-5}, "max-gradient-norm": own["max_grad_norm"],
            "minibatch-size": own["batch_size"], "epochs": own["n_epochs"], "clip": own["clip_range"],
            "clip-schedule": "constant", "value-clip": own["clip_range_vf"],
            "entropy-coefficient": own["ent_coef"], "value-coefficient": own["vf_coef"],
            "normalize-advantages": "minibatch", "target-kl": own.get("target_kl")}


def require(case: Case, recording: dict[str, Any]) -> None:
    """Refuses a recording that doesn't exercise what its case is for."""
    steps = case.environments * case.rollout_steps // case.settings["batch_size"] * case.settings["n_epochs"]
    replay = check_ppo_update.compare(recording, np.float64)[1]
    facts = {"clips ratios": (case.must_clip, max(replay.logs["clip"]) > 0),
             "clips values": (case.must_clip_values, max(replay.logs["value clip"]) > 0),
             "stops early": (case.must_stop, 1 < len(recording["gradientNorms"]) < steps),
             "truncates": (case.must_truncate, len(recording["rollout"]["truncations"]) > 0)}
    for fact, (needed, seen) in facts.items():
        if needed and not seen:
            raise SystemExit(f"{case.name}: no update that {fact}; choose another seed or setting")


RECORDER = update_recording.Recorder(
    "record_ppo_update.py", "Record single PPO updates of Stable-Baselines3.",
    ("stable-baselines3", "torch", "numpy", "gymnasium"), PPO, {"batch_size": 32, "learning_rate": 1e-3}, RecordedPPO,
    settings_of, CONVENTIONS, check_ppo_update.check, require)

if __name__ == "__main__":
    update_recording.main(RECORDER, CASES)
