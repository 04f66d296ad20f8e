"""The device between two hosts: it forwards whole packets between two interfaces, and can be slow, lossy, or worse."""

import heapq
import random
import select
import socket
import struct
import threading
import time

ETH_P_ALL, PACKET_OUTGOING = 3, 4
SOL_PACKET, PACKET_ADD_MEMBERSHIP, PROMISCUOUS = 263, 1, 1
RECEIVE_BUFFER = 8 << 20
TCP, SYN, RST = 6, 0x02, 0x04
IP_AT, LARGEST = 14, 65_600


def packet_socket(interface):
    """Gets all frames that arrive at the interface, and can send any."""
    found = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    found.bind((interface, ETH_P_ALL))
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    member = struct.pack("iHH8s", socket.if_nametoindex(interface), PROMISCUOUS, 0, b"")
    found.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, member)
    return found


def checksum(data):
    """RFC 1071."""
    words = struct.unpack(f">{(len(data) + 1) // 2}H", data + bytes(len(data) % 2))
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def tcp_start(frame):
    """Where the TCP header of an IPv4 frame begins; None for anything else."""
    if frame[12:14] != b"\x08\x00" or frame[IP_AT + 9] != TCP:
        return None
    return IP_AT + (frame[IP_AT] & 15) * 4


class Way:
    """One direction. `rate` in bits a second (None: any); what waits for it takes at most `queue` bytes. `loss` is a
    share of all packets, `delay` in seconds."""

    def __init__(self, source, target, seed):
        self.source, self.target = source, target
        self.rate, self.queue, self.loss, self.delay = None, 64 << 10, 0.0, 0.0
        self.cut = False  # nothing passes
        self.drop_syn = False
        self.random = random.Random(seed)
        self.free_at = 0.0  # when the link has sent all that waits
        self.last_tcp = None
        self.seen = self.lost = 0

    def time_to_send(self, frame, now):
        """When the frame leaves; None if it is lost."""
        self.seen += 1
        tcp = tcp_start(frame)
        if tcp is not None:
            self.last_tcp = frame
        lost = self.cut or self.random.random() < self.loss
        lost |= self.drop_syn and tcp is not None and bool(frame[tcp + 13] & SYN)
        if not lost and self.rate:
            start = max(now, self.free_at)
            lost = (start - now) * self.rate / 8 + len(frame) > self.queue
            if not lost:
                now = self.free_at = start + len(frame) * 8 / self.rate
        self.lost += lost
        return None if lost else now + self.delay


class Between(threading.Thread):
    """Runs until `stop()`. `to_server` and `to_client` are its two ways; they may be changed at any time."""

    def __init__(self, client_interface, server_interface):
        super().__init__(daemon=True)
        client, server = packet_socket(client_interface), packet_socket(server_interface)
        self.to_server, self.to_client = Way(client, server, 1), Way(server, client, 2)
        self._stopped = False
        self._queue = []  # (time, number, way, frame)

    def run(self):
        ways = {way.source: way for way in (self.to_server, self.to_client)}
        number = 0
        while not self._stopped:
            wait = max(0.0, self._queue[0][0] - time.monotonic()) if self._queue else 0.1
            for source in select.select(list(ways), [], [], min(wait, 0.1))[0]:
                frame, address = source.recvfrom(LARGEST)
                if address[2] == PACKET_OUTGOING:
                    continue
                at = ways[source].time_to_send(frame, time.monotonic())
                if at is not None:
                    number += 1
                    heapq.heappush(self._queue, (at, number, ways[source], frame))
            while self._queue and self._queue[0][0] <= time.monotonic():
                _, _, way, frame = heapq.heappop(self._queue)
                way.target.send(frame)

    def stop(self):
        self._stopped = True
        self.join()

    def _opposite(self, way):
        return self.to_client if way is self.to_server else self.to_server

    def forge_reset(self, way, ttl, ahead=0):
        """Sends a reset along `way`, as if the last sender there had sent it: its addresses and ports, and the number
        that the other side waits for (or `ahead` bytes more), but the TTL and IP id of this device."""
        frame, back = way.last_tcp, self._opposite(way).last_tcp
        tcp, acknowledgement = tcp_start(frame), tcp_start(back) + 8
        awaited = int.from_bytes(back[acknowledgement : acknowledgement + 4], "big")
        numbers = struct.pack(">II", (awaited + ahead) & 0xFFFFFFFF, 0)
        header = frame[tcp : tcp + 4] + numbers + struct.pack(">BBHHH", 0x50, RST, 0, 0, 0)
        addresses = frame[IP_AT + 12 : IP_AT + 20]
        pseudo = addresses + struct.pack(">BBH", 0, TCP, len(header))
        header = header[:16] + struct.pack(">H", checksum(pseudo + header)) + header[18:]
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(header), 0, 0, ttl, TCP, 0) + addresses
        ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
        way.target.send(frame[:IP_AT] + ip + header)
