#!/usr/bin/env python3
"""Recompute a recorded TRPO update with NumPy alone: the proof that nothing is missing from a recording.

    python check_trpo_update.py FILE.json...

Reads what `record_trpo_update.py` wrote, uses the weights before the update, the raw rewards, the terminal
observations and the permutations, and recomputes everything else in float64: advantages, the surrogate's gradient,
products with a dense Fisher matrix (built from the Jacobian of every sample), conjugate gradient from zero, the line
search, the critic's Adam. Prints the largest differences from what sb3-contrib recorded, and exits with 1 when a
parameter is farther off than 1e-4. Needs NumPy, nothing else.

Also printed: how close the line search came to deciding otherwise.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import replay
from replay import POLICY, VALUE, Adam, array, backward, distance, forward, largest

PARAMETER_TOLERANCE = 1e-4
LEAST_MARGIN = 1e-6


class TrustRegionReplay(replay.Replay):
    """One recording, recomputed in double."""

    def __init__(self, recording: dict):
        super().__init__(recording, np.float64)
        self.names = recording["policyParameters"]
        self.tries = 0

    def flat(self, gradients: dict[str, np.ndarray]) -> np.ndarray:
        return np.concatenate([gradients[name].reshape(-1) for name in self.names])

    def shifted(self, step: np.ndarray) -> dict[str, np.ndarray]:
        """The weights with the policy's moved by a step."""
        weights, offset = dict(self.weights), 0
        for name in self.names:
            size = weights[name].size
            weights[name] = weights[name] + step[offset : offset + size].reshape(weights[name].shape)
            offset += size
        return weights

    def outputs(self, weights: dict[str, np.ndarray], observations: np.ndarray) -> np.ndarray:
        means = forward(weights, POLICY, observations)[-1]
        if "log_std" not in weights:
            return means
        return np.concatenate([means, np.broadcast_to(weights["log_std"], means.shape)], 1)

    def divergence(self, new: np.ndarray, old: np.ndarray) -> float:
        """The mean of KL(new || old)."""
        if "log_std" not in self.weights:
            logs = [z - np.log(np.exp(z).sum(1, keepdims=True)) for z in (new, old)]
            return float((np.exp(logs[0]) * (logs[0] - logs[1])).sum(1).mean())
        count = new.shape[1] // 2
        (mean, log), (old_mean, old_log) = ((z[:, :count], z[:, count:]) for z in (new, old))
        terms = old_log - log + (np.exp(2 * log) + (mean - old_mean) ** 2) / (2 * np.exp(2 * old_log)) - 0.5
        return float(terms.sum(1).mean())

    def fisher(self, observations: np.ndarray) -> np.ndarray:
        """The dense Fisher matrix: the mean over samples of J' F_z J."""
        outputs = self.outputs(self.weights, observations)
        total, gaussian = 0, "log_std" in self.weights
        count = outputs.shape[1] // 2 if gaussian else outputs.shape[1]
        for row, output in zip(observations, outputs):
            trace = forward(self.weights, POLICY, row[None])
            rows = []
            for index in range(outputs.shape[1]):
                unit = np.eye(outputs.shape[1])[index]
                gradients = backward(self.weights, POLICY, trace, unit[None, :count])
                if gaussian:
                    gradients["log_std"] = unit[count:]
                rows.append(self.flat(gradients))
            jacobian = np.array(rows)
            if gaussian:
                metric = np.diag(np.concatenate([np.exp(-2 * output[count:]), np.full(count, 2.0)]))
            else:
                probabilities = np.exp(output) / np.exp(output).sum()
                metric = np.diag(probabilities) - np.outer(probabilities, probabilities)
            total = total + jacobian.T @ metric @ jacobian
        return total / len(observations)

    def update(self) -> None:
        settings, batch = self.settings, self.batch()
        self.policy_step(batch)
        adam = settings["adam"]
        optimizer = Adam(settings["critic-learning-rate"], adam["beta1"], adam["beta2"], adam["epsilon"])
        losses, size = [], settings["critic-minibatch-size"]
        for permutation in self.recording["permutations"]:
            for start in range(0, len(permutation), size):
                rows = permutation[start : start + size]
                trace = forward(self.weights, VALUE, batch["observations"][rows])
                errors = trace[-1][:, 0] - batch["returns"][rows]
                losses.append(float((errors**2).mean()))
                gradients = backward(self.weights, VALUE, trace, (2 * errors / len(rows))[:, None])
                optimizer.step(self.weights, gradients)
        self.value_loss = float(np.mean(losses))

    def policy_step(self, rows: dict[str, np.ndarray]) -> None:
        settings = self.settings
        observations, actions, count = rows["observations"], rows["actions"], len(rows["returns"])
        advantages = rows["advantages"]
        advantages = (advantages - advantages.mean()) / (advantages.std(ddof=1) + 1e-8)
        policy = self.distribution(self.weights, observations, actions)
        ratio = np.exp(policy.log_probabilities - rows["logProbabilities"])
        slope = (advantages * ratio / count)[:, None]
        gradients = backward(self.weights, POLICY, policy.trace, slope * policy.log_probability_slope)
        if policy.scale_slope is not None:
            gradients["log_std"] = (slope * policy.scale_slope).sum(0)
        self.gradient = self.flat(gradients)
        damped = self.fisher(observations) + settings["cg-damping"] * np.eye(len(self.gradient))
        self.solution = self.conjugate_gradient(damped, self.gradient)
        length = np.sqrt(2 * settings["max-kl"] / (self.solution @ damped @ self.solution))
        old, surrogate = self.outputs(self.weights, observations), float((advantages * ratio).mean())
        for tried in range(settings["line-search-steps"]):
            self.tries = tried + 1
            moved = self.shifted(settings["line-search-shrink"] ** tried * length * self.solution)
            logs = self.distribution(moved, observations, actions).log_probabilities
            objective = float((advantages * np.exp(logs - rows["logProbabilities"])).mean())
            divergence = self.divergence(self.outputs(moved, observations), old)
            self.near(np.array([abs(divergence - settings["max-kl"]), abs(objective - surrogate)]))
            if divergence < settings["max-kl"] and objective > surrogate:
                self.weights, self.divergence_after, self.objective = moved, divergence, objective
                return
        raise ValueError("no length was accepted")

    def conjugate_gradient(self, matrix: np.ndarray, right_hand_side: np.ndarray) -> np.ndarray:
        x, residual = np.zeros_like(right_hand_side), right_hand_side.copy()
        direction, square = residual.copy(), residual @ residual
        for _ in range(self.settings["cg-iterations"]):
            product = matrix @ direction
            alpha = square / (direction @ product)
            x += alpha * direction
            residual -= alpha * product
            former, square = square, residual @ residual
            if square < 1e-10:
                break
            direction = residual + square / former * direction
        return x


def check(path: Path) -> bool:
    recording = json.loads(path.read_text())
    update = TrustRegionReplay(recording)
    dimensions = update.weights["log_std"].size if "log_std" in update.weights else 1
    update.update()
    log, solve = recording["log"], recording["conjugateGradient"]
    solution, gradient = array(solve["solution"], np.float64), array(solve["rightHandSide"], np.float64)
    errors = {"gradient, relative": largest(update.gradient - gradient) / largest(gradient),
              "solution, relative": largest(dimensions * update.solution - solution) / largest(solution),
              "parameters after": distance(update.weights, recording["parametersAfter"]),
              "divergence": abs(update.divergence_after - log["train/kl_divergence_loss"]),
              "objective": abs(update.objective - log["train/policy_objective"]),
              "value loss, relative": abs(update.value_loss / log["train/value_loss"] - 1)}
    change = replay.largest_change(recording)
    print(f"{path.name}: largest parameter change {change:.2e}, {update.tries} lengths tried, "
          f"divergence {update.divergence_after:.4f} of {update.settings['max-kl']}, nearest decision "
          f"{update.margin:.1e}")
    for key, value in errors.items():
        print(f"  {key:22} {value:.1e}")
    good = (errors["parameters after"] <= PARAMETER_TOLERANCE and update.margin >= LEAST_MARGIN
            and update.tries == log["lineSearchTries"])
    if not good:
        print(f"  FAILED: parameters to {PARAMETER_TOLERANCE}, decisions at {LEAST_MARGIN}, "
              f"{log['lineSearchTries']} lengths tried")
    return bool(good)


if __name__ == "__main__":
    replay.main(check)
