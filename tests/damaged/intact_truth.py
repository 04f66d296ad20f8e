"""What the program says about a capture, placed in the TCP streams; of the intact capture it is the truth.

That the program reads intact captures right is the matter of tests/differential.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field

from conversations import ACK, MODULUS
from layers import endpoint
from segments import SYN

MESSAGE_HEADER = {0: 11, 1: 7, 2: 3, 3: 0}  # by chunk type (RTMP 5.3.1.2)
HEADER_KEYS = ("type_id", "chunk_stream_id", "message_stream_id", "length", "chunks")
# Keys of a message event that are not the message's own: where and when it was captured, and what else was known.
CONTEXT_KEYS = {
    "event", "time", "frame", "connection", "uid", "direction", "type", "timestamp", "timestamp_exact", "first_frame",
    "first_time", "stream_offset", "complete", "request_frame", "response_time_ms", "stream_name", *HEADER_KEYS,
    "wire_bytes", "header_type",  # of the chunk headers, which a damage may write in other forms
}  # fmt: skip


@dataclass
class Message:
    event: dict
    ranges: list  # of positions, one for each chunk; known for the intact capture only
    header_lengths: list  # likewise
    index: int = 0  # in the order of the positions of the stream's messages

    @property
    def position(self):
        return self.ranges[0][0]

    @property
    def end(self):
        return self.ranges[-1][1]

    def payload_range(self, place):
        begin, end = self.ranges[place]
        return begin + self.header_lengths[place], end

    @property
    def is_media(self):
        return self.event["type_id"] in (8, 9)


@dataclass
class StreamTruth:
    messages: dict = field(default_factory=dict)  # complete ones, by position
    incomplete: dict = field(default_factory=dict)
    chunk_sizes: list = field(default_factory=list)  # (position of the message that sets it, bytes)
    end: int = 0  # what follows is not known

    def chunk_size_at(self, position):
        return [size for place, size in self.chunk_sizes if place < position][-1]

    def in_order(self):
        return sorted(self.messages.values(), key=lambda message: message.index)


class Placement:
    """Tells for each event of a run where in the intact capture's streams it is."""

    def __init__(self, capture, damaged, events):
        self.capture, self.damaged = capture, damaged
        self.found = list(capture.segments_of(damaged))
        self.connections = {event["connection"]: event for event in events if event["event"] == "connection_open"}
        self.ends, self.bases = {}, {}
        self.following = self.next_openings()
        for number, event in self.connections.items():
            ends = [endpoint(event[side]["address"], event[side]["port"]) for side in ("client", "server")]
            self.ends[number] = dict(zip(("to_server", "to_client"), ends))
            self.bases[number] = self.first_sequences(ends, event["frame"] - 1, self.following[number])

    def next_openings(self):
        """{connection: place of the packet that begins the next one of the same ends}"""
        after, last = {}, {}
        for number, event in sorted(self.connections.items(), key=lambda pair: -pair[1]["frame"]):
            ends = frozenset((str(event["client"]), str(event["server"])))
            after[number] = last.get(ends, len(self.damaged))
            last[ends] = event["frame"] - 1
        return after

    def first_sequences(self, ends, first, end):
        """{sender: sequence number of offset 0}: after the SYN or, without it, what the answer to a SYN and ACK
        acknowledges, or else that of the first payload."""
        bases, acknowledged, silent = {}, {}, set()
        for entry in self.found[first:end]:
            if not entry or {entry[1].source, entry[1].destination} != set(ends):
                continue
            segment = entry[1]
            if segment.flags & SYN:
                bases.setdefault(segment.source, (segment.sequence + 1) % MODULUS)
                silent.add(segment.source)
                if segment.flags & ACK:
                    bases.setdefault(segment.destination, segment.acknowledgement)
            elif segment.flags & ACK and segment.source in silent and segment.sequence == bases[segment.source]:
                bases.setdefault(segment.destination, segment.acknowledgement)
            elif segment.wire_length and segment.source not in bases:
                keep_alive = segment.wire_length == 1 and acknowledged.get(segment.source) == segment.sequence + 1
                bases[segment.source] = (segment.sequence + keep_alive) % MODULUS
            if segment.wire_length:
                silent.discard(segment.source)
            if segment.flags & ACK:
                acknowledged[segment.destination] = segment.acknowledgement
            if len(bases) == 2:
                break
        return bases

    def sender(self, event):
        return self.ends[event["connection"]][event["direction"]]

    def conversation(self, event):
        """That of the message's first packet: one connection may hold two whose SYN was lost. What was held back comes
        out with whatever packet ends the connection, if need be the first of the next one."""
        last = self.following[event["connection"]] - 1
        ends = set(self.ends[event["connection"]].values())
        for place in range(min(event.get("first_frame", event["frame"]) - 1, last), -1, -1):
            entry = self.found[place]
            if entry and ends == entry[0].streams.keys():
                return entry[0]
        return self.opening(event["connection"])

    def opening(self, connection):
        entry = self.found[self.connections[connection]["frame"] - 1]
        return entry and entry[0]

    def place(self, event, key="stream_offset"):
        """(conversation, sender, position) or None where the stream's beginning is not known."""
        conversation, sender = self.conversation(event), self.sender(event)
        base = self.bases[event["connection"]].get(sender)
        if conversation is None or base is None or sender not in conversation.streams:
            return None
        stream = conversation.streams[sender]
        if stream.start is None:
            return None
        return conversation, sender, stream.position((base + event[key]) % MODULUS)


def parse(ndjson):
    return [json.loads(line) for line in ndjson.splitlines()]


class Truth:
    """`streams` has a StreamTruth for each direction of each conversation that the program reads without loss;
    `transports` the kind of every conversation that the program reports."""

    def __init__(self, capture, events):
        placement = Placement(capture, capture.intact(), events)
        spoiled = {event["connection"] for event in events if event["event"] in ("gap", "sync_lost")}
        self.transports, self.streams = {}, {}
        for number, event in placement.connections.items():
            conversation = placement.opening(number)
            if conversation is None:
                continue
            self.transports[conversation.number] = event["transport"]
            if conversation.whole and number not in spoiled and event["transport"] == "rtmp":
                for sender in conversation.streams:
                    self.streams[conversation.number, sender] = StreamTruth(chunk_sizes=[(-1, 128)])
        chunks = defaultdict(list)  # of the connection's direction, in order
        for event in events:
            if event["event"] == "chunk":
                chunks[event["connection"], event["direction"]].append(event)
        headers = {key: list(header_lengths(listed)) for key, listed in chunks.items()}
        self.read_messages(events, placement, chunks, headers)

    def read_messages(self, events, placement, chunks, headers):
        pending = defaultdict(list)  # places of chunks whose message has not come, by connection, direction and id
        taken = defaultdict(int)
        for event in events:
            if event["event"] not in ("chunk", "message"):
                continue
            key = event["connection"], event["direction"]
            if event["event"] == "chunk":
                pending[(*key, event["chunk_stream_id"])].append(taken[key])
                taken[key] += 1
                continue
            place = placement.place(event)
            stream = place and self.streams.get((place[0].number, place[1]))
            waiting = pending[(*key, event["chunk_stream_id"])]
            own = [n for n in waiting if chunks[key][n]["stream_offset"] >= event["stream_offset"]]
            waiting.clear()
            if not stream or not own:
                continue
            shift = place[2] - event["stream_offset"]
            ranges = [chunk_range(chunks[key][n], headers[key][n], shift) for n in own]
            message = Message(event, ranges, [headers[key][n] for n in own])
            assert message.position == place[2], event
            stream.end = max(stream.end, message.end)
            (stream.messages if event["complete"] else stream.incomplete)[message.position] = message
            if event["complete"] and event["type_id"] == 1 and "chunk_size" in event.get("control", {}):
                stream.chunk_sizes.append((message.position, event["control"]["chunk_size"]))
        for stream in self.streams.values():
            for index, position in enumerate(sorted(stream.messages)):
                stream.messages[position].index = index


def chunk_range(event, header_length, shift):
    begin = event["stream_offset"] + shift
    return begin, begin + header_length + event.get("payload_length", 0)


def header_lengths(chunks):
    """Chunks of one direction follow each other without a gap, so that each header's length is what lies between the
    offsets of two chunks. That of the last one follows from its form."""
    extended = {}
    for chunk, after in zip(chunks, [*chunks[1:], None]):
        stream_id = chunk["chunk_stream_id"]
        if chunk["format"] < 3:
            extended[stream_id] = "extended_timestamp" in chunk
        basic = 1 if stream_id < 64 else 2 if stream_id < 320 else 3
        length = basic + MESSAGE_HEADER[chunk["format"]]
        length += 4 if "extended_timestamp" in chunk or extended.get(stream_id) else 0
        if after is not None:
            length = after["stream_offset"] - chunk["stream_offset"] - chunk.get("payload_length", 0)
        yield length
