"""What a client and a server say in RTMP, made from scratch."""

import struct

SET_CHUNK_SIZE, AUDIO, VIDEO, DATA_AMF3, COMMAND_AMF3, DATA_AMF0, COMMAND_AMF0 = 1, 8, 9, 15, 17, 18, 20
BLOCK = 1536


def hello(generator):
    """C0 and C1 or S0 and S1, simple handshake."""
    return b"\x03" + bytes(8) + generator.randbytes(BLOCK - 8)


def basic_header(form, stream_id):
    if stream_id < 64:
        return bytes([form << 6 | stream_id])
    if stream_id < 320:
        return bytes([form << 6, stream_id - 64])
    return bytes([form << 6 | 1]) + struct.pack("<H", stream_id - 64)


def header(stream_id, type_id, length, time=0, message_stream_id=0):
    """Type 0, all fields."""
    head = basic_header(0, stream_id) + struct.pack(">I", time)[1:] + struct.pack(">I", length)[1:]
    return head + bytes([type_id]) + struct.pack("<I", message_stream_id)


def message(stream_id, type_id, body, time=0, message_stream_id=0, chunk_size=128):
    pieces = [body[at : at + chunk_size] for at in range(0, len(body), chunk_size)] or [b""]
    return header(stream_id, type_id, len(body), time, message_stream_id) + basic_header(3, stream_id).join(pieces)


def set_chunk_size(size):
    return message(2, SET_CHUNK_SIZE, struct.pack(">I", size))


def amf0(value):
    if isinstance(value, (int, float)):
        return b"\0" + struct.pack(">d", value)
    if isinstance(value, str):
        return b"\x02" + struct.pack(">H", len(value)) + value.encode()
    if isinstance(value, dict):
        pairs = (struct.pack(">H", len(key)) + key.encode() + amf0(one) for key, one in value.items())
        return b"\x03" + b"".join(pairs) + b"\0\0\x09"
    return b"\x05"


def command(*values, stream_id=3, message_stream_id=0):
    return message(stream_id, COMMAND_AMF0, b"".join(map(amf0, values)), 0, message_stream_id, 1 << 24)


def begin(conversation, generator, chunk_size=4096):
    """Up to the publisher's first media message: everything as it should be."""
    first, answer = hello(generator), hello(generator)
    conversation.open()
    conversation.say(True, first)
    conversation.say(False, answer + first[1:])
    connect = command("connect", 1, {"app": "live", "tcUrl": "rtmp://192.0.2.1/live"})
    conversation.say(True, answer[1:] + connect + set_chunk_size(chunk_size))
    conversation.say(False, command("_result", 1, {"level": "status", "code": "NetConnection.Connect.Success"}))
    conversation.say(True, command("createStream", 2, None))
    conversation.say(False, command("_result", 2, None, 1))
    conversation.say(True, command("publish", 3, None, "name", "live", stream_id=4, message_stream_id=1))
