"""RTMP as bytes, written by hand: chunk headers, messages, AMF0 values. The only writer of RTMP in the tests in Python.

A test that wants something odd writes that out itself.
"""

import struct

SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_SIZE, PEER_BANDWIDTH = 1, 2, 3, 4, 5, 6
AUDIO, VIDEO = 8, 9
DATA_AMF3, SHARED_OBJECT_AMF3, COMMAND_AMF3 = 15, 16, 17
DATA_AMF0, SHARED_OBJECT_AMF0, COMMAND_AMF0, AGGREGATE = 18, 19, 20, 22

EXTENDED = 0xFFFFFF  # in the place of a time that follows in 32 bits


def u16(value):
    return struct.pack(">H", value)


def u24(value):
    return struct.pack(">I", value & 0xFFFFFF)[1:]


def u32(value):
    return struct.pack(">I", value)


def basic_header(chunk_format, chunk_stream_id):
    first = chunk_format << 6
    if chunk_stream_id < 64:
        return bytes([first | chunk_stream_id])
    if chunk_stream_id < 320:
        return bytes([first, chunk_stream_id - 64])
    high, low = divmod(chunk_stream_id - 64, 256)
    return bytes([first | 1, low, high])


def header(chunk_format, chunk_stream_id, time=0, length=0, type_id=0, stream=0):
    """A chunk header of types 0 to 3, with the extended timestamp that the time asks for."""
    fields = u24(min(time, EXTENDED)) + u24(length) + bytes([type_id]) + struct.pack("<I", stream)
    extended = u32(time) if time >= EXTENDED and chunk_format < 3 else b""
    return basic_header(chunk_format, chunk_stream_id) + fields[: (11, 7, 3, 0)[chunk_format]] + extended


def chunks(first_header, body, chunk_stream_id, chunk_size=128, repeated=b""):
    """A message: its first header, then its body with type 3 headers between. `repeated` follows each of those."""
    parts = [body[at : at + chunk_size] for at in range(0, len(body), chunk_size)]
    return first_header + (basic_header(3, chunk_stream_id) + repeated).join(parts)


def message(type_id, body, chunk_stream_id=3, time=0, stream=0, chunk_size=128):
    """With a type 0 header; extended timestamps as the standard wants them."""
    repeated = u32(time) if time >= EXTENDED else b""
    first = header(0, chunk_stream_id, time, len(body), type_id, stream)
    return chunks(first, body, chunk_stream_id, chunk_size, repeated)


def amf0(value):
    """A value as AMF0: dict is an object, list a strict array; bytes stand for themselves."""
    if isinstance(value, bytes):
        return value
    if value is None:
        return b"\x05"
    if isinstance(value, bool):
        return bytes([1, value])
    if isinstance(value, (int, float)):
        return b"\x00" + struct.pack(">d", value)
    if isinstance(value, str):
        return b"\x02" + text(value)
    if isinstance(value, dict):
        return b"\x03" + properties(value)
    return b"\x0a" + u32(len(value)) + b"".join(map(amf0, value))


def text(value):
    """Length and UTF-8, without a marker."""
    return u16(len(value.encode())) + value.encode()


def properties(members):
    return b"".join(text(key) + amf0(value) for key, value in members.items()) + b"\x00\x00\x09"


def amf0_values(*values):
    return b"".join(map(amf0, values))


def amf3_text(value):
    """A string of AMF3 without marker, not by reference; shorter than 64 bytes."""
    return bytes([len(value.encode()) << 1 | 1]) + value.encode()
