"""Records the safetensors file that SafetensorsTest reads, with the format's own library.

    pip install safetensors==0.8.0 numpy==2.4.6
    python agents/src/test/python/record_safetensors.py \
        agents/src/test/resources/kingfisher/agents/run/recorded.safetensors

Given a second file, written by Kingfisher, it prints that file's tensors and metadata instead of recording.
"""

import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file


def record(path: str) -> None:
    """Writes tensors of each type and kind of shape."""
    tensors = {
        "policy.weights": np.array([[0.5, -1.25, 3.0], [1e-45, -0.0, 3.4028235e38]], dtype=np.float32),
        "policy.bias": np.array([np.pi, -np.inf, np.nan], dtype=np.float32),
        "normalizer.mean": np.array([0.1, 4.9e-324, -1.7976931348623157e308], dtype=np.float64),
        "scalar": np.array(42.0, dtype=np.float64),
        "nothing": np.zeros((0, 3), dtype=np.float32),
    }
    save_file(tensors, path, metadata={"made by": "the format's own library", "ünïcode": "✓"})


def show(path: str) -> None:
    """Prints what the format's own library reads from the file."""
    with safe_open(path, framework="np") as file:
        print("metadata", file.metadata())
        for name in file.keys():
            tensor = file.get_tensor(name)
            print(name, tensor.dtype, tensor.shape, tensor.tolist())


if __name__ == "__main__":
    if len(sys.argv) == 2:
        record(sys.argv[1])
    else:
        show(sys.argv[2])
