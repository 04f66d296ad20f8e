"""TCP conversations made from scratch: what was said in, packets out."""

import struct

from packets import LINK_ETHERNET, Packet
from segments import FIN, PUSH, SYN

ACK = 16
ETHERNET = bytes.fromhex("0200000000020200000000010800")
SEGMENT = 1448
WINDOW = 65535
START = 1_700_000_000_000_000_000
STEP = 100_000  # nanoseconds between packets


class Conversation:
    """One connection. `number` makes its addresses; packets are taken from `packets` when all is said."""

    def __init__(self, number, server_port, time=START):
        self.packets, self.time = [], time
        self.client = struct.pack(">BBH", 10, 1 + (number >> 16), number & 0xFFFF)
        self.server = bytes((192, 0, 2, 1))
        self.ports = {True: 40000 + number % 20000, False: server_port}
        self.next = {True: 1000, False: 5000}  # sequence numbers, by whether the client sends

    def send(self, from_client, payload=b"", flags=ACK, sequence=None):
        self.time += STEP
        source, destination = (self.client, self.server) if from_client else (self.server, self.client)
        ports = self.ports[from_client], self.ports[not from_client]
        place = self.next[from_client] if sequence is None else sequence
        acknowledgement = self.next[not from_client] if flags & ACK else 0
        numbers = place & 0xFFFFFFFF, acknowledgement & 0xFFFFFFFF
        tcp = struct.pack(">HHIIBBHHH", *ports, *numbers, 5 << 4, flags, WINDOW, 0, 0)
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(payload), 0, 0x4000, 64, 6, 0) + source + destination
        data = ETHERNET + ip + tcp + payload
        self.packets.append(Packet(self.time, LINK_ETHERNET, data, len(data)))
        if sequence is None:
            self.next[from_client] += len(payload) + bool(flags & (SYN | FIN))

    def open(self):
        self.send(True, flags=SYN)
        self.send(False, flags=SYN | ACK)
        self.send(True)

    def say(self, from_client, data):
        for at in range(0, len(data), SEGMENT):
            self.send(from_client, data[at : at + SEGMENT], ACK | PUSH)
            self.send(not from_client)

    def skip(self, from_client, count):
        """Bytes that nobody captured."""
        self.next[from_client] += count

    def close(self):
        self.send(True, flags=FIN | ACK)
        self.send(False, flags=FIN | ACK)
        self.send(True)


def whole(number, port, exchange):
    """`exchange` is a list of (whether the client sends, bytes)."""
    conversation = Conversation(number, port)
    conversation.open()
    for from_client, data in exchange:
        conversation.say(from_client, data)
    conversation.close()
    return conversation.packets


def from_middle(number, port, exchange, generator):
    """The same without the SYN, beginning at a random byte of the first half."""
    conversation = Conversation(number, port)
    skipped = generator.randrange(1, max(2, sum(len(data) for _, data in exchange) // 2))
    for from_client, data in exchange:
        cut = min(skipped, len(data))
        skipped -= cut
        conversation.skip(from_client, cut)
        conversation.say(from_client, data[cut:])
    conversation.close()
    return conversation.packets
