"""Capture files as lists of packets, read and written by hand: the tests must not trust the code that they test.

pcap and pcapng as in draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng; no more of them than the samples need.
"""

import struct
from dataclasses import dataclass, replace

MAGIC = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}  # nanoseconds in the unit of its packet times
NANOSECOND_MAGIC = 0xA1B23C4D
SECTION_HEADER, INTERFACE, ENHANCED_PACKET, DECRYPTION_SECRETS = 0x0A0D0D0A, 1, 6, 10
IF_TSRESOL = 9  # option: times are in units of 10 to the power of minus this, by default 6

LINK_ETHERNET, LINK_RAW, LINK_SLL, LINK_SLL2 = 1, 101, 113, 276


@dataclass(frozen=True)
class Packet:
    time: int  # nanoseconds since 1970
    link_type: int
    data: bytes
    original_length: int

    def with_data(self, data, link_type=None):
        """What the snap length has cut off stays cut off."""
        missing = self.original_length - len(self.data)
        return replace(self, data=data, original_length=len(data) + missing, link_type=link_type or self.link_type)

    @property
    def cut(self):
        return len(self.data) < self.original_length


def read(path):
    contents = path.read_bytes()
    return list(read_pcapng(contents) if path.suffix == ".pcapng" else read_pcap(contents))


def read_pcap(contents):
    magic, _, _, _, _, _, link_type = struct.unpack_from("<IHHiIII", contents)
    unit = MAGIC[magic]
    at = 24
    while at + 16 <= len(contents):
        seconds, fraction, length, original_length = struct.unpack_from("<IIII", contents, at)
        data = contents[at + 16 : at + 16 + length]
        yield Packet(seconds * 1_000_000_000 + fraction * unit, link_type & 0xFFFF, data, original_length)
        at += 16 + length


def read_pcapng(contents):
    interfaces, at = [], 0
    while at + 12 <= len(contents):
        block_type, block_length = struct.unpack_from("<II", contents, at)
        if block_type == INTERFACE:
            link_type = struct.unpack_from("<H", contents, at + 8)[0]
            digits = options(contents[at + 16 : at + block_length - 4]).get(IF_TSRESOL, b"\x06")[0]
            interfaces.append((link_type, 10 ** (9 - digits)))
        elif block_type == ENHANCED_PACKET:
            interface, high, low, length, original_length = struct.unpack_from("<IIIII", contents, at + 8)
            link_type, unit = interfaces[interface]
            data = contents[at + 28 : at + 28 + length]
            yield Packet((high << 32 | low) * unit, link_type, data, original_length)
        at += block_length


def secrets(path):
    """The text of all Decryption Secrets Blocks of a pcapng file; empty if there are none."""
    contents, text, at = path.read_bytes(), b"", 0
    if contents[:4] != struct.pack("<I", SECTION_HEADER):
        return text
    while at + 12 <= len(contents):
        block_type, length = struct.unpack_from("<II", contents, at)
        if block_type == DECRYPTION_SECRETS:
            size = struct.unpack_from("<I", contents, at + 12)[0]
            text += contents[at + 16 : at + 16 + size]
        at += length
    return text


def options(data):
    found, at = {}, 0
    while at + 4 <= len(data):
        code, length = struct.unpack_from("<HH", data, at)
        found[code] = data[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4
    return found


def write_pcap(path, packets):
    """All packets have the link type of the first."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", NANOSECOND_MAGIC, 2, 4, 0, 0, 262144, packets[0].link_type))
        for packet in packets:
            assert packet.link_type == packets[0].link_type
            seconds, nanoseconds = divmod(packet.time, 1_000_000_000)
            file.write(struct.pack("<IIII", seconds, nanoseconds, len(packet.data), packet.original_length))
            file.write(packet.data)


def write_pcapng(path, packets):
    link_types = list(dict.fromkeys(packet.link_type for packet in packets))
    with open(path, "wb") as file:
        file.write(block(SECTION_HEADER, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
        for link_type in link_types:
            resolution = struct.pack("<HHB3xI", IF_TSRESOL, 1, 9, 0)
            file.write(block(INTERFACE, struct.pack("<HHI", link_type, 0, 262144) + resolution))
        for packet in packets:
            high, low = packet.time >> 32, packet.time & 0xFFFFFFFF
            interface, length = link_types.index(packet.link_type), len(packet.data)
            head = struct.pack("<IIIII", interface, high, low, length, packet.original_length)
            file.write(block(ENHANCED_PACKET, head + packet.data))


def block(block_type, body):
    body += bytes(-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", block_type) + length + body + length
