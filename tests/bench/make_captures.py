#!/usr/bin/env python3
"""Makes the captures of the benchmark from sessions of real software in samples/ (README.md in this folder).

Input is pcap with Ethernet frames and microseconds; packets that are not TCP over IPv4 are left out.
"""

import argparse
import math
import random
import struct
import sys
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "python"))

from rtmp_writer import AUDIO, SET_CHUNK_SIZE, VIDEO, message, u32  # noqa: E402

SAMPLES = TESTS.parent / "samples"

RECORD_HEADER = 16
IP = 14  # offset of the IPv4 header in a frame
SYN, ACK = 0x02, 0x10


class Packet(NamedTuple):
    time: int  # microseconds since the epoch
    frame: bytes

    @property
    def tcp(self):
        """Offset of the TCP header in the frame."""
        return IP + (self.frame[IP] & 15) * 4

    @property
    def source(self):
        return self.frame[IP + 12 : IP + 16] + self.frame[self.tcp : self.tcp + 2]

    @property
    def destination(self):
        return self.frame[IP + 16 : IP + 20] + self.frame[self.tcp + 2 : self.tcp + 4]

    @property
    def flags(self):
        return self.frame[self.tcp + 13]

    @property
    def payload_at(self):
        return self.tcp + (self.frame[self.tcp + 12] >> 4) * 4

    @property
    def payload(self):
        # By the length in the IP header: Ethernet may have padded the frame.
        (total,) = struct.unpack_from(">H", self.frame, IP + 2)
        return self.frame[self.payload_at : IP + total]


def read_capture(path):
    """File header and packets."""
    data = path.read_bytes()
    if data[:4] != b"\xd4\xc3\xb2\xa1" or struct.unpack_from("<I", data, 20)[0] != 1:
        sys.exit(f"{path}: not a little-endian pcap of Ethernet frames with microseconds")
    packets, at = [], 24
    while at + RECORD_HEADER <= len(data):
        seconds, microseconds, captured, _ = struct.unpack_from("<IIII", data, at)
        frame = data[at + RECORD_HEADER : at + RECORD_HEADER + captured]
        at += RECORD_HEADER + captured
        if frame[12:14] == b"\x08\x00" and frame[IP + 9] == 6:
            packets.append(Packet(seconds * 1_000_000 + microseconds, frame))
    return data[:24], packets


def servers(packets):
    """Addresses with port of the sides that were connected to."""
    return {packet.destination for packet in packets if packet.flags & (SYN | ACK) == SYN}


def folded(total):
    """16-bit one's complement sum."""
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


class Template:
    """A packet to be written many times, with another client address each time."""

    def __init__(self, packet, to_server):
        frame = packet.frame
        self.record = bytearray(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
        self.address_at = RECORD_HEADER + IP + (12 if to_server else 16)
        self.tcp_checksum_at = RECORD_HEADER + packet.tcp + 16
        # The sums of everything but the client's address, to which each copy adds its own (RFC 1624). A checksum
        # that was left to the network card, as on loopback, is as wrong after it as before.
        header = bytearray(frame[IP : packet.tcp])
        struct.pack_into(">H", header, 10, 0)
        address = sum(struct.unpack_from(">HH", self.record, self.address_at))
        self.ip_sum = folded(sum(struct.unpack(f">{len(header) // 2}H", header)) + (~folded(address) & 0xFFFF))
        (checksum,) = struct.unpack_from(">H", self.record, self.tcp_checksum_at)
        self.tcp_sum = folded((~checksum & 0xFFFF) + (~folded(address) & 0xFFFF))


def write_copies(path, file_header, packets, copies, stagger):
    """Every packet `copies` times, copy k `stagger` * k microseconds later and from client address N.1.0.0 + k, in
    order of time. N is the first byte of the client's own address.

    Copies begin at equal distances, so a window of `stagger` microseconds has each packet once, of another copy:
    the order within a window is always the same, and nothing has to be sorted or kept.
    """
    packets = sorted(packets, key=lambda packet: packet.time)
    start, served = packets[0].time, servers(packets)
    order = []
    for packet in packets:
        windows_later, offset = divmod(packet.time - start, stagger)
        order.append((offset, windows_later, Template(packet, packet.destination in served)))
    order.sort(key=lambda entry: entry[0])
    last = max(windows_later for _, windows_later, _ in order)
    pack_time, pack_word, pack_address = (struct.Struct(format).pack_into for format in ("<II", ">H", ">HH"))

    with open(path, "wb", 1 << 20) as file:
        file.write(file_header)
        for window in range(copies + last):
            for offset, windows_later, template in order:
                copy = window - windows_later
                if not 0 <= copy < copies:
                    continue
                record = template.record
                high, low = (record[template.address_at] << 8) + 1 + (copy >> 16), copy & 0xFFFF
                pack_time(record, 0, *divmod(start + window * stagger + offset, 1_000_000))
                pack_word(record, RECORD_HEADER + IP + 10, ~folded(template.ip_sum + high + low) & 0xFFFF)
                pack_word(record, template.tcp_checksum_at, ~folded(template.tcp_sum + high + low) & 0xFFFF)
                pack_address(record, template.address_at, high, low)
                file.write(record)


VIDEO_CHUNK_STREAM, AUDIO_CHUNK_STREAM = 6, 4  # as FFmpeg numbers them
CHUNK_SIZE = 65536
LOOPBACK_SEGMENT = 65483  # with 12 bytes of TCP options an IP packet of 65535 bytes


def media_message(type_id, body, chunk_stream, time):
    return message(type_id, body, chunk_stream, time, 1, CHUNK_SIZE)


def media_messages(size):
    """(milliseconds, RTMP message) of about 23 Mbit/s H.264 at 25 frames a second, with AAC, until `size` bytes."""
    chance = random.Random(1)
    noise = chance.randbytes(200_000)
    written = frame = audio = 0
    while written < size:
        if audio * 1024 * 1000 < frame * 40 * 44100:  # AAC frames are 1024 samples
            time = audio * 1024 * 1000 // 44100
            made = media_message(AUDIO, b"\xaf\x01" + noise[:370], AUDIO_CHUNK_STREAM, time)
            audio += 1
        else:
            time, key = frame * 40, frame % 50 == 0
            unit = (b"\x65" if key else b"\x41") + noise[: chance.randrange(30_000, 200_000)]
            tag = (b"\x17" if key else b"\x27") + b"\x01\0\0\0"
            made = media_message(VIDEO, tag + u32(len(unit)) + unit, VIDEO_CHUNK_STREAM, time)
            frame += 1
        written += len(made)
        yield time, made


def opening_messages(data, count):
    """The first messages of a client's media, each in one chunk with a type 0 header: metadata and codec headers."""
    at = 0
    for _ in range(count):
        length = int.from_bytes(data[at + 4 : at + 7], "big")
        if data[at] >> 6 != 0 or length > 4096:
            sys.exit("the session does not begin with metadata and codec headers in a chunk each")
        at += 12 + length
    return data[:at]


def high_bit_rate_session(packets, size):
    """A captured publish session up to its codec headers, followed by generated media in the largest segments."""
    server = servers(packets).pop()
    started = next(
        index for index, packet in enumerate(packets) if b"NetStream.Publish.Start" in packet.payload
    )
    session, rest = list(packets[: started + 1]), packets[started + 1 :]
    from_client = [packet for packet in rest if packet.destination == server and packet.payload]
    acknowledgement = next(packet for packet in rest if packet.source == server and not packet.payload)
    headers = {True: from_client[0].frame[: from_client[0].payload_at], False: acknowledgement.frame}
    sequence, acknowledged = struct.unpack_from(">II", from_client[0].frame, from_client[0].tcp + 4)
    begin = session[-1].time + 1000

    def add(time, to_server, payload=b""):
        frame = bytearray(headers[to_server] + payload)
        struct.pack_into(">H", frame, IP + 2, len(frame) - IP)
        numbers = (sequence, acknowledged) if to_server else (acknowledged, sequence)
        struct.pack_into(">II", frame, acknowledgement.tcp + 4, *numbers)
        session.append(Packet(time, bytes(frame)))

    def send(time, data):
        nonlocal sequence
        for at in range(0, len(data), LOOPBACK_SEGMENT):
            segment = data[at : at + LOOPBACK_SEGMENT]
            time = max(time, session[-1].time + 5)
            add(time, True, segment)
            sequence = (sequence + len(segment)) & 0xFFFFFFFF
            add(time + 5, False)

    opening = opening_messages(b"".join(packet.payload for packet in from_client[:8]), 3)
    send(begin, opening + message(SET_CHUNK_SIZE, u32(CHUNK_SIZE), chunk_stream_id=2))
    for milliseconds, data in media_messages(size):
        send(begin + milliseconds * 1000, data)
    return session


def make_many_mtu(path, source, scale):
    write_copies(path, *read_capture(source), copies=math.ceil(2600 * scale), stagger=3000)


def make_loopback(path, source, scale):
    streams = 32
    file_header, packets = read_capture(source)
    session = high_bit_rate_session(packets, int((1 << 30) * scale / streams))
    write_copies(path, file_header, session, copies=streams, stagger=37_000)


def make_short_connections(path, source, scale):
    write_copies(path, *read_capture(source), copies=math.ceil(100_000 * scale), stagger=1000)


CAPTURES = {
    "many_mtu": (make_many_mtu, "netem_clean_10ms.pcap"),
    "loopback": (make_loopback, "pub_ffmpeg_nginx_avc_aac.pcap"),
    "short_connections": (make_short_connections, "err_connect_rejected.pcap"),
}


def main():
    parser = argparse.ArgumentParser(description="Makes the captures of the benchmark: 1.1, 1.0 and 0.8 GB.")
    parser.add_argument("directory", type=Path, help="where they are written to")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size (default 1; 4 is allowed)")
    parser.add_argument("--make", choices=CAPTURES, action="append", help="only this capture (may be repeated)")
    for name, (_, source) in CAPTURES.items():
        option = f"--{name.replace('_', '-')}-from"
        parser.add_argument(option, type=Path, default=SAMPLES / source, metavar="FILE", help=f"instead of {source}")
    options = parser.parse_args()

    options.directory.mkdir(parents=True, exist_ok=True)
    for name in options.make or CAPTURES:
        path = options.directory / f"{name}.pcap"
        CAPTURES[name][0](path, getattr(options, f"{name}_from"), options.scale)
        print(f"{path}  {path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
