"""TCP segments inside packets, without tunnels: found, taken apart and rebuilt with another payload or place."""

import struct
from dataclasses import dataclass, replace
from functools import cached_property

from packets import LINK_ETHERNET, LINK_RAW, LINK_SLL, LINK_SLL2, Packet

ETHER_TYPE_AT = {LINK_ETHERNET: 12, LINK_SLL: 14, LINK_SLL2: 0}
HEADER_LENGTH = {LINK_ETHERNET: 14, LINK_SLL: 16, LINK_SLL2: 20, LINK_RAW: 0}
ETHER_TYPE_VLAN, ETHER_TYPE_IPV6 = b"\x81\x00", b"\x86\xdd"
FIN, SYN, RST, PUSH = 1, 2, 4, 8
TCP = 6


class TcpHeader:
    """What the header in `tcp` says; for classes that have one."""

    @property
    def flags(self):
        return self.tcp[13]

    @property
    def sequence(self):
        return int.from_bytes(self.tcp[4:8], "big")

    @property
    def acknowledgement(self):
        return int.from_bytes(self.tcp[8:12], "big")


@dataclass(frozen=True)
class Segment(TcpHeader):
    """`ip` and `tcp` are whole headers; `link` is all that lies before."""

    packet: Packet
    link: bytes
    ip: bytes
    tcp: bytes
    payload: bytes

    @cached_property
    def flow(self):
        """Source and destination, addresses and ports: one direction of a connection."""
        addresses = self.ip[12:20] if self.is_ipv4 else self.ip[8:40]
        half = len(addresses) // 2
        return addresses[:half] + self.tcp[:2], addresses[half:] + self.tcp[2:4]

    @property
    def connection(self):
        return frozenset(self.flow)

    @property
    def is_ipv4(self):
        return self.ip[0] >> 4 == 4

    @property
    def end(self):
        return (self.sequence + len(self.payload)) & 0xFFFFFFFF

    def with_payload(self, payload, sequence=None, clear_flags=0):
        """The same segment with other bytes. Checksums are left as they are: captures often have wrong ones."""
        sequence = self.sequence if sequence is None else sequence & 0xFFFFFFFF
        flags = bytes([self.flags & ~clear_flags])
        tcp = self.tcp[:4] + struct.pack(">I", sequence) + self.tcp[8:13] + flags + self.tcp[14:]
        length = len(tcp) + len(payload)
        if self.is_ipv4:
            ip = self.ip[:2] + struct.pack(">H", len(self.ip) + length) + self.ip[4:]
        else:
            ip = self.ip[:4] + struct.pack(">H", len(self.ip) - 40 + length) + self.ip[6:]
        return replace(self, ip=ip, tcp=tcp, payload=payload)

    def to_packet(self):
        return self.packet.with_data(self.link + self.ip + self.tcp + self.payload)


def parse(packet):
    """The TCP segment of a packet; None if there is none, or if it is cut, fragmented or tunnelled."""
    data, link_length = packet.data, HEADER_LENGTH.get(packet.link_type)
    if link_length is None or packet.cut:
        return None
    if packet.link_type == LINK_ETHERNET and data[12:14] == ETHER_TYPE_VLAN:
        link_length += 4
    ip = data[link_length:]
    if ip[:1] and ip[0] >> 4 == 4:
        header_length, total = (ip[0] & 15) * 4, int.from_bytes(ip[2:4], "big")
        fragment = int.from_bytes(ip[6:8], "big") & 0x3FFF
        if ip[9] != TCP or fragment or total > len(ip):
            return None
    elif ip[:1] and ip[0] >> 4 == 6:
        header_length, total = 40, 40 + int.from_bytes(ip[4:6], "big")
        if ip[6] != TCP or total > len(ip):
            return None
    else:
        return None
    tcp = ip[header_length:total]
    tcp_length = (tcp[12] >> 4) * 4
    return Segment(packet, data[:link_length], ip[:header_length], tcp[:tcp_length], tcp[tcp_length:])
