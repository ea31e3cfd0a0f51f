"""Messages that earlier versions have written are read by this one, and written again with the same bytes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from google.protobuf import text_format

from kingfisher_gymnasium import environment_pb2 as pb

FOLDER = Path(__file__).parents[3] / "proto" / "src" / "test" / "resources" / "golden"
TEXTS = sorted(FOLDER.glob("*.txtpb"))


def test_there_are_golden_messages() -> None:
    assert len(TEXTS) > 20


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_a_message_is_read_from_its_bytes_and_written_with_them(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    named = re.search(r"# proto-message: kingfisher\.env\.v1\.(\w+)\n", text)
    assert named is not None
    message = text_format.Parse(text, getattr(pb, named[1])())
    data = file.with_suffix(".binpb").read_bytes()

    assert message.SerializeToString(deterministic=True) == data
    assert type(message).FromString(data) == message
