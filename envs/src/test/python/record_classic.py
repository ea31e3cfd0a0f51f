"""Records episodes of Gymnasium's classic control tasks for the parity tests.

    python envs/src/test/python/record_classic.py envs/src/test/resources/kingfisher/envs/classic

needs gymnasium 1.3.0 and NumPy 2. It writes one file a task with episodes of random actions and of a controller that reaches
the goal; some episodes are seeded, some follow by a reset without a seed, so that the generator's stream is covered too.
`--episodes` and `--seed` record more of them, or others, for a comparison on seeds that no test holds
(`ParityReport` prints it). Two groups of environments are recorded too, in autoreset mode SAME_STEP.

Format of an episode file (`*.trace.gz`), big-endian, compressed with gzip: magic "KFTR"; text id; text arguments ("k=v" joined by commas); int32 sizes of state,
observation, action; int8 1 if the action is discrete; int32 number of episodes; then each episode: text kind; int64 seed, -1 for
a reset without one; int32 steps n; float64 state after the reset; float32 observation after the reset; actions (n int8, or
n times float32); float64 rewards; int8 flags (1 terminated, 2 truncated); float32 observations. A text is an int16 length and
UTF-8 bytes.

Format of a group file (`*.group.gz`): magic "KFGR"; text id; int64 seed; int32 environments, observation size, action size, steps;
int8 1 if the action is discrete; float32 first observations; then each step: actions (int8 or float32), float64 rewards, int8
flags, float32 observations, float32 final observations (zero in rows that did not end).
"""

import argparse
import gzip
import io
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import gymnasium
import numpy as np

Controller = Callable[[np.ndarray, np.random.Generator], np.ndarray | int]


def cart_pole(observation: np.ndarray, generator: np.random.Generator) -> int:
    """Balances by linear feedback; one action in twenty is flipped."""
    x, x_dot, theta, theta_dot = observation
    push = 0.1 * x + 0.3 * x_dot + 3.0 * theta + theta_dot > 0
    return int(push != (generator.random() < 0.05))


def clumsy_cart_pole(observation: np.ndarray, generator: np.random.Generator) -> int:
    """Follows the pole but not the cart, so that most episodes end at the edge of the track or by a fall."""
    return int((observation[2] + observation[3] > 0) != (generator.random() < 0.2))


def acrobot(observation: np.ndarray, generator: np.random.Generator) -> int:
    """Pumps energy: the motor turns against the first link; one action in ten is random."""
    if generator.random() < 0.1:
        return int(generator.integers(3))
    return 2 if observation[4] < 0 else 0


def mountain_car(observation: np.ndarray, generator: np.random.Generator) -> int:
    """Pushes along the velocity; one action in ten is random."""
    if generator.random() < 0.1:
        return int(generator.integers(3))
    return 2 if observation[1] >= 0 else 0


def continuous_mountain_car(observation: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Pushes along the velocity with a strength between half and a bit more than the bound."""
    strength = generator.uniform(0.5, 1.2)
    return np.array([strength if observation[1] >= 0 else -strength], dtype=np.float32)


def pendulum(observation: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Pumps energy below, holds above."""
    cosine, sine, speed = (float(v) for v in observation)
    if cosine > 0.8:
        torque = -12.0 * math.atan2(sine, cosine) - 3.0 * speed
    else:
        torque = 2.0 * math.copysign(1.0, speed) * math.copysign(1.0, 10.0 - speed * speed / 2 - 10.0 * cosine)
    return np.array([torque + 0.2 * generator.standard_normal()], dtype=np.float32)


@dataclass(frozen=True)
class Task:
    """What to record of one environment: its controllers, and how many episodes each, random ones first."""

    id: str
    random: int
    controllers: list[tuple[Controller, int]]
    arguments: dict[str, float | bool] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "-".join([self.id.lower(), *(f"{k}={v}".lower() for k, v in self.arguments.items())])


TASKS = [
    Task("CartPole-v1", 20, [(cart_pole, 10), (clumsy_cart_pole, 12)]),
    Task("CartPole-v0", 2, [(cart_pole, 2)]),
    Task("CartPole-v1", 3, [(clumsy_cart_pole, 2)], {"sutton_barto_reward": True}),
    Task("Acrobot-v1", 10, [(acrobot, 16)]),
    Task("MountainCar-v0", 10, [(mountain_car, 14)]),
    Task("MountainCar-v0", 0, [(mountain_car, 3)], {"goal_velocity": 0.03}),
    Task("MountainCarContinuous-v0", 8, [(continuous_mountain_car, 16)]),
    Task("MountainCarContinuous-v0", 0, [(continuous_mountain_car, 3)], {"goal_velocity": 0.03}),
    Task("Pendulum-v1", 12, [(pendulum, 12)]),
    Task("Pendulum-v1", 1, [(pendulum, 1)], {"g": 9.81}),
]


def random_action(space: gymnasium.Space, generator: np.random.Generator) -> np.ndarray | int:
    """Uniform; a box is overshot by a quarter, because the environments clip."""
    if isinstance(space, gymnasium.spaces.Discrete):
        return int(generator.integers(space.n))
    return (1.25 * generator.uniform(space.low, space.high)).astype(np.float32)


class Recorder:
    """Plays episodes of one task and collects their bytes."""

    def __init__(self, task: Task, seed: int) -> None:
        self.task = task
        self.environment = gymnasium.make(task.id, **task.arguments)
        self.discrete = isinstance(self.environment.action_space, gymnasium.spaces.Discrete)
        self.generator = np.random.default_rng([seed, len(task.name)])
        self.seed = seed
        self.out = io.BytesIO()
        self.count = 0
        self.steps = 0
        self.ends = {"terminated": 0, "truncated": 0}

    def text(self, value: str) -> None:
        data = value.encode()
        self.out.write(struct.pack(">h", len(data)) + data)

    def episode(self, kind: str, controller: Controller | None) -> None:
        """Plays one; three of four are seeded, the next goes on with the generator."""
        seed = None if self.count % 4 == 3 else self.seed + self.count
        observation, _ = self.environment.reset(seed=seed)
        self.text(kind)
        start = (np.array(self.environment.unwrapped.state, dtype=">f8"), observation)
        actions, rewards, flags, observations = [], [], [], []
        ended = False
        while not ended:
            if controller is None:
                action = random_action(self.environment.action_space, self.generator)
            else:
                action = controller(observation, self.generator)
            observation, reward, terminated, truncated, _ = self.environment.step(action)
            ended = terminated or truncated
            actions.append(action)
            rewards.append(reward)
            flags.append(terminated + 2 * truncated)
            observations.append(observation.copy())
        self.out.write(struct.pack(">qi", -1 if seed is None else seed, len(actions)))
        self.out.write(start[0].tobytes() + start[1].astype(">f4").tobytes())
        self.out.write(np.array(actions, dtype="i1" if self.discrete else ">f4").tobytes())
        self.out.write(np.array(rewards, dtype=">f8").tobytes() + np.array(flags, dtype="i1").tobytes())
        self.out.write(np.array(observations, dtype=">f4").tobytes())
        self.count += 1
        self.steps += len(actions)
        self.ends["terminated"] += terminated
        self.ends["truncated"] += truncated

    def write(self, path: Path) -> None:
        episodes = self.out.getvalue()
        self.out = io.BytesIO(b"")
        self.out.write(b"KFTR")
        self.text(self.task.id)
        self.text(",".join(f"{k}={str(v).lower()}" for k, v in self.task.arguments.items()))
        state = np.size(self.environment.unwrapped.state)
        size = self.environment.observation_space.shape[0]
        self.out.write(struct.pack(">iiib", state, size, 1, self.discrete) + struct.pack(">i", self.count))
        path.write_bytes(gzip.compress(self.out.getvalue() + episodes, mtime=0))


def record_group(task: str, count: int, steps: int, seed: int, path: Path) -> None:
    """Plays random actions in a group of environments that reset themselves within the step."""
    make = lambda: gymnasium.make(task)  # noqa: E731
    group = gymnasium.vector.SyncVectorEnv([make] * count, autoreset_mode=gymnasium.vector.AutoresetMode.SAME_STEP)
    space = group.single_action_space
    discrete = isinstance(space, gymnasium.spaces.Discrete)
    generator = np.random.default_rng(seed)
    observations, _ = group.reset(seed=seed)
    name = task.encode()
    out = io.BytesIO()
    out.write(b"KFGR" + struct.pack(">h", len(name)) + name)
    out.write(struct.pack(">qiiiib", seed, count, observations.shape[1], 1, steps, discrete))
    out.write(observations.astype(">f4").tobytes())
    for _ in range(steps):
        actions = np.array([random_action(space, generator) for _ in range(count)])
        observations, rewards, terminated, truncated, info = group.step(actions)
        finals = np.zeros_like(observations)
        for row in np.flatnonzero(terminated | truncated):
            finals[row] = info["final_obs"][row]
        out.write(actions.astype("i1" if discrete else ">f4").tobytes() + rewards.astype(">f8").tobytes())
        out.write((terminated + 2 * truncated).astype("i1").tobytes())
        out.write(observations.astype(">f4").tobytes() + finals.astype(">f4").tobytes())
    path.write_bytes(gzip.compress(out.getvalue(), mtime=0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0, help="seed of the first episode")
    parser.add_argument("--episodes", type=int, default=1, help="multiplies the number of episodes")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for task in TASKS:
        recorder = Recorder(task, options.seed)
        for _ in range(task.random * options.episodes):
            recorder.episode("random", None)
        for controller, episodes in task.controllers:
            for _ in range(episodes * options.episodes):
                recorder.episode(controller.__name__, controller)
        path = options.folder / f"{task.name}.trace.gz"
        recorder.write(path)
        print(f"{path.name}: {recorder.count} episodes, {recorder.steps} steps, {recorder.ends}, {path.stat().st_size} bytes")
    record_group("CartPole-v1", 3, 150, options.seed + 7, options.folder / "cartpole-v1.group.gz")
    record_group("Pendulum-v1", 2, 410, options.seed + 7, options.folder / "pendulum-v1.group.gz")


if __name__ == "__main__":
    main()
