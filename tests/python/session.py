"""One RTMP connection that a row makes up: what each side sends, and beside it what rtmpscope has to say."""

import struct
from dataclasses import dataclass, field

from packets import LINK_ETHERNET, Packet
from rtmp_writer import SET_CHUNK_SIZE, message, u32

ETHERNET = bytes(12) + b"\x08\x00"
CLIENT, SERVER = ("to_server", "to_client")  # who sends is named by the direction of what it sends
FIN, SYN, PUSH, ACK = 0x01, 0x02, 0x08, 0x10
SEGMENT_SIZE = 1400
START = 1_700_000_000_000_000_000  # nanoseconds since 1970; a packet each millisecond from there

HANDSHAKE_BLOCK = bytes(8) + bytes((7 * place + 3) & 0xFF for place in range(1528))
OTHER_BLOCK = bytes(8) + bytes((11 * place + 5) & 0xFF for place in range(1528))
C0_C1, C2 = b"\x03" + HANDSHAKE_BLOCK, OTHER_BLOCK
S0_S1_S2 = b"\x03" + OTHER_BLOCK + HANDSHAKE_BLOCK


@dataclass
class Session:
    """A TCP connection with SYN, if wanted the handshake, and what is sent. Ends with FIN."""

    port: int = 1935
    handshake: bool = True
    packets: list = field(default_factory=list)
    messages: dict = field(default_factory=lambda: {CLIENT: [], SERVER: []})  # expected
    findings: list = field(default_factory=list)  # expected ids, in order
    events: list = field(default_factory=list)  # other expected events
    options: tuple = ()  # of the program
    now: int = START  # of the next packet

    def __post_init__(self):
        self.sequence = {CLIENT: 0xFFFFFF00, SERVER: 1000}  # the client's wraps soon
        self.chunk_size = {CLIENT: 128, SERVER: 128}
        self._packet(CLIENT, SYN)
        self._packet(SERVER, SYN | ACK)
        if self.handshake:
            self.send_handshake()

    def send_handshake(self):
        self.raw(CLIENT, C0_C1)
        self.raw(SERVER, S0_S1_S2)
        self.raw(CLIENT, C2)

    def raw(self, direction, wire, *expected, segment_size=SEGMENT_SIZE):
        """Bytes as they are, and the messages that they complete."""
        for at in range(0, len(wire), segment_size):
            self._packet(direction, PUSH | ACK, wire[at : at + segment_size])
        self.messages[direction] += expected

    def send(self, direction, type_id, body, expected, **header):
        """One message with a type 0 header."""
        wire = message(type_id, body, chunk_size=self.chunk_size[direction], **header)
        self.raw(direction, wire, expected)

    def set_chunk_size(self, direction, size):
        expected = {"type": "set_chunk_size", "control": {"chunk_size": size}}
        self.send(direction, SET_CHUNK_SIZE, u32(size), expected, chunk_stream_id=2)
        self.chunk_size[direction] = size

    def end(self):
        for direction in (CLIENT, SERVER):
            self._packet(direction, FIN | ACK)

    def pause(self, seconds):
        """What comes next comes later."""
        self.now += int(seconds * 1_000_000_000)

    def at(self, milliseconds):
        """The next packet comes so long after the first one, unless others are there by then."""
        self.now = max(self.now, START + round(milliseconds * 1_000_000))

    def packet(self, direction, flags, payload=b"", time_to_live=64):
        """One more packet, of any flags."""
        self._packet(direction, flags, payload, time_to_live)

    def _packet(self, direction, flags, payload=b"", time_to_live=64):
        other = SERVER if direction == CLIENT else CLIENT
        ports = (50000, self.port) if direction == CLIENT else (self.port, 50000)
        acknowledged = self.sequence[other] if flags & ACK else 0
        tcp = struct.pack(">HHIIBBHHH", *ports, self.sequence[direction], acknowledged, 0x50, flags, 0xFFFF, 0, 0)
        hosts = (b"\xc0\x00\x02\x01", b"\xc0\x00\x02\x02")  # RFC 5737
        source, destination = hosts if direction == CLIENT else hosts[::-1]
        total = 20 + len(tcp) + len(payload)
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, total, 0, 0, time_to_live, 6, 0, source, destination)
        data = ETHERNET + ip + tcp + payload
        self.packets.append(Packet(self.now, LINK_ETHERNET, data, len(data)))
        self.now += 1_000_000
        length = len(payload) + bool(flags & (SYN | FIN))
        self.sequence[direction] = (self.sequence[direction] + length) & 0xFFFFFFFF
