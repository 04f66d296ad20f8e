"""The same TCP segments and UDP datagrams, one for one, below other headers."""

import struct

from packets import LINK_ETHERNET, LINK_SLL2
from segments import ETHER_TYPE_IPV6, ETHER_TYPE_VLAN, TCP, parse

ETHER_TYPE_IPV4 = b"\x08\x00"
UDP = 17
IPV6_PREFIX = bytes.fromhex("20010db8") + bytes(8)  # the documentation prefix of RFC 3849


def vlan_tagged(packets):
    tag = ETHER_TYPE_VLAN + struct.pack(">H", 100)
    for packet in packets:
        yield packet.with_data(packet.data[:12] + tag + packet.data[12:])


def linux_cooked(packets):
    for packet in packets:
        source, ether_type = packet.data[6:12], packet.data[12:14]
        header = ether_type + struct.pack(">HIHBB", 0, 1, 1, 4, 6) + source + bytes(2)
        yield packet.with_data(header + packet.data[14:], LINK_SLL2)


def datagram(packet):
    """The IPv4 header and what is in it, if that is one UDP datagram in Ethernet."""
    ip = packet.data[14:]
    if packet.cut or packet.data[12:14] != ETHER_TYPE_IPV4 or ip[0] != 0x45 or ip[9] != UDP:
        return None
    fragment, total = int.from_bytes(ip[6:8], "big") & 0x3FFF, int.from_bytes(ip[2:4], "big")
    return None if fragment else (ip[:20], ip[20:total])


def over_ipv6(packets):
    for packet in packets:
        segment, udp = parse(packet), datagram(packet)
        if udp:
            yield below_ipv6(packet, packet.data[:14], *udp, UDP)
        elif segment and segment.is_ipv4:
            yield below_ipv6(packet, segment.link, segment.ip, segment.tcp + segment.payload, TCP)
        else:
            yield packet


def below_ipv6(packet, link, ip, body, protocol):
    header = struct.pack(">IHBB", 6 << 28, len(body), protocol, 64)
    header += IPV6_PREFIX + ip[12:16] + IPV6_PREFIX + ip[16:20]
    return packet.with_data(link[:-2] + ETHER_TYPE_IPV6 + header + body)


def all_ethernet(packets):
    return all(packet.link_type == LINK_ETHERNET for packet in packets)


def all_plain_ipv4(packets):
    """Whether over_ipv6 reaches every IPv4 packet: no tunnels, no fragments, nothing cut."""
    return all_ethernet(packets) and all(
        parse(packet) or datagram(packet) for packet in packets if packet.data[12:14] == ETHER_TYPE_IPV4
    )
