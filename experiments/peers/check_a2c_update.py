#!/usr/bin/env python3
"""Recompute a recorded A2C update with NumPy alone: the proof that nothing is missing from a recording.

    python check_a2c_update.py FILE.json...

Reads what `record_a2c_update.py` wrote, uses the weights and second moments before the update, the raw rewards and the
terminal observations, and recomputes everything else: values, bootstrapped rewards, advantages, loss, gradient,
RMSProp. Prints the largest absolute differences from what Stable-Baselines3 recorded, once in float64 and once in
float32, and exits with 1 when a parameter is farther off than 1e-5. Needs NumPy, nothing else.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import replay
from replay import POLICY, RATIO_TOLERANCE, VALUE, RmsProp, backward, distance, forward, parameters

PARAMETER_TOLERANCE = 1e-5


class ActorCriticReplay(replay.Replay):
    """One recording, recomputed in one number type."""

    def update(self) -> None:
        """The one step; leaves the new weights in `weights`."""
        settings, batch = self.settings, self.batch()
        count, entropy_coefficient = len(batch["returns"]), settings["entropy-coefficient"]
        policy = self.distribution(self.weights, batch["observations"], batch["actions"])
        advantages = batch["advantages"]
        if settings["normalize-advantages"] == "batch":
            advantages = (advantages - advantages.mean()) / (advantages.std(ddof=1) + 1e-8)
        value_trace = forward(self.weights, VALUE, batch["observations"])
        errors = value_trace[-1][:, 0] - batch["returns"]
        self.log = {"train/policy_loss": float(-(advantages * policy.log_probabilities).mean()),
                    "train/value_loss": float((errors**2).mean()),
                    "train/entropy_loss": float(-policy.entropies.mean())}

        slope = -(advantages / count)[:, None]
        outputs = slope * policy.log_probability_slope - entropy_coefficient / count * policy.entropy_slope
        gradients = backward(self.weights, POLICY, policy.trace, outputs)
        gradients |= backward(self.weights, VALUE, value_trace,
                              (settings["value-coefficient"] * 2 * errors / count)[:, None])
        if policy.scale_slope is not None:
            gradients["log_std"] = (slope * policy.scale_slope).sum(0) - entropy_coefficient
        self.norm = float(np.sqrt(sum((gradient**2).sum() for gradient in gradients.values())))
        shrink = self.dtype(min(1.0, settings["max-gradient-norm"] / (self.norm + 1e-6)))
        moments = parameters(self.recording["secondMomentsBefore"], self.dtype)
        optimizer = RmsProp(settings["learning-rate"], settings["rmsprop-decay"], settings["optimizer-epsilon"],
                            settings["rmsprop-form"] == "tensorflow", moments)
        optimizer.step(self.weights, {name: gradient * shrink for name, gradient in gradients.items()})


def compare(recording: dict, dtype: type) -> dict[str, float]:
    """The largest absolute difference from the recording, quantity by quantity."""
    update = ActorCriticReplay(recording, dtype)
    errors = update.collection_errors()
    update.update()
    errors["parameters after"] = distance(update.weights, recording["parametersAfter"])
    errors["gradient norm, relative"] = abs(update.norm / recording["gradientNorm"] - 1)
    for key, value in update.log.items():
        errors[key] = abs(value - recording["log"][key])
    return errors


def check(path: Path) -> bool:
    recording = json.loads(path.read_text())
    in_double, in_single = compare(recording, np.float64), compare(recording, np.float32)
    print(f"{path.name}: largest parameter change {replay.largest_change(recording):.2e}, gradient norm "
          f"{recording['gradientNorm']:.3f} of {recording['settings']['max-gradient-norm']}, ends "
          f"{sum(map(sum, (recording['rollout'][end]['values'] for end in ('terminated', 'truncated'))))}")
    for key in in_double:
        print(f"  {key:28} {in_double[key]:.1e} (float64) {in_single[key]:.1e} (float32)")
    good = all(errors["parameters after"] <= PARAMETER_TOLERANCE and errors["first ratio - 1"] <= RATIO_TOLERANCE
               for errors in (in_double, in_single))
    if not good:
        print(f"  FAILED: parameters to {PARAMETER_TOLERANCE}, ratio to {RATIO_TOLERANCE}")
    return good


if __name__ == "__main__":
    replay.main(check)
