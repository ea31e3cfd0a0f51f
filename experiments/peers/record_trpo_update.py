#!/usr/bin/env python3
"""Record single TRPO updates of sb3-contrib, with all that is needed to repeat them elsewhere.

    python record_trpo_update.py --out ../../agents/src/test/resources/kingfisher/agents/trpo

`update_recording.py` tells how. sb3-contrib starts conjugate gradient from noise of the size 1e-4; here it starts from
zero (`torch.randn_like` is replaced during the solve), so that nothing random is left but the permutations, which are
recorded. `check_trpo_update.py` recomputes each recording, and this script fails if that does not reach 1e-4. The
schema is the one of that module, with these additions:

    settings                    `max-kl`, `kl-direction`, `cg-iterations`, `cg-damping`, `line-search-steps`,
                                `line-search-shrink`, `critic-epochs`, `critic-minibatch-size`, `critic-learning-rate`
    permutations                of the critic alone, one list an epoch, B indices each; index = environment·T + step
    conjugateGradient           {"start": "zero", "solution", "rightHandSide"}: tensors over the policy's parameters in
                                the order of `policyParameters`; with A dimensions, A times what `settings` give
    policyParameters            names in the state_dict
    log                         what train() logged, the divergence as that of all dimensions together;
                                `lineSearchTries` counts the lengths that were tried
"""

from __future__ import annotations

import one_thread  # first: before torch

from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np
import sb3_contrib.trpo.trpo as trpo_module
import torch
from sb3_contrib import TRPO

import check_trpo_update
import update_recording
from update_recording import log_of, rollout_of, sampling_settings_of, snapshot, tensor

CONVENTIONS = [
    "the advantages of the rollout are normalised by their mean and their unbiased (n - 1) standard deviation + 1e-8",
    "conjugate gradient starts from zero here; sb3-contrib itself starts from 1e-4 times normal noise",
    "it stops when the squared norm of its residual is below 1e-10, absolutely",
    "the divergence is KL(new || old); its Hessian at the old policy is the Fisher matrix in either direction",
    "sb3-contrib averages the divergence of a Gaussian over its A dimensions as well: its target_kl is a bound of A "
    "times as much on the divergence proper, its cg_damping A times as much; these are what `settings` has",
    "the step is x * sqrt(2 max-kl / x'(F + damping I)x)",
    "a length is taken if KL < max-kl and the surrogate is above the old one",
    "the critic's loss is mean((prediction - return)^2), without a factor 1/2; its gradient is not clipped",
    "Adam's denominator is sqrt(second moment / (1 - beta2^t)) + epsilon",
]


@dataclass(frozen=True)
class Case(update_recording.Case):
    """One recording, and what it must contain to be worth keeping."""

    must_backtrack: bool = False


COMMON = {"gamma": 0.99, "gae_lambda": 0.95, "normalize_advantage": True, "target_kl": 0.01, "cg_damping": 0.1,
          "cg_max_steps": 15, "line_search_shrinking_factor": 0.8, "line_search_max_iter": 10, "n_critic_updates": 3,
          "batch_size": 32, "learning_rate": 1e-3}

CASES = [
    Case("sb3-contrib-2.9.2-trpo-discrete", "discrete actions, terminated episodes", "CartPole-v1", None, 4, 4, 32, 512,
         COMMON),
    Case("sb3-contrib-2.9.2-trpo-continuous", "Gaussian policy, truncated episodes, a large step that the line search "
         "shortens", "Pendulum-v1", 20, 3, 2, 64, 1024,
         COMMON | {"target_kl": 1.0, "cg_max_steps": 40}, must_backtrack=True),
    Case("sb3-contrib-2.9.2-trpo-two-actions", "Gaussian policy of two dimensions", "Swimmer-v5", 20, 3, 2, 64, 1024,
         COMMON),
]


class RecordedTRPO(TRPO):
    """TRPO whose (only) `train()` is recorded."""

    def train(self) -> None:
        before, rollout = snapshot(self.policy), rollout_of(self)
        permute, permutations, solves, divergences = np.random.permutation, [], [], []
        solve, kl = trpo_module.conjugate_gradient_solver, trpo_module.kl_divergence

        def permute_and_keep(count):
            permutations.append(permute(count))
            return permutations[-1]

        def solve_from_zero(product, right_hand_side, **arguments):
            with mock.patch.object(torch, "randn_like", torch.zeros_like):
                solution = solve(product, right_hand_side, **arguments)
            solves.append((right_hand_side.detach().numpy().copy(), solution.detach().numpy().copy()))
            return solution

        def kl_and_count(*distributions):
            divergences.append(kl(*distributions))
            return divergences[-1]

        with (mock.patch.object(np.random, "permutation", permute_and_keep),
              mock.patch.object(trpo_module, "conjugate_gradient_solver", solve_from_zero),
              mock.patch.object(trpo_module, "kl_divergence", kl_and_count)):
            super().train()
        log = log_of(self)
        (right_hand_side, solution), = solves
        log["train/kl_divergence_loss"] *= max(1, np.prod(self.action_space.shape))
        self.recorded = {
            "parametersBefore": before, "rollout": rollout,
            # the first one orders the whole rollout for the policy, where order does not matter
            "permutations": [permutation.tolist() for permutation in permutations[1:]],
            "policyParameters": [name for name, _ in self.policy.named_parameters() if "value" not in name],
            "conjugateGradient": {"start": "zero", "rightHandSide": tensor(right_hand_side),
                                  "solution": tensor(solution)},
            "parametersAfter": snapshot(self.policy),
            "log": log | {"lineSearchTries": len(divergences) - 1}}


def settings_of(case: Case, dimensions: int) -> dict[str, Any]:
    own = case.settings
    return sampling_settings_of(case) | {
            "adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-5}, "max-kl": dimensions * own["target_kl"],
            "kl-direction": "new-old", "cg-iterations": own["cg_max_steps"],
            "cg-damping": dimensions * own["cg_damping"],
            "line-search-steps": own["line_search_max_iter"],
            "line-search-shrink": own["line_search_shrinking_factor"],
            "critic-epochs": own["n_critic_updates"], "critic-minibatch-size": own["batch_size"],
            "critic-learning-rate": own["learning_rate"]}


def require(case: Case, recording: dict[str, Any]) -> None:
    """Refuses a recording that doesn't exercise what its case is for."""
    if recording["log"]["train/is_line_search_success"] != 1:
        raise SystemExit(f"{case.name}: no length was accepted; choose another seed or setting")
    if case.must_backtrack and recording["log"]["lineSearchTries"] < 2:
        raise SystemExit(f"{case.name}: the whole step was taken; choose another seed or setting")


RECORDER = update_recording.Recorder(
    "record_trpo_update.py", "Record single TRPO updates of sb3-contrib.",
    ("sb3-contrib", "stable-baselines3", "torch", "numpy", "gymnasium"), TRPO, {"batch_size": 32}, RecordedTRPO,
    settings_of, CONVENTIONS, check_trpo_update.check, require)

if __name__ == "__main__":
    update_recording.main(RECORDER, CASES)
