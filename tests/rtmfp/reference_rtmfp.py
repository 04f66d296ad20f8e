"""A slow reading of RTMFP captures, written from RFC 7016 and RFC 7425: what the analyzer has to find.

It reads the whole capture before it decides anything: first all handshakes, then all packets of each session, then the
messages of each flow, once all their fragments are there.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from functools import cache

from aes128 import Aes128

STARTUP_KEY = b"Adobe Systems 02"
IHELLO, RHELLO, REDIRECT, IIKEYING, RIKEYING = 0x30, 0x70, 0x71, 0x38, 0x78
USER_DATA, NEXT_USER_DATA = 0x10, 0x11


@dataclass
class Datagram:
    frame: int
    source: tuple  # address, port
    destination: tuple
    payload: bytes


@dataclass
class Session:
    initiator: tuple
    responder: tuple
    ids: tuple  # of the receiver: by direction, to the responder and to the initiator
    components: tuple = ()  # the keying component of each direction's sender
    keys: tuple = ()  # by direction
    flows: dict = field(default_factory=dict)  # by direction and number


@dataclass
class Flow:
    metadata: bytes = None
    fragments: dict = field(default_factory=dict)  # by sequence number: control bits, bytes


@dataclass
class Message:
    direction: int
    flow: int
    sequence_number: int
    stream: int
    type: int
    timestamp: int
    body: bytes


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        piece = self.data[self.at : self.at + count]
        if len(piece) != count:
            raise ValueError("too short")
        self.at += count
        return piece

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def vlu(self):
        """RFC 7016, section 2.1.2"""
        value = 0
        while True:
            byte = self.number(1)
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value

    def counted(self):
        return self.take(self.vlu())

    def rest(self):
        return self.take(len(self.data) - self.at)

    def more(self):
        return self.at < len(self.data)


def options(reader):
    """RFC 7016, section 2.1.3: up to the marker or the end."""
    found = []
    while reader.more():
        option = reader.counted()
        if not option:
            break
        inner = Reader(option)
        kind = inner.vlu()
        found.append((kind, inner.rest()))
    return found


def option(data, kind):
    return next((value for number, value in options(Reader(data)) if number == kind), None)


def checksum(data):
    """RFC 1071, but with the bytes of RFC 7425, section 4.6.3"""
    if len(data) % 2:
        data += b"\0"
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def session_id(payload):
    words = [int.from_bytes(payload[at : at + 4], "big") for at in (0, 4, 8)]
    return words[0] ^ words[1] ^ words[2]


def packet_chunks(data):
    """RFC 7016, section 2.2.4: flags and chunks of a plain packet."""
    reader = Reader(data)
    flags = reader.number(1)
    if flags & 8:
        reader.take(2)
    if flags & 4:
        reader.take(2)
    chunks = []
    while reader.more():
        kind = reader.number(1)
        if kind in (0, 0xFF):
            break
        chunks.append((kind, reader.take(reader.number(2))))
    return flags, chunks


def startup_chunks(payload):
    """Of a packet under the startup key; None for any other."""
    if len(payload) < 20 or len(payload) % 16 != 4:
        return None
    plain = decrypted(STARTUP_KEY, payload[4:])
    if checksum(plain[2:]) != int.from_bytes(plain[:2], "big") or plain[2] & 3 != 3:
        return None
    return packet_chunks(plain[2:])[1]


def datagrams(packets):
    """UDP in IPv4 in Ethernet, without fragments."""
    for number, packet in enumerate(packets, 1):
        ip = packet.data[14:]
        if packet.data[12:14] != b"\x08\x00" or ip[9] != 17:
            continue
        udp = ip[(ip[0] & 15) * 4 :]
        source = (ip[12:16], int.from_bytes(udp[0:2], "big"))
        destination = (ip[16:20], int.from_bytes(udp[2:4], "big"))
        yield Datagram(number, source, destination, udp[8 : int.from_bytes(udp[4:6], "big")])


def find_sessions(all_datagrams):
    offers, sessions = {}, {}
    for datagram in all_datagrams:
        for kind, data in startup_chunks(datagram.payload) or []:
            reader = Reader(data)
            if kind == IIKEYING:
                identifier = reader.number(4)
                reader.counted()
                reader.counted()
                offers[datagram.source, datagram.destination, identifier] = reader.counted()
            elif kind == RIKEYING:
                to_initiator = session_id(datagram.payload)
                ends = datagram.destination, datagram.source
                offer = offers.get((*ends, to_initiator))
                identifier, component = reader.number(4), reader.counted()
                if offer is not None:
                    sessions[*ends, to_initiator] = Session(*ends, (identifier, to_initiator), (offer, component))
    return list(sessions.values())


def derive(secret, sender, receiver):
    """RFC 7425, section 4.6.5"""

    def mac(key, data):
        return hmac.new(key, data, hashlib.sha256).digest()

    return mac(secret.lstrip(b"\0"), mac(receiver, sender))


def read_keys(path):
    for line in path.read_text().splitlines():
        if line.startswith("RTMFP "):
            words = dict(word.split("=") for word in line.split()[1:])
            yield {name: bytes.fromhex(words[name]) for name in ("sknc", "skfc", "dh_secret")}


def give_keys(sessions, entries):
    for session in sessions:
        initiator, responder = session.components
        for entry in entries:
            if {entry["sknc"], entry["skfc"]} == {initiator, responder}:
                secret = entry["dh_secret"]
                session.keys = (derive(secret, initiator, responder), derive(secret, responder, initiator))


def negotiated(kind, sender, receiver):
    """RFC 7425, sections 4.3.3.4 and 4.3.3.5: whether the sender sends it, and the value behind the flags."""
    offer, wish = option(sender, kind), option(receiver, kind)
    if offer is None:
        return False, b""
    requested = wish is not None and wish[0] & 1
    return bool(offer[0] & 4 or (offer[0] & 2 and requested)), offer[1:]


def open_packet(session, direction, payload):
    """The chunks of a session's packet; None if it does not verify."""
    sender, receiver = session.components[direction], session.components[1 - direction]
    has_hmac, length = negotiated(0x1A, sender, receiver)
    has_number, _ = negotiated(0x1E, sender, receiver)
    trailer = Reader(length).vlu() if has_hmac else 0
    encrypted = payload[4 : len(payload) - trailer]
    if len(encrypted) % 16 or not encrypted:
        return None
    key = session.keys[direction]
    if has_hmac:
        secret_key = session.hmac_keys[direction]
        if hmac.new(secret_key, encrypted, hashlib.sha256).digest()[:trailer] != payload[len(payload) - trailer :]:
            return None
    reader = Reader(decrypted(key[:16], encrypted))
    if has_number:
        reader.vlu()
    if not has_hmac:
        expected = reader.number(2)
        plain = reader.rest()
        if checksum(plain) != expected:
            return None
    else:
        plain = reader.rest()
    flags, chunks = packet_chunks(plain)
    return chunks if flags & 3 == direction + 1 else None


@cache
def cipher(key):
    return Aes128(key)


@cache
def decrypted(key, data):
    """Remembered, since captures that differ a little are read one after the other."""
    return cipher(key).decrypt(data)


def take_user_data(session, direction, chunks):
    """RFC 7016, sections 2.3.11 and 2.3.12"""
    number = sequence = None
    for kind, data in chunks:
        reader = Reader(data)
        if kind == USER_DATA:
            flags = reader.number(1)
            number, sequence = reader.vlu(), reader.vlu()
            reader.vlu()
        elif kind == NEXT_USER_DATA and number is not None:
            flags = reader.number(1)
            sequence += 1
        else:
            number = None
            continue
        flow = session.flows.setdefault((direction, number), Flow())
        if flags & 0x80:
            for option_type, value in options(reader):
                if option_type == 0 and flow.metadata is None:
                    flow.metadata = value
        if not flags & 2:
            flow.fragments.setdefault(sequence, (flags & 0x30, reader.rest()))


def messages_of(session):
    for (direction, number), flow in session.flows.items():
        if flow.metadata is None or flow.metadata[:2] != b"TC":
            continue
        flags = flow.metadata[2]
        stream = Reader(flow.metadata[3:]).vlu() if flags & 4 else 0
        first, joined = None, b""
        last = None
        for sequence, (bits, data) in sorted(flow.fragments.items()):
            if first is not None and sequence != last + 1:
                first = None
            if bits in (0x00, 0x10):
                first, joined = sequence, b""
            last = sequence
            if first is None:
                continue
            joined += data
            if bits in (0x00, 0x20):
                if len(joined) >= 5:
                    time = int.from_bytes(joined[1:5], "big")
                    yield Message(direction, number, first, stream, joined[0], time, joined[5:])
                first = None


def read(packets, keys):
    """The sessions of a capture whose keys are known, each with its messages."""
    all_datagrams = list(datagrams(packets))
    sessions = find_sessions(all_datagrams)
    entries = list(keys)
    give_keys(sessions, entries)
    sessions = [session for session in sessions if session.keys]
    for session in sessions:
        secret = next(e["dh_secret"] for e in entries if {e["sknc"], e["skfc"]} == set(session.components))
        session.hmac_keys = tuple(
            hmac.new(secret.lstrip(b"\0"), key, hashlib.sha256).digest() for key in session.keys
        )
    for datagram in all_datagrams:
        for session in sessions:
            for direction in (0, 1):
                ends = (session.initiator, session.responder)
                if (datagram.source, datagram.destination) != (ends[direction], ends[1 - direction]):
                    continue
                if len(datagram.payload) < 12 or session_id(datagram.payload) != session.ids[direction]:
                    continue
                chunks = open_packet(session, direction, datagram.payload)
                if chunks:
                    take_user_data(session, direction, chunks)
    return [(session, list(messages_of(session))) for session in sessions]
