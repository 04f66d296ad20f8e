"""A slow RTMP decoder that is meant to be obviously right, written from the specification alone.

It takes the whole byte stream of one direction, as TCP delivered it. Sections are those of "Adobe's Real Time Messaging
Protocol" 1.0 (2012) and of AMF 0 (2007).
"""

import struct
from dataclasses import dataclass

HANDSHAKE_SIZE = 1 + 1536 + 1536  # C0, C1 and C2, or S0, S1 and S2 (5.2)
SET_CHUNK_SIZE, ABORT = 1, 2
COMMAND_AMF0, DATA_AMF0 = 20, 18


@dataclass
class Message:
    type_id: int
    chunk_stream_id: int
    message_stream_id: int
    timestamp: int
    length: int
    stream_offset: int
    chunks: int = 0
    body: bytes = b""

    @property
    def complete(self):
        return len(self.body) == self.length


class ChunkStream:
    """What a chunk stream remembers between two of its chunks."""

    def __init__(self):
        self.timestamp = self.step = self.length = self.type_id = self.message_stream_id = 0
        self.extended = False
        self.message = None  # in progress


class Cursor:
    """Reads integers; EOFError where the stream ends."""

    def __init__(self, data, at):
        self.data, self.at = data, at

    def take(self, count):
        if self.at + count > len(self.data):
            raise EOFError
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, count, order="big"):
        return int.from_bytes(self.take(count), order)


def messages(stream):
    """The messages of one direction in the order of their last bytes; at last those that are cut off."""
    if len(stream) < HANDSHAKE_SIZE:
        return
    cursor = Cursor(stream, HANDSHAKE_SIZE)
    chunk_size = 128  # 5.4.1
    chunk_streams = {}
    try:
        while True:
            chunk_stream, message = read_header(cursor, chunk_streams)
            wanted = min(chunk_size, message.length - len(message.body))
            available = min(wanted, len(stream) - cursor.at)
            message.body += cursor.take(available)
            message.chunks += 1
            if available < wanted:
                break
            if not message.complete:
                continue
            chunk_stream.message = None
            yield message
            if message.type_id == SET_CHUNK_SIZE:
                chunk_size = int.from_bytes(message.body[:4], "big") & 0x7FFFFFFF
            elif message.type_id == ABORT:
                aborted = chunk_streams.get(int.from_bytes(message.body[:4], "big"))
                if aborted:
                    aborted.message = None
    except EOFError:
        pass
    yield from (state.message for state in chunk_streams.values() if state.message)


def read_header(cursor, chunk_streams):
    """Reads one chunk header (5.3.1) and returns the chunk stream and the message that its payload belongs to."""
    start = cursor.at
    first = cursor.number(1)
    header_type, chunk_stream_id = first >> 6, first & 63
    if chunk_stream_id < 2:  # the two longer forms of 5.3.1.1
        chunk_stream_id = 64 + cursor.number(chunk_stream_id + 1, "little")
    state = chunk_streams.setdefault(chunk_stream_id, ChunkStream())

    if header_type < 3:
        time = cursor.number(3)
        length = cursor.number(3) if header_type < 2 else state.length
        type_id = cursor.number(1) if header_type < 2 else state.type_id
        stream_id = cursor.number(4, "little") if header_type < 1 else state.message_stream_id
        extended = time == 0xFFFFFF
        if extended:
            time = cursor.number(4)
        state.length, state.type_id, state.message_stream_id, state.extended = length, type_id, stream_id, extended
        state.step = time
        state.message = None  # a partial message is dropped
    elif state.extended:
        cursor.take(4)  # repeated on type 3 (5.3.1.3)

    if state.message is None:
        state.timestamp = (state.step + (state.timestamp if header_type else 0)) & 0xFFFFFFFF
        state.message = Message(
            state.type_id, chunk_stream_id, state.message_stream_id, state.timestamp, state.length, start
        )
    return state, state.message


def amf0_values(body):
    """All values of a command or data message, as JSON has them."""
    reader = Amf0Reader(body)
    values = []
    while reader.at < len(body):
        values.append(reader.value())
    return values


class Amf0Reader(Cursor):
    def __init__(self, data):
        super().__init__(data, 0)

    def text(self, length_size=2):
        return decode_text(self.take(self.number(length_size)))

    def value(self):
        marker = self.number(1)
        if marker == 0x00:
            return json_number(struct.unpack(">d", self.take(8))[0])
        if marker == 0x01:
            return self.number(1) != 0
        if marker == 0x02:
            return self.text()
        if marker == 0x03:
            return self.properties()
        if marker in (0x05, 0x06):
            return None
        if marker == 0x08:
            self.number(4)  # the count is a hint
            return self.properties()
        if marker == 0x0A:
            return [self.value() for _ in range(self.number(4))]
        if marker == 0x0C:
            return self.text(4)
        raise ValueError(f"AMF0 marker {marker} at {self.at - 1}")

    def properties(self):
        """A list of pairs: order and duplicates count."""
        pairs = []
        while True:
            name = self.text()
            if name == "" and self.data[self.at] == 0x09:
                self.take(1)
                return Pairs(pairs)
            pairs.append((name, self.value()))


class Pairs(list):
    """An AMF object: equal if the properties are equal and in the same order."""


def decode_text(data):
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Pairs([("hex", data.hex())])


def json_number(value):
    """Whole numbers are integers; what JSON cannot say is null."""
    if value != value or value in (float("inf"), float("-inf")):
        return None
    return int(value) if value == int(value) else value
