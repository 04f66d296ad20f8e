"""RTMFP sessions as their two sides would send them, written from RFC 7016 and RFC 7425."""

import hashlib
import hmac
import struct
from dataclasses import dataclass, field

from aes128 import Aes128
from packets import LINK_ETHERNET, Packet

ETHERNET = bytes(12) + b"\x08\x00"
CLIENT, SERVER = ("to_server", "to_client")  # who sends is named by the direction of what it sends
START = 1_700_000_000_000_000_000  # nanoseconds since 1970; a packet each millisecond from there
CLIENT_HOST, SERVER_HOST = b"\xc0\x00\x02\x01", b"\xc0\x00\x02\x02"  # RFC 5737

STARTUP_KEY = Aes128(b"Adobe Systems 02")
PING, SESSION_CLOSE, CLOSE_ACKNOWLEDGEMENT = 0x01, 0x0C, 0x4C
FORWARDED_HELLO, INITIATOR_HELLO, RESPONDER_HELLO, REDIRECT = 0x0F, 0x30, 0x70, 0x71
INITIATOR_KEYING, RESPONDER_KEYING = 0x38, 0x78
USER_DATA, NEXT_USER_DATA, ACKNOWLEDGEMENT, FLOW_EXCEPTION = 0x10, 0x11, 0x51, 0x5E
WHOLE, BEGIN, END, MIDDLE = 0x00, 0x10, 0x20, 0x30
OPTIONS, ABANDONED, FINAL = 0x80, 0x02, 0x01

INITIATOR_COMPONENT = bytes.fromhex("040d02a1a2")  # an ephemeral key of group 2; neither HMAC nor sequence numbers
RESPONDER_COMPONENT = bytes.fromhex("040d02b1b2")
SECRET = bytes(range(1, 33))
SESSION_IDS = {CLIENT: 0x02000000, SERVER: 0x03000000}  # by who sends to it


def vlu(number):
    """RFC 7016, section 2.1.2"""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def counted(data):
    return vlu(len(data)) + data


def option(kind, value):
    return counted(vlu(kind) + value)


def address(host, port, origin=2):
    return bytes([origin]) + host + port.to_bytes(2, "big")


def chunk(kind, payload=b""):
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


def checksum(data):
    """RFC 7425, section 4.6.3"""
    data += bytes(len(data) % 2)
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def scrambled(session_id, encrypted):
    """RFC 7016, section 2.2.2"""
    words = struct.unpack(">II", encrypted[:8])
    return (session_id ^ words[0] ^ words[1]).to_bytes(4, "big") + encrypted


def sealed(cipher, session_id, flags, chunks, number=b""):
    """A datagram with a checksum; `flags` with the mode, and a time follows them. `number`: of the packet."""
    packet = bytes([flags]) + b"\x12\x34" + chunks
    packet += b"\xff" * (-(len(number) + 2 + len(packet)) % 16)
    return scrambled(session_id, cipher.encrypt(number + checksum(packet).to_bytes(2, "big") + packet))


def startup(chunks, session_id=0):
    return sealed(STARTUP_KEY, session_id, 0x0B, chunks)


def derive(sender, receiver, secret=SECRET):
    """RFC 7425, section 4.6.5"""
    inner = hmac.new(receiver, sender, hashlib.sha256).digest()
    return hmac.new(secret.lstrip(b"\0"), inner, hashlib.sha256).digest()[:16]


def fragment(flow, sequence, data, place=WHOLE, metadata=None, forward=0, flags=0, answers=None):
    """A User Data chunk."""
    options = b"" if metadata is None else option(0, metadata)
    options += b"" if answers is None else option(0x0A, vlu(answers))
    flags |= place | (OPTIONS if options else 0)
    numbers = vlu(flow) + vlu(sequence) + vlu(sequence - forward)
    return chunk(USER_DATA, bytes([flags]) + numbers + (options + b"\0" if options else b"") + data)


def media_flow(stream):
    """Metadata of a flow that carries RTMP messages (RFC 7425, section 5.1)."""
    return b"TC\x04" + vlu(stream)


def message(type_id, time, body):
    return bytes([type_id]) + time.to_bytes(4, "big") + body


@dataclass
class RtmfpSession:
    """A session of 192.0.2.1:50000 with 192.0.2.2:1935, opened if wanted; further packets as they are called for."""

    opened: bool = True
    components: dict = field(default_factory=lambda: {CLIENT: INITIATOR_COMPONENT, SERVER: RESPONDER_COMPONENT})
    packets: list = field(default_factory=list)
    keys_known: bool = True
    numbered: bool = False  # whether packets have session sequence numbers
    tag: bytes = b"0123456789abcdef"

    def __post_init__(self):
        if self.numbered:
            always = option(0x1E, b"\x07")
            self.components = {side: component + always for side, component in self.components.items()}
        sides = self.components
        self.ciphers = {
            CLIENT: Aes128(derive(sides[CLIENT], sides[SERVER])),
            SERVER: Aes128(derive(sides[SERVER], sides[CLIENT])),
        }
        self.ends = {CLIENT: (CLIENT_HOST, 50000), SERVER: (SERVER_HOST, 1935)}
        if self.opened:
            self.open()

    @property
    def keys(self):
        """A line of a key log, or nothing."""
        if not self.keys_known:
            return ""
        near, far = (self.components[side].hex() for side in (CLIENT, SERVER))
        return f"RTMFP sknc={near} skfc={far} dh_secret={SECRET.hex()}\n"

    def open(self):
        self.hello()
        self.answer()
        self.initiator_keying()
        self.responder_keying()

    def hello(self):
        looked_for = option(0x0A, b"rtmfp://192.0.2.2/app")
        self.datagram(CLIENT, startup(chunk(INITIATOR_HELLO, counted(looked_for) + self.tag)))

    def answer(self):
        certificate = b"certificate of the server"
        self.datagram(SERVER, startup(chunk(RESPONDER_HELLO, counted(self.tag) + counted(b"cookie") + certificate)))

    def redirect(self, *addresses):
        self.datagram(SERVER, startup(chunk(REDIRECT, counted(self.tag) + b"".join(addresses))))

    def initiator_keying(self):
        offer = SESSION_IDS[SERVER].to_bytes(4, "big") + counted(b"cookie") + counted(b"certificate of the client")
        self.datagram(CLIENT, startup(chunk(INITIATOR_KEYING, offer + counted(self.components[CLIENT]) + b"X")))

    def responder_keying(self):
        answer = SESSION_IDS[CLIENT].to_bytes(4, "big") + counted(self.components[SERVER]) + b"X"
        self.datagram(SERVER, startup(chunk(RESPONDER_KEYING, answer), SESSION_IDS[SERVER]))

    def send(self, direction, *chunks, number=b""):
        """One packet of the open session."""
        flags, cipher = 0x09 if direction == CLIENT else 0x0A, self.ciphers[direction]
        self.datagram(direction, sealed(cipher, SESSION_IDS[direction], flags, b"".join(chunks), number))

    def end(self):
        if self.opened:
            number = b"\x7f" if self.numbered else b""
            self.send(CLIENT, chunk(SESSION_CLOSE), number=number)
            self.send(SERVER, chunk(CLOSE_ACKNOWLEDGEMENT), number=number)

    def datagram(self, direction, payload):
        other = SERVER if direction == CLIENT else CLIENT
        (source, source_port), (destination, destination_port) = self.ends[direction], self.ends[other]
        udp = struct.pack(">HHHH", source_port, destination_port, 8 + len(payload), 0) + payload
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, source, destination)
        data = ETHERNET + ip + udp
        self.packets.append(Packet(START + len(self.packets) * 1_000_000, LINK_ETHERNET, data, len(data)))
