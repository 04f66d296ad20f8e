"""The TCP conversations of a capture, and which bytes of them a damaged version of the capture still has.

A position in a stream is the number of bytes before it: 0 is the byte after the SYN.
"""

import gzip
import subprocess
from dataclasses import dataclass
from pathlib import Path

import packets as capture_file
from layers import Decoder
from ranges import Ranges
from segments import SYN

ACK = 16
MODULUS = 1 << 32


class Stream:
    """One direction of a conversation, from the intact capture."""

    def __init__(self, sender):
        self.sender = sender  # address and port
        self.start = None  # sequence number of position 0; None: the SYN was not captured
        self.content, self.have = bytearray(), Ranges()

    def position(self, sequence):
        """Streams are shorter than 2 GiB; what is before the start is negative."""
        distance = (sequence - self.start) % MODULUS
        return distance - MODULUS if distance >= MODULUS // 2 else distance

    def write(self, position, data):
        if position < 0:
            return
        end = position + len(data)
        if end > len(self.content):
            self.content += bytes(end - len(self.content))
        for begin, stop in list(self.have.missing(position, end)):  # the first copy counts, as for a receiver
            self.content[begin:stop] = data[begin - position : stop - position]
        self.have.add(position, end)


@dataclass
class Conversation:
    number: int
    client: bytes
    streams: dict  # by sender

    @property
    def whole(self):
        return all(stream.start is not None for stream in self.streams.values())


@dataclass(frozen=True)
class Damaged:
    """A packet of a damaged capture. `origin` is the place of the packet of the intact one that it comes from."""

    packet: capture_file.Packet
    origin: int


class Capture:
    """An intact capture. `segments[i]` is the TCP segment that packet i completes, or None; `owners[i]` its
    conversation.
    """

    def __init__(self, path):
        self.path = Path(path)
        self.packets = read(self.path)
        decoder = Decoder()
        self.segments = [decoder.segment(packet) for packet in self.packets]
        self.has_fragments = decoder.fragments_seen
        self.conversations, self.owners = [], []
        self.current = {}  # {both ends: conversation}
        for segment in self.segments:
            self.owners.append(self.assign(segment) if segment else None)

    def assign(self, segment):
        ends = frozenset((segment.source, segment.destination))
        conversation = self.current.get(ends)
        opens = segment.flags & (SYN | ACK) == SYN
        start = (segment.sequence + 1) % MODULUS
        if not conversation or (opens and conversation.streams[segment.source].start != start):
            streams = {end: Stream(end) for end in ends}
            conversation = Conversation(len(self.conversations), segment.source, streams)
            self.conversations.append(conversation)
            self.current[ends] = conversation
        stream = conversation.streams[segment.source]
        if segment.flags & SYN:
            stream.start = start
            other = conversation.streams[segment.destination]
            if segment.flags & ACK and other.start is None:
                other.start = segment.acknowledgement
        if stream.start is not None and segment.payload:
            stream.write(stream.position(segment.sequence + bool(segment.flags & SYN)), segment.payload)
        return conversation

    def intact(self):
        return [Damaged(packet, place) for place, packet in enumerate(self.packets)]

    def segments_of(self, damaged):
        """(its conversation, segment), or None, for each packet of a damaged version."""
        decoder = Decoder()
        for entry in damaged:
            if entry.packet is self.packets[entry.origin] and not self.has_fragments:
                segment = self.segments[entry.origin]
            else:
                segment = decoder.segment(entry.packet)
            conversation = segment and (self.owners[entry.origin] or self.owner_of(segment))
            yield (conversation, segment) if conversation else None

    def owner_of(self, segment):
        """For what only a damaged version has: fragments in another order complete a segment with another packet."""
        return self.current.get(frozenset((segment.source, segment.destination)))

    def captured(self, damaged):
        """{(number of the conversation, sender): Ranges of positions} that have at least one true copy."""
        found = {}
        for entry in self.segments_of(damaged):
            if not entry:
                continue
            conversation, segment = entry
            stream = conversation.streams[segment.source]
            ranges = found.setdefault((conversation.number, segment.source), Ranges())
            if stream.start is None or not segment.payload:
                continue
            position = stream.position(segment.sequence + bool(segment.flags & SYN))
            if position < 0:
                segment, position = segment.part(-position, len(segment.payload)), 0
            end = position + len(segment.payload)
            if stream.content[position:end] == segment.payload:
                ranges.add(position, end)
            else:  # a keep-alive's byte, or a repeat with other contents
                for place, byte in enumerate(segment.payload, position):
                    if stream.content[place] == byte:
                        ranges.add(place, place + 1)
        return found


def read(path):
    if path.suffix not in (".gz", ".zst"):
        return capture_file.read(path)
    contents = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else unpacked(path)
    reader = capture_file.read_pcapng if path.stem.endswith("pcapng") else capture_file.read_pcap
    return list(reader(contents))


def unpacked(path):
    return subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout


def write(path, damaged):
    """A pcapng file: it may hold several link types."""
    capture_file.write_pcapng(path, [entry.packet for entry in damaged])
