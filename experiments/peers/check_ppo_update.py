#!/usr/bin/env python3
"""Recompute a recorded PPO update with NumPy alone: the proof that nothing is missing from a recording.

    python check_ppo_update.py FILE.json...

Reads what `record_ppo_update.py` wrote, uses the weights before the update, the raw
rewards, the terminal observations and the permutations, and recomputes everything else: values, log-probabilities,
bootstrapped rewards, advantages, every minibatch's loss and gradient, Adam, the early stop. Prints the largest
absolute differences from what Stable-Baselines3 recorded, once in float64 and once in float32, and exits with 1 when
a parameter is farther off than 1e-5. Needs NumPy, nothing else: no line here comes from Stable-Baselines3 or torch.

Also printed: how close the closest sample came to a corner of the objective (the ratio's and the value's clip, the
early stop). A recording that nearly touches one would make its test depend on rounding.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import replay
from replay import POLICY, RATIO_TOLERANCE, VALUE, Adam, Parameters, backward, distance, forward, largest

PARAMETER_TOLERANCE = 1e-5
LEAST_MARGIN = 1e-5


class ProximalReplay(replay.Replay):
    """One recording, recomputed in one number type."""

    def __init__(self, recording: dict, dtype: type):
        super().__init__(recording, dtype)
        self.norms: list[float] = []
        self.after_first_step: Parameters = {}
        self.logs: dict[str, list[float]] = {key: [] for key in ("policy", "value", "entropy", "clip", "value clip")}

    def update(self) -> None:
        """All epochs, with the recorded permutations; leaves the final weights in `weights`."""
        settings, adam = self.settings, self.settings["adam"]
        optimizer = Adam(settings["learning-rate"], adam["beta1"], adam["beta2"], adam["epsilon"])
        batch, size = self.batch(), settings["minibatch-size"]
        for permutation in self.recording["permutations"]:
            self.divergences: list[float] = []
            for start in range(0, len(permutation), size):
                rows = permutation[start : start + size]
                if not self.minibatch({key: value[rows] for key, value in batch.items()}, optimizer):
                    return

    def minibatch(self, rows: dict[str, np.ndarray], optimizer: Adam) -> bool:
        settings, count = self.settings, len(rows["returns"])
        policy = self.distribution(self.weights, rows["observations"], rows["actions"])
        advantages = rows["advantages"]
        advantages = (advantages - advantages.mean()) / (advantages.std(ddof=1) + 1e-8)
        log_ratio = policy.log_probabilities - rows["logProbabilities"]
        ratio, clip = np.exp(log_ratio), settings["clip"]
        clipped = np.clip(ratio, 1 - clip, 1 + clip)
        surrogate = np.minimum(ratio * advantages, clipped * advantages)
        followed = (ratio == clipped) | (ratio * advantages < clipped * advantages)
        self.near(np.abs(np.abs(ratio - 1) - clip))

        value_trace = forward(self.weights, VALUE, rows["observations"])
        values, value_followed = value_trace[-1][:, 0], np.ones(count, bool)
        if settings["value-clip"] is not None:
            moved, limit = values - rows["values"], settings["value-clip"]
            value_followed = np.abs(moved) <= limit
            self.near(np.abs(np.abs(moved) - limit))
            values = rows["values"] + np.clip(moved, -limit, limit)
        errors = values - rows["returns"]

        divergence = np.mean(ratio - 1 - log_ratio)
        self.divergences.append(float(divergence))
        self.logs["policy"].append(float(-surrogate.mean()))
        self.logs["value"].append(float((errors**2).mean()))
        self.logs["entropy"].append(float(-policy.entropies.mean()))
        self.logs["clip"].append(float((np.abs(ratio - 1) > clip).mean()))
        self.logs["value clip"].append(float((~value_followed).mean()))
        if settings["target-kl"] is not None:
            self.near(np.abs(divergence - 1.5 * settings["target-kl"]))
            if divergence > 1.5 * settings["target-kl"]:
                return False

        slope = -(advantages * ratio * followed / count)[:, None]
        entropy_coefficient = settings["entropy-coefficient"]
        outputs = slope * policy.log_probability_slope - entropy_coefficient / count * policy.entropy_slope
        gradients = backward(self.weights, POLICY, policy.trace, outputs)
        value_outputs = settings["value-coefficient"] * 2 * errors * value_followed / count
        gradients |= backward(self.weights, VALUE, value_trace, value_outputs[:, None])
        if policy.scale_slope is not None:
            gradients["log_std"] = (slope * policy.scale_slope).sum(0) - entropy_coefficient
        norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))
        self.norms.append(float(norm))
        shrink = self.dtype(min(1.0, settings["max-gradient-norm"] / (norm + 1e-6)))
        optimizer.step(self.weights, {name: gradient * shrink for name, gradient in gradients.items()})
        if not self.after_first_step:
            self.after_first_step = dict(self.weights)
        return True

    def log(self) -> dict[str, float]:
        """Stable-Baselines3's log of the update: means over minibatches, the divergence over the last epoch's."""
        means = {key: float(np.mean(values)) for key, values in self.logs.items()}
        settings, last = self.settings, {key: values[-1] for key, values in self.logs.items()}
        loss = (last["policy"] + settings["entropy-coefficient"] * last["entropy"]
                + settings["value-coefficient"] * last["value"])
        return {"train/policy_gradient_loss": means["policy"], "train/value_loss": means["value"],
                "train/entropy_loss": means["entropy"], "train/clip_fraction": means["clip"],
                "train/approx_kl": float(np.mean(self.divergences)), "train/loss": loss}


def compare(recording: dict, dtype: type) -> tuple[dict[str, float], ProximalReplay]:
    """The largest absolute difference from the recording, quantity by quantity."""
    update = ProximalReplay(recording, dtype)
    errors = update.collection_errors()
    update.update()
    errors["parameters after one step"] = distance(update.after_first_step, recording["parametersAfterFirstStep"])
    errors["parameters after"] = distance(update.weights, recording["parametersAfter"])
    recorded_norms = np.array(recording["gradientNorms"])
    if len(recorded_norms) != len(update.norms):
        raise ValueError(f"{len(update.norms)} steps recomputed, {len(recorded_norms)} recorded")
    errors["gradient norms, relative"] = largest((np.array(update.norms) - recorded_norms) / recorded_norms)
    for key, value in update.log().items():
        errors[key] = abs(value - recording["log"][key])
    return errors, update


def check(path: Path) -> bool:
    recording = json.loads(path.read_text())
    in_double, update = compare(recording, np.float64)
    in_single, _ = compare(recording, np.float32)
    print(f"{path.name}: {len(update.norms)} steps, largest parameter change {replay.largest_change(recording):.2e}, "
          f"ratios clipped {np.mean(update.logs['clip']):.3f}, values clipped "
          f"{np.mean(update.logs['value clip']):.3f}, closest to a corner {update.margin:.1e}")
    for key in in_double:
        print(f"  {key:28} {in_double[key]:.1e} (float64) {in_single[key]:.1e} (float32)")
    good = all(errors["parameters after"] <= PARAMETER_TOLERANCE and errors["first ratio - 1"] <= RATIO_TOLERANCE
               for errors in (in_double, in_single))
    if not good or update.margin < LEAST_MARGIN:
        print(f"  FAILED: parameters to {PARAMETER_TOLERANCE}, ratio to {RATIO_TOLERANCE}, corners at {LEAST_MARGIN}")
        return False
    return True


if __name__ == "__main__":
    replay.main(check)
