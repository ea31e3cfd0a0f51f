"""Records the TensorBoard event file that EventFileTest writes again, with TensorBoard's own library.

    pip install tensorboard==2.21.0
    python agents/src/test/python/record_event_file.py \
        agents/src/test/resources/kingfisher/agents/run/recorded.tfevents
"""

import sys

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter


def event(**fields) -> bytes:
    """An event at the moment that the test's clock shows."""
    return Event(wall_time=1700000000.25, **fields).SerializeToString()


def scalars(values: dict[str, float]) -> Summary:
    """A summary of named numbers."""
    return Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()])


def record(path: str) -> None:
    """Writes the version and the scalars of two steps."""
    with open(path, "wb") as file:
        writer = RecordWriter(file)
        writer.write(event(file_version="brain.Event:2"))
        writer.write(event(step=256, summary=scalars({"rollout/ep_rew_mean": 21.5, "train/approx_kl": 0.0078125})))
        writer.write(event(step=10**12, summary=scalars({"rollout/ep_rew_mean": -1.1, "train/clip_fraction": 0.0})))


if __name__ == "__main__":
    record(sys.argv[1])
