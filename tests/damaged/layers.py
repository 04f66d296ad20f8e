"""TCP segments in packets of every kind that samples have: below VLAN, MPLS, PPPoE, GRE, VXLAN, GTP-U and IP-in-IP, cut
by a snap length, or in IP fragments. Written by hand: the tests must not trust the code that they test."""

import ipaddress
import struct
from dataclasses import dataclass, replace

from packets import LINK_ETHERNET, LINK_RAW, LINK_SLL, LINK_SLL2, Packet
from segments import ETHER_TYPE_AT, HEADER_LENGTH, TCP, TcpHeader

IPV4, IPV6, TRANSPARENT_ETHERNET = 0x0800, 0x86DD, 0x6558
VLAN_TAGS, MPLS, PPPOE_SESSION = (0x8100, 0x88A8, 0x9100), 0x8847, 0x8864
PPP = {0x0021: IPV4, 0x0057: IPV6}
IP_IN_IP, UDP, IPV6_IN_IP, GRE, IPV6_FRAGMENT = 4, 17, 41, 47, 44
IPV6_OPTIONS = (0, 43, 60)
VXLAN_PORT, GTPU_PORT = 4789, 2152
OUTSIDE = bytes.fromhex("020000000002020000000001")  # Ethernet addresses of what is taken out of a tunnel


@dataclass(frozen=True)
class Carried(TcpHeader):
    """A TCP segment. `ip` and `tcp` are its headers; `payload` is what was captured of `wire_length` bytes."""

    ip: bytes
    tcp: bytes
    payload: bytes
    wire_length: int
    source: bytes  # address and port
    destination: bytes

    def part(self, begin, end):
        """Bytes begin to end of the payload, as a segment of their own."""
        tcp = self.tcp[:4] + struct.pack(">I", (self.sequence + begin) & 0xFFFFFFFF) + self.tcp[8:]
        return replace(self, tcp=tcp, payload=self.payload[begin:end], wire_length=end - begin)

    def to_packet(self, time):
        """In a frame of its own, without tunnel. Checksums are left as they are: captures often have wrong ones."""
        length = len(self.tcp) + self.wire_length
        if self.ip[0] >> 4 == 4:
            ip = self.ip[:2] + struct.pack(">H", len(self.ip) + length) + self.ip[4:6] + bytes(2) + self.ip[8:]
            ether_type = IPV4
        else:
            ip = self.ip[:4] + struct.pack(">HB", length, TCP) + self.ip[7:40]
            ether_type = IPV6
        data = OUTSIDE + struct.pack(">H", ether_type) + ip + self.tcp + self.payload
        return Packet(time, LINK_ETHERNET, data, len(data) + self.wire_length - len(self.payload))


class Decoder:
    """Finds the TCP segment of each packet; that of fragments when the last of them comes."""

    def __init__(self):
        self.pending = {}  # fragments by datagram: {offset: bytes}, and the length once it is known
        self.fragments_seen = False

    def segment(self, packet):
        """None if there is none, or its header is cut."""
        data, link = packet.data, packet.link_type
        try:
            if link == LINK_RAW:
                return self.ip(data)
            if link == LINK_ETHERNET:
                return self.ethernet(data)
            if link in (LINK_SLL, LINK_SLL2):
                (ether_type,) = struct.unpack_from(">H", data, ETHER_TYPE_AT[link])
                return self.ether_type(ether_type, data[HEADER_LENGTH[link] :])
        except (struct.error, IndexError):  # cut within a header
            pass
        return None

    def ethernet(self, data):
        return self.ether_type(struct.unpack_from(">H", data, 12)[0], data[14:])

    def ether_type(self, ether_type, data):
        if ether_type in VLAN_TAGS:
            return self.ether_type(struct.unpack_from(">H", data, 2)[0], data[4:])
        if ether_type == MPLS:
            while not data[2] & 1:  # bottom of stack
                data = data[4:]
            return self.ip(data[4:])
        if ether_type == PPPOE_SESSION:
            return self.ether_type(PPP.get(struct.unpack_from(">H", data, 6)[0], 0), data[8:])
        if ether_type == TRANSPARENT_ETHERNET:
            return self.ethernet(data)
        return self.ip(data) if ether_type in (IPV4, IPV6) else None

    def ip(self, data):
        if data[0] >> 4 == 4:
            return self.ipv4(data)
        return self.ipv6(data) if data[0] >> 4 == 6 else None

    def ipv4(self, data):
        length, (total,) = (data[0] & 15) * 4, struct.unpack_from(">H", data, 2)
        header, body, wire_length = data[:length], data[length:total], total - length
        (fragment,) = struct.unpack_from(">H", data, 6)
        if fragment & 0x3FFF:
            name = data[4:6] + data[9:10] + data[12:20]
            whole = self.fragment(name, (fragment & 0x1FFF) * 8, bool(fragment & 0x2000), body, wire_length)
            return whole and self.protocol(data[9], header, *whole)
        return self.protocol(data[9], header, body, wire_length)

    def ipv6(self, data):
        wire_length, next_header = struct.unpack_from(">HB", data, 4)
        header, body = data[:40], data[40 : 40 + wire_length]
        while next_header in IPV6_OPTIONS or next_header == IPV6_FRAGMENT:
            if next_header == IPV6_FRAGMENT:
                next_header, _, fragment, name = struct.unpack_from(">BBHI", body)
                body, wire_length = body[8:], wire_length - 8
                if fragment & 0xFFF9:
                    whole = self.fragment((name, data[8:40]), fragment & 0xFFF8, bool(fragment & 1), body, wire_length)
                    if not whole:
                        return None
                    body, wire_length = whole
            else:
                size = (body[1] + 1) * 8
                next_header, body, wire_length = body[0], body[size:], wire_length - size
        return self.protocol(next_header, header, body, wire_length)

    def fragment(self, name, offset, more, body, wire_length):
        """(what was captured of the datagram from its beginning on, its length), once all fragments are there."""
        self.fragments_seen = True
        pieces, lengths = self.pending.setdefault(name, ({}, []))
        pieces[offset] = body, wire_length
        if not more:
            lengths.append(offset + wire_length)
        whole, reached = bytearray(), 0
        for place, (piece, size) in sorted(pieces.items()):
            if place == reached:
                if len(whole) == reached:  # nothing was cut off so far
                    whole += piece
                reached += size
        if not lengths or reached < lengths[0]:
            return None
        del self.pending[name]
        return bytes(whole), reached

    def protocol(self, protocol, header, body, wire_length):
        if protocol == TCP:
            return tcp_segment(header, body, wire_length)
        if protocol in (IP_IN_IP, IPV6_IN_IP):
            return self.ip(body)
        if protocol == GRE:
            flags, ether_type = struct.unpack_from(">HH", body)
            options = sum(4 for bit in (0x8000, 0x2000, 0x1000) if flags & bit)
            return self.ether_type(ether_type, body[4 + options :])
        if protocol == UDP:
            (port,) = struct.unpack_from(">H", body, 2)
            if port == VXLAN_PORT:
                return self.ethernet(body[16:])
            if port == GTPU_PORT:
                return self.ip(body[8 + (12 if body[8] & 7 else 8) :])
        return None


def tcp_segment(ip, body, wire_length):
    length = (body[12] >> 4) * 4
    if length < 20 or length > len(body):
        return None
    addresses = ip[12:20] if ip[0] >> 4 == 4 else ip[8:40]
    half = len(addresses) // 2
    source, destination = addresses[:half] + body[:2], addresses[half:] + body[2:4]
    return Carried(ip, body[:length], body[length:], wire_length - length, source, destination)


def endpoint(address, port):
    """As Carried has it, from what the program prints."""
    return ipaddress.ip_address(address).packed + struct.pack(">H", port)
