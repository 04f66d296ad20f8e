"""Captures in which one sender breaks the rules once, made of intact ones: no byte is missing, and some
say what is not so.

A fault is a list of edits of one direction's stream. What the intact capture says is the truth for all messages but the
faulty ones.
"""

from bisect import bisect_right
from dataclasses import dataclass, field

from packets import write_pcap
from scripted_tcp import Conversation
from segments import SYN

SET_CHUNK_SIZE = 1
MOST_LENGTH = 0xFFFFFF
EXTENDED_MARK = 0xFFFFFF
SIZES = (128, 192, 256, 333, 1000, 1024, 1400, 2048, 4096, 5000, 8192, 60000, 65536, 131072)


@dataclass
class Edit:
    position: int
    removed: int
    inserted: bytes


@dataclass
class Fault:
    """`faulty`: positions of the messages that are not healthy any more. `later`: what is added to each timestamp."""

    words: str
    edits: list
    faulty: set = field(default_factory=set)
    later: int = 0
    sizes: tuple = ()  # announced and real chunk size, if the fault is to be seen


class Edited:
    """A stream with edits, and where its positions have gone."""

    def __init__(self, content, edits):
        self.content = bytearray()
        self.pieces = []  # (old position, new position, length), in order
        old = 0
        for edit in sorted(edits, key=lambda edit: edit.position):
            self.copy(content, old, edit.position)
            self.content += edit.inserted
            old = edit.position + edit.removed
        self.copy(content, old, len(content))
        self.old_begins = [piece[0] for piece in self.pieces]
        self.new_begins = [piece[1] for piece in self.pieces]

    def copy(self, content, begin, end):
        self.pieces.append((begin, len(self.content), end - begin))
        self.content += content[begin:end]

    def new(self, position):
        old, new, length = self.pieces[max(0, bisect_right(self.old_begins, position) - 1)]
        return new + min(position - old, length)

    def old(self, position):
        """Header bytes that were replaced are where they were."""
        old, new, _ = self.pieces[max(0, bisect_right(self.new_begins, position) - 1)]
        return old + position - new


class Headers:
    """What the stream's bytes say of its messages' first headers."""

    def __init__(self, stream, content):
        self.stream, self.content = stream, content
        self.messages = stream.in_order()

    def format(self, position):
        return self.content[position] >> 6

    def basic_size(self, position):
        return {0: 2, 1: 3}.get(self.content[position] & 0x3F, 1)

    def next_of_same(self, message):
        own = message.event["chunk_stream_id"]
        later = (one for one in self.messages[message.index + 1 :] if one.event["chunk_stream_id"] == own)
        return next(later, None)

    def says_length(self, message):
        return self.format(message.position) < 2

    def between_messages(self, index):
        """Nothing is in progress before the message with that index."""
        position = self.messages[index].position
        return all(one.end <= position for one in self.messages[max(0, index - 20) : index])


def other_length(generator, length):
    kind = generator.randrange(6)
    if kind == 0 and length > 1:
        return generator.randrange(1, length)
    if kind == 1 and length > 4:
        return length - generator.randint(1, 4)
    if kind == 2:
        return length + generator.randint(1, 16)
    if kind == 3:
        return length + generator.randint(1, 500)
    if kind == 4:
        return length + generator.randint(1, 20000)
    return generator.randrange(MOST_LENGTH)


def wrong_length(headers, generator):
    def fits(message):
        after = headers.next_of_same(message)
        return headers.says_length(message) and (after is None or headers.says_length(after))

    candidates = [message for message in headers.messages if fits(message)]
    if not candidates:
        return None
    message = generator.choice(candidates)
    length = other_length(generator, message.event["length"])
    place = message.position + headers.basic_size(message.position) + 3
    words = f"{message.event['type']} at {message.position} has length {message.event['length']} and says {length}"
    return Fault(words, [Edit(place, 3, length.to_bytes(3, "big"))], {message.position})


def is_split_otherwise(message, one, other):
    return message.event["length"] > min(one, other)


def chunk_size(headers, generator):
    """Another size is announced than used, or none is announced."""
    announced = [
        message for message in headers.messages
        if message.event["type_id"] == SET_CHUNK_SIZE and "chunk_size" in message.event.get("control", {})
    ]  # fmt: skip
    if not announced:
        return unused_chunk_size(headers, generator)
    message = generator.choice(announced)
    after = [one for one in announced if one.position > message.position]
    until = after[0].position if after else headers.stream.end
    real = message.event["control"]["chunk_size"]
    before = headers.stream.chunk_size_at(message.position)
    if generator.randrange(3) == 0 and message.header_lengths[0] == 12 and headers.between_messages(message.index):
        said, words = before, f"uses chunk size {real} from {message.position} on and announces none"
        edits = [Edit(message.position, message.end - message.position, b"")]
    else:
        said = generator.choice([size for size in (*SIZES, generator.randint(128, 70000)) if size != real])
        words = f"uses chunk size {real} from {message.position} on and announces {said}"
        edits = [Edit(message.payload_range(0)[0], 4, said.to_bytes(4, "big"))]
    told = (one for one in headers.messages if message.position < one.position < until)
    seen = any(is_split_otherwise(one, real, said) for one in told)
    return Fault(words, edits, {message.position}, sizes=(said, real) if seen and said != real else ())


def unused_chunk_size(headers, generator):
    # The control message must not change what another one on its chunk stream inherits.
    inherits = any(one.event["chunk_stream_id"] == 2 and headers.format(one.position) for one in headers.messages)
    places = [index for index in range(1, len(headers.messages)) if headers.between_messages(index) and not inherits]
    if not places:
        return None
    index = generator.choice(places)
    real = headers.stream.chunk_size_at(headers.messages[index].position)
    said = generator.choice([size for size in (*SIZES, generator.randint(128, 70000)) if size != real])
    control = b"\x02\0\0\0\0\0\x04\x01\0\0\0\0" + said.to_bytes(4, "big")
    words = f"announces chunk size {said} at {headers.messages[index].position} and uses {real}"
    seen = any(is_split_otherwise(one, real, said) for one in headers.messages[index:])
    position = headers.messages[index].position
    return Fault(words, [Edit(position, 0, control)], sizes=(said, real) if seen else ())


def continuation(headers, generator):
    """Chunks behind the first have a header of type 1 or 2, with the same values."""
    def fits(message):
        own = message.event["chunk_stream_id"]
        return own < 64 and all(length == 1 for length in message.header_lengths[1:])

    split = [message for message in headers.messages if len(message.ranges) > 1 and fits(message)]
    if not split:
        return None
    first = generator.choice(split)
    own = first.event["chunk_stream_id"]
    chosen = [one for one in split if one.event["chunk_stream_id"] == own and one.position >= first.position]
    if generator.randrange(3) == 0:
        chosen = [first]
    form = generator.choice((1, 2))
    edits = []
    for message in chosen:
        repeated = message.event["length"].to_bytes(3, "big") + bytes([message.event["type_id"]])
        header = bytes([form << 6 | own]) + b"\0\0\0" + (repeated if form == 1 else b"")
        edits += [Edit(begin, 1, header) for begin, _ in message.ranges[1:]]
    return Fault(f"type {form} headers continue {len(chosen)} messages from {first.position} on", edits)


def extended_bytes(headers, generator):
    """Four bytes too many behind one header, or behind all whose time would need them (Smelter 1749)."""
    if generator.randrange(2):
        return late_extended_bytes(headers, generator)
    message = generator.choice(headers.messages)
    place = generator.randrange(len(message.ranges))
    begin, _ = message.payload_range(place)
    value = generator.choice((message.event["timestamp"], generator.getrandbits(32), 0)) & 0xFFFFFFFF
    words = f"four extended bytes {value:08x} too many at {begin}, in a message of {message.event['length']} bytes"
    return Fault(words, [Edit(begin, 0, value.to_bytes(4, "big"))], {message.position})


def late_extended_bytes(headers, generator):
    whole = [one for one in headers.messages if headers.format(one.position) == 0 and len(one.ranges) == 1]
    absolute = [one for one in whole if one.is_media and one.event["timestamp"] > 0]
    if len(absolute) < 4 or any(one.event["timestamp"] >= EXTENDED_MARK for one in headers.messages):
        return None
    crossing = generator.choice(absolute[1:])
    later = EXTENDED_MARK - crossing.event["timestamp"]
    edits = []
    for message in headers.messages:
        if headers.format(message.position):
            continue
        time = message.event["timestamp"] + later
        place = message.position + headers.basic_size(message.position)
        edits.append(Edit(place, 3, (time & 0xFFFFFF).to_bytes(3, "big")))
        if time >= EXTENDED_MARK:
            edits.append(Edit(message.payload_range(0)[0], 0, time.to_bytes(4, "big")))
            for n in range(1, len(message.ranges)):
                edits.append(Edit(message.payload_range(n)[0], 0, time.to_bytes(4, "big")))
    exact = next((one for one in headers.messages if (one.event["timestamp"] + later) == EXTENDED_MARK), None)
    return Fault(f"four extended bytes from {crossing.position} on", edits, {exact.position} if exact else set(), later)


FAULTS = {
    "wrong length": wrong_length,
    "chunk size": chunk_size,
    "continuation": continuation,
    "extended bytes": extended_bytes,
}


def write(path, capture, conversation, edited):
    """The conversation once more; `edited` has both senders' new streams. Segments end where they did."""
    result = Conversation(1, 1935)
    result.open()
    sent = dict.fromkeys(conversation.streams, 0)
    for packet, segment, owner in zip(capture.packets, capture.segments, capture.owners):
        if owner is not conversation or not segment.payload:
            continue
        stream = conversation.streams[segment.source]
        position = stream.position(segment.sequence + bool(segment.flags & SYN)) + len(segment.payload)
        begin, end = sent[segment.source], edited[segment.source].new(position)
        result.time = max(result.time, packet.time)
        for at in range(begin, end, 65000):
            content = edited[segment.source].content[at : min(end, at + 65000)]
            result.send(segment.source == conversation.client, bytes(content))
        sent[segment.source] = max(begin, end)
    result.close()
    write_pcap(path, result.packets)
