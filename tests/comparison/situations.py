"""What captures in practice look like, made up: one publisher's session, and what can happen to its packets.

Handshake, connect and publish, then 10 video and 10 audio messages in chunks of 4096 bytes; that is the truth, also
where packets are missing.
"""

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

import segments
from rtmp_writer import AUDIO, COMMAND_AMF0, SET_CHUNK_SIZE, VIDEO, amf0_values, header, message, u32
from session import CLIENT, PUSH, SERVER, ACK, Session

IN_ORDER = ("-o", "tcp.reassemble_out_of_order:TRUE")
CHUNK_SIZE = 4096
MEDIA = 20
SITUATIONS = []


@dataclass(frozen=True)
class Situation:
    what: str
    sent: str  # video and audio messages
    truth: str  # those that are whole
    packets: Callable
    arguments: tuple  # for tshark


def situation(what, *arguments, truth=None, sessions=1):
    """Registers a function that returns packets. `truth`: if not all messages are whole."""
    sent = f"{sessions * MEDIA // 2} + {sessions * MEDIA // 2}"

    def register(function):
        SITUATIONS.append(Situation(what, sent, truth or sent, function, arguments))
        return function

    return register


class Publisher(Session):
    """A session without expectations: its messages are counted only."""

    def opening(self, chunk_size=CHUNK_SIZE):
        commands = (("connect", 1, {"app": "live"}), ("createStream", 2, None))
        for values in commands:
            self.raw(CLIENT, message(COMMAND_AMF0, amf0_values(*values)))
        connected = {"code": "NetConnection.Connect.Success"}
        self.raw(SERVER, message(COMMAND_AMF0, amf0_values("_result", 1, None, connected)))
        self.raw(SERVER, message(COMMAND_AMF0, amf0_values("_result", 2, None, 1)))
        self.raw(CLIENT, message(COMMAND_AMF0, amf0_values("publish", 3, None, "name", "live"), stream=1))
        self.raw(CLIENT, message(SET_CHUNK_SIZE, u32(chunk_size), 2))
        return self

    def media(self, first=0, chunk_size=CHUNK_SIZE):
        """As encoders do: only the first message of each kind has a type 0 header."""
        chance = random.Random(1)
        for number in range(first, first + MEDIA // 2):
            frame = bytes([0x17 if number == 0 else 0x27]) + b"\x01\0\0\0"
            video = frame + u32(6000) + b"\x41" + chance.randbytes(5999)
            audio = b"\xaf\x01" + chance.randbytes(300)
            for chunk_stream, kind, body in ((6, VIDEO, video), (4, AUDIO, audio)):
                kind_of_header, time = (0, 40 * number) if number == first else (1, 40)
                head = header(kind_of_header, chunk_stream, time, len(body), kind, 1)
                wire = head + body[:chunk_size]
                for at in range(chunk_size, len(body), chunk_size):
                    wire += bytes([0xC0 | chunk_stream]) + body[at : at + chunk_size]
                self.raw(CLIENT, wire)
        return self


def session_packets():
    session = Publisher().opening().media()
    session.end()
    return session.packets


def media_places(packets):
    """Places of the segments with media."""
    sizes = [len(segment.payload) for segment in map(segments.parse, packets)]
    first = next(place for place, size in enumerate(sizes) if place > 10 and size == 1400)
    return [place for place, size in enumerate(sizes) if place >= first and size]


@situation("clean")
def clean():
    return session_packets()


@situation("a segment is sent twice")
def retransmission():
    packets = session_packets()
    place = media_places(packets)[8]
    return packets[: place + 2] + [packets[place]] + packets[place + 2 :]


def lost_packets():
    packets = session_packets()
    place = media_places(packets)[8]
    return packets[:place] + packets[place + 1 :]


def swapped_packets():
    packets = session_packets()
    place = media_places(packets)[8]
    return packets[:place] + [packets[place + 1], packets[place]] + packets[place + 2 :]


@situation("a segment is lost", truth="9 + 10")
def lost():
    return lost_packets()


@situation("a segment is lost, `tcp.reassemble_out_of_order`", *IN_ORDER, truth="1 + 1")
def lost_in_order():
    return lost_packets()


@situation("two segments are swapped", truth="9 + 10")
def swapped():
    return swapped_packets()


@situation("two segments are swapped, `tcp.reassemble_out_of_order`", *IN_ORDER)
def swapped_in_order():
    return swapped_packets()


def message_starts(packets):
    """Places of the segments that begin a media message."""
    places = media_places(packets)
    return [places[0]] + [after for before, after in zip(places, places[1:])
                          if len(segments.parse(packets[before]).payload) < 1400]


@situation("begins in mid-session, at a chunk", truth="8 + 8")
def midstream_at_chunk():
    packets = session_packets()
    return packets[message_starts(packets)[4] :]


@situation("begins in mid-session, within a chunk", truth="7 + 8")
def midstream_within_chunk():
    packets = session_packets()
    return packets[message_starts(packets)[4] + 1 :]


@situation("packets are cut at 96 bytes", truth="0 + 0")
def snap_length():
    return [replace(packet, data=packet.data[:96]) for packet in session_packets()]


@situation("`tcp.relative_sequence_numbers` off", "-o", "tcp.relative_sequence_numbers:FALSE")
def absolute_sequence_numbers():
    return session_packets()


@situation("sequence numbers begin near 2^32")
def sequence_wrap():
    session = Publisher(handshake=False)
    session.packets.clear()
    session.sequence = {CLIENT: 0xFFFFE000, SERVER: 0xFFFFFF00}
    session._packet(CLIENT, 0x02)
    session._packet(SERVER, 0x12)
    session.send_handshake()
    session.opening().media()
    session.end()
    return session.packets


@situation("more than 4 GiB in one direction, in packets that are cut; the figures are of what comes after")
def four_gibibytes():
    session = Publisher().opening(65536)
    body = 65_400
    wire = header(0, 6, 0, body, VIDEO, 1) + b"\x27\x01\0\0\0" + u32(body - 9) + b"\x41" + bytes(40)
    for _ in range((1 << 32) // body + 2):
        session._packet(CLIENT, PUSH | ACK, wire)
        packet = session.packets[-1]
        missing = body + 12 - len(wire)
        data = bytearray(packet.data)
        (total,) = struct.unpack_from(">H", data, 16)
        struct.pack_into(">H", data, 16, total + missing)
        session.packets[-1] = replace(packet, data=bytes(data), original_length=len(data) + missing)
        session.sequence[CLIENT] = (session.sequence[CLIENT] + missing) & 0xFFFFFFFF
    session.media(chunk_size=65536)
    session.end()
    return session.packets


def large_messages(chunk_size, port=1935):
    """Key frames of 100 kB."""
    session = Publisher(port=port).opening(chunk_size)
    body = b"\x17\x01\0\0\0" + u32(99_991) + b"\x65" + random.Random(chunk_size).randbytes(99_990)
    for number in range(MEDIA // 2):
        session.raw(CLIENT, message(VIDEO, body, 6, 40 * number, 1, chunk_size))
        session.raw(CLIENT, message(AUDIO, b"\xaf\x01" + bytes(300), 4, 40 * number, 1, chunk_size))
    session.end()
    return session.packets


@situation("key frames of 100 kB, chunk size 4096")
def chunks_of_4096():
    return large_messages(4096)


@situation("key frames of 100 kB, chunk size 60000")
def chunks_of_60000():
    return large_messages(60000)


@situation("key frames of 100 kB, chunk size 65535")
def chunks_of_65535():
    return large_messages(65535)


@situation("key frames of 100 kB, chunk size 65536")
def chunks_of_65536():
    return large_messages(65536)


@situation("key frames of 100 kB, chunk size 4 MiB")
def chunks_of_4_mib():
    return large_messages(4 << 20)


@situation("port 4321")
def other_port():
    session = Publisher(port=4321).opening().media()
    session.end()
    return session.packets
