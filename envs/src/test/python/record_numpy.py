"""Records what NumPy's generator and NumPy's sine, cosine and squares give, for the tests of their Java counterparts.

    python envs/src/test/python/record_numpy.py envs/src/test/resources/kingfisher/envs

needs NumPy 2 on Linux with the GNU C library and a processor with fused multiply-add. It writes `random/numpy-random.csv` (lines
`seed,kind,values…`, doubles in hexadecimal) and `classic/numpy-math.csv` (lines
`function,low,high,seed,block,checksums…`: CRC-32 over the big-endian doubles of each block of results, for arguments drawn by
`default_rng(seed).uniform(low, high)`), and `space-samples.csv` (lines `space;seed;values…` of Gymnasium's action spaces).
"""

import sys
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import gymnasium
import numpy as np

SEEDS = [0, 1, 42, 123, 2**32 - 1, 2**40 + 7, 2**63 - 1, 2**130 + 5]
INTERVALS = [(0, 2), (0, 3), (-5, 6), (0, 2**31), (0, 2**32 - 1), (0, 2**32), (1, 2**40), (-(2**63), 2**63 - 1), (7, 8)]
BLOCKS = 100
BLOCK = 1000


def hexadecimal(values: Iterable[float]) -> list[str]:
    return [float(v).hex() for v in values]


def random_lines(seed: int) -> Iterable[list[str]]:
    """Short runs of each kind of draw, each from a new generator."""
    new = lambda: np.random.default_rng(seed)  # noqa: E731
    yield ["words", *map(str, np.random.SeedSequence(seed).generate_state(4, np.uint64))]
    yield ["raw", *map(str, new().bit_generator.random_raw(16))]
    yield ["double", *hexadecimal(new().random(16))]
    yield ["uniform", *hexadecimal(new().uniform(-0.05, 0.05, 16))]
    yield ["normal", *hexadecimal(new().standard_normal(64))]
    generator = new()
    yield ["integers", *(f"{low}:{high}:{generator.integers(low, high)}" for _ in range(6) for low, high in INTERVALS)]
    generator = new()
    mixed = []
    for _ in range(8):
        mixed += [generator.integers(10), generator.random(), generator.standard_normal()]
    yield ["mixed", *hexadecimal(mixed)]


def checksums(values: np.ndarray) -> list[str]:
    return [str(zlib.crc32(block.astype(">f8").tobytes())) for block in values.reshape(BLOCKS, BLOCK)]


def square(values: np.ndarray) -> np.ndarray:
    """Squares of scalars, as the environments compute them; those of arrays round differently."""
    return np.array([v**2 for v in values])


def single(function: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    return lambda values: function(values.astype(np.float32)).astype(np.float64)


MATH = [
    *((name, function, limit) for name, function in (("sin", np.sin), ("cos", np.cos)) for limit in (1e-7, 0.13, 0.9, 2.5, 10.0, 1e6)),
    *(("square", square, limit) for limit in (1e-3, 4.0, 1e6)),
    ("sin-single", single(np.sin), 0.1),
    ("cos-single", single(np.cos), 0.1),
]


def main() -> None:
    folder = Path(sys.argv[1])
    with open(folder / "random" / "numpy-random.csv", "w") as file:
        for seed in SEEDS:
            for line in random_lines(seed):
                print(seed, *line, sep=",", file=file)
        print(7, "normal-checksums", *checksums(np.random.default_rng(7).standard_normal(BLOCKS * BLOCK)), sep=",", file=file)
    with open(folder / "classic" / "numpy-math.csv", "w") as file:
        for seed, (name, function, limit) in enumerate(MATH):
            values = function(np.random.default_rng(seed).uniform(-limit, limit, BLOCKS * BLOCK))
            print(name, -limit, limit, seed, BLOCK, *checksums(values), sep=",", file=file)
    with open(folder / "space-samples.csv", "w") as file:
        for space in (
            gymnasium.spaces.Discrete(3),
            gymnasium.spaces.Discrete(4, start=-2),
            gymnasium.spaces.MultiDiscrete([2, 3, 7]),
            gymnasium.spaces.Box(-1.0, 1.0, (2,), np.float32),
            gymnasium.spaces.Box(-3.0, 5.0, (3,), np.float64),
        ):
            space.seed(42)
            values = np.concatenate([np.atleast_1d(space.sample()) for _ in range(12)])
            print(space, 42, *hexadecimal(values), sep=";", file=file)


if __name__ == "__main__":
    main()
