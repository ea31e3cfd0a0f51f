#!/usr/bin/env python3
"""Record single A2C updates of Stable-Baselines3, with all that is needed to repeat them elsewhere.

    python record_a2c_update.py --out ../../agents/src/test/resources/kingfisher/agents/a2c

`update_recording.py` tells how. An update is one step, so that some cases let the optimizer take a few before the one
that is recorded. `check_a2c_update.py` recomputes each recording, and this script fails if that does not reach 1e-5.
The schema is the one of that module, with these additions:

    settings                    `rmsprop-form`: torch (torch.optim.RMSprop) or tensorflow (RMSpropTFLike)
    secondMomentsBefore         {name in the state_dict: tensor} of the optimizer; empty if it is fresh
    gradientNorm                global norm before clipping
"""

from __future__ import annotations

import one_thread  # first: before torch

from dataclasses import dataclass
from typing import Any
from unittest import mock

import torch
from stable_baselines3 import A2C
from stable_baselines3.common.sb2_compat.rmsprop_tf_like import RMSpropTFLike

import check_a2c_update
import update_recording
from update_recording import log_of, rollout_of, sampling_settings_of, snapshot, tensor

CONVENTIONS = [
    "loss = -mean(A * log probability) + value-coefficient * value loss - entropy-coefficient * entropy",
    "advantages are normalised, if at all, by the rollout's mean and unbiased (n - 1) standard deviation + 1e-8",
    "value loss = mean((prediction - return)^2), without a factor 1/2",
    "the gradient norm is over policy and value parameters together; factor min(1, limit / (norm + 1e-6))",
    "torch's RMSprop: second moment from 0, denominator sqrt(second moment) + epsilon",
    "RMSpropTFLike: second moment from 1, denominator sqrt(second moment + epsilon)",
]
DECAY = 0.99
EPSILON = 1e-5
TENSORFLOW_EPSILON = 0.1  # less would hardly show beside a second moment near 1


@dataclass(frozen=True)
class Case(update_recording.Case):
    """One recording, and what it must contain to be worth keeping."""

    must_clip: bool = False
    must_truncate: bool = False


COMMON = {"gamma": 0.99, "gae_lambda": 1.0, "ent_coef": 0.0, "vf_coef": 0.5, "max_grad_norm": 0.5,
          "rms_prop_eps": EPSILON, "normalize_advantage": False, "learning_rate": 7e-4}
TENSORFLOW_OPTIONS = {"alpha": DECAY, "eps": TENSORFLOW_EPSILON}
TENSORFLOW = {"policy_kwargs": {"optimizer_class": RMSpropTFLike, "optimizer_kwargs": TENSORFLOW_OPTIONS}}

CASES = [
    Case("sb3-2.9.2-a2c-discrete", "discrete actions, entropy bonus, n-step returns; the second step of torch's "
         "RMSprop", "CartPole-v1", None, 4, 4, 32, 256, COMMON | {"ent_coef": 0.5}, updates=2),
    Case("sb3-2.9.2-a2c-discrete-tensorflow", "discrete actions, a first step of RMSpropTFLike, nothing clipped",
         "CartPole-v1", 16, 8, 4, 32, 256,
         COMMON | TENSORFLOW | {"ent_coef": 0.5, "max_grad_norm": 1000.0, "learning_rate": 1e-2}, must_truncate=True),
    Case("sb3-2.9.2-a2c-continuous", "Gaussian policy, truncated episodes, GAE; a first step of torch's RMSprop",
         "Pendulum-v1", 20, 7, 2, 64, 1024, COMMON | {"gae_lambda": 0.9, "vf_coef": 0.4},
         must_clip=True, must_truncate=True),
    Case("sb3-2.9.2-a2c-continuous-tensorflow", "Gaussian policy, truncated episodes, normalised advantages; the third "
         "step of RMSpropTFLike", "Pendulum-v1", 20, 7, 2, 64, 1024,
         COMMON | TENSORFLOW | {"gae_lambda": 0.9, "normalize_advantage": True, "learning_rate": 0.05}, updates=3,
         must_clip=True, must_truncate=True),
]


class RecordedA2C(A2C):
    """A2C whose last `train()` is recorded."""

    def train(self) -> None:
        optimizer, norms = self.policy.optimizer, []
        before, rollout = snapshot(self.policy), rollout_of(self)
        moments = {name: tensor(optimizer.state[parameter]["square_avg"].numpy().copy())
                   for name, parameter in self.policy.named_parameters() if parameter in optimizer.state}
        clip_gradients = torch.nn.utils.clip_grad_norm_

        def clip_and_keep(*arguments):
            norms.append(clip_gradients(*arguments))
            return norms[-1]

        with mock.patch.object(torch.nn.utils, "clip_grad_norm_", clip_and_keep):
            super().train()
        self.recorded = {"parametersBefore": before, "secondMomentsBefore": moments, "rollout": rollout,
                         "gradientNorm": float(norms[0]), "parametersAfter": snapshot(self.policy),
                         "log": log_of(self)}


def settings_of(case: Case, dimensions: int) -> dict[str, Any]:
    own = case.settings
    form, epsilon = ("tensorflow", TENSORFLOW_EPSILON) if "policy_kwargs" in own else ("torch", EPSILON)
    return sampling_settings_of(case) | {
        "learning-rate": own["learning_rate"], "learning-rate-schedule": "constant", "optimizer": "rmsprop",
        "optimizer-epsilon": epsilon, "rmsprop-form": form, "rmsprop-decay": DECAY,
        "max-gradient-norm": own["max_grad_norm"], "entropy-coefficient": own["ent_coef"],
        "value-coefficient": own["vf_coef"], "normalize-advantages": "batch" if own["normalize_advantage"] else "none"}


def require(case: Case, recording: dict[str, Any]) -> None:
    """Refuses a recording that doesn't exercise what its case is for."""
    facts = {"clips the gradient": (case.must_clip, recording["gradientNorm"] > case.settings["max_grad_norm"]),
             "truncates": (case.must_truncate, len(recording["rollout"]["truncations"]) > 0),
             "has a second moment": (case.updates > 1, len(recording["secondMomentsBefore"]) > 0)}
    for fact, (needed, seen) in facts.items():
        if needed and not seen:
            raise SystemExit(f"{case.name}: no update that {fact}; choose another seed or setting")


RECORDER = update_recording.Recorder(
    "record_a2c_update.py", "Record single A2C updates of Stable-Baselines3.",
    ("stable-baselines3", "torch", "numpy", "gymnasium"), A2C, {}, RecordedA2C, settings_of, CONVENTIONS,
    check_a2c_update.check, require)

if __name__ == "__main__":
    update_recording.main(RECORDER, CASES)
