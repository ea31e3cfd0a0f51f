"""Changes messages at random: their bytes, or the values of their fields."""

from __future__ import annotations

import random
import struct
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

_LIMITS = (0, 1, -1, 2, 3, 2**31 - 1, -(2**31), 2**32 - 1, 2**63 - 1, -(2**63), 2**64 - 1)
_RANGES = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}


class Mutator:
    """Makes messages that differ from valid ones in one or a few places."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw

    def mutate(self, message: Message) -> bytes:
        """The bytes of a changed copy."""
        if self._draw.random() < 0.5:
            return self.bytes(message.SerializeToString())
        changed = type(message)()
        changed.CopyFrom(message)
        for _ in range(self._draw.randint(1, 3)):
            self._field(changed)
        return changed.SerializeToString()

    def bytes(self, data: bytes) -> bytes:
        """Bytes that were cut, put in, repeated or replaced."""
        for _ in range(self._draw.randint(1, 4)):
            at = self._draw.randint(0, len(data))
            match self._draw.randrange(5):
                case 0:
                    data = data[:at]
                case 1:
                    data = data[:at] + self._draw.randbytes(self._draw.randint(1, 8)) + data[at:]
                case 2:
                    end = self._draw.randint(at, len(data))
                    data = data[:end] + data[at:]
                case _ if at < len(data):
                    new = data[at] ^ 1 << self._draw.randrange(8) if self._draw.random() < 0.5 else self._draw.randrange(256)
                    data = data[:at] + bytes([new]) + data[at + 1 :]
        return data

    def _field(self, message: Message) -> None:
        """Changes one field, here or in a message within."""
        fields = list(message.DESCRIPTOR.fields)
        if not fields:
            return
        present = [field for field, _ in message.ListFields()]
        field = self._draw.choice(present if present and self._draw.random() < 0.75 else fields)
        if self._draw.random() < 1 / 6:
            message.ClearField(field.name)
        elif field.is_repeated and field.message_type is not None and field.message_type.GetOptions().map_entry:
            self._map(getattr(message, field.name))
        elif field.is_repeated:
            self._repeated(getattr(message, field.name), field)
        elif field.message_type is not None:
            part = getattr(message, field.name)
            part.SetInParent()
            self._field(part)
        else:
            setattr(message, field.name, self._value(field, getattr(message, field.name)))

    def _map(self, entries: Any) -> None:
        """All maps of requests have texts for keys and messages for values."""
        key = self._draw.choice([*entries, "x"])
        if key in entries and self._draw.random() < 0.3:
            del entries[key]
        else:
            self._field(entries[key])

    def _repeated(self, elements: Any, field: FieldDescriptor) -> None:
        index = self._draw.randrange(len(elements)) if elements else -1
        if index < 0:
            fresh = self._value(field, field.default_value) if field.message_type is None else field.message_type._concrete_class()
            elements.extend([fresh])
        elif self._draw.random() < 1 / 3:
            elements.extend([elements[index]])
        elif field.message_type is not None:
            self._field(elements[index])
        else:
            elements[index] = self._value(field, elements[index])

    def _value(self, field: FieldDescriptor, old: Any) -> Any:
        match field.cpp_type:
            case FieldDescriptor.CPPTYPE_BOOL:
                return self._draw.random() < 0.5
            case FieldDescriptor.CPPTYPE_ENUM:
                return self._draw.randrange(-1, 14)
            case FieldDescriptor.CPPTYPE_STRING if field.type == FieldDescriptor.TYPE_BYTES:
                return self.bytes(bytes(old or b""))
            case FieldDescriptor.CPPTYPE_STRING:
                return self.bytes((old or "").encode()).decode("latin-1")
            case FieldDescriptor.CPPTYPE_DOUBLE | FieldDescriptor.CPPTYPE_FLOAT:
                return struct.unpack("<d", self._draw.randbytes(8))[0]
            case kind:
                least, most = _RANGES[kind]
                if self._draw.random() < 0.5:
                    return self._draw.randint(least, most)
                return self._draw.choice([limit for limit in _LIMITS if least <= limit <= most])
