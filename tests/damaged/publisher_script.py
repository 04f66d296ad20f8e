"""What a publisher and its server say in RTMP up to the first media message."""

from rtmp_writer import COMMAND_AMF0, SET_CHUNK_SIZE, amf0_values, message, u32

BLOCK = 1536


def hello(generator):
    """C0 and C1 or S0 and S1, simple handshake."""
    return b"\x03" + bytes(8) + generator.randbytes(BLOCK - 8)


def set_chunk_size(size):
    return message(SET_CHUNK_SIZE, u32(size), chunk_stream_id=2)


def command(*values, chunk_stream_id=3, stream=0):
    """In one chunk."""
    return message(COMMAND_AMF0, amf0_values(*values), chunk_stream_id, 0, stream, 1 << 24)


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
    conversation.say(True, command("publish", 3, None, "name", "live", chunk_stream_id=4, stream=1))
